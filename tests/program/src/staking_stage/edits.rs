//! Single changes to instructions and accounts.

use anchor_lang::{AccountDeserialize, AccountSerialize};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::World;

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

/// The instruction with one more account.
pub fn with_extra(instruction: &Instruction) -> Instruction {
    let mut changed = instruction.clone();
    changed
        .accounts
        .push(AccountMeta::new_readonly(Pubkey::new_unique(), false));
    changed
}

/// Rewrites a program account, for a state that no transaction of this test can reach.
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

/// A byte-equal copy of an account that another program owns.
pub fn foreign_copy(world: &World, key: &Pubkey) -> Pubkey {
    let mut account = world.raw(key);
    account.owner = Pubkey::new_unique();
    let copied = Pubkey::new_unique();
    world.put(&copied, account);
    copied
}
