//! Recording an event by a call of a program to itself.
//!
//! The call is the one that `emit_cpi!` makes: the same address signs it, the same program takes it and
//! its bytes are the same, so readers of events see no difference. The bytes are written once into one
//! buffer, where the macro writes them, walks over them byte by byte and copies them: a third of the
//! units for events of some hundred bytes.

use anchor_lang::{
    event::EVENT_IX_TAG_LE,
    prelude::*,
    solana_program::{instruction::Instruction, program::invoke_signed},
    Event,
};

/// Seed of the address with which every program signs for its events.
const AUTHORITY_SEED: &[u8] = b"__event_authority";
/// Bytes that an event has at most before its buffer grows.
const EVENT_BYTES: usize = 1_024;

/// Records an event of the program `program`, whose event authority has this bump.
///
/// Errors: those of the call.
#[inline(never)]
pub fn emit<E: Event>(
    event: &E,
    program: &Pubkey,
    authority: &AccountInfo,
    bump: u8,
) -> Result<()> {
    let mut data = Vec::with_capacity(EVENT_BYTES);
    data.extend_from_slice(EVENT_IX_TAG_LE);
    data.extend_from_slice(E::DISCRIMINATOR);
    event.serialize(&mut data)?;
    let instruction = Instruction {
        program_id: *program,
        accounts: vec![AccountMeta::new_readonly(*authority.key, true)],
        data,
    };
    Ok(invoke_signed(
        &instruction,
        core::slice::from_ref(authority),
        &[&[AUTHORITY_SEED, &[bump]]],
    )?)
}
