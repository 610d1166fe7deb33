//! The chain of the test, asked over a socket: one JSON line each way per call.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use ion_chain::fake::FakeChain;
use ion_client::send::{
    Chain, ChainError, FeeOracle, LatestBlockhash, Simulation, Statuses, TxStatus,
};
use serde::{Deserialize, Serialize};
use solana_account::Account;
use solana_hash::Hash;
use solana_instruction_error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_transaction_error::TransactionError;

/// A call.
#[derive(Serialize, Deserialize, Debug)]
enum Ask {
    Blockhash,
    Submit(String),
    Status(Vec<String>),
    Simulate(String),
    Pass(u64),
}

/// Its answer.
#[derive(Serialize, Deserialize, Debug)]
enum Answer {
    Blockhash([u8; 32], u64),
    Submitted(String),
    Statuses(Vec<Known>, u64),
    Simulated(u64, Option<(u8, u32)>),
    Height(u64),
    Unreachable(String),
    Refused(String),
    /// Only the error that the plan of faults knows.
    BlockhashNotFound,
}

#[derive(Serialize, Deserialize, Debug)]
enum Known {
    NotFound,
    Pending,
    Succeeded,
    Failed(u8, u32),
}

fn failed(error: &TransactionError) -> (u8, u32) {
    match error {
        TransactionError::InstructionError(index, InstructionError::Custom(code)) => {
            (*index, *code)
        }
        _ => (u8::MAX, u32::MAX),
    }
}

fn custom((index, code): (u8, u32)) -> TransactionError {
    TransactionError::InstructionError(index, InstructionError::Custom(code))
}

fn answer(chain: &FakeChain, height: &Mutex<u64>, ask: Ask) -> Answer {
    let result = match ask {
        Ask::Blockhash => chain.blockhash().map(|latest| {
            Answer::Blockhash(latest.hash.to_bytes(), latest.last_valid_block_height)
        }),
        Ask::Submit(text) => chain
            .submit(&hex::decode(text).unwrap_or_default())
            .map(|signature| Answer::Submitted(signature.to_string())),
        Ask::Status(texts) => {
            let signatures: Vec<Signature> =
                texts.iter().filter_map(|text| text.parse().ok()).collect();
            chain.status(&signatures, true).map(|statuses| {
                let known = statuses.statuses.iter().map(|status| match status {
                    TxStatus::NotFound => Known::NotFound,
                    TxStatus::Pending => Known::Pending,
                    TxStatus::Succeeded => Known::Succeeded,
                    TxStatus::Failed(error) => {
                        let (index, code) = failed(error);
                        Known::Failed(index, code)
                    }
                });
                Answer::Statuses(known.collect(), statuses.finalized_block_height)
            })
        }
        Ask::Simulate(text) => chain
            .simulate(&hex::decode(text).unwrap_or_default())
            .map(|done| Answer::Simulated(done.compute_units, done.error.as_ref().map(failed))),
        Ask::Pass(blocks) => {
            let mut height = height.lock().unwrap_or_else(PoisonError::into_inner);
            chain.advance(blocks);
            *height += blocks;
            Ok(Answer::Height(*height))
        }
    };
    result.unwrap_or_else(|error| match error {
        ChainError::Unreachable(text) => Answer::Unreachable(text),
        ChainError::Refused(text) => Answer::Refused(text),
        ChainError::Rejected(_) => Answer::BlockhashNotFound,
    })
}

/// Serves a chain on a socket, for as many processes as come, until the listener is gone.
pub fn serve(chain: Arc<FakeChain>, listener: UnixListener) {
    let height = Arc::new(Mutex::new(0));
    for stream in listener.incoming().map_while(Result::ok) {
        let (chain, height) = (chain.clone(), height.clone());
        std::thread::spawn(move || {
            let Ok(mut writing) = stream.try_clone() else {
                return;
            };
            // A process that dies takes its connection with it.
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let Ok(ask) = serde_json::from_str(&line) else {
                    return;
                };
                let Ok(text) = serde_json::to_string(&answer(&chain, &height, ask)) else {
                    return;
                };
                if writeln!(writing, "{text}").is_err() {
                    return;
                }
            }
        });
    }
}

