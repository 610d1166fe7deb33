//! What came back: checked, shown, saved.

use std::path::{Path, PathBuf};

use clap::Args;
use ion_client::accounts;
use ion_evidence::job_finding;
use ion_protocol::{
    JobFinding, JobOrder, JobOutcome, JobOutput, JobResult, JobState, JobWork, SignedJobResult,
};
use registry::state::Device;
use solana_pubkey::Pubkey;

use super::{file::replace, matrix, order::Known};
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Where a result goes.
#[derive(Debug, Args)]
pub struct SaveArgs {
    /// Where the result goes: a product as text by rows, a container's output as it is; written only when the job completed and nothing is wrong with it
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Where the result goes as the device signed it, right or wrong: with the order's file it can be checked by anybody
    #[arg(long, value_name = "FILE")]
    save_signed: Option<PathBuf>,
}

impl SaveArgs {
    /// Whether anything is to be saved.
    pub const fn is_empty(&self) -> bool {
        self.save.is_none() && self.save_signed.is_none()
    }
}

/// What a look at a result said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tested {
    /// It shows this, by the rule that everybody applies.
    Found(JobFinding),
    /// Completed, it says, and there is no output of such work.
    Hollow,
    /// A product, and the factors are not here.
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
/// Errors: rpc; program when the job did not complete or the result is wrong, with the result printed
/// and only what the device signed saved; usage when it cannot be saved.
pub fn show(
    ctx: &Context,
    known: &Known,
    signed: &SignedJobResult,
    into: &SaveArgs,
) -> Outcome<()> {
    check_signature(ctx, known, signed)?;
    let tested = test(known.order.as_ref(), &signed.result, &rand::random());
    let is_good = signed.result.outcome == JobOutcome::Completed
        && !matches!(tested, Tested::Found(JobFinding::Wrong) | Tested::Hollow);
    let saved = into.save.as_deref().filter(|_| is_good);
    if let Some(path) = saved {
        write(path, &content(known.order.as_ref(), &signed.result.output))?;
    }
    if let Some(path) = &into.save_signed {
        let bytes = borsh::to_vec(signed)
            .map_err(|error| Failure::usage("the result cannot be encoded", error))?;
        write(path, &bytes)?;
    }
    ctx.print(&record(known, signed, tested, saved));
    if tested == Tested::Found(JobFinding::Wrong) {
        return Err(Failure::chain(
            "the result is not the product",
            match signed.result.output {
                JobOutput::Product(_) => "Freivalds' test fails: the device signed a wrong result",
                _ => "the device signed that the job is completed, and there is no product",
            },
        )
        .next(
            "do not use it; save it with --save-signed and hand both files to a verifier: ion job report",
        )
        .with_result());
    }
    if tested == Tested::Hollow {
        return Err(Failure::chain(
            "the result is not what was ordered",
            "the device signed that the job is completed, and there is no output of such work",
        )
        .next("do not use it; order it again of another device")
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

/// What a result shows. The seed is drawn after the result is there.
fn test(order: Option<&JobOrder>, result: &JobResult, seed: &[u8; 32]) -> Tested {
    let found = order.map(|order| job_finding(order, result, seed));
    let is_completed = result.outcome == JobOutcome::Completed;
    match (found, order.map(|order| &order.work), &result.output) {
        (Some(finding @ (JobFinding::Right | JobFinding::Wrong)), _, _) => Tested::Found(finding),
        // A third party cannot check what a container did, and the renter still gets output or none.
        (_, Some(JobWork::Container(_)) | None, JobOutput::Nothing | JobOutput::Trouble(_))
        | (_, Some(JobWork::Container(_)), JobOutput::Product(_))
            if is_completed =>
        {
            Tested::Hollow
        }
        (None, _, JobOutput::Product(_)) => Tested::Unknown,
        _ => Tested::Found(JobFinding::Unchecked),
    }
}

fn record(known: &Known, signed: &SignedJobResult, tested: Tested, saved: Option<&Path>) -> Record {
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
    let (is_right, error) = match tested {
        Tested::Found(JobFinding::Right) => (Cell::Flag(true), "at most 2^-122".into()),
        Tested::Found(JobFinding::Wrong) => (Cell::Flag(false), Cell::Nothing),
        Tested::Found(JobFinding::Unchecked) | Tested::Hollow | Tested::Unknown => {
            (Cell::Nothing, Cell::Nothing)
        }
    };
    let base = match (tested, &result.output) {
        (Tested::Found(JobFinding::Wrong), _) | (_, JobOutput::Product(_)) => base
            .with("product_is_right", is_right)
            .with("chance_of_error", error),
        _ => base,
    };
    match &result.output {
        JobOutput::Nothing => base.with("output", Cell::Nothing),
        JobOutput::Trouble(reason) => base.with("trouble", reason.as_str()),
        JobOutput::Product(entries) => base.with("entries", entries.len() as u64),
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
    replace(path, bytes).map_err(|error| {
        Failure::usage(format!("{} cannot be written", path.display()), error)
            .next("name another file; the agent keeps the result")
    })
}

#[cfg(test)]
mod tests {
    use ion_protocol::{ContainerJob, ProductJob};

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

    fn container() -> JobOrder {
        JobOrder {
            work: JobWork::Container(ContainerJob {
                image: format!("a@sha256:{}", "0f".repeat(32)),
                command: vec![],
                cpu_millis: 1,
                memory_mib: 6,
                gpus: false,
                network: false,
            }),
            ..order()
        }
    }

    fn told(order: Option<&JobOrder>, output: JobOutput) -> Tested {
        test(order, &result(output), &[9; 32])
    }

    fn printed() -> JobOutput {
        JobOutput::Container {
            exit_code: Some(0),
            stdout: b"1".to_vec(),
            stderr: vec![],
            is_cut: false,
        }
    }

    #[test]
    fn product_is_tested_against_the_order() {
        let order = order();
        let product = |entries: &[i64]| JobOutput::Product(entries.to_vec());
        let found = Tested::Found;
        assert_eq!(
            told(Some(&order), product(&[43, 53])),
            found(JobFinding::Right)
        );
        for wrong in [&[43, 54][..], &[43], &[]] {
            let said = told(Some(&order), product(wrong));
            assert_eq!(said, found(JobFinding::Wrong), "{wrong:?}");
        }
        assert_eq!(told(None, product(&[43, 53])), Tested::Unknown);
    }

    #[test]
    fn completed_work_without_its_output_is_never_good() {
        let trouble = || JobOutput::Trouble("none".to_owned());
        let order = order();
        for output in [printed(), JobOutput::Nothing, trouble()] {
            let said = told(Some(&order), output);
            assert_eq!(said, Tested::Found(JobFinding::Wrong));
        }
        let container = container();
        let product = JobOutput::Product(vec![1]);
        for output in [product, JobOutput::Nothing, trouble()] {
            assert_eq!(told(Some(&container), output), Tested::Hollow);
        }
        assert_eq!(told(None, JobOutput::Nothing), Tested::Hollow);
        assert_eq!(told(None, trouble()), Tested::Hollow);
        for order in [Some(&container), None] {
            let said = told(order, printed());
            assert_eq!(said, Tested::Found(JobFinding::Unchecked));
        }
        let mut failed = result(trouble());
        failed.outcome = JobOutcome::Failed;
        for order in [Some(&order), Some(&container), None] {
            let said = test(order, &failed, &[9; 32]);
            assert_eq!(said, Tested::Found(JobFinding::Unchecked));
        }
    }

    #[test]
    fn saved_product_has_the_rows_of_its_order() {
        let output = JobOutput::Product(vec![43, 53]);
        assert_eq!(content(Some(&order()), &output), b"43,53\n");
        assert_eq!(content(None, &output), b"43\n53\n");
    }
}
