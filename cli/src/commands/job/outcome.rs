//! What came back: checked, shown, saved.

use std::path::{Path, PathBuf};

use clap::Args;
use ion_challenge::freivalds::Product;
use ion_client::accounts;
use ion_protocol::{
    JobOrder, JobOutcome, JobOutput, JobResult, JobState, JobWork, SignedJobResult,
};
use registry::state::Device;
use solana_pubkey::Pubkey;

use super::{matrix, order::Known};
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Rounds of Freivalds' test: a wrong product passes one with probability 2⁻⁶¹ at most.
const ROUNDS: u8 = 2;

/// Where a result goes.
#[derive(Debug, Args)]
pub struct SaveArgs {
    /// Where the result goes: a product as text by rows, a container's output as it is
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Where the result goes as the device signed it: with the order's file it can be checked by anybody
    #[arg(long, value_name = "FILE")]
    save_signed: Option<PathBuf>,
}

impl SaveArgs {
    /// Whether anything is to be saved.
    pub const fn is_empty(&self) -> bool {
        self.save.is_none() && self.save_signed.is_none()
    }
}

/// What a test of a product said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tested {
    /// It is the product.
    Right,
    /// It is not.
    Wrong,
    /// The factors are not here.
    Unknown,
}

/// Name of a state for people and machines.
pub const fn state_name(state: &JobState) -> &'static str {
    match state {
        JobState::Waiting => "waiting",
        JobState::Running => "running",
        JobState::Ended(signed) => outcome_name(signed.result.outcome),
    }
}

const fn outcome_name(outcome: JobOutcome) -> &'static str {
    match outcome {
        JobOutcome::Completed => "completed",
        JobOutcome::Failed => "failed",
        JobOutcome::TimedOut => "timed out",
        JobOutcome::GivenUp => "given up",
    }
}

/// Refuses a result that is not this order's, or that the device did not sign.
///
/// Errors: rpc; program.
pub fn check_signature(ctx: &Context, known: &Known, signed: &SignedJobResult) -> Outcome<()> {
    if signed.result.order != known.id {
        return Err(Failure::chain(
            "the agent answered with another result",
            format!("it is of order {}", hex::encode(signed.result.order)),
        ));
    }
    let key = Pubkey::new_from_array(signed.device_key);
    if !signed.is_signed() {
        return Err(Failure::chain(
            "the result cannot be trusted",
            format!("{key} did not sign it"),
        ));
    }
    let device: Device = accounts::find(&ctx.chain, &known.device)?.ok_or_else(|| {
        Failure::chain(
            "the device was not found",
            format!("there is no device at {}", known.device),
        )
    })?;
    if device.device_key != key {
        return Err(Failure::chain(
            "the result cannot be trusted",
            format!("it is signed by {key}, the device's key is {}", device.device_key),
        )
        .next("check --agent: another machine may answer there; the owner may also have changed the key (ion device show)"));
    }
    Ok(())
}

/// Checks, saves and prints a result, and fails where it is not what was ordered.
///
/// Errors: rpc; program when the job did not complete or the product is wrong, with the result
/// printed; usage when it cannot be saved.
pub fn show(
    ctx: &Context,
    known: &Known,
    signed: &SignedJobResult,
    into: &SaveArgs,
) -> Outcome<()> {
    check_signature(ctx, known, signed)?;
    let tested = test(known.order.as_ref(), &signed.result, &rand::random());
    if let Some(path) = &into.save {
        let bytes = content(known.order.as_ref(), &signed.result.output);
        write(path, &bytes)?;
    }
    if let Some(path) = &into.save_signed {
        let bytes = borsh::to_vec(signed)
            .map_err(|error| Failure::usage("the result cannot be encoded", error))?;
        write(path, &bytes)?;
    }
    ctx.print(&record(known, signed, tested, into.save.as_deref()));
    if tested == Some(Tested::Wrong) {
        return Err(Failure::chain(
            "the result is not the product",
            "Freivalds' test fails: the device signed a wrong result",
        )
        .next(
            "do not use it; save it with --save-signed and hand both files to a verifier: ion job report",
        )
        .with_result());
    }
    if signed.result.outcome != JobOutcome::Completed {
        return Err(Failure::chain(
            "the job did not complete",
            outcome_name(signed.result.outcome),
        )
        .next("order it again with a new nonce; a longer time is --seconds")
        .with_result());
    }
    Ok(())
}

