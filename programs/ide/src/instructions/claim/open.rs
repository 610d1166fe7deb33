//! Creates the record of a leaf (economics §1.7 F2).

use anchor_lang::prelude::*;
use ion_claims::Ledger;

use crate::{constants::*, events::ClaimOpened, state::ClaimRecord};

/// Arguments of `open_claim`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct OpenClaimArgs {
    /// The Device account.
    pub device: Pubkey,
    /// Owner of the device at registration, or the wallet of a co-position.
    pub party: Pubkey,
}

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: OpenClaimArgs)]
pub struct OpenClaim<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(
        init,
        payer = payer,
        space = ClaimRecord::SPACE,
        seeds = [CLAIM_SEED, args.device.as_ref(), args.party.as_ref()],
        bump,
    )]
    pub record: Box<Account<'info, ClaimRecord>>,

    pub system_program: Program<'info, System>,
}

/// Creates an empty record; only a proof gives it a value.
///
/// Errors: those of the framework.
pub fn handle_open_claim(ctx: Context<OpenClaim>, args: OpenClaimArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.record.set_inner(ClaimRecord {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.record,
        device: args.device,
        party: args.party,
        ledger: Ledger::default(),
        event_seq: 0,
        _reserved: [0; 32],
    });
    let seq = ctx.accounts.record.next_event()?;

    emit_cpi!(ClaimOpened {
        record: ctx.accounts.record.key(),
        device: args.device,
        party: args.party,
        payer: ctx.accounts.payer.key(),
        seq,
        at: now,
    });
    Ok(())
}
