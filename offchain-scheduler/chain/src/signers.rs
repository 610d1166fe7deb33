//! Keys that the sender signs with.

use std::sync::Arc;

use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// The payer of all transactions and further keys that instructions name.
#[derive(Clone)]
pub struct Signers {
    payer: Arc<Keypair>,
    others: Vec<Arc<Keypair>>,
}

impl Signers {
    /// A payer that signs alone.
    pub fn new(payer: Keypair) -> Self {
        Self {
            payer: Arc::new(payer),
            others: Vec::new(),
        }
    }

    /// Adds a key.
    pub fn with(mut self, other: Keypair) -> Self {
        self.others.push(Arc::new(other));
        self
    }

    /// Address of the payer.
    pub fn payer(&self) -> Pubkey {
        self.payer.pubkey()
    }

    pub(crate) fn payer_key(&self) -> &Keypair {
        &self.payer
    }

    pub(crate) fn other_keys(&self) -> Vec<&Keypair> {
        self.others.iter().map(AsRef::as_ref).collect()
    }
}
