//! Runs a row under every combination of pause bits.

use std::{cell::RefCell, collections::BTreeSet};

use anchor_lang::{AccountDeserialize, AccountSerialize};
use ion_client::{
    addresses, idl,
    send::{self, Chain},
};
use ion_program_tests::World;
use registry::state::{Config, PauseBit, PauseState};
use solana_instruction::{Instruction, error::InstructionError};
use solana_keypair::Keypair;
use solana_transaction::TransactionError;

/// Every combination of the six bits.
pub const COMBINATIONS: u8 = 64;

/// The bits in the order of the configuration.
const BITS: [PauseBit; 6] = [
    PauseBit::Register,
    PauseBit::StakeIn,
    PauseBit::Offers,
    PauseBit::Booking,
    PauseBit::SlashPropose,
    PauseBit::Auction,
];

/// Whether a combination holds a bit.
pub fn holds(mask: u8, bit: PauseBit) -> bool {
    mask & (1 << bit.index()) != 0
}

/// Sets exactly the bits of a combination.
pub fn set_pauses(world: &World, mask: u8) {
    let key = addresses::registry::config();
    let mut raw = world.raw(&key);
    let mut config =
        Config::try_deserialize(&mut raw.data.as_slice()).expect("the configuration exists");
    for bit in BITS {
        config.pauses[bit.index()] = PauseState {
            paused_until: if holds(mask, bit) { i64::MAX } else { 0 },
            rearm_at: 0,
        };
    }
    let mut bytes = Vec::new();
    config.try_serialize(&mut bytes).expect("it was read");
    raw.data[..bytes.len()].copy_from_slice(&bytes);
    world.put(&key, raw);
}

/// Sets the bits of a combination beside those that are set.
pub fn add_pauses(world: &World, mask: u8) {
    let key = addresses::registry::config();
    let config: Config = world.get(&key);
    let now = world.now();
    let kept = BITS
        .into_iter()
        .filter(|bit| config.is_paused(*bit, now))
        .fold(0, |bits, bit| bits | 1 << bit.index());
    set_pauses(world, mask | kept);
}

/// The rows that one test has run.
#[derive(Default)]
pub struct Matrix {
    seen: RefCell<BTreeSet<String>>,
}

impl Matrix {
    /// The instruction succeeds under every combination.
    #[track_caller]
    pub fn never_stops(
        &self,
        world: &World,
        signers: &[&Keypair],
        instructions: impl Into<Instructions>,
    ) {
        self.run(world, signers, instructions.into(), None);
    }

    /// The instruction is refused with `error` where `bit` is set, and succeeds everywhere else.
    #[track_caller]
    pub fn stops_with(
        &self,
        bit: PauseBit,
        error: impl Into<u32>,
        world: &World,
        signers: &[&Keypair],
        instructions: impl Into<Instructions>,
    ) {
        self.run(
            world,
            signers,
            instructions.into(),
            Some((bit, error.into())),
        );
    }

    /// The names of the instructions that were run, `program.instruction`.
    pub fn seen(&self) -> BTreeSet<String> {
        self.seen.borrow().clone()
    }

    #[track_caller]
    fn run(
        &self,
        world: &World,
        signers: &[&Keypair],
        instructions: Instructions,
        stopped_by: Option<(PauseBit, u32)>,
    ) {
        let list = instructions.0;
        let last = list.last().expect("a row has an instruction");
        let name = name_of(last);
        let (payer, others) = signers.split_first().expect("a row has a payer");
        for mask in 0..COMBINATIONS {
            set_pauses(world, mask);
            let hash = world.chain.blockhash().expect("the machine answers").hash;
            let transaction = send::build(payer, others, &list, hash).expect("the row is signed");
            send::serialize(&transaction).expect("the row fits a transaction");
            let outcome = world
                .chain
                .with(|svm| match svm.simulate_transaction(transaction) {
                    Ok(_) => Ok(()),
                    Err(failed) => Err(failed.err),
                });
            let expected = match stopped_by {
                Some((bit, error)) if holds(mask, bit) => {
                    let index = u8::try_from(list.len() - 1).expect("few instructions");
                    Err(TransactionError::InstructionError(
                        index,
                        InstructionError::Custom(error),
                    ))
                }
                _ => Ok(()),
            };
            assert_eq!(outcome, expected, "{name} under {mask:#08b}");
        }
        set_pauses(world, 0);
        self.seen.borrow_mut().insert(name);
    }
}

/// One row's instructions; the last one is what the row is about.
pub struct Instructions(Vec<Instruction>);

impl From<Instruction> for Instructions {
    fn from(instruction: Instruction) -> Self {
        Self(vec![instruction])
    }
}

impl From<Vec<Instruction>> for Instructions {
    fn from(instructions: Vec<Instruction>) -> Self {
        Self(instructions)
    }
}

/// `program.instruction`.
pub fn name_of(instruction: &Instruction) -> String {
    let program = idl::program_name(&instruction.program_id).expect("one of the five programs");
    let name = idl::instruction_name(&instruction.program_id, &instruction.data)
        .expect("a published instruction");
    format!("{program}.{name}")
}

/// The rows that ran are exactly those that the file lists.
#[track_caller]
pub fn assert_listed(matrix: &Matrix, rows: &[&str]) {
    let listed: BTreeSet<String> = rows.iter().map(|row| (*row).to_owned()).collect();
    let seen = matrix.seen();
    let missing: Vec<_> = listed.difference(&seen).collect();
    let surplus: Vec<_> = seen.difference(&listed).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "listed and not run {missing:?}, run and not listed {surplus:?}"
    );
}
