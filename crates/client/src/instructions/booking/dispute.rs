//! Disputed work records.

use crate::addresses;
use crate::instructions::build;
use ::booking::{ChallengeArgs, ID, RuleRecordArgs, accounts, instruction};
use ion_economics::booking::MAX_LINES;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Disputes a work record. Signer: the renter. `evidence` is the hash of what it shows, `op_seq` is
/// `Booking::op_seq`.
pub fn challenge(
    renter: &Pubkey,
    booking: &Pubkey,
    record_seq: u32,
    evidence: [u8; 32],
    op_seq: u32,
) -> Instruction {
    build(
        ::booking::ID,
        accounts::Challenge {
            renter: *renter,
            params: addresses::registry::params(&ID),
            booking: *booking,
            record: addresses::booking::work_record(booking, record_seq),
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Challenge {
            args: ChallengeArgs { evidence, op_seq },
        },
    )
}

/// Rules on a challenged record. Signer: the arbiter. `minutes` that stand per line, at most those the
/// record adds; `reason` is the hash of the reasons.
pub fn rule_record(
    arbiter: &Pubkey,
    booking: &Pubkey,
    record_seq: u32,
    minutes: [u32; MAX_LINES],
    reason: [u8; 32],
) -> Instruction {
    build(
        ::booking::ID,
        accounts::RuleRecord {
            arbiter: *arbiter,
            roles: addresses::registry::roles(),
            booking: *booking,
            record: addresses::booking::work_record(booking, record_seq),
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::RuleRecord {
            args: RuleRecordArgs { minutes, reason },
        },
    )
}
