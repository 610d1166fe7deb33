//! Development keys of the five programs.
//!
//! The addresses in the sources are those of keys anyone can derive, so that every local chain has
//! the programs where the clients look for them. They protect nothing: a public deployment makes its
//! own keys and writes their addresses into the sources.

use sha2::{Digest, Sha256};
use solana_keypair::{Keypair, keypair_from_seed};
use solana_pubkey::Pubkey;

/// The five programs in order of dependency, with the name of their bytecode file.
pub const PROGRAMS: [(&str, Pubkey); 5] = [
    ("registry", registry::ID),
    ("ide", ide::ID),
    ("rewards", rewards::ID),
    ("staking", staking::ID),
    ("booking", booking::ID),
];

/// Development key of a program by its name.
///
/// # Panics
/// Never: a digest is a valid seed.
pub fn program_key(name: &str) -> Keypair {
    derived_key(&format!("program v1: {name}"))
}

/// A development key for a purpose; anyone can derive it, so it must never hold anything of value.
///
/// # Panics
/// Never: a digest is a valid seed.
pub fn derived_key(purpose: &str) -> Keypair {
    let seed = Sha256::digest(format!("ion development {purpose}"));
    keypair_from_seed(&seed).expect("a digest of 32 bytes is a seed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_signer::Signer;

    #[test]
    fn program_keys_match_the_declared_addresses() {
        for (name, id) in PROGRAMS {
            assert_eq!(program_key(name).pubkey(), id, "{name}");
        }
    }
}
