//! Instructions that take a day from its end to its sealing.

use anchor_spl::token;
use ide::{AcceptEpochReportArgs, ApplyEpochRowsArgs, ClassRowArgs, accounts, instruction};
use ion_merkle::{
    epoch::{ClassRow, EpochReport, report_seq},
    report::ReportKind,
};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::{
    addresses,
    instructions::{build, with_remaining},
};

/// Ends a UTC day. Signer: none.
pub fn end_epoch(day: u64) -> Instruction {
    build(
        ide::ID,
        accounts::EndEpoch {
            params: addresses::registry::params(&ide::ID),
            epoch: addresses::ide::epoch(day),
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::EndEpoch {},
    )
}

/// Takes the attested report of a day; `voided_reports` as the Epoch account counts them. Signer:
/// none.
pub fn accept_epoch_report(report: &EpochReport, voided_reports: u8) -> Instruction {
    build(
        ide::ID,
        accounts::AcceptEpochReport {
            config: addresses::registry::config(),
            poll: report_poll(report.day, voided_reports),
            engine: addresses::ide::engine(),
            epoch: addresses::ide::epoch(report.day),
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::AcceptEpochReport {
            args: AcceptEpochReportArgs {
                avail_usd_micros: report.avail_usd_micros,
                floors: report.floors,
                class_count: report.class_count,
                class_rows: report.class_rows,
                bundle: report.bundle,
            },
        },
    )
}

/// Drops the attested report of a day that could not be completed in time; `voided_reports` as the
/// Epoch account counts them before. Signer: none.
pub fn void_epoch_report(day: u64, voided_reports: u8) -> Instruction {
    build(
        ide::ID,
        accounts::VoidEpochReport {
            config: addresses::registry::config(),
            params: addresses::registry::params(&ide::ID),
            poll: report_poll(day, voided_reports),
            engine: addresses::ide::engine(),
            epoch: addresses::ide::epoch(day),
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::VoidEpochReport {},
    )
}

fn report_poll(day: u64, voided_reports: u8) -> Pubkey {
    let seq = report_seq(day, voided_reports);
    addresses::registry::poll(ReportKind::EpochReport, &ide::ID, seq)
}

/// Reveals the next class rows of a day's report with the link that follows them. Signer: none.
pub fn apply_epoch_rows(day: u64, rows: &[ClassRow], next_link: [u8; 32]) -> Instruction {
    let revealed = rows
        .iter()
        .map(|row| ClassRowArgs {
            class: row.class,
            processors: row.processors,
            processor_minutes: row.processor_minutes,
        })
        .collect();
    with_remaining(
        build(
            ide::ID,
            accounts::ApplyEpochRows {
                engine: addresses::ide::engine(),
                epoch: addresses::ide::epoch(day),
                event_authority: addresses::event_authority(&ide::ID),
                program: ide::ID,
            },
            instruction::ApplyEpochRows {
                args: ApplyEpochRowsArgs {
                    rows: revealed,
                    next_link,
                },
            },
        ),
        rows.iter()
            .map(|row| AccountMeta::new_readonly(addresses::ide::rates(row.class), false)),
    )
}

/// Seals a day. Signer: none. `price` is the oracle's account; `None` only once the oracle was silent
/// for too long.
pub fn seal_epoch(
    day: u64,
    price: Option<Pubkey>,
    io_mint: &Pubkey,
    usdc_mint: &Pubkey,
) -> Instruction {
    build(
        ide::ID,
        accounts::SealEpoch {
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
        },
        instruction::SealEpoch {},
    )
}
