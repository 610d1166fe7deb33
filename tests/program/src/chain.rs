//! The chain boundary over LiteSVM.

use std::{collections::HashMap, path::PathBuf, sync::Mutex};

use ion_client::{
    history::{ExecutedInstruction, History, TopInstruction, TransactionRecord},
    send::{Chain, ChainError, FeeOracle, LatestBlockhash, Simulation, Statuses, TxStatus},
};
use litesvm::{LiteSVM, types::TransactionMetadata};
use solana_account::Account;
use solana_clock::Clock;
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

use crate::fixtures;

/// Bytes of a ProgramData header up to the authority: state tag and slot.
const AUTHORITY_OFFSET: usize = 12;

struct Inner {
    svm: LiteSVM,
    records: Vec<TransactionRecord>,
    by_signature: HashMap<Signature, usize>,
}

/// LiteSVM as a chain: each submitted transaction executes at once.
pub struct LiteChain(Mutex<Inner>);

/// Where the build leaves the bytecode of a program.
pub fn bytecode_path(program: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../target/deploy/{program}.so"))
}

/// Deploys a program at its address, upgradeable by `authority`.
fn deploy(svm: &mut LiteSVM, name: &str, id: &Pubkey, authority: &Pubkey) {
    let path = bytecode_path(name);
    svm.add_program_from_file(*id, &path)
        .unwrap_or_else(|error| {
            panic!(
                "{} cannot be loaded ({error:?}): run `cargo xtask build-sbf` first",
                path.display()
            )
        });
    let data = solana_loader_v3_interface::get_program_data_address(id);
    let mut account = svm
        .get_account(&data)
        .expect("a deployed program has its data account");
    account.data[AUTHORITY_OFFSET] = 1;
    account.data[AUTHORITY_OFFSET + 1..AUTHORITY_OFFSET + 33].copy_from_slice(authority.as_ref());
    svm.set_account(data, account)
        .expect("the data account is rent exempt");
}

impl Drop for Inner {
    fn drop(&mut self) {
        fixtures::keep(&self.svm);
    }
}

impl LiteChain {
    /// A machine with the five programs at their addresses, upgradeable by `authority`.
    ///
    /// # Panics
    /// If the bytecode has not been built.
    pub fn new(authority: &Pubkey) -> Self {
        let mut svm = LiteSVM::new().with_transaction_history(0);
        for (name, id) in ion_migrations::keys::PROGRAMS {
            deploy(&mut svm, name, &id, authority);
        }
        Self(Mutex::new(Inner {
            svm,
            records: Vec::new(),
            by_signature: HashMap::new(),
        }))
    }

    /// Executes a transaction whose lookup tables load these addresses, and records it.
    ///
    /// # Errors
    /// What the machine refuses it for.
    pub fn execute(
        &self,
        transaction: &VersionedTransaction,
        loaded: &[Pubkey],
    ) -> Result<Signature, ChainError> {
        let signature = transaction.signatures[0];
        let logs = std::env::var("ION_TEST_LOGS");
        let mut inner = self.0.lock().expect("no test panicked inside the machine");
        let outcome = inner.svm.send_transaction(transaction.clone());
        // A test may send the same instructions again at once: give it another blockhash to sign over.
        inner.svm.expire_blockhash();
        let slot = inner.svm.get_sysvar::<Clock>().slot;
        let time = inner.svm.get_sysvar::<Clock>().unix_timestamp;
        match outcome {
            Ok(meta) => {
                if logs.as_deref() == Ok("all") {
                    eprintln!("{}", meta.pretty_logs());
                }
                let index = inner.records.len();
                inner
                    .records
                    .push(record(transaction, loaded, &meta, slot, time));
                inner.by_signature.insert(signature, index);
                Ok(signature)
            }
            Err(failed) => {
                if logs.is_ok() {
                    eprintln!("{}", failed.meta.pretty_logs());
                }
                Err(ChainError::Rejected(failed.err))
            }
        }
    }

    /// Puts another build in the place of a program; its accounts stay as they are.
    ///
    /// # Panics
    /// If the bytecode has not been built.
    pub fn upgrade(&self, program: &Pubkey, bytecode: &str, authority: &Pubkey) {
        self.with(|svm| deploy(svm, bytecode, program, authority));
    }

    /// Runs `act` on the machine itself, for what no transaction can do.
    pub fn with<T>(&self, act: impl FnOnce(&mut LiteSVM) -> T) -> T {
        act(&mut self
            .0
            .lock()
            .expect("no test panicked inside the machine")
            .svm)
    }

