//! Buys IO from anyone at the bid of the moment (economics §10.8).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Burn, Token, TokenAccount, TransferChecked};
use ion_economics::{
    ide::auction::{self as rules, Fill},
    math,
    params::ide as params,
    units::UnixSeconds,
};
use registry::state::PauseBit;

use crate::{
    checks,
    constants::*,
    error::IdeError,
    events::{change, AuctionFilled},
    price::{self, Quote},
    state::{Auction, AuctionState, Currency, Epoch, LotKind, Vaults},
    tokens::VaultSigner,
};

/// Arguments of `fill_auction`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct FillAuctionArgs {
    /// Most IO to sell, base units; what the lot does not need stays with the seller.
    pub io_in: u64,
    /// Least USDC to receive for it, base units.
    pub min_usdc: u64,
}

/// Caller: anyone who sells IO.
#[event_cpi]
#[derive(Accounts)]
pub struct FillAuction<'info> {
    pub seller: Signer<'info>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    /// Only `open_auction` makes accounts of this type; at most one of them is open.
    #[account(mut)]
    pub auction: Box<Account<'info, Auction>>,

    /// The day is compared in the handler; only `open_epoch` makes accounts of this type, one a day.
    #[account(mut)]
    pub epoch: AccountLoader<'info, Epoch>,

    /// CHECK: owner, type and feed in `price::read`.
    pub price: UncheckedAccount<'info>,

    /// CHECK: the mint of the configuration, by address.
    #[account(mut, address = config.io_mint @ IdeError::WrongMint)]
    pub io_mint: UncheckedAccount<'info>,

    /// CHECK: the mint of the configuration, by address.
    #[account(address = config.usdc_mint @ IdeError::WrongMint)]
    pub usdc_mint: UncheckedAccount<'info>,

    #[account(mut, token::authority = seller)]
    pub seller_io: Box<Account<'info, TokenAccount>>,

    /// Any account of the USDC mint that the seller names; the token program checks the mint.
    #[account(mut)]
    pub seller_usdc: Box<Account<'info, TokenAccount>>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.fee_usdc @ IdeError::WrongVaultAccount)]
    pub fee_usdc: UncheckedAccount<'info>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.fee_io @ IdeError::WrongVaultAccount)]
    pub fee_io: UncheckedAccount<'info>,

    pub token_program: Program<'info, Token>,
}

