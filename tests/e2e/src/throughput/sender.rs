//! Many transactions at once, each followed to its end.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use anyhow::Result;
use ion_client::{
    errors::describe_failure,
    rpc::RpcChain,
    send::{self, Chain, ChainError, TxStatus},
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signature::Signature;

/// Threads that send.
const SENDERS: usize = 8;
/// Transactions over one blockhash.
const PER_BLOCKHASH: usize = 40;
/// Signatures per status call.
const PER_STATUS: usize = 200;
const DEADLINE: Duration = Duration::from_secs(90);
const POLL_INTERVAL: Duration = Duration::from_millis(40);

/// One transaction to send.
pub struct Job<'a> {
    /// Pays the fee.
    pub payer: &'a Keypair,
    /// Instructions; the payer is the only signer.
    pub instructions: Vec<Instruction>,
}

/// What became of the jobs.
#[derive(Debug, Default)]
pub struct Sent {
    /// Transactions that succeeded.
    pub succeeded: usize,
    /// Why the others failed.
    pub failures: Vec<String>,
    /// Seconds from the first submission to the last confirmation.
    pub seconds: f64,
}

/// Sends all jobs and waits for each.
///
/// Errors: the chain cannot be asked, or a job cannot be built.
pub fn send_all(chain: &RpcChain, jobs: &[Job<'_>]) -> Result<Sent> {
    let started = Instant::now();
    let sent = Mutex::new(Sent::default());
    let broken = Mutex::new(None);
    let share = jobs.len().div_ceil(SENDERS).max(1);
    std::thread::scope(|scope| {
        for part in jobs.chunks(share) {
            let (sent, broken) = (&sent, &broken);
            scope.spawn(move || match send_part(chain, part) {
                Ok(outcome) => {
                    let mut all = sent.lock().unwrap_or_else(|error| error.into_inner());
                    all.succeeded += outcome.succeeded;
                    all.failures.extend(outcome.failures);
                }
                Err(error) => {
                    *broken.lock().unwrap_or_else(|error| error.into_inner()) = Some(error);
                }
            });
        }
    });
    if let Some(error) = broken
        .into_inner()
        .unwrap_or_else(|error| error.into_inner())
    {
        return Err(error);
    }
    let mut sent = sent.into_inner().unwrap_or_else(|error| error.into_inner());
    sent.seconds = started.elapsed().as_secs_f64();
    Ok(sent)
}

fn send_part(chain: &RpcChain, jobs: &[Job<'_>]) -> Result<Sent> {
    let mut outcome = Sent::default();
    let mut waiting: Vec<(Signature, &Job<'_>)> = Vec::with_capacity(jobs.len());
    for batch in jobs.chunks(PER_BLOCKHASH) {
        let blockhash = chain.blockhash()?.hash;
        for job in batch {
            let transaction = send::build(job.payer, &[], &job.instructions, blockhash)?;
            match chain.submit(&send::serialize(&transaction)?) {
                Ok(signature) => waiting.push((signature, job)),
                Err(ChainError::Rejected(error)) => outcome.failures.push(
                    describe_failure(&error, &job.instructions)
                        .map_or_else(|| error.to_string(), |failure| failure.to_string()),
                ),
                Err(error) => return Err(error.into()),
            }
        }
    }
    let until = Instant::now() + DEADLINE;
    while !waiting.is_empty() {
        let mut open = Vec::new();
        for batch in waiting.chunks(PER_STATUS) {
            let signatures: Vec<Signature> =
                batch.iter().map(|(signature, _)| *signature).collect();
            let statuses = chain.status(&signatures, false)?.statuses;
            for ((signature, job), status) in batch.iter().zip(statuses) {
                match status {
                    TxStatus::Succeeded => outcome.succeeded += 1,
                    TxStatus::Failed(error) => outcome.failures.push(
                        describe_failure(&error, &job.instructions)
                            .map_or_else(|| error.to_string(), |failure| failure.to_string()),
                    ),
                    TxStatus::NotFound | TxStatus::Pending => open.push((*signature, *job)),
                }
            }
        }
        if !open.is_empty() && Instant::now() > until {
            outcome.failures.extend(
                open.iter()
                    .map(|(signature, _)| format!("{signature} is not confirmed")),
            );
            break;
        }
        waiting = open;
        if !waiting.is_empty() {
            std::thread::sleep(POLL_INTERVAL);
        }
    }
    Ok(outcome)
}
