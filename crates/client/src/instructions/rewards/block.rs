//! Instructions on an hourly block.

use anchor_spl::token;
use ion_merkle::{
    report::ReportKind,
    summary::{BlockSummary, PoolSummary},
};
use rewards::{
    CompleteBlockArgs, ReleaseBlockArgs, accounts, instruction,
    state::{DeviceCounts, PoolTotals},
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{addresses, instructions::build};

/// Hours of an epoch.
const HOURS_PER_DAY: u64 = 24;

/// Mints the emission of the next hour. Signer: the payer of the rent, anyone. `is_ide`: whether the
/// hour is at or after `Config::ide_from_hour`; then the epoch of its day must be open.
pub fn release_block(payer: &Pubkey, io_mint: &Pubkey, hour: u64, is_ide: bool) -> Instruction {
    let destination = if is_ide {
        addresses::ide::reward_vault()
    } else {
        addresses::rewards::distribution()
    };
    build(
        rewards::ID,
        accounts::ReleaseBlock {
            payer: *payer,
            config: addresses::registry::config(),
            params: addresses::registry::params(&rewards::ID),
            emission: addresses::rewards::emission(),
            io_mint: *io_mint,
            destination,
            block: addresses::rewards::block(hour),
            token_program: token::ID,
            system_program: anchor_lang::system_program::ID,
            caller: is_ide.then(addresses::rewards::caller),
            vaults: is_ide.then(addresses::ide::vaults),
            epoch: is_ide.then(|| addresses::ide::epoch(hour / HOURS_PER_DAY)),
            ide_event_authority: is_ide.then(|| addresses::event_authority(&ide::ID)),
            ide_program: is_ide.then_some(ide::ID),
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::ReleaseBlock {
            args: ReleaseBlockArgs { hour },
        },
    )
}

/// Divides a block by its attested summary. Signer: anyone.
pub fn complete_block(cranker: &Pubkey, io_mint: &Pubkey, summary: &BlockSummary) -> Instruction {
    build(
        rewards::ID,
        accounts::CompleteBlock {
            cranker: *cranker,
            poll: summary_poll(summary.hour),
            block: addresses::rewards::block(summary.hour),
            emission: addresses::rewards::emission(),
            distribution: addresses::rewards::distribution(),
            reward_vault: addresses::ide::reward_vault(),
            io_mint: *io_mint,
            config: addresses::registry::config(),
            vaults: addresses::ide::vaults(),
            caller: addresses::rewards::caller(),
            ide_event_authority: addresses::event_authority(&ide::ID),
            ide_program: ide::ID,
            token_program: token::ID,
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::CompleteBlock {
            args: CompleteBlockArgs {
                counts: DeviceCounts {
                    nominated: summary.nominated,
                    succeeded: summary.succeeded,
                    failed: summary.failed,
                    verified_cpus: summary.verified_cpus,
                    verified_gpus: summary.verified_gpus,
                },
                enterprise: totals(&summary.enterprise),
                community: totals(&summary.community),
                device_list: summary.device_list,
                bundle: summary.bundle,
            },
        },
    )
}

/// Fails a block without an attested summary after its deadline. Signer: anyone.
pub fn fail_block(cranker: &Pubkey, io_mint: &Pubkey, hour: u64) -> Instruction {
    build(
        rewards::ID,
        accounts::FailBlock {
            cranker: *cranker,
            params: addresses::registry::params(&rewards::ID),
            poll: summary_poll(hour),
            block: addresses::rewards::block(hour),
            emission: addresses::rewards::emission(),
            distribution: addresses::rewards::distribution(),
            reward_vault: addresses::ide::reward_vault(),
            io_mint: *io_mint,
            config: addresses::registry::config(),
            vaults: addresses::ide::vaults(),
            caller: addresses::rewards::caller(),
            ide_event_authority: addresses::event_authority(&ide::ID),
            ide_program: ide::ID,
            token_program: token::ID,
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::FailBlock {},
    )
}

/// Returns the rent of an old block to the wallet that paid it. Signer: anyone.
pub fn close_block(cranker: &Pubkey, payer: &Pubkey, hour: u64) -> Instruction {
    build(
        rewards::ID,
        accounts::CloseBlock {
            cranker: *cranker,
            params: addresses::registry::params(&rewards::ID),
            roots: addresses::rewards::roots(),
            block: addresses::rewards::block(hour),
            payer: *payer,
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::CloseBlock {},
    )
}

/// Poll of an hour's summary.
fn summary_poll(hour: u64) -> Pubkey {
    addresses::registry::poll(ReportKind::BlockSummary, &rewards::ID, hour)
}

const fn totals(pool: &PoolSummary) -> PoolTotals {
    PoolTotals {
        base_sum: pool.base_sum,
        paid_devices: pool.paid_devices,
        allocated_io: pool.allocated_io,
    }
}
