//! Offers a co-stake on a device (economics §4.1).

use anchor_lang::prelude::*;
use ion_economics::{
    stake::offer,
    units::{Io, UnixSeconds},
};
use registry::state::{Config, PauseBit};

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, OfferCreated},
    instructions::book::*,
    state::Offer,
};

/// Arguments of `create_offer`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreateOfferArgs {
    /// Principal the co-staker shall put in, 1e-8 IO: `min_offer` up to the co-stake cap.
    pub amount_io: u64,
    /// Share of the device's block rewards, bps: `min_share_bps` to `max_share_bps`.
    pub share_bps: u16,
}

/// Caller: the stake wallet, who pays the rent. Stopped by the pause bit `Offers`.
#[event_cpi]
#[derive(Accounts)]
pub struct CreateOffer<'info> {
    #[account(mut, address = book.stake.wallet @ StakingError::WrongStakeWallet)]
    pub wallet: Signer<'info>,

    #[account(address = CONFIG_ADDRESS @ StakingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    pub book: Book<'info>,

    #[account(
        init,
        payer = wallet,
        space = Offer::SPACE,
        seeds = [
            OFFER_SEED,
            book.device.key().as_ref(),
            &book.stake.next_offer_seq().to_le_bytes(),
        ],
        bump,
    )]
    pub offer: Box<Account<'info, Offer>>,

    pub system_program: Program<'info, System>,
}

impl CreateOffer<'_> {
    fn validate(&self, now: UnixSeconds) -> Result<()> {
        // config
        require!(
            !self.config.is_paused(PauseBit::Offers, now.get()),
            StakingError::Paused
        );
        Ok(())
    }
}

/// Opens an offer with the next sequence of the device; it expires after `offer_ttl`.
///
/// Errors: `Paused`, `OfferBelowMinimum`, `OfferAboveCap`, `ShareOutOfRange`, `OfferOpen`,
/// `DeviceTerminated`, `DeviceNotUp`, `ClassWithdrawn`, `BelowRequirement`, `PositionActive`.
pub fn handle_create_offer(ctx: Context<CreateOffer>, args: CreateOfferArgs) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate(now)?;

    let book = &mut ctx.accounts.book;
    let terms = offer::create(
        &book.stake.ledger()?,
        book.stake.has_open_offer(),
        book.stake.next_offer_seq(),
        Io::from_base_units(args.amount_io),
        args.share_bps,
        &book.view(now)?,
    )
    .map_err(StakingError::from)?;
    let expires_at = terms.expires_at.map_or(0, UnixSeconds::get);
    book.stake.offer_seq = terms.seq;
    book.stake.open_offer_seq = terms.seq;
    let seq = book.stake.next_event()?;
    ctx.accounts.offer.set_inner(Offer {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.offer,
        device: ctx.accounts.book.device.key(),
        payer: ctx.accounts.wallet.key(),
        seq: terms.seq,
        amount_io: terms.amount.base_units(),
        share_bps: terms.share.get(),
        created_at: now.get(),
        expires_at,
        _reserved: [0; 32],
    });

    emit(
        &ctx.accounts.event_authority,
        &OfferCreated {
            offer: ctx.accounts.offer.key(),
            stake: ctx.accounts.book.stake.key(),
            wallet: ctx.accounts.wallet.key(),
            offer_seq: terms.seq,
            amount_io: args.amount_io,
            share_bps: args.share_bps,
            expires_at,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