impl FillAuction<'_> {
    /// The auction takes fills now.
    fn validate(&self, now: i64) -> Result<()> {
        // config
        require!(
            !self.config.is_paused(PauseBit::Auction, now),
            IdeError::Paused
        );
        // auction
        require!(
            self.auction.state == AuctionState::Open && now <= self.auction.ends_at,
            IdeError::AuctionNotOpen
        );
        // epoch
        require_eq!(
            self.epoch.load()?.day,
            checks::day_of(UnixSeconds::new(now))?,
            IdeError::WrongEpochDay
        );
        Ok(())
    }

    /// The oracle's price, not older than that of the last fill.
    fn quote(&self, now: i64) -> Result<Quote> {
        let max_age = self.params.value(&params::MAX_AGE, now);
        let quote = price::read(&self.price, &self.config, &self.params, max_age, now)?
            .ok_or(IdeError::OracleUnusable)?;
        require_gte!(
            quote.publish_time,
            self.auction.last_publish_time,
            IdeError::PriceBeforeLastFill
        );
        Ok(quote)
    }

    /// Bid and exchange of this fill.
    fn exchange(&self, args: &FillAuctionArgs, quote: &Quote, now: i64) -> Result<(u128, Fill)> {
        let elapsed = now
            .checked_sub(self.auction.opened_at)
            .ok_or(IdeError::ArithmeticOverflow)?;
        let bid =
            rules::bid12(&self.auction.terms()?, &quote.price, elapsed).map_err(IdeError::from)?;
        let fill =
            rules::fill(self.auction.remaining_usdc, args.io_in, bid).map_err(IdeError::from)?;
        require!(
            fill.usdc > 0 && fill.usdc >= args.min_usdc,
            IdeError::BelowMinimum
        );
        Ok((bid, fill))
    }

    /// Ledgers, auction and epoch of the day.
    fn book(&mut self, fill: &Fill, publish_time: i64) -> Result<()> {
        let (auction, vaults) = (&mut self.auction, &mut self.vaults);
        let add = |a, b| math::add(a, b).map_err(IdeError::from);
        auction.remaining_usdc =
            math::sub(auction.remaining_usdc, fill.usdc).map_err(IdeError::from)?;
        auction.bought_io = add(auction.bought_io, fill.io)?;
        auction.last_publish_time = publish_time;
        auction.fills = auction
            .fills
            .checked_add(1)
            .ok_or(IdeError::ArithmeticOverflow)?;
        if auction.remaining_usdc == 0 {
            auction.state = AuctionState::SoldOut;
        }
        vaults.lot_usdc = math::sub(vaults.lot_usdc, fill.usdc).map_err(IdeError::from)?;
        vaults.spent_usdc = add(vaults.spent_usdc, fill.usdc)?;
        vaults.bought_io = add(vaults.bought_io, fill.io)?;
        match auction.kind {
            LotKind::Burn => vaults.burned_io = add(vaults.burned_io, fill.io)?,
            LotKind::Reserve => vaults.yi_io = add(vaults.yi_io, fill.io)?,
        }
        let mut epoch = self.epoch.load_mut()?;
        epoch.repurchase_usdc = add(epoch.repurchase_usdc, fill.usdc)?;
        epoch.repurchase_io = add(epoch.repurchase_io, fill.io)?;
        Ok(())
    }

    /// Takes the seller's IO: burned where it lies, or moved into the fee vault for the reserve.
    fn take(&self, io: u64) -> Result<()> {
        match self.auction.kind {
            LotKind::Burn => token::burn(
                CpiContext::new(
                    self.token_program.key(),
                    Burn {
                        mint: self.io_mint.to_account_info(),
                        from: self.seller_io.to_account_info(),
                        authority: self.seller.to_account_info(),
                    },
                ),
                io,
            ),
            LotKind::Reserve => token::transfer_checked(
                CpiContext::new(
                    self.token_program.key(),
                    TransferChecked {
                        from: self.seller_io.to_account_info(),
                        mint: self.io_mint.to_account_info(),
                        to: self.fee_io.to_account_info(),
                        authority: self.seller.to_account_info(),
                    },
                ),
                io,
                Currency::Io.decimals(),
            ),
        }
    }

    fn pay(&self, usdc: u64) -> Result<()> {
        VaultSigner {
            vaults: self.vaults.to_account_info(),
            bump: self.vaults.bump,
            token_program: self.token_program.key(),
        }
        .send(
            Currency::Usdc,
            &self.usdc_mint,
            &self.fee_usdc,
            &self.seller_usdc.to_account_info(),
            usdc,
        )
    }
}

/// Buys IO at the bid, which depends on the time since the opening and on the oracle only: what was
/// bought before does not move it. IO of a burn lot is burned here.
///
/// Errors: `WrongConfig`, `WrongParams`, `WrongVaults`, `WrongMint`, `WrongVaultAccount`, `Paused`,
/// `AuctionNotOpen`, `WrongEpochDay`, `BadOracleAccount`, `OracleUnusable`, `PriceBeforeLastFill`,
/// `BelowMinimum`, `ArithmeticOverflow`; the token program's for a seller without the IO.
pub fn handle_fill_auction(ctx: Context<FillAuction>, args: FillAuctionArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(now)?;
    let quote = ctx.accounts.quote(now)?;
    let (bid, fill) = ctx.accounts.exchange(&args, &quote, now)?;
    let before = ctx.accounts.auction.remaining_usdc;
    ctx.accounts.book(&fill, quote.publish_time)?;
    let seq = ctx.accounts.auction.next_event()?;
    let day = ctx.accounts.epoch.load()?.day;
    ctx.accounts.take(fill.io)?;
    ctx.accounts.pay(fill.usdc)?;

    let auction = &ctx.accounts.auction;
    emit_cpi!(AuctionFilled {
        auction: auction.key(),
        auction_seq: auction.seq,
        seller: ctx.accounts.seller.key(),
        day,
        io: fill.io,
        usdc: fill.usdc,
        bid_p12: price::stored(bid)?,
        price_p12: price::stored(quote.price.p12)?,
        publish_time: quote.publish_time,
        is_burned: auction.kind == LotKind::Burn,
        remaining_usdc: change(before, auction.remaining_usdc),
        seq,
        at: now,
    });
    Ok(())
}
