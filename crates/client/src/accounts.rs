//! Reading and decoding accounts.

use anchor_lang::{AccountDeserialize, Discriminator, Owner};
use solana_account::Account;
use solana_pubkey::Pubkey;

use crate::send::{Chain, ChainError, Cluster};

/// Why an account could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Nothing exists at the address.
    #[error("there is no account at {0}")]
    Missing(Pubkey),
    /// Another program owns the address.
    #[error("account {key} belongs to {owner}, not to the expected program")]
    WrongOwner {
        /// The address.
        key: Pubkey,
        /// Its owner.
        owner: Pubkey,
    },
    /// The data is of another account type or version.
    #[error("account {key} does not decode: {reason}")]
    Undecodable {
        /// The address.
        key: Pubkey,
        /// Why.
        reason: String,
    },
    /// The chain could not be asked.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// Decodes an account of one of the programs; owner and discriminator are checked.
///
/// Errors: `WrongOwner`, `Undecodable`.
pub fn decode<T: AccountDeserialize + Owner>(
    key: &Pubkey,
    account: &Account,
) -> Result<T, AccountError> {
    if account.owner != T::owner() {
        return Err(AccountError::WrongOwner {
            key: *key,
            owner: account.owner,
        });
    }
    let undecodable = |reason: String| AccountError::Undecodable { key: *key, reason };
    if let Some(expected) = mapped_len(account).filter(|len| *len != account.data.len()) {
        let got = account.data.len();
        return Err(undecodable(format!("it has {got} bytes, not {expected}")));
    }
    T::try_deserialize(&mut account.data.as_slice()).map_err(|error| undecodable(error.to_string()))
}

/// Length of an account that its program maps in place; `None` for all others. Read at another length
/// such an account panics, whoever sent it.
fn mapped_len(account: &Account) -> Option<usize> {
    fn len<T: Discriminator + Owner>(account: &Account) -> Option<usize> {
        let is_one = account.owner == T::owner() && account.data.starts_with(T::DISCRIMINATOR);
        is_one.then_some(T::DISCRIMINATOR.len() + size_of::<T>())
    }
    len::<registry::state::Poll>(account)
        .or_else(|| len::<rewards::state::RootRing>(account))
        .or_else(|| len::<ide::state::Engine>(account))
        .or_else(|| len::<ide::state::Epoch>(account))
        .or_else(|| len::<ide::state::ClassRates>(account))
        .or_else(|| len::<ide::state::RootRing>(account))
        .or_else(|| len::<booking::state::TneTotals>(account))
}

/// Decodes a token account or mint of the classic token program.
///
/// Errors: `WrongOwner`, `Undecodable`.
pub fn decode_token(
    key: &Pubkey,
    account: &Account,
) -> Result<anchor_spl::token::TokenAccount, AccountError> {
    if account.owner != anchor_spl::token::ID {
        return Err(AccountError::WrongOwner {
            key: *key,
            owner: account.owner,
        });
    }
    anchor_spl::token::TokenAccount::try_deserialize(&mut account.data.as_slice()).map_err(
        |error| AccountError::Undecodable {
            key: *key,
            reason: error.to_string(),
        },
    )
}

/// Fetches and decodes one account; `None` where there is none.
///
/// Errors: `WrongOwner`, `Undecodable`, `Chain`.
pub fn find<T: AccountDeserialize + Owner>(
    chain: &dyn Chain,
    key: &Pubkey,
) -> Result<Option<T>, AccountError> {
    let account = chain.accounts(&[*key])?.into_iter().next().flatten();
    account.map(|account| decode(key, &account)).transpose()
}

/// Fetches and decodes one account that must exist.
///
/// Errors: `Missing`, `WrongOwner`, `Undecodable`, `Chain`.
pub fn fetch<T: AccountDeserialize + Owner>(
    chain: &dyn Chain,
    key: &Pubkey,
) -> Result<T, AccountError> {
    find(chain, key)?.ok_or(AccountError::Missing(*key))
}

/// All accounts of a type, by address.
///
/// Errors: `Undecodable`, `Chain`.
pub fn all<T: AccountDeserialize + Discriminator + Owner>(
    chain: &impl Cluster,
) -> Result<Vec<(Pubkey, T)>, AccountError> {
    chain
        .program_accounts(&T::owner(), T::DISCRIMINATOR)?
        .into_iter()
        .map(|(key, account)| Ok((key, decode(&key, &account)?)))
        .collect()
}

/// Balance of a token account in base units; 0 where there is none.
///
/// Errors: `WrongOwner`, `Undecodable`, `Chain`.
pub fn token_balance(chain: &dyn Chain, key: &Pubkey) -> Result<u64, AccountError> {
    match chain.accounts(&[*key])?.into_iter().next().flatten() {
        Some(account) => decode_token(key, &account).map(|token| token.amount),
        None => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_that_is_mapped_in_place_is_read_at_its_own_length_only() {
        let len = 8 + size_of::<registry::state::Poll>();
        for (given, is_read) in [(len, true), (len - 1, false), (len + 1, false), (8, false)] {
            let mut data = registry::state::Poll::DISCRIMINATOR.to_vec();
            data.resize(given, 0);
            let account = Account {
                data,
                owner: registry::ID,
                ..Account::default()
            };
            let read = decode::<registry::state::Poll>(&Pubkey::default(), &account);
            match read {
                Ok(poll) => assert!(is_read && poll.seq == 0),
                Err(AccountError::Undecodable { .. }) => assert!(!is_read),
                Err(other) => panic!("{other}"),
            }
        }
    }
}
