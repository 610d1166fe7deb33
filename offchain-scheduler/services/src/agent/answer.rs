//! Answers to challenges.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use borsh::{BorshDeserialize, BorshSerialize};
use ion_challenge::{Challenge, ChallengeWork};
use ion_protocol::{
    CHALLENGE_PATH, COMMIT_PATH, ChallengeFetch, ChallengeReply, CommitReply, Domain,
    IssuedChallenge, OPEN_PATH, OpenReply, Outcome,
};
use tokio::sync::Notify;

use crate::{
    agent::{CallError, Shared, VerifierClient},
    chain_view::read,
    shutdown::Shutdown,
};

/// Times that one message of a challenge is sent before it is given up.
const ATTEMPTS: u32 = 5;
/// Fetches of one challenge: it is handed out to all devices of an owner at one instant, and until
/// then a device is told to come again.
const MOST_FETCHES: u32 = 60;
/// Longest wait between two of them.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why a challenge is left unanswered.
#[derive(thiserror::Error, Debug)]
enum AnswerError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the challenge is for another device")]
    OtherDevice,
    #[error("the challenge is for another cluster")]
    OtherCluster,
    #[error("nobody of the verifier set signed the challenge")]
    Stranger,
    #[error("the challenge is above this machine's limits")]
    TooLarge,
    #[error("the challenge cannot be proved: {0}")]
    Prover(#[from] ion_challenge::ProverError),
    #[error("the chain cannot be read: {0}")]
    Chain(String),
    #[error("asked to end")]
    Ending,
}

/// Fetches and answers the challenges of one verifier whenever one is announced.
pub(crate) async fn answer(
    shared: Arc<Shared>,
    client: Arc<VerifierClient>,
    waits: Arc<Notify>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    loop {
        tokio::select! {
            biased;
            () = shutdown.requested() => return Ok(()),
            () = waits.notified() => {}
        }
        match answer_one(&shared, &client, &shutdown).await {
            Ok(Some(outcome)) => {
                tracing::info!(verifier = client.base(), outcome = ?outcome, "challenge judged")
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(verifier = client.base(), error = %error, "challenge left unanswered")
            }
        }
    }
}

async fn answer_one(
    shared: &Arc<Shared>,
    client: &VerifierClient,
    shutdown: &Shutdown,
) -> Result<Option<Outcome>, AnswerError> {
    // A proof of another verifier's challenge may be running: its deadline would pass in the queue.
    let turn = shared
        .prover_turn
        .acquire()
        .await
        .map_err(|_| AnswerError::Ending)?;
    let Some(issued) = fetch(shared, client, shutdown).await? else {
        return Ok(None);
    };
    check(shared, &issued).await?;

    let work = prove(shared, issued.challenge).await?;
    let reply: CommitReply = call(
        shared,
        client,
        shutdown,
        COMMIT_PATH,
        Domain::ChallengeCommit,
        &work.commitment(),
    )
    .await?;
    let worker = shared.clone();
    let answer = blocking(move || work.open(&*worker.prover, &reply.secret)).await?;
    drop(turn);
    let reply: OpenReply = call(
        shared,
        client,
        shutdown,
        OPEN_PATH,
        Domain::ChallengeOpen,
        &answer,
    )
    .await?;
    Ok(Some(reply.outcome))
}

/// The challenge that waits, at the instant at which the verifier hands it out.
async fn fetch(
    shared: &Arc<Shared>,
    client: &VerifierClient,
    shutdown: &Shutdown,
) -> Result<Option<IssuedChallenge>, AnswerError> {
    for _ in 0..MOST_FETCHES {
        let reply: ChallengeReply = call(
            shared,
            client,
            shutdown,
            CHALLENGE_PATH,
            Domain::ChallengeFetch,
            &ChallengeFetch {},
        )
        .await?;
        if reply.issued.is_some() || reply.wait_ms == 0 {
            return Ok(reply.issued);
        }
        let wait = Duration::from_millis(reply.wait_ms).min(LONGEST_WAIT);
        if !shutdown.pause(wait).await {
            return Err(AnswerError::Ending);
        }
    }
    Ok(None)
}

/// Whether this challenge is worth the work: for this device, by a member of the set, within limits.
async fn check(shared: &Arc<Shared>, issued: &IssuedChallenge) -> Result<(), AnswerError> {
    let Challenge {
        genesis_hash,
        verifier,
        device,
        n,
        rounds,
        ..
    } = &issued.challenge;
    if *device != shared.key.public_key() {
        return Err(AnswerError::OtherDevice);
    }
    if *genesis_hash != shared.realm.genesis_hash {
        return Err(AnswerError::OtherCluster);
    }
    let set = read(&shared.cluster, |cluster| cluster.verifiers())
        .await
        .map_err(|error| AnswerError::Chain(error.to_string()))?;
    if !set.keys.contains(verifier) || !issued.is_signed() {
        return Err(AnswerError::Stranger);
    }
    if *n > shared.settings.prover.max_n || *rounds > shared.settings.prover.max_rounds {
        return Err(AnswerError::TooLarge);
    }
    Ok(())
}

async fn prove(shared: &Arc<Shared>, challenge: Challenge) -> Result<ChallengeWork, AnswerError> {
    let worker = shared.clone();
    blocking(move || ChallengeWork::commit(&*worker.prover, challenge)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ion_challenge::ProverError> + Send + 'static,
) -> Result<T, AnswerError> {
    match tokio::task::spawn_blocking(work).await.context("prove") {
        Ok(result) => Ok(result?),
        Err(_) => Err(AnswerError::Prover(ion_challenge::ProverError::Worker)),
    }
}

/// One message, sealed anew for each attempt.
async fn call<M: BorshSerialize, R: BorshDeserialize>(
    shared: &Arc<Shared>,
    client: &VerifierClient,
    shutdown: &Shutdown,
    path: &str,
    domain: Domain,
    message: &M,
) -> Result<R, AnswerError> {
    let mut attempt = 1;
    loop {
        let now = read(&shared.cluster, |cluster| cluster.now())
            .await
            .map_err(|error| AnswerError::Chain(error.to_string()))?;
        match client.call(shared, path, domain, now, message).await {
            Ok(reply) => return Ok(reply),
            Err(error) if error.is_retryable() && attempt < ATTEMPTS => {
                tracing::debug!(verifier = client.base(), attempt, error = %error, "message of a challenge failed");
                attempt += 1;
                if !shutdown.pause(shared.settings.verifiers.retry).await {
                    return Err(AnswerError::Ending);
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
}
