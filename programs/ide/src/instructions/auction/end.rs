//! Ends an auction; what was unsold goes back where it came from (economics §10.8).

use anchor_lang::prelude::*;
use ion_economics::math;

use crate::{
    constants::*,
    error::IdeError,
    events::{change, AuctionEnded},
    state::{Auction, AuctionState, Engine, LotKind, Vaults, NO_LOT},
};

/// Caller: anyone. Works while auctions are paused.
#[event_cpi]
#[derive(Accounts)]
pub struct EndAuction<'info> {
    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(mut, address = ENGINE @ IdeError::WrongEngine)]
    pub engine: AccountLoader<'info, Engine>,

    /// Only `open_auction` makes accounts of this type; at most one of them is not ended.
    #[account(mut)]
    pub auction: Box<Account<'info, Auction>>,
}

impl EndAuction<'_> {
    fn validate(&self, now: i64) -> Result<()> {
        // auction
        match self.auction.state {
            AuctionState::SoldOut => Ok(()),
            AuctionState::Open => {
                require_gt!(now, self.auction.ends_at, IdeError::AuctionNotOver);
                Ok(())
            }
            AuctionState::Ended => err!(IdeError::AuctionEnded),
        }
    }
}

/// Ends an auction that is sold out or whose time is over; unsold USDC is an earmark again, or money
/// of the fee vault for a lot of the reserve.
///
/// Errors: `WrongVaults`, `WrongEngine`, `AuctionNotOver`, `AuctionEnded`, `ArithmeticOverflow`.
pub fn handle_end_auction(ctx: Context<EndAuction>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(now)?;
    let accounts = &mut *ctx.accounts;
    let unsold = accounts.auction.remaining_usdc;
    let vaults = &mut accounts.vaults;
    let (buyback, yu) = (vaults.buyback_usdc, vaults.yu_usdc);
    let source = match accounts.auction.kind {
        LotKind::Burn => &mut vaults.buyback_usdc,
        LotKind::Reserve => &mut vaults.yu_usdc,
    };
    *source = math::add(*source, unsold).map_err(IdeError::from)?;
    vaults.lot_usdc = math::sub(vaults.lot_usdc, unsold).map_err(IdeError::from)?;
    accounts.auction.state = AuctionState::Ended;
    accounts.engine.load_mut()?.open_lot = NO_LOT;
    let seq = accounts.auction.next_event()?;
    let buyback_usdc = change(buyback, accounts.vaults.buyback_usdc);
    let yu_usdc = change(yu, accounts.vaults.yu_usdc);

    let auction = &ctx.accounts.auction;
    emit_cpi!(AuctionEnded {
        auction: auction.key(),
        auction_seq: auction.seq,
        kind: auction.kind.code(),
        unsold_usdc: unsold,
        bought_io: auction.bought_io,
        buyback_usdc,
        yu_usdc,
        seq,
        at: now,
    });
    Ok(())
}
