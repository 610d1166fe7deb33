//! `ion job report`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use ion_evidence::JobRecord;
use ion_protocol::{ErrorBody, JOB_REPORT_PATH, JobFinding, SignedJobResult};
use solana_pubkey::Pubkey;

use super::order::read_envelope;
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::Record,
};

const TIMEOUT: Duration = Duration::from_secs(60);

/// Arguments of `job report`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion job report job-0f3a5b7c9d1e2f30.order --result c.signed --verifier http://127.0.0.1:7101\n\nThe verifier checks both signatures and a product. Of a right result it keeps the finding alone; a wrong one it stores whole, for everybody: only then do order and result leave your hands for good."
)]
pub struct ReportArgs {
    /// File that ion job run wrote
    order: PathBuf,

    /// Result as the device signed it (--save-signed)
    #[arg(long, value_name = "FILE")]
    result: PathBuf,

    /// A verifier
    #[arg(long, value_name = "URL", env = "ION_VERIFIER")]
    verifier: String,
}

impl ReportArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (envelope, order) = read_envelope(&self.order)?;
        let result = read_result(&self.result)?;
        if result.result.order != order.id() {
            return Err(Failure::usage(
                "the result is of another order",
                format!("order {}", hex::encode(result.result.order)),
            ));
        }
        let record = JobRecord {
            order: envelope,
            result,
        };
        let finding = post(&self.verifier, &record)?;
        let words = match finding {
            JobFinding::Right => "right",
            JobFinding::Wrong => "wrong",
            JobFinding::Unchecked => "unchecked",
        };
        ctx.print(
            &Record::new()
                .with("order", hex::encode(order.id()))
                .with("device", Pubkey::new_from_array(order.device))
                .with("finding", words)
                .with("stored_as_evidence", finding == JobFinding::Wrong),
        );
        Ok(())
    }
}

fn read_result(path: &Path) -> Outcome<SignedJobResult> {
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("{} is no signed result", path.display()), why)
            .next("give the file of --save-signed (ion job result ORDER --save-signed FILE)")
    };
    let bytes = std::fs::read(path).map_err(|error| wrong(&error))?;
    borsh::from_slice(&bytes).map_err(|error| wrong(&error))
}

fn post(verifier: &str, record: &JobRecord) -> Outcome<JobFinding> {
    let unreachable =
        |error: &dyn std::fmt::Display| Failure::rpc("the verifier does not answer", error);
    let body = borsh::to_vec(record).map_err(|error| unreachable(&error))?;
    let url = format!("{}{JOB_REPORT_PATH}", verifier.trim_end_matches('/'));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| unreachable(&error))?;
    let (status, bytes) = runtime
        .block_on(async {
            let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
            let answer = client.post(&url).body(body).send().await?;
            Ok::<_, reqwest::Error>((answer.status(), answer.bytes().await?))
        })
        .map_err(|error| unreachable(&error))?;
    if status.is_success() {
        return borsh::from_slice(&bytes)
            .map_err(|error| Failure::chain("the verifier's answer is not understood", error));
    }
    let refusal = serde_json::from_slice::<ErrorBody>(&bytes).map_or_else(
        |_| format!("status {status}"),
        |body| format!("{} ({})", body.message, body.error),
    );
    Err(Failure::chain("the verifier refused the result", refusal)
        .next("it takes results of bookings that are still on chain, signed by their renter and their device"))
}
