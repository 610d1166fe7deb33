//! Totals of the public record.

use crate::addresses;
use crate::instructions::{build, with_remaining, writable};
use ::booking::{
    ID, InitShardArgs, OpenTneDayArgs, accounts, constants::ADJUSTMENT_SHARD, instruction,
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Creates one of the 16 shards of the totals. Signer: the payer of its rent, anyone.
pub fn init_shard(payer: &Pubkey, shard: u8) -> Instruction {
    build(
        ::booking::ID,
        accounts::InitShard {
            payer: *payer,
            tne: addresses::booking::tne_totals(shard),
            system_program: anchor_lang::system_program::ID,
        },
        instruction::InitShard {
            args: InitShardArgs { shard },
        },
    )
}

/// Creates the permanent totals of a past UTC day. Signer: the payer of the rent, anyone.
pub fn open_tne_day(payer: &Pubkey, day: u64) -> Instruction {
    build(
        ::booking::ID,
        accounts::OpenTneDay {
            payer: *payer,
            tne_day: addresses::booking::tne_day(day),
            system_program: anchor_lang::system_program::ID,
        },
        instruction::OpenTneDay {
            args: OpenTneDayArgs { day },
        },
    )
}

/// Adds shards, each once, to the permanent totals of a past day. Signer: anyone.
pub fn fold_tne_day(by: &Pubkey, day: u64, shards: &[u8]) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::FoldTneDay {
            by: *by,
            tne_day: addresses::booking::tne_day(day),
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::FoldTneDay {},
    );
    let keys: Vec<Pubkey> = shards
        .iter()
        .map(|shard| addresses::booking::tne_totals(*shard))
        .collect();
    with_remaining(instruction, writable(&keys))
}

/// Executes a queued correction of a total. Signer: anyone. `action_id` is the number of the queued
/// action of registry.
pub fn adjust(by: &Pubkey, action_id: u64) -> Instruction {
    build(
        ::booking::ID,
        accounts::Adjust {
            by: *by,
            config: addresses::registry::config(),
            action: addresses::registry::action(action_id),
            tne: addresses::booking::tne_totals(ADJUSTMENT_SHARD),
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Adjust {},
    )
}
