//! Single changes to instructions and accounts, for what a test must see refused and for states that
//! no transaction of it can reach.

use std::borrow::Borrow;

use anchor_lang::{AccountDeserialize, AccountSerialize};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::World;

/// The same instruction with the account at `index` replaced.
pub fn with_account(
    instruction: impl Borrow<Instruction>,
    index: usize,
    key: Pubkey,
) -> Instruction {
    let mut changed = instruction.borrow().clone();
    changed.accounts[index].pubkey = key;
    changed
}

/// The instruction with `from` replaced wherever it stands.
pub fn swap(instruction: &Instruction, from: &Pubkey, to: &Pubkey) -> Instruction {
    let mut changed = instruction.clone();
    let mut found = false;
    for meta in changed
        .accounts
        .iter_mut()
        .filter(|meta| meta.pubkey == *from)
    {
        meta.pubkey = *to;
        found = true;
    }
    assert!(found, "the account is in the instruction");
    changed
}

/// The instruction without the signature of `key`.
pub fn unsigned(instruction: &Instruction, key: &Pubkey) -> Instruction {
    let mut changed = instruction.clone();
    for meta in changed
        .accounts
        .iter_mut()
        .filter(|meta| meta.pubkey == *key)
    {
        meta.is_signer = false;
    }
    changed
}

/// The same instruction without the signature of the account at `index`.
pub fn without_signature(instruction: impl Borrow<Instruction>, index: usize) -> Instruction {
    let mut changed = instruction.borrow().clone();
    changed.accounts[index].is_signer = false;
    changed
}

/// The same instruction with one more account.
pub fn with_extra(instruction: impl Borrow<Instruction>) -> Instruction {
    let mut changed = instruction.borrow().clone();
    changed
        .accounts
        .push(AccountMeta::new_readonly(Pubkey::new_unique(), false));
    changed
}

/// The same instruction without its last accounts.
pub fn without_last(instruction: &Instruction, count: usize) -> Instruction {
    let mut changed = instruction.clone();
    changed
        .accounts
        .truncate(instruction.accounts.len() - count);
    changed
}

/// Rewrites an account of a program, for a state that no transaction of a test can reach.
///
/// # Panics
/// If the account is of another type.
pub fn edit<T: AccountDeserialize + AccountSerialize>(
    world: &World,
    key: &Pubkey,
    change: impl FnOnce(&mut T),
) {
    let mut account = world.raw(key);
    let mut value =
        T::try_deserialize(&mut account.data.as_slice()).expect("the account is of this type");
    change(&mut value);
    let mut data = Vec::new();
    value.try_serialize(&mut data).expect("it was of this type");
    account.data[..data.len()].copy_from_slice(&data);
    world.put(key, account);
}

/// Writes a copy of an account to another address and returns that address.
pub fn copy(world: &World, key: &Pubkey) -> Pubkey {
    let copied = Pubkey::new_unique();
    world.put(&copied, world.raw(key));
    copied
}

/// Writes a copy of an account that another program owns and returns its address.
pub fn foreign_copy(world: &World, key: &Pubkey) -> Pubkey {
    let mut account = world.raw(key);
    account.owner = Pubkey::new_unique();
    let copied = Pubkey::new_unique();
    world.put(&copied, account);
    copied
}
