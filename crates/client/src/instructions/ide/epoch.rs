//! Instructions that take a day from its end to its sealing.

use anchor_lang::{InstructionData, ToAccountMetas};
use anchor_spl::token;
use ide::{AcceptEpochReportArgs, ApplyEpochRowsArgs, ClassRowArgs, accounts, instruction};
use ion_merkle::{
    epoch::{ClassRow, EpochReport},
    report::ReportKind,
};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::addresses;

/// Ends a UTC day. Signer: none.
pub fn end_epoch(day: u64) -> Instruction {
    Instruction {
        program_id: ide::ID,
        accounts: accounts::EndEpoch {
            params: addresses::registry::params(&ide::ID),
            epoch: addresses::ide::epoch(day),
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        }
        .to_account_metas(None),
        data: instruction::EndEpoch {}.data(),
    }
}

/// Takes the attested report of a day. Signer: none.
pub fn accept_epoch_report(report: &EpochReport) -> Instruction {
    Instruction {
        program_id: ide::ID,
        accounts: accounts::AcceptEpochReport {
            config: addresses::registry::config(),
            poll: addresses::registry::poll(ReportKind::EpochReport, &ide::ID, report.day),
            engine: addresses::ide::engine(),
            epoch: addresses::ide::epoch(report.day),
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        }
        .to_account_metas(None),
        data: instruction::AcceptEpochReport {
            args: AcceptEpochReportArgs {
                avail_usd_micros: report.avail_usd_micros,
                floors: report.floors,
                class_count: report.class_count,
                class_rows: report.class_rows,
                bundle: report.bundle,
            },
        }
        .data(),
    }
}

/// Reveals the next class rows of a day's report with the link that follows them. Signer: none.
pub fn apply_epoch_rows(day: u64, rows: &[ClassRow], next_link: [u8; 32]) -> Instruction {
    let mut metas = accounts::ApplyEpochRows {
        engine: addresses::ide::engine(),
        epoch: addresses::ide::epoch(day),
        event_authority: addresses::event_authority(&ide::ID),
        program: ide::ID,
    }
    .to_account_metas(None);
    metas.extend(
        rows.iter()
            .map(|row| AccountMeta::new_readonly(addresses::ide::rates(row.class), false)),
    );
    let rows = rows
        .iter()
        .map(|row| ClassRowArgs {
            class: row.class,
            processors: row.processors,
            processor_minutes: row.processor_minutes,
        })
        .collect();
    Instruction {
        program_id: ide::ID,
        accounts: metas,
        data: instruction::ApplyEpochRows {
            args: ApplyEpochRowsArgs { rows, next_link },
        }
        .data(),
    }
}

/// Seals a day. Signer: none. `price` is the oracle's account; `None` only once the oracle was silent
/// for too long.
pub fn seal_epoch(
    day: u64,
    price: Option<Pubkey>,
    io_mint: &Pubkey,
    usdc_mint: &Pubkey,
) -> Instruction {
    Instruction {
        program_id: ide::ID,
        accounts: accounts::SealEpoch {
            config: addresses::registry::config(),
            params: addresses::registry::params(&ide::ID),
            vaults: addresses::ide::vaults(),
            engine: addresses::ide::engine(),
            epoch: addresses::ide::epoch(day),
            price,
            io_mint: *io_mint,
            usdc_mint: *usdc_mint,
            reward_vault: addresses::ide::reward_vault(),
            fee_usdc: addresses::ide::fee_usdc(),
            fee_io: addresses::ide::fee_io(),
            pay_io: addresses::ide::pay_io(),
            pay_usdc: addresses::ide::pay_usdc(),
            token_program: token::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        }
        .to_account_metas(None),
        data: instruction::SealEpoch {}.data(),
    }
}
