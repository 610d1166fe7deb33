//! Events of the programs, as a follower decodes them from transactions.

#![no_main]

use ion_client::{
    events::{EmittedEvent, event_authority, events_of},
    history::{ExecutedInstruction, TopInstruction, TransactionRecord},
    idl,
};
use libfuzzer_sys::fuzz_target;
use solana_pubkey::Pubkey;
use std::sync::LazyLock;

/// Programs and discriminators of their events: the first byte of an input picks one of them.
static EVENTS: LazyLock<Vec<(Pubkey, [u8; 8])>> = LazyLock::new(|| {
    let programs = [
        (registry::ID, include_str!("../../idl/registry.json")),
        (staking::ID, include_str!("../../idl/staking.json")),
        (rewards::ID, include_str!("../../idl/rewards.json")),
        (ide::ID, include_str!("../../idl/ide.json")),
        (booking::ID, include_str!("../../idl/booking.json")),
    ];
    let mut events = Vec::new();
    for (program, text) in programs {
        let idl: serde_json::Value = serde_json::from_str(text).expect("committed interface");
        for event in idl["events"].as_array().into_iter().flatten() {
            let discriminator = serde_json::from_value(event["discriminator"].clone());
            events.push((program, discriminator.expect("eight bytes")));
        }
    }
    events
});

fuzz_target!(|bytes: &[u8]| {
    let Some((pick, body)) = bytes.split_first() else {
        return;
    };
    for program in [registry::ID, staking::ID, rewards::ID, ide::ID, booking::ID] {
        idl::event(&program, bytes);
        idl::instruction_name(&program, bytes);
    }
    let (program, discriminator) = EVENTS[usize::from(*pick) % EVENTS.len()];
    let data = [discriminator.as_slice(), body].concat();
    let tagged = [anchor_lang::event::EVENT_IX_TAG_LE, data.as_slice()].concat();
    let call = |program, accounts: Vec<Pubkey>, data: &[u8]| ExecutedInstruction {
        program,
        accounts,
        data: data.to_vec(),
    };
    let authority = event_authority(&program);
    let stranger = Pubkey::new_from_array([9; 32]);
    let record = TransactionRecord {
        signature: Default::default(),
        slot: 1,
        block_time: None,
        error: None,
        compute_units: 0,
        fee_lamports: 0,
        instructions: vec![TopInstruction {
            // A top instruction is never an event, whatever it carries.
            instruction: call(program, vec![authority], &tagged),
            inner: vec![
                call(program, vec![authority], &tagged),
                call(program, vec![stranger], &tagged),
                call(program, vec![], &tagged),
                call(stranger, vec![authority], &tagged),
                call(program, vec![authority], &data),
            ],
        }],
    };
    let events = events_of(&record);
    let genuine = |event: &&EmittedEvent| event.program == program && event.data == data;
    assert_eq!(events.iter().filter(genuine).count(), 1);
    assert!(events.len() <= 2, "an event of nobody");
    for event in &events {
        // Known by its discriminator: described whole, or not at all.
        event.describe();
    }
    let failed = TransactionRecord {
        error: Some("failed".to_owned()),
        ..record
    };
    assert!(events_of(&failed).is_empty());
});
