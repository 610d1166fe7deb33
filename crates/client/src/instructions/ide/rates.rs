//! Instructions that carry out governance's decisions in the engine.

use ide::{accounts, instruction};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{addresses, instructions::build};

/// Creates the account of a class's rates. Signer: the payer, anyone.
pub fn open_class_rates(payer: &Pubkey, class: u16) -> Instruction {
    build(
        ide::ID,
        accounts::OpenClassRates {
            payer: *payer,
            class: addresses::registry::class(class),
            rates: addresses::ide::rates(class),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::OpenClassRates {},
    )
}

/// Carries out a queued decision on the rates of a class. Signer: none.
pub fn set_class_rates(action_id: u64, class: u16) -> Instruction {
    build(
        ide::ID,
        accounts::SetClassRates {
            caller: addresses::caller(&ide::ID),
            config: addresses::registry::config(),
            params: addresses::registry::params(&ide::ID),
            action: addresses::registry::action(action_id),
            class: addresses::registry::class(class),
            engine: addresses::ide::engine(),
            rates: addresses::ide::rates(class),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::SetClassRates {},
    )
}

/// Carries out the queued decision that the engine pays from the next day on. Signer: none.
pub fn schedule_switch(action_id: u64) -> Instruction {
    build(
        ide::ID,
        accounts::ScheduleSwitch {
            caller: addresses::caller(&ide::ID),
            config: addresses::registry::config(),
            params: addresses::registry::params(&ide::ID),
            action: addresses::registry::action(action_id),
            engine: addresses::ide::engine(),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::ScheduleSwitch {},
    )
}
