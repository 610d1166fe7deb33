//! Reading fast, believing late.

use ion_client::send::{Chain, ChainError, FeeOracle, LatestBlockhash, Simulation, Statuses};
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signature::Signature;

/// A chain that reads, simulates and sends at one commitment and judges signatures at another:
/// confirmed and finalized for a sender.
#[derive(Clone, Debug)]
pub struct SettledChain<R, S> {
    /// Answers everything but `status`.
    pub reading: R,
    /// Answers `status`; its commitment is the one a row ends with.
    pub settling: S,
}

impl<R: Chain, S: Chain> Chain for SettledChain<R, S> {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        self.reading.accounts(keys)
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        self.reading.blockhash()
    }

    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError> {
        self.reading.submit(transaction)
    }

    fn status(
        &self,
        signatures: &[Signature],
        search_history: bool,
    ) -> Result<Statuses, ChainError> {
        self.settling.status(signatures, search_history)
    }
}

impl<R: FeeOracle, S: Send + Sync> FeeOracle for SettledChain<R, S> {
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError> {
        self.reading.simulate(transaction)
    }

    fn recent_prices(&self, writable: &[Pubkey]) -> Result<Vec<u64>, ChainError> {
        self.reading.recent_prices(writable)
    }
}
