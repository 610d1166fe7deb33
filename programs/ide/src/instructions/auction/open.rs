//! Puts the next lot up for sale (economics §10.8).

use anchor_lang::prelude::*;
use ion_economics::{
    ide::{auction, Status},
    math,
    params::ide as params,
};
use registry::state::PauseBit;

use crate::{
    constants::*,
    error::IdeError,
    events::{change, AuctionOpened},
    state::{Auction, AuctionState, Engine, LotKind, Vaults, NO_LOT},
};

/// Arguments of `open_auction`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct OpenAuctionArgs {
    /// Number of the auction: the last one plus 1.
    pub seq: u64,
    /// What the IO is for.
    pub kind: LotKind,
}

/// Caller: anyone; the payer is recorded.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: OpenAuctionArgs)]
pub struct OpenAuction<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(mut, address = ENGINE @ IdeError::WrongEngine)]
    pub engine: AccountLoader<'info, Engine>,

    #[account(
        init,
        payer = payer,
        space = Auction::SPACE,
        seeds = [AUCTION_SEED, &args.seq.to_le_bytes()],
        bump,
    )]
    pub auction: Box<Account<'info, Auction>>,

    pub system_program: Program<'info, System>,
}

impl OpenAuction<'_> {
    /// One auction at a time, the next one not before the time of the last is over: what a day can
    /// sell is bounded by the cap of a lot. A lot of the reserve only while none of the burn can be
    /// opened: nobody delays the burn with lots of the reserve.
    fn validate(&self, args: &OpenAuctionArgs, engine: &Engine, now: i64) -> Result<()> {
        // config
        require!(
            !self.config.is_paused(PauseBit::Auction, now),
            IdeError::Paused
        );
        // engine
        require!(engine.open_lot == NO_LOT, IdeError::AuctionRunning);
        require_gte!(now, engine.next_auction_at, IdeError::AuctionTooSoon);
        let next = math::add(engine.auction_seq, 1).map_err(IdeError::from)?;
        require_eq!(args.seq, next, IdeError::AuctionRunning);
        if args.kind == LotKind::Reserve {
            let cap = self.money(&params::AUCTION_CAP, now)?;
            let least = self.money(&params::AUCTION_MIN, now)?;
            require!(
                auction::lot(self.vaults.buyback_usdc, cap, least).is_none(),
                IdeError::BurnLotFirst
            );
            require!(
                self.params.value(&params::RESERVE_BUY_ENABLED, now) != 0
                    && engine.status != Status::Critical.code(),
                IdeError::ReserveBuyDisabled
            );
        }
        Ok(())
    }

    fn money(&self, param: &ion_economics::params::Param, now: i64) -> Result<u64> {
        u64::try_from(self.params.value(param, now))
            .map_err(|_| error!(IdeError::ArithmeticOverflow))
    }
}

/// Opens a lot of earmarked USDC, or of the fee vault's for the reserve, with the terms of now.
///
/// Errors: `WrongConfig`, `WrongParams`, `WrongVaults`, `WrongEngine`, `Paused`, `AuctionRunning`,
/// `AuctionTooSoon`, `BurnLotFirst`, `ReserveBuyDisabled`, `NothingToAuction`, `ArithmeticOverflow`.
pub fn handle_open_auction(ctx: Context<OpenAuction>, args: OpenAuctionArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = &mut *ctx.accounts;
    let bps = |param| {
        i16::try_from(accounts.params.value(param, now)).map_err(|_| IdeError::ArithmeticOverflow)
    };
    let (start_bps, end_bps) = (bps(&params::START_BPS)?, bps(&params::END_BPS)?);
    let ends_at = now
        .checked_add(accounts.params.value(&params::AUCTION_DURATION, now))
        .ok_or(IdeError::ArithmeticOverflow)?;
    let cap = accounts.money(&params::AUCTION_CAP, now)?;
    let least = accounts.money(&params::AUCTION_MIN, now)?;
    {
        let mut engine = accounts.engine.load_mut()?;
        accounts.validate(&args, &engine, now)?;
        engine.open_lot = args.kind.code();
        engine.auction_seq = args.seq;
        engine.next_auction_at = ends_at;
    }
    let vaults = &mut accounts.vaults;
    let (buyback, yu) = (vaults.buyback_usdc, vaults.yu_usdc);
    let source = match args.kind {
        LotKind::Burn => &mut vaults.buyback_usdc,
        LotKind::Reserve => &mut vaults.yu_usdc,
    };
    let lot = auction::lot(*source, cap, least).ok_or(IdeError::NothingToAuction)?;
    *source = math::sub(*source, lot).map_err(IdeError::from)?;
    vaults.lot_usdc = lot;
    let payer = accounts.payer.key();
    accounts.auction.set_inner(Auction {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.auction,
        seq: args.seq,
        kind: args.kind,
        state: AuctionState::Open,
        payer,
        lot_usdc: lot,
        remaining_usdc: lot,
        bought_io: 0,
        opened_at: now,
        ends_at,
        start_bps,
        end_bps,
        last_publish_time: 0,
        fills: 0,
        event_seq: 0,
        _reserved: [0; 32],
    });
    let seq = accounts.auction.next_event()?;
    let buyback_usdc = change(buyback, accounts.vaults.buyback_usdc);
    let yu_usdc = change(yu, accounts.vaults.yu_usdc);

    emit_cpi!(AuctionOpened {
        auction: ctx.accounts.auction.key(),
        auction_seq: args.seq,
        kind: args.kind.code(),
        payer,
        lot_usdc: lot,
        start_bps,
        end_bps,
        ends_at,
        buyback_usdc,
        yu_usdc,
        seq,
        at: now,
    });
    Ok(())
}
