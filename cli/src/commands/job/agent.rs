//! The agent of a hired device, as the renter talks to it.

use std::time::Duration;

use borsh::BorshSerialize;
use clap::Args;
use ion_protocol::{
    Domain, ErrorBody, JOB_PATH, JOB_STATE_PATH, JobOrder, JobQuestion, JobState, JobWork,
};

use crate::{context::Context, failure::Failure, sealed::sealed};

/// How long an agent may take for one reply.
const ANSWER_DEADLINE: Duration = Duration::from_secs(60);
/// Largest reply taken where the order does not bound it, bytes.
const MAX_REPLY_BYTES: usize = 256 << 20;
/// Bytes of a reply beside the entries of a product.
const REPLY_FRAME_BYTES: usize = 4_096;

/// Where the agent is.
#[derive(Debug, Args)]
pub struct AgentArgs {
    /// Address at which the device's agent takes orders, as the supplier names it
    #[arg(long, env = "ION_AGENT", value_name = "URL")]
    agent: String,
}

/// Why there is no state of an order.
pub enum NoAnswer {
    /// The agent cannot be reached or the chain cannot be read: asking again may help.
    ForNow(Failure),
    /// It refused.
    Refused(Failure),
}

impl NoAnswer {
    /// The failure in either case.
    pub fn into_failure(self) -> Failure {
        match self {
            Self::ForNow(failure) | Self::Refused(failure) => failure,
        }
    }
}

impl AgentArgs {
    /// Sends an order, also again: the agent takes it once.
    pub fn place(&self, ctx: &Context, order: &JobOrder) -> Result<JobState, NoAnswer> {
        self.ask(
            ctx,
            JOB_PATH,
            Domain::JobOrder,
            order,
            reply_bound(Some(order)),
        )
    }

    /// Asks how far an order is. `order` bounds the reply where it is known.
    pub fn state(
        &self,
        ctx: &Context,
        id: [u8; 32],
        order: Option<&JobOrder>,
    ) -> Result<JobState, NoAnswer> {
        let question = JobQuestion { order: id };
        self.ask(
            ctx,
            JOB_STATE_PATH,
            Domain::JobQuestion,
            &question,
            reply_bound(order),
        )
    }

    fn ask<T: BorshSerialize>(
        &self,
        ctx: &Context,
        path: &str,
        domain: Domain,
        message: &T,
        max: usize,
    ) -> Result<JobState, NoAnswer> {
        let envelope = sealed(ctx, domain, message).map_err(NoAnswer::ForNow)?;
        let body = borsh::to_vec(&envelope).map_err(|error| {
            NoAnswer::Refused(Failure::usage("the request cannot be encoded", error))
        })?;
        let url = format!("{}{path}", self.agent.trim_end_matches('/'));
        let (is_ok, bytes) = post(&url, body, max).map_err(|error| {
            NoAnswer::ForNow(
                Failure::rpc(format!("the agent {url} does not answer"), error)
                    .next("check --agent with the supplier, and that the agent runs"),
            )
        })?;
        if is_ok {
            return borsh::from_slice(&bytes).map_err(|error| {
                NoAnswer::Refused(Failure::chain(
                    "the agent's answer is not understood",
                    error,
                ))
            });
        }
        Err(refusal(&bytes))
    }
}

fn reply_bound(order: Option<&JobOrder>) -> usize {
    match order.map(|order| &order.work) {
        Some(JobWork::Product(product)) => (product.rows as usize)
            .saturating_mul(product.columns as usize)
            .saturating_mul(size_of::<i64>())
            .saturating_add(REPLY_FRAME_BYTES),
        Some(JobWork::Container(_)) | None => MAX_REPLY_BYTES,
    }
}

/// Whether the status is a success, and the body. Errors: no answer, or a body above `max` bytes.
fn post(url: &str, body: Vec<u8>, max: usize) -> anyhow::Result<(bool, Vec<u8>)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = reqwest::Client::builder()
            .timeout(ANSWER_DEADLINE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let mut answer = client.post(url).body(body).send().await?;
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await? {
            anyhow::ensure!(
                bytes.len().saturating_add(part.len()) <= max,
                "its reply is above {max} bytes"
            );
            bytes.extend_from_slice(&part);
        }
        Ok((answer.status().is_success(), bytes))
    })
}

/// What a refusal means and what to do about it.
fn refusal(body: &[u8]) -> NoAnswer {
    let Ok(body) = serde_json::from_slice::<ErrorBody>(body) else {
        return NoAnswer::Refused(
            Failure::chain("the agent refused", "its answer gives no reason")
                .next("check that --agent is the address for orders (jobs.listen of the agent)"),
        );
    };
    let failure = Failure::chain(
        "the agent refused",
        format!("{} ({})", body.message, body.error),
    );
    let failure = match advice(&body.error) {
        Some(advice) => failure.next(advice),
        None => failure,
    };
    match body.error.as_str() {
        "unavailable" | "expired" | "clock_skew" => NoAnswer::ForNow(failure),
        _ => NoAnswer::Refused(failure),
    }
}

/// What to do after a refusal with this code.
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "not_hired" => {
            "the booking must run, hold this device and be yours: ion booking show ID, and -k with the renter's key"
        }
        "order_refused" => {
            "change what the reason names and order again; the limits are the supplier's"
        }
        "body_too_large" => "order smaller factors; the largest order is the supplier's setting",
        "no_engine" => "order a matrix product, or ask the supplier for docker or podman",
        "queue_full" => "try again later with ion job run --order FILE: it is the same order",
        "draining" => {
            "the agent is about to end; try again with ion job run --order FILE when it is back"
        }
        "unavailable" => "the agent cannot read the chain now; try again with --order FILE",
        "unknown_order" => {
            "it was never taken, was another key's, or its result was dropped for newer ones; ion job run --order FILE sends it again"
        }
        "expired" | "clock_skew" => {
            "the node of --url and the agent's node are apart in time; try again, or name another node"
        }
        "wrong_cluster" | "wrong_program" => {
            "the agent works on another cluster than --url; check both"
        }
        "malformed" | "wrong_domain" | "payload_mismatch" | "bad_signature" => {
            "the agent speaks another version of the protocol; update this command or ask the supplier"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(code: &str) -> Vec<u8> {
        serde_json::to_vec(&ErrorBody {
            error: code.to_owned(),
            message: "because".to_owned(),
        })
        .unwrap()
    }

    #[test]
    fn every_refusal_has_its_advice_and_only_passing_ones_are_asked_again() {
        for code in [
            "not_hired",
            "order_refused",
            "body_too_large",
            "no_engine",
            "queue_full",
            "draining",
            "unknown_order",
            "wrong_cluster",
            "wrong_program",
            "malformed",
            "wrong_domain",
            "payload_mismatch",
            "bad_signature",
        ] {
            let NoAnswer::Refused(failure) = refusal(&body(code)) else {
                panic!("{code} is for now");
            };
            assert_eq!(failure.why, format!("because ({code})"));
            assert!(failure.next.is_some(), "{code}");
        }
        for code in ["unavailable", "expired", "clock_skew"] {
            assert!(
                matches!(refusal(&body(code)), NoAnswer::ForNow(_)),
                "{code}"
            );
        }
        let NoAnswer::Refused(failure) = refusal(b"<html>") else {
            panic!("a page is no passing trouble");
        };
        assert!(failure.why.contains("no reason"));
    }
}
