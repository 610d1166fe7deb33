//! Fills an offer with exactly the terms the co-staker signed for (economics §4.1).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ion_economics::{
    stake::{
        offer::{self, Parties, SeenTerms},
        Ledger,
    },
    units::{Io, UnixSeconds},
};
use registry::state::{Config, PauseBit};

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, LedgerChange, OfferFilled, PositionChange, PositionOpened},
    instructions::{book::*, vault},
    state::{CoPosition, CoStaker, Offer},
};

/// Arguments of `accept_offer`: the terms as the co-staker saw them.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct AcceptOfferArgs {
    /// Sequence of the offer.
    pub offer_seq: u64,
    /// Principal to put in, 1e-8 IO.
    pub amount_io: u64,
    /// Share of the device's block rewards, bps.
    pub share_bps: u16,
}

/// Caller: the co-staker, who pays the rent of its position. Stopped by the pause bit `Offers`.
#[event_cpi]
#[derive(Accounts)]
pub struct AcceptOffer<'info> {
    #[account(mut)]
    pub co_staker: Signer<'info>,

    #[account(address = CONFIG_ADDRESS @ StakingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = config.io_mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    pub book: Book<'info>,

    #[account(
        mut,
        constraint = offer.device == book.stake.device @ StakingError::WrongOffer,
        close = offer_payer,
    )]
    pub offer: Box<Account<'info, Offer>>,

    /// CHECK: receives rent only; its address is checked here.
    #[account(mut, address = offer.payer @ StakingError::WrongPayer)]
    pub offer_payer: UncheckedAccount<'info>,

    #[account(
        init,
        payer = co_staker,
        space = CoPosition::SPACE,
        seeds = [CO_POSITION_SEED, book.device.key().as_ref(), &offer.seq.to_le_bytes()],
        bump,
    )]
    pub position: Box<Account<'info, CoPosition>>,

    #[account(mut, constraint = holder.wallet == co_staker.key() @ StakingError::WrongCoStaker)]
    pub holder: Box<Account<'info, CoStaker>>,

    #[account(
        mut,
        constraint = source.mint == io_mint.key() && source.owner == co_staker.key()
            @ StakingError::WrongTokenAccount,
    )]
    pub source: Box<Account<'info, TokenAccount>>,

    #[account(
        mut,
        seeds = [STAKE_VAULT_SEED, book.stake.key().as_ref()],
        bump = book.stake.vault_bump,
    )]
    pub vault: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
    pub system_program: Program<'info, System>,
}

impl AcceptOffer<'_> {
    fn validate(&self, now: UnixSeconds) -> Result<()> {
        // config
        require!(
            !self.config.is_paused(PauseBit::Offers, now.get()),
            StakingError::Paused
        );
        Ok(())
    }

    /// The book with the position in it.
    fn filled(&self, args: &AcceptOfferArgs, before: &Ledger, now: UnixSeconds) -> Result<Ledger> {
        let device = &self.book.device;
        let after = offer::accept(
            before,
            &self.offer.terms()?,
            &SeenTerms {
                seq: args.offer_seq,
                amount: Io::from_base_units(args.amount_io),
                share_bps: args.share_bps,
            },
            &Parties {
                co_staker: self.co_staker.key().as_array(),
                owner: device.owner.as_array(),
                stake_wallet: self.book.stake.wallet.as_array(),
                payout_wallet: device.payout_wallet.as_array(),
            },
            self.holder.live_positions,
            &self.book.view(now)?,
        );
        Ok(after.map_err(StakingError::from)?)
    }
}

/// Takes the whole amount into the device's vault and opens the position; the offer is gone with it.
///
/// Errors: `Paused`, `TermsMismatch`, `OfferExpired`, `SelfCoStake`, `DeviceTerminated`,
/// `DeviceNotUp`, `ClassWithdrawn`, `BelowRequirement`, `PositionActive`, `OfferAboveCap`,
/// `TooManyPositions`, `NoFreeSlot`.
pub fn handle_accept_offer(ctx: Context<AcceptOffer>, args: AcceptOfferArgs) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate(now)?;
    let co_staker = ctx.accounts.co_staker.key();

    let before = ctx.accounts.book.stake.ledger()?;
    let after = ctx.accounts.filled(&args, &before, now)?;
    let book = &mut ctx.accounts.book;
    let position_seq = book.apply(&after, now)?;
    for slot in &mut book.stake.positions {
        if slot.seq == args.offer_seq {
            slot.wallet = co_staker;
        }
    }
    book.stake.open_offer_seq = 0;
    let offer_seq = book.stake.next_event()?;
    ctx.accounts.holder.enter()?;
    ctx.accounts.position.set_inner(CoPosition {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.position,
        device: ctx.accounts.book.device.key(),
        wallet: co_staker,
        payer: co_staker,
        seq: args.offer_seq,
        accepted_io: args.amount_io,
        share_bps: args.share_bps,
        accepted_at: now.get(),
        restored_io: 0,
        open_legs: 0,
        _reserved: [0; 32],
    });

    let accounts = &ctx.accounts;
    vault::take(
        Io::from_base_units(args.amount_io),
        &accounts.source,
        &accounts.co_staker,
        &accounts.vault,
        &accounts.io_mint,
        &accounts.token_program,
    )?;

    emit(
        &ctx.accounts.event_authority,
        &PositionOpened {
            position: ctx.accounts.position.key(),
            stake: ctx.accounts.book.stake.key(),
            co_staker,
            change: PositionChange::one(&before, &after)?,
            ledger: LedgerChange::between(&before, &after, now)?,
            seq: position_seq,
            at: now.get(),
        },
    )?;
    emit(
        &ctx.accounts.event_authority,
        &OfferFilled {
            offer: ctx.accounts.offer.key(),
            stake: ctx.accounts.book.stake.key(),
            co_staker,
            position: ctx.accounts.position.key(),
            offer_seq: args.offer_seq,
            amount_io: args.amount_io,
            share_bps: args.share_bps,
            seq: offer_seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
