//! The flows of the compute report, in which every instruction of the five programs succeeds, played
//! again with each transaction tried under all 64 combinations first.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use ::registry::{error::RegistryError, state::PauseBit};
use ion_client::{
    addresses,
    history::TransactionRecord,
    idl,
    send::{self, Chain},
};
use ion_program_tests::{
    World,
    observe::{Observer, observed},
};
use solana_instruction::{Instruction, error::InstructionError};
use solana_keypair::Keypair;
use solana_transaction::TransactionError;

use crate::{
    coverage::{GENESIS, published},
    flows,
    matrix::{COMBINATIONS, add_pauses, holds},
};

/// Times that one instruction is tried.
const TRIES: usize = 3;

/// Entries, the bit that stops each, and the error it stops with; no other instruction is stopped by
/// any bit.
fn stops() -> BTreeMap<&'static str, (PauseBit, u32)> {
    use PauseBit::{Auction, Booking, Offers, Register, SlashPropose, StakeIn};
    let registry = u32::from(RegistryError::RegistrationPaused);
    let staking = u32::from(staking::error::StakingError::Paused);
    let booking = u32::from(booking::error::BookingError::Paused);
    let ide = u32::from(ide::error::IdeError::Paused);
    BTreeMap::from([
        ("registry.register_device", (Register, registry)),
        ("staking.stake", (StakeIn, staking)),
        ("staking.create_offer", (Offers, staking)),
        ("staking.accept_offer", (Offers, staking)),
        ("staking.propose_slash", (SlashPropose, staking)),
        ("booking.create_quote", (Booking, booking)),
        ("booking.quote_extension", (Booking, booking)),
        ("booking.book", (Booking, booking)),
        ("booking.pay", (Booking, booking)),
        ("booking.extend", (Booking, booking)),
        ("booking.start", (Booking, booking)),
        ("booking.start_group", (Booking, booking)),
        ("booking.failover", (Booking, booking)),
        ("ide.open_auction", (Auction, ide)),
        ("ide.fill_auction", (Auction, ide)),
    ])
}

/// Tries every transaction under every combination.
#[derive(Default)]
struct Tried {
    times: RefCell<BTreeMap<String, usize>>,
    inside: RefCell<BTreeSet<String>>,
}

/// `program.instruction`; `None` for the system and token programs.
fn name(program: &solana_pubkey::Pubkey, data: &[u8]) -> Option<String> {
    let instruction = idl::instruction_name(program, data)?;
    Some(format!("{}.{instruction}", idl::program_name(program)?))
}

impl Observer for Tried {
    fn before(
        &self,
        world: &World,
        payer: &Keypair,
        signers: &[&Keypair],
        instructions: &[Instruction],
    ) {
        let config = addresses::registry::config();
        let names: Vec<String> = instructions
            .iter()
            .filter_map(|instruction| name(&instruction.program_id, &instruction.data))
            .collect();
        let is_new = |name: &String| {
            let times = self.times.borrow();
            times.get(name).is_none_or(|times| *times < TRIES)
        };
        if !world.exists(&config) || !names.iter().any(is_new) {
            return;
        }
        let simulate = || {
            let hash = world.chain.blockhash().expect("the machine answers").hash;
            let transaction =
                send::build(payer, signers, instructions, hash).expect("the flow signs it");
            world
                .chain
                .with(|svm| match svm.simulate_transaction(transaction) {
                    Ok(_) => Ok(()),
                    Err(failed) => Err(failed.err),
                })
        };
        if simulate().is_err() {
            return; // a flow that shows a refusal
        }
        let stops = stops();
        let raw = world.raw(&config);
        for mask in 1..COMBINATIONS {
            add_pauses(world, mask);
            let expected = instructions
                .iter()
                .enumerate()
                .find_map(|(index, instruction)| {
                    let name = name(&instruction.program_id, &instruction.data)?;
                    let (bit, error) = stops.get(name.as_str())?;
                    let index = u8::try_from(index).expect("few instructions");
                    holds(mask, *bit).then_some((index, *error))
                })
                .map_or(Ok(()), |(index, error)| {
                    Err(TransactionError::InstructionError(
                        index,
                        InstructionError::Custom(error),
                    ))
                });
            assert_eq!(simulate(), expected, "{names:?} under {mask:#08b}");
            world.put(&config, raw.clone());
        }
        let mut times = self.times.borrow_mut();
        for name in names {
            *times.entry(name).or_default() += 1;
        }
    }

    fn after(&self, record: &TransactionRecord) {
        let mut inside = self.inside.borrow_mut();
        inside.extend(
            record
                .inner_instructions()
                .filter_map(|inner| name(&inner.program, &inner.data)),
        );
    }
}

#[test]
fn every_instruction_of_the_flows_keeps_its_row_and_none_is_missing() {
    let tried = Rc::new(Tried::default());
    observed(tried.clone(), flows::play);
    let times = tried.times.borrow();
    let inside = tried.inside.borrow();
    for (entry, _) in stops() {
        assert!(times.contains_key(entry), "{entry} was not tried");
    }
    let missing: Vec<String> = published()
        .into_iter()
        .filter(|name| {
            !times.contains_key(name) && !inside.contains(name) && !GENESIS.contains(&name.as_str())
        })
        .filter(|name| !crate::registry::ROWS.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "without a row: {missing:#?}");
}
