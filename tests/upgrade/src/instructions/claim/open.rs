//! Creates the record of a leaf in the second layout.

use anchor_lang::prelude::*;
use ion_claims::Ledger;
use registry::state::Device;

use crate::{
    constants::*,
    events::ClaimOpened,
    state::{ClaimRecord, CLAIM_RECORD_VERSION},
};

/// Arguments of `open_claim`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct OpenClaimArgs {
    /// Owner of the device at registration, or the wallet of a co-position.
    pub party: Pubkey,
}

/// Caller: anyone, who pays the rent. A record stands forever, so the rent does not come back.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: OpenClaimArgs)]
pub struct OpenClaim<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    pub device: Box<Account<'info, Device>>,

    #[account(
        init,
        payer = payer,
        space = ClaimRecord::SPACE,
        seeds = [CLAIM_SEED, device.key().as_ref(), args.party.as_ref()],
        bump,
    )]
    pub record: Box<Account<'info, ClaimRecord>>,

    pub system_program: Program<'info, System>,
}

/// Creates an empty record; what it may pay is proven by leaves of this device and party only.
pub fn handle_open_claim(ctx: Context<OpenClaim>, args: OpenClaimArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = &mut *ctx.accounts;
    accounts.record.set_inner(ClaimRecord {
        version: CLAIM_RECORD_VERSION,
        bump: ctx.bumps.record,
        device: accounts.device.key(),
        party: args.party,
        ledger: Ledger::default(),
        event_seq: 1,
        _reserved: [0; 32],
        last_event_at: now,
        _reserved_more: [0; 56],
    });

    let record = &ctx.accounts.record;
    emit_cpi!(ClaimOpened {
        record: record.key(),
        payer: ctx.accounts.payer.key(),
        device: record.device,
        party: record.party,
        seq: record.event_seq,
        at: now,
    });
    Ok(())
}
