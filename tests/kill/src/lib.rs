//! A sender in a process of its own that dies at a labelled point of its loop, and the chain that
//! outlives it.
//!
//! Mechanism: the chain lives in the test and is asked over a socket ([`wire`]); the process
//! wraps store and chain so that each call has a point before and one after it ([`points`]), and
//! aborts at the wanted crossing of one of them. Place of use: the kill test. Invariant: the process
//! shares nothing with its successor but the database and the chain, as after a real crash.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod points;
pub mod wire;

use ion_store::outbox::Key;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// Who pays in every run.
pub fn payer() -> Keypair {
    Keypair::new_from_array([7; 32])
}

/// The wanted effects: row `n` leaves the byte `n` on the chain.
pub fn wanted(rows: u8) -> Vec<(Key, Instruction)> {
    (0..rows)
        .map(|n| {
            let instruction = Instruction {
                program_id: Pubkey::new_from_array([9; 32]),
                accounts: vec![AccountMeta::new(payer().pubkey(), true)],
                data: vec![n],
            };
            (Key::new("effect", n, 0), instruction)
        })
        .collect()
}
