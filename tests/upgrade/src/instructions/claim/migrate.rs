//! Moves a claim record into the second layout.

use anchor_lang::prelude::*;

use crate::{
    constants::*,
    state::{v1, ClaimRecord, CLAIM_RECORD_VERSION},
};

/// A claim record changed its layout; its amounts are what they were.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRecordMigrated {
    /// The record.
    pub record: Pubkey,
    /// Who paid the rent of the new bytes.
    pub payer: Pubkey,
    /// Layout version before.
    pub old_version: u8,
    /// Layout version after.
    pub new_version: u8,
    /// Number of this event of the record.
    pub seq: u64,
    /// Time of the migration, Unix seconds.
    pub at: i64,
}

/// Caller: anyone, who pays the rent of the new bytes. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct MigrateClaimRecord<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    /// Both layouts begin alike and share a discriminator, so the version tells them apart.
    #[account(
        mut,
        seeds = [CLAIM_SEED, record.device.as_ref(), record.party.as_ref()],
        bump = record.bump,
        constraint = record.version == ACCOUNT_VERSION,
        realloc = ClaimRecord::SPACE,
        realloc::payer = payer,
        realloc::zero = true,
    )]
    pub record: Migration<'info, v1::ClaimRecord, ClaimRecord>,

    pub system_program: Program<'info, System>,
}

/// Enlarges the record and writes it anew; amounts and proofs stay as they are.
pub fn handle_migrate_claim_record(ctx: Context<MigrateClaimRecord>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut moved = ClaimRecord::from_v1(ctx.accounts.record.try_as_from()?, now);
    let event = ClaimRecordMigrated {
        record: ctx.accounts.record.key(),
        payer: ctx.accounts.payer.key(),
        old_version: ACCOUNT_VERSION,
        new_version: CLAIM_RECORD_VERSION,
        seq: moved.next_event()?,
        at: now,
    };
    ctx.accounts.record.migrate(moved)?;
    emit_cpi!(event);
    Ok(())
}