    /// The chain's time in Unix seconds.
    pub fn now(&self) -> i64 {
        self.with(|svm| svm.get_sysvar::<Clock>().unix_timestamp)
    }

    /// Sets the chain's time.
    pub fn set_time(&self, unix_seconds: i64) {
        self.with(|svm| {
            let mut clock = svm.get_sysvar::<Clock>();
            clock.unix_timestamp = unix_seconds;
            clock.slot += 1;
            svm.set_sysvar(&clock);
            svm.expire_blockhash();
        });
    }
}

impl Chain for LiteChain {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        Ok(self.with(|svm| {
            keys.iter()
                .map(|key| svm.get_account(key).filter(|account| account.lamports > 0))
                .collect()
        }))
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        Ok(self.with(|svm| LatestBlockhash {
            hash: svm.latest_blockhash(),
            last_valid_block_height: u64::MAX,
        }))
    }

    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError> {
        let parsed: VersionedTransaction = wincode::deserialize(transaction)
            .map_err(|error| ChainError::Refused(error.to_string()))?;
        self.execute(&parsed, &[])
    }

    fn status(
        &self,
        signatures: &[Signature],
        _search_history: bool,
    ) -> Result<Statuses, ChainError> {
        let inner = self.0.lock().expect("no test panicked inside the machine");
        let statuses = signatures
            .iter()
            .map(
                |signature| match inner.by_signature.contains_key(signature) {
                    true => TxStatus::Succeeded,
                    false => TxStatus::NotFound,
                },
            )
            .collect();
        Ok(Statuses {
            statuses,
            finalized_block_height: 0,
        })
    }
}

impl FeeOracle for LiteChain {
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError> {
        let parsed: VersionedTransaction = wincode::deserialize(transaction)
            .map_err(|error| ChainError::Refused(error.to_string()))?;
        Ok(self.with(|svm| match svm.simulate_transaction(parsed) {
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
        }))
    }

    fn recent_prices(&self, _writable: &[Pubkey]) -> Result<Vec<u64>, ChainError> {
        Ok(Vec::new())
    }
}

impl History for LiteChain {
    fn transactions(&self, address: &Pubkey) -> Result<Vec<TransactionRecord>, ChainError> {
        let names = |executed: &ExecutedInstruction| {
            executed.program == *address || executed.accounts.contains(address)
        };
        let inner = self.0.lock().expect("no test panicked inside the machine");
        Ok(inner
            .records
            .iter()
            .filter(|record| {
                record
                    .instructions
                    .iter()
                    .any(|top| names(&top.instruction) || top.inner.iter().any(names))
            })
            .cloned()
            .collect())
    }

    fn transaction(&self, signature: &Signature) -> Result<Option<TransactionRecord>, ChainError> {
        let inner = self.0.lock().expect("no test panicked inside the machine");
        Ok(inner
            .by_signature
            .get(signature)
            .map(|index| inner.records[*index].clone()))
    }

    fn is_moving(&self) -> bool {
        false // whoever audits it sends nothing meanwhile
    }
}

fn record(
    transaction: &VersionedTransaction,
    loaded: &[Pubkey],
    meta: &TransactionMetadata,
    slot: u64,
    time: i64,
) -> TransactionRecord {
    let keys = [transaction.message.static_account_keys(), loaded].concat();
    let resolve = |program: u8, accounts: &[u8], data: &[u8]| ExecutedInstruction {
        program: keys[usize::from(program)],
        accounts: accounts
            .iter()
            .map(|index| keys[usize::from(*index)])
            .collect(),
        data: data.to_vec(),
    };
    let instructions = transaction
        .message
        .instructions()
        .iter()
        .enumerate()
        .map(|(index, top)| TopInstruction {
            instruction: resolve(top.program_id_index, &top.accounts, &top.data),
            inner: meta
                .inner_instructions
                .get(index)
                .into_iter()
                .flatten()
                .map(|inner| {
                    let inner = &inner.instruction;
                    resolve(inner.program_id_index, &inner.accounts, &inner.data)
                })
                .collect(),
        })
        .collect();
    TransactionRecord {
        signature: meta.signature,
        slot,
        block_time: Some(time),
        error: None,
        compute_units: meta.compute_units_consumed,
        fee_lamports: meta.fee,
        instructions,
    }
}