/// Whether a product is right; `None` where the output is none. The seed is drawn after the result is
/// there.
fn test(order: Option<&JobOrder>, result: &JobResult, seed: &[u8; 32]) -> Option<Tested> {
    let JobOutput::Product(entries) = &result.output else {
        return None;
    };
    let Some(order) = order else {
        return Some(Tested::Unknown);
    };
    let JobWork::Product(job) = &order.work else {
        return Some(Tested::Wrong);
    };
    let product = Product {
        rows: job.rows as usize,
        inner: job.inner as usize,
        columns: job.columns as usize,
        left: &job.left,
        right: &job.right,
        result: entries,
    };
    // A shape that does not fit the order is as wrong as an entry.
    Some(match product.is_right(seed, ROUNDS) {
        Ok(true) => Tested::Right,
        Ok(false) | Err(_) => Tested::Wrong,
    })
}

fn record(
    known: &Known,
    signed: &SignedJobResult,
    tested: Option<Tested>,
    saved: Option<&Path>,
) -> Record {
    let result = &signed.result;
    let base = Record::new()
        .with("order", hex::encode(known.id))
        .with("device", known.device)
        .with("outcome", outcome_name(result.outcome))
        .with("started_at", Cell::time_or_nothing(result.started_at))
        .with("ended_at", Cell::time_or_nothing(result.ended_at))
        .with("signed_by", Pubkey::new_from_array(signed.device_key))
        .with(
            "saved_to",
            saved.map_or(Cell::Nothing, |path| path.display().to_string().into()),
        );
    match &result.output {
        JobOutput::Nothing => base.with("output", Cell::Nothing),
        JobOutput::Trouble(reason) => base.with("trouble", reason.as_str()),
        JobOutput::Product(entries) => {
            let (checked, error) = match tested {
                Some(Tested::Right) => (Cell::Flag(true), "at most 2^-122".into()),
                Some(Tested::Wrong) => (Cell::Flag(false), Cell::Nothing),
                Some(Tested::Unknown) | None => (Cell::Nothing, Cell::Nothing),
            };
            base.with("entries", entries.len() as u64)
                .with("product_is_right", checked)
                .with("chance_of_error", error)
        }
        JobOutput::Container {
            exit_code,
            stdout,
            stderr,
            is_cut,
        } => base
            .with(
                "exit_code",
                exit_code.map_or(Cell::Nothing, |code| code.to_string().into()),
            )
            .with("output_cut", *is_cut)
            .with("stderr", String::from_utf8_lossy(stderr).into_owned())
            .with("stdout", String::from_utf8_lossy(stdout).into_owned()),
    }
}

/// A product as text by rows, a container's output as it is.
fn content(order: Option<&JobOrder>, output: &JobOutput) -> Vec<u8> {
    match output {
        JobOutput::Product(entries) => {
            let columns = match order.map(|order| &order.work) {
                Some(JobWork::Product(product)) => product.columns as usize,
                _ => 1,
            };
            matrix::to_csv(entries, columns).into_bytes()
        }
        JobOutput::Container { stdout, .. } => stdout.clone(),
        JobOutput::Nothing | JobOutput::Trouble(_) => Vec::new(),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    std::fs::write(path, bytes).map_err(|error| {
        Failure::usage(format!("{} cannot be written", path.display()), error)
            .next("name another file; the agent keeps the result")
    })
}

#[cfg(test)]
mod tests {
    use ion_protocol::ProductJob;

    use super::*;

    fn order() -> JobOrder {
        JobOrder {
            device: [1; 32],
            booking: [2; 32],
            nonce: [3; 16],
            seconds: 1,
            work: JobWork::Product(ProductJob {
                rows: 1,
                inner: 2,
                columns: 2,
                left: vec![2, 3],
                right: vec![5, 7, 11, 13],
            }),
        }
    }

    fn result(output: JobOutput) -> JobResult {
        JobResult {
            order: order().id(),
            outcome: JobOutcome::Completed,
            started_at: 1,
            ended_at: 2,
            output,
        }
    }

    #[test]
    fn product_is_tested_against_the_order() {
        let test = |order: Option<&JobOrder>, entries: &[i64]| {
            test(
                order,
                &result(JobOutput::Product(entries.to_vec())),
                &[9; 32],
            )
        };
        let order = order();
        assert_eq!(test(Some(&order), &[43, 53]), Some(Tested::Right));
        assert_eq!(test(Some(&order), &[43, 54]), Some(Tested::Wrong));
        assert_eq!(test(Some(&order), &[43]), Some(Tested::Wrong));
        assert_eq!(test(None, &[43, 53]), Some(Tested::Unknown));
    }

    #[test]
    fn saved_product_has_the_rows_of_its_order() {
        let output = JobOutput::Product(vec![43, 53]);
        assert_eq!(content(Some(&order()), &output), b"43,53\n");
        assert_eq!(content(None, &output), b"43\n53\n");
    }
}
