//! Domain-separated SHA-256.

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = ion_merkle::Hash;

/// SHA-256 over a domain tag and parts. Callers pass parts of fixed width, or put a count in front
/// of a list, so that equal digests mean equal inputs.
pub(crate) fn tagged(tag: &[u8], parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(tag);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
