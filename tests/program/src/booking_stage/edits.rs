//! Single changes to instructions and accounts.

use anchor_lang::{AccountDeserialize, AccountSerialize};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::World;

/// The same instruction with the account at `index` replaced.
pub fn with_account(instruction: &Instruction, index: usize, key: Pubkey) -> Instruction {
    let mut changed = instruction.clone();
    changed.accounts[index].pubkey = key;
    changed
}

/// The same instruction with one more account.
pub fn with_extra(instruction: &Instruction) -> Instruction {
    let mut changed = instruction.clone();
    changed
        .accounts
        .push(AccountMeta::new(Pubkey::new_unique(), false));
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

/// Rewrites a program account, for a state that no transaction of a test can reach.
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
