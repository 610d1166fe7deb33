//! A stage of the program tests as a cluster: blockhashes are counted as blocks, each transaction
//! makes one.
#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::{Arc, Mutex, MutexGuard};

use ion_client::{
    history::{History, TransactionRecord},
    send::{Chain, ChainError, Cluster, FeeOracle, LatestBlockhash, Simulation, Statuses},
};
use ion_program_tests::{World, booking_stage, staking_stage};
use ion_services::chain_view::ChainView;
use solana_account::Account;
use solana_hash::Hash;
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

/// Identity of every such cluster.
pub const GENESIS: [u8; 32] = [3; 32];

/// Something around a world.
pub trait Staged: Send + 'static {
    fn world(&self) -> &World;
}

impl Staged for World {
    fn world(&self) -> &World {
        self
    }
}

impl Staged for booking_stage::Stage {
    fn world(&self) -> &World {
        &self.world
    }
}

impl Staged for staking_stage::Stage {
    fn world(&self) -> &World {
        &self.world
    }
}

/// A stage with its blocks.
pub struct Machine<S> {
    pub stage: S,
    blockhash: Hash,
    height: u64,
}

pub struct StageChain<S>(Arc<Mutex<Machine<S>>>);

impl<S> Clone for StageChain<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: Staged> StageChain<S> {
    pub fn new(stage: S) -> Self {
        Self(Arc::new(Mutex::new(Machine {
            stage,
            blockhash: Hash::default(),
            height: 0,
        })))
    }

    pub fn lock(&self) -> MutexGuard<'_, Machine<S>> {
        let mut machine = self.0.lock().unwrap();
        let world = machine.stage.world();
        let blockhash = world.chain.with(|svm| svm.latest_blockhash());
        if machine.blockhash != blockhash {
            machine.blockhash = blockhash;
            machine.height += 1;
        }
        machine
    }

    pub fn with<T>(&self, act: impl FnOnce(&S) -> T) -> T {
        act(&self.lock().stage)
    }

    /// The readers that the services have over a node.
    pub fn view(&self) -> ChainView<Self> {
        ChainView::over(self.clone(), self.clone())
    }
}

impl<S: Staged> Chain for StageChain<S> {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        self.with(|stage| stage.world().chain.accounts(keys))
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        let machine = self.lock();
        Ok(LatestBlockhash {
            hash: machine.blockhash,
            last_valid_block_height: machine.height,
        })
    }

    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError> {
        self.with(|stage| stage.world().chain.submit(transaction))
    }

    fn status(
        &self,
        signatures: &[Signature],
        search_history: bool,
    ) -> Result<Statuses, ChainError> {
        let machine = self.lock();
        let chain = &machine.stage.world().chain;
        let statuses = chain.status(signatures, search_history)?;
        Ok(Statuses {
            finalized_block_height: machine.height,
            ..statuses
        })
    }
}

impl<S: Staged> Cluster for StageChain<S> {
    fn genesis_hash(&self) -> Result<Hash, ChainError> {
        Ok(Hash::new_from_array(GENESIS))
    }

    fn program_accounts(
        &self,
        program: &Pubkey,
        discriminator: &[u8],
    ) -> Result<Vec<(Pubkey, Account)>, ChainError> {
        let mut found = self.with(|stage| {
            let chain = &stage.world().chain;
            chain.with(|svm| svm.get_program_accounts(program))
        });
        found.retain(|(_, account)| account.data.starts_with(discriminator));
        Ok(found)
    }
}

impl<S: Staged> History for StageChain<S> {
    fn transactions(&self, address: &Pubkey) -> Result<Vec<TransactionRecord>, ChainError> {
        self.with(|stage| stage.world().chain.transactions(address))
    }

    fn transaction(&self, signature: &Signature) -> Result<Option<TransactionRecord>, ChainError> {
        self.with(|stage| stage.world().chain.transaction(signature))
    }

    fn is_moving(&self) -> bool {
        false
    }
}

impl<S: Staged> FeeOracle for StageChain<S> {
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError> {
        let parsed: VersionedTransaction = wincode::deserialize(transaction).unwrap();
        let machine = self
            .with(|stage| stage.world().chain.with(|svm| svm.clone()))
            .with_sigverify(false);
        Ok(match machine.simulate_transaction(parsed) {
            Ok(info) => Simulation {
                compute_units: info.meta.compute_units_consumed,
                error: None,
                logs: info.meta.logs,
            },
            Err(failed) => Simulation {
                compute_units: failed.meta.compute_units_consumed,
                error: Some(failed.err),
                logs: failed.meta.logs,
            },
        })
    }

    fn recent_prices(&self, _writable: &[Pubkey]) -> Result<Vec<u64>, ChainError> {
        Ok(Vec::new())
    }
}
