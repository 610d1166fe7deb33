//! The sender against LiteSVM: transfers, which nothing but the sender keeps from happening twice.

use std::sync::{Arc, Mutex};

use ion_chain::{Benign, Outbox, Sender, SenderSettings, Signers};
use ion_client::send::{
    Chain, ChainError, FeeOracle, LatestBlockhash, Simulation, Statuses, TxStatus,
};
use ion_store::{
    ManualClock, Store,
    outbox::{Key, OutboxStore, SqlOutbox, State},
};
use litesvm::LiteSVM;
use solana_account::Account;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

use super::support::{Trap, TrapChain, TrapStore};

const AMOUNT: u64 = 5_000_000;

/// A machine on which every submission executes at once and each blockhash is a block.
struct LiteChain(Mutex<(LiteSVM, u64)>);

impl LiteChain {
    fn new(payer: &Pubkey) -> Self {
        let mut svm = LiteSVM::new();
        svm.airdrop(payer, 1_000_000_000).unwrap();
        Self(Mutex::new((svm, 1)))
    }

    fn expire_blockhash(&self) {
        let mut machine = self.0.lock().unwrap();
        machine.0.expire_blockhash();
        machine.1 += 1;
    }

    fn balance(&self, key: &Pubkey) -> u64 {
        self.0
            .lock()
            .unwrap()
            .0
            .get_balance(key)
            .unwrap_or_default()
    }
}

impl Chain for LiteChain {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        let machine = self.0.lock().unwrap();
        Ok(keys.iter().map(|key| machine.0.get_account(key)).collect())
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        let machine = self.0.lock().unwrap();
        Ok(LatestBlockhash {
            hash: machine.0.latest_blockhash(),
            last_valid_block_height: machine.1,
        })
    }

    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError> {
        let parsed: VersionedTransaction = wincode::deserialize(transaction).unwrap();
        let signature = parsed.signatures[0];
        match self.0.lock().unwrap().0.send_transaction(parsed) {
            Ok(_) => Ok(signature),
            Err(failed) => Err(ChainError::Rejected(failed.err)),
        }
    }

    fn status(
        &self,
        signatures: &[Signature],
        _search_history: bool,
    ) -> Result<Statuses, ChainError> {
        let machine = self.0.lock().unwrap();
        let statuses = signatures
            .iter()
            .map(|signature| match machine.0.get_transaction(signature) {
                None => TxStatus::NotFound,
                Some(Ok(_)) => TxStatus::Succeeded,
                Some(Err(failed)) => TxStatus::Failed(failed.err.clone()),
            })
            .collect();
        Ok(Statuses {
            statuses,
            finalized_block_height: machine.1,
        })
    }
}

impl FeeOracle for LiteChain {
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError> {
        let parsed: VersionedTransaction = wincode::deserialize(transaction).unwrap();
        let machine = self.0.lock().unwrap().0.clone().with_sigverify(false);
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

struct Bench {
    payer: Keypair,
    to: Pubkey,
    chain: Arc<LiteChain>,
    store: SqlOutbox,
    clock: Arc<ManualClock>,
    _dir: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("outbox.db").to_str().unwrap())
            .await
            .unwrap();
        let payer = Keypair::new();
        Self {
            chain: Arc::new(LiteChain::new(&payer.pubkey())),
            to: Pubkey::new_unique(),
            payer,
            store: SqlOutbox::open(store).await.unwrap(),
            clock: Arc::new(ManualClock::new(0)),
            _dir: dir,
        }
    }

    /// Two transfers that differ in nothing but their key in the outbox.
    async fn want_two(&self) -> [Key; 2] {
        let keys = [
            Key::new("transfer", self.to, 1),
            Key::new("transfer", self.to, 2),
        ];
        let transfer =
            solana_system_interface::instruction::transfer(&self.payer.pubkey(), &self.to, AMOUNT);
        let outbox = Outbox::new(self.store.clone(), self.clock.clone());
        for key in &keys {
            outbox
                .enqueue(key, std::slice::from_ref(&transfer))
                .await
                .unwrap();
        }
        keys
    }

    fn sender<S: OutboxStore, C: Chain + FeeOracle + 'static>(
        &self,
        store: S,
        chain: Arc<C>,
    ) -> Sender<C, S> {
        let outbox = Outbox::new(store, self.clock.clone());
        let signers = Signers::new(self.payer.insecure_clone());
        Sender::new(
            outbox,
            chain,
            signers,
            SenderSettings::default(),
            Benign::default(),
        )
    }

    async fn finish(&self, keys: &[Key]) {
        let mut sender = self.sender(self.store.clone(), self.chain.clone());
        for _ in 0..40 {
            sender.tick().await.unwrap();
            let mut closed = true;
            for key in keys {
                closed &= self.store.row(key).await.unwrap().unwrap().state == State::Finalized;
            }
            if closed {
                return;
            }
            self.clock.advance(3_000);
            self.chain.expire_blockhash();
        }
        panic!("transfers are still open");
    }
}

#[tokio::test]
async fn equal_transfers_under_two_keys_happen_once_each() {
    let bench = Bench::new().await;
    let keys = bench.want_two().await;
    let mut sender = bench.sender(bench.store.clone(), bench.chain.clone());
    assert_eq!(
        sender.tick().await.unwrap().signed,
        1,
        "over one blockhash both would be one transaction"
    );
    bench.finish(&keys).await;
    assert_eq!(bench.chain.balance(&bench.to), 2 * AMOUNT);
    let first = bench.store.signatures(&keys[0]).await.unwrap();
    assert!(first.len() == 1 && bench.store.signatures(&keys[1]).await.unwrap() != first);
}

#[tokio::test]
async fn transfer_that_the_payer_cannot_fund_waits_without_counting() {
    let bench = Bench::new().await;
    let keys = bench.want_two().await;
    let poor = Arc::new(LiteChain(Mutex::new((LiteSVM::new(), 1))));
    let mut sender = bench.sender(bench.store.clone(), poor);
    assert!(sender.tick().await.unwrap().is_idle());
    let row = bench.store.row(&keys[0]).await.unwrap().unwrap();
    assert_eq!(
        (row.state, row.failures, row.attempts, row.not_before_ms),
        (State::Ready, 0, 0, 1_000)
    );
}

#[tokio::test]
async fn stop_at_any_call_transfers_exactly_once() {
    for at in 0.. {
        let bench = Bench::new().await;
        let keys = bench.want_two().await;
        let trap = Trap::armed(at);
        let store = TrapStore {
            inner: bench.store.clone(),
            trap: trap.clone(),
        };
        let chain = Arc::new(TrapChain {
            inner: bench.chain.clone(),
            trap: trap.clone(),
        });
        let mut sender = bench.sender(store, chain);
        let stopped = tokio::select! {
            biased;
            () = trap.wait_sprung() => true,
            () = async {
                for _ in 0..4 {
                    sender.tick().await.unwrap();
                    bench.chain.expire_blockhash();
                }
            } => false,
        };
        drop(sender);
        trap.release();
        bench.chain.expire_blockhash();
        bench.finish(&keys).await;
        assert_eq!(
            bench.chain.balance(&bench.to),
            2 * AMOUNT,
            "stopped at crossing {at}"
        );
        if !stopped {
            assert!(at > 40, "{at}");
            break;
        }
    }
}
