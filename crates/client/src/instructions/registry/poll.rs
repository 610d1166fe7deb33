//! Votes on reports.

use crate::addresses;
use crate::instructions::build;
use ::registry::{OpenPollArgs, VoteReportArgs, accounts, instruction};
use ion_merkle::report::ReportKind;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Opens the poll of a report. Signer: the payer of the rent, anyone.
pub fn open_poll(payer: &Pubkey, kind: ReportKind, subject: &Pubkey, seq: u64) -> Instruction {
    build(
        registry::ID,
        accounts::OpenPoll {
            payer: *payer,
            verifiers: addresses::registry::verifier_set(),
            poll: addresses::registry::poll(kind, subject, seq),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::OpenPoll {
            args: OpenPollArgs {
                kind: kind.to_u8(),
                subject: *subject,
                seq,
            },
        },
    )
}

/// Votes for a payload hash in a poll (its account). Signer: a verifier of the current set.
pub fn vote_report(verifier: &Pubkey, poll: &Pubkey, payload_hash: [u8; 32]) -> Instruction {
    build(
        registry::ID,
        accounts::VoteReport {
            verifier: *verifier,
            verifiers: addresses::registry::verifier_set(),
            poll: *poll,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::VoteReport {
            args: VoteReportArgs { payload_hash },
        },
    )
}

/// Returns the rent of a poll (its account) to its payer. Signer: anyone.
pub fn close_poll(cranker: &Pubkey, poll: &Pubkey, payer: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::ClosePoll {
            cranker: *cranker,
            params: addresses::registry::params(&registry::ID),
            poll: *poll,
            payer: *payer,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::ClosePoll {},
    )
}
