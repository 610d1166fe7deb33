//! Forged events: only an inner call that a program signed for with its event authority counts.

use anchor_lang::{Discriminator as _, event::EVENT_IX_TAG_LE};
use ion_client::{
    events::{event_authority, events_of},
    history::{ExecutedInstruction, History as _, TopInstruction, TransactionRecord},
};
use ion_program_tests::{World, flows::H100};
use registry::events::DeviceRegistered;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// A transaction of the registry with its one event of a registration.
fn registration(world: &World) -> TransactionRecord {
    world.register(H100, 1, 1_000_000, 0);
    world
        .chain
        .transactions(&registry::ID)
        .expect("the machine keeps them")
        .into_iter()
        .find(|record| count(record) == 1)
        .expect("a registration leaves its event")
}

fn count(record: &TransactionRecord) -> usize {
    events_of(record)
        .iter()
        .filter(|event| event.decode::<DeviceRegistered>(&registry::ID).is_some())
        .count()
}

#[test]
fn only_the_program_s_own_inner_calls_count_as_its_events() {
    let world = World::new();
    let record = registration(&world);
    assert_eq!(count(&record), 1);
    let (top, event) = record
        .instructions
        .iter()
        .enumerate()
        .find_map(|(top, instruction)| {
            let is_event = |inner: &&ExecutedInstruction| {
                inner
                    .data
                    .strip_prefix(EVENT_IX_TAG_LE)
                    .is_some_and(|body| body.starts_with(DeviceRegistered::DISCRIMINATOR))
            };
            let inner = instruction.inner.iter().find(is_event)?;
            Some((top, inner.clone()))
        })
        .expect("the event is an inner instruction");
    let forged = |change: &dyn Fn(&mut TransactionRecord)| {
        let mut copy = record.clone();
        copy.instructions[top].inner.retain(|inner| *inner != event);
        change(&mut copy);
        copy
    };
    assert_eq!(count(&forged(&|_| {})), 0);
    // The same bytes from a program of the attacker.
    let foreign = ExecutedInstruction {
        program: Pubkey::new_unique(),
        ..event.clone()
    };
    let by_foreign = forged(&|copy| copy.instructions[top].inner.push(foreign.clone()));
    assert_eq!(count(&by_foreign), 0);
    // From another of the five programs, with that program's authority: an event of that program.
    let other = ExecutedInstruction {
        program: staking::ID,
        accounts: vec![event_authority(&staking::ID)],
        data: event.data.clone(),
    };
    let by_other = forged(&|copy| copy.instructions[top].inner.push(other.clone()));
    assert_eq!(count(&by_other), 0);
    // Called from outside of the program, and without or with another authority.
    let top_level = TopInstruction {
        instruction: event.clone(),
        inner: Vec::new(),
    };
    let from_outside = forged(&|copy| copy.instructions.push(top_level.clone()));
    assert_eq!(count(&from_outside), 0);
    for accounts in [Vec::new(), vec![Pubkey::new_unique()]] {
        let unsigned = ExecutedInstruction {
            accounts,
            ..event.clone()
        };
        let without = forged(&|copy| copy.instructions[top].inner.push(unsigned.clone()));
        assert_eq!(count(&without), 0);
    }
    // And of a failed transaction nothing counts.
    let failed = TransactionRecord {
        error: Some("failed".into()),
        ..record.clone()
    };
    assert_eq!(count(&failed), 0);

    // Nobody can make the program say it: the event call needs the authority's signature.
    for is_signer in [false, true] {
        let authority = event_authority(&registry::ID);
        let call = Instruction {
            program_id: registry::ID,
            accounts: vec![AccountMeta::new_readonly(authority, is_signer)],
            data: event.data.clone(),
        };
        assert!(world.send(&world.treasury, &[], &[call]).is_err());
    }
    assert_ne!(world.treasury.pubkey(), event_authority(&registry::ID));
}