/// The process's side.
pub struct RemoteChain(Mutex<(UnixStream, BufReader<UnixStream>)>);

impl RemoteChain {
    /// Connects to a served chain.
    pub fn connect(path: &Path) -> std::io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        let reading = BufReader::new(stream.try_clone()?);
        Ok(RemoteChain(Mutex::new((stream, reading))))
    }

    fn ask(&self, ask: &Ask) -> Result<Answer, ChainError> {
        let lost = |error: &dyn std::fmt::Display| ChainError::Unreachable(error.to_string());
        let text = serde_json::to_string(ask).map_err(|error| lost(&error))?;
        let mut both = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(both.0, "{text}").map_err(|error| lost(&error))?;
        let mut line = String::new();
        both.1.read_line(&mut line).map_err(|error| lost(&error))?;
        match serde_json::from_str(&line).map_err(|error| lost(&error))? {
            Answer::Unreachable(text) => Err(ChainError::Unreachable(text)),
            Answer::Refused(text) => Err(ChainError::Refused(text)),
            Answer::BlockhashNotFound => {
                Err(ChainError::Rejected(TransactionError::BlockhashNotFound))
            }
            answer => Ok(answer),
        }
    }

    /// Lets blocks pass and returns how many have passed in all.
    pub fn pass(&self, blocks: u64) -> Result<u64, ChainError> {
        match self.ask(&Ask::Pass(blocks))? {
            Answer::Height(height) => Ok(height),
            other => Err(unexpected(&other)),
        }
    }
}

fn unexpected(answer: &Answer) -> ChainError {
    ChainError::Unreachable(format!("unexpected answer {answer:?}"))
}

impl Chain for RemoteChain {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        Ok(vec![None; keys.len()])
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        match self.ask(&Ask::Blockhash)? {
            Answer::Blockhash(hash, last_valid_block_height) => Ok(LatestBlockhash {
                hash: Hash::new_from_array(hash),
                last_valid_block_height,
            }),
            other => Err(unexpected(&other)),
        }
    }

    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError> {
        match self.ask(&Ask::Submit(hex::encode(transaction)))? {
            Answer::Submitted(text) => text
                .parse()
                .map_err(|_| ChainError::Unreachable("no signature".into())),
            other => Err(unexpected(&other)),
        }
    }

    fn status(
        &self,
        signatures: &[Signature],
        _search_history: bool,
    ) -> Result<Statuses, ChainError> {
        let texts = signatures.iter().map(Signature::to_string).collect();
        match self.ask(&Ask::Status(texts))? {
            Answer::Statuses(known, finalized_block_height) => Ok(Statuses {
                statuses: known
                    .into_iter()
                    .map(|known| match known {
                        Known::NotFound => TxStatus::NotFound,
                        Known::Pending => TxStatus::Pending,
                        Known::Succeeded => TxStatus::Succeeded,
                        Known::Failed(index, code) => TxStatus::Failed(custom((index, code))),
                    })
                    .collect(),
                finalized_block_height,
            }),
            other => Err(unexpected(&other)),
        }
    }
}

impl FeeOracle for RemoteChain {
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError> {
        match self.ask(&Ask::Simulate(hex::encode(transaction)))? {
            Answer::Simulated(compute_units, error) => Ok(Simulation {
                compute_units,
                error: error.map(custom),
                logs: Vec::new(),
            }),
            other => Err(unexpected(&other)),
        }
    }

    fn recent_prices(&self, _writable: &[Pubkey]) -> Result<Vec<u64>, ChainError> {
        Ok(Vec::new())
    }
}
