//! `ion poll vote`.

use clap::Args;
use ion_client::instructions::registry;

use super::show::{Identity, state};
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    write::Write,
};

/// Arguments of `poll vote`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion poll vote work-report booking 498765 --payload-hash 5f2c... -k verifier.json"
)]
pub struct VoteArgs {
    #[command(flatten)]
    report: Identity,

    /// Hash of the payload voted for, 64 hex digits
    #[arg(long, value_name = "HEX")]
    payload_hash: String,
}

impl VoteArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let hash = parse_hash(&self.payload_hash, "payload hash")?;
        let address = self.report.address()?;
        let instruction = registry::vote_report(&ctx.wallet()?, &address, hash);
        Write::new(
            format!(
                "Vote for payload {} of {:?} {}",
                self.payload_hash, self.report.kind, self.report.seq
            ),
            instruction,
        )
        .effect("poll", address)
        .effect("verifier", ctx.wallet()?)
        .warning("a vote can be moved until the report is attested, not afterwards")
        .run(ctx, |ctx| state(ctx, &address))
    }
}

/// Reads 32 bytes in hexadecimal.
///
/// Errors: usage.
pub fn parse_hash(text: &str, what: &str) -> Outcome<[u8; 32]> {
    hex::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| {
            Failure::usage(
                format!("the {what} is not understood"),
                "it has 64 hex digits",
            )
        })
}
