//! Lookup tables: accounts of a transaction that is too large for their keys.
//!
//! Place of use: slash proposals that hold rewards of many parties, the only transactions of the network
//! that need one (economics §1.7 F5). A table is filled in one slot and can be used from the next.

use solana_account::Account;
use solana_address_lookup_table_interface::{
    instruction, program,
    state::{AddressLookupTable, LOOKUP_TABLE_MAX_ADDRESSES},
};
use solana_instruction::Instruction;
use solana_message::AddressLookupTableAccount;
use solana_pubkey::Pubkey;

use crate::accounts::AccountError;

/// Addresses that one transaction adds beside the creation of the table.
const ADDRESSES_PER_STEP: usize = 20;

/// A table as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupTable {
    /// Its address and what it holds.
    pub table: AddressLookupTableAccount,
    /// Slot after which everything in it can be used.
    pub filled_at_slot: u64,
    /// Who may extend and close it.
    pub authority: Option<Pubkey>,
    /// Slot in which it was put out of use, if it was.
    pub deactivated_at_slot: Option<u64>,
}

/// The transactions that make a table of the accounts that an instruction does not sign for, and its
/// address. `recent_slot` is one of the last 512. Signer of each: `payer`, who may close the table.
pub fn make(payer: &Pubkey, recent_slot: u64, of: &Instruction) -> (Pubkey, Vec<Vec<Instruction>>) {
    let (create, key) = instruction::create_lookup_table(*payer, *payer, recent_slot);
    let mut addresses: Vec<Pubkey> = Vec::new();
    for meta in of.accounts.iter().filter(|meta| !meta.is_signer) {
        if !addresses.contains(&meta.pubkey) && addresses.len() < LOOKUP_TABLE_MAX_ADDRESSES {
            addresses.push(meta.pubkey);
        }
    }
    let mut steps: Vec<Vec<Instruction>> = addresses
        .chunks(ADDRESSES_PER_STEP)
        .map(|part| {
            let extend = instruction::extend_lookup_table(key, *payer, Some(*payer), part.to_vec());
            vec![extend]
        })
        .collect();
    match steps.first_mut() {
        Some(first) => first.insert(0, create),
        None => steps.push(vec![create]),
    }
    (key, steps)
}

/// Puts a table out of use; it can be closed some 512 slots later. Signer: its authority.
pub fn deactivate(table: &Pubkey, authority: &Pubkey) -> Instruction {
    instruction::deactivate_lookup_table(*table, *authority)
}

/// Closes a table that is out of use; its rent goes to the authority, who signs.
pub fn close(table: &Pubkey, authority: &Pubkey) -> Instruction {
    instruction::close_lookup_table(*table, *authority, *authority)
}

/// Reads a table.
///
/// Errors: `WrongOwner`, `Undecodable`.
pub fn decode(key: &Pubkey, account: &Account) -> Result<LookupTable, AccountError> {
    if account.owner != program::id() {
        return Err(AccountError::WrongOwner {
            key: *key,
            owner: account.owner,
        });
    }
    let table = AddressLookupTable::deserialize(&account.data).map_err(|error| {
        AccountError::Undecodable {
            key: *key,
            reason: error.to_string(),
        }
    })?;
    let deactivated = table.meta.deactivation_slot;
    Ok(LookupTable {
        filled_at_slot: table.meta.last_extended_slot,
        authority: table.meta.authority,
        deactivated_at_slot: (deactivated != u64::MAX).then_some(deactivated),
        table: AddressLookupTableAccount {
            key: *key,
            addresses: table.addresses.to_vec(),
        },
    })
}

#[cfg(test)]
mod tests {
    use solana_instruction::AccountMeta;

    use super::*;

    #[test]
    fn table_takes_each_account_that_nobody_signs_for_once_in_steps_that_fit() {
        let payer = Pubkey::new_unique();
        let keys: Vec<Pubkey> = (0..45).map(|_| Pubkey::new_unique()).collect();
        let mut accounts: Vec<AccountMeta> = keys
            .iter()
            .map(|key| AccountMeta::new_readonly(*key, false))
            .collect();
        accounts.push(AccountMeta::new(keys[0], false));
        accounts.push(AccountMeta::new(payer, true));
        let of = Instruction {
            program_id: Pubkey::new_unique(),
            accounts,
            data: Vec::new(),
        };
        let (key, steps) = make(&payer, 7, &of);
        assert_eq!(steps.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1]);
        for step in &steps {
            assert!(crate::send::fits(&payer, step, &[]).expect("compiles"));
            for instruction in step {
                assert!(instruction.accounts.iter().any(|meta| meta.pubkey == key));
            }
        }
        let bytes: Vec<u8> = steps
            .iter()
            .flatten()
            .flat_map(|one| one.data.clone())
            .collect();
        for key in &keys {
            let places = bytes.windows(32).filter(|window| *window == key.to_bytes());
            assert_eq!(places.count(), 1, "{key}");
        }
    }

    #[test]
    fn account_of_another_program_or_without_a_table_is_refused() {
        let key = Pubkey::new_unique();
        let account = Account {
            owner: program::id(),
            data: vec![0; 56],
            ..Account::default()
        };
        assert!(matches!(
            decode(&key, &account),
            Err(AccountError::Undecodable { .. })
        ));
        let foreign = Account {
            owner: key,
            ..account
        };
        assert!(matches!(
            decode(&key, &foreign),
            Err(AccountError::WrongOwner { .. })
        ));
    }
}
