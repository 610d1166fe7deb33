//! SHA-256 by the chain's syscall, for trees, leaves and payloads.

/// Hasher of the programs: one syscall per hash.
pub struct ChainHasher;

impl ion_merkle::Hasher for ChainHasher {
    fn hash(parts: &[&[u8]]) -> ion_merkle::Hash {
        solana_sha256_hasher::hashv(parts).to_bytes()
    }
}
