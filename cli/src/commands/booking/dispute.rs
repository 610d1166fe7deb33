//! `ion booking challenge` and `ion booking rule`.

use ::booking::state::WorkRecord;
use clap::Args;
use ion_client::{accounts, addresses, instructions::booking as build};
use ion_economics::booking::MAX_LINES;
use ion_merkle::{Hasher as _, Sha256Hasher};
use solana_pubkey::Pubkey;

use super::show::{find, state, unit};
use crate::{
    amount::Amount,
    context::Context,
    failure::{Failure, Outcome},
    output::Cell,
    write::{Write, deadline},
};

/// Arguments of `booking challenge`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion booking challenge 0a1b2c... --record 0 --evidence log.tar\n\nOnly the hash of the file goes on chain; send the file itself to the arbiter."
)]
pub struct ChallengeArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Number of the work record
    #[arg(long)]
    record: u32,

    /// File that shows what was not served, or its SHA-256 in hex
    #[arg(long, value_name = "FILE_OR_HASH")]
    evidence: String,
}

/// Arguments of `booking rule`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion booking rule 0a1b2c... --record 0 --minutes 700 --reason ruling.txt -k arbiter.json\n\nMinutes are those that stand of what the record adds, line by line."
)]
pub struct RuleArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Number of the work record
    #[arg(long)]
    record: u32,

    /// Minutes that stand per line, separated by commas
    #[arg(long, value_delimiter = ',', required = true)]
    minutes: Vec<u32>,

    /// File with the reasons, or its SHA-256 in hex
    #[arg(long, value_name = "FILE_OR_HASH")]
    reason: String,
}

/// SHA-256 given in hex, or of the file of this name.
///
/// Errors: usage, when there is no such file.
fn hash_of(text: &str) -> Outcome<[u8; 32]> {
    if let Ok(bytes) = hex::decode(text)
        && let Ok(hash) = bytes.try_into()
    {
        return Ok(hash);
    }
    let bytes = std::fs::read(text).map_err(|error| {
        Failure::usage(format!("\"{text}\" cannot be read"), error)
            .next("give a file, or 64 hex digits")
    })?;
    Ok(Sha256Hasher::hash(&[&bytes]))
}

fn work_record(ctx: &Context, booking: &Pubkey, seq: u32) -> Outcome<WorkRecord> {
    let key = addresses::booking::work_record(booking, seq);
    accounts::find(&ctx.chain, &key)?.ok_or_else(|| {
        Failure::chain(
            "the work record was not found",
            format!("the booking has no open record {seq}"),
        )
        .next("ion booking show ID lists its records")
    })
}

impl ChallengeArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let record = work_record(ctx, &address, self.record)?;
        let evidence = hash_of(&self.evidence)?;
        let instruction = build::challenge(
            &ctx.wallet()?,
            &address,
            self.record,
            evidence,
            booking.op_seq,
        );
        Write::new(
            format!(
                "Challenge record {} of booking {}",
                self.record,
                hex::encode(booking.id)
            ),
            instruction,
        )
        .effect(
            "disputed",
            Amount {
                base: record.billed.saturating_sub(record.earned),
                unit: unit(booking.currency),
            },
        )
        .effect("evidence", hex::encode(evidence))
        .effect(
            "challenge_until",
            deadline(record.challenge_until, ctx.now()?),
        )
        .effect("lost_so_far", u64::from(booking.lost_challenges))
        .warning("a ruling that changes nothing is a lost challenge; a few lost ones end the right")
        .run(ctx, |ctx| state(ctx, &address))
    }
}

impl RuleArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let record = work_record(ctx, &address, self.record)?;
        if self.minutes.len() != record.lines.len() {
            return Err(Failure::usage(
                "the minutes are not understood",
                format!("the record has {} lines", record.lines.len()),
            )
            .next("give the minutes that stand for each line, separated by commas"));
        }
        let mut minutes = [0; MAX_LINES];
        for (to, from) in minutes.iter_mut().zip(&self.minutes) {
            *to = *from;
        }
        let reason = hash_of(&self.reason)?;
        let instruction =
            build::rule_record(&ctx.wallet()?, &address, self.record, minutes, reason);
        let recorded: Vec<String> = record
            .lines
            .iter()
            .map(|line| line.minutes.to_string())
            .collect();
        Write::new(
            format!(
                "Rule on record {} of booking {}",
                self.record,
                hex::encode(booking.id)
            ),
            instruction,
        )
        .effect("recorded_minutes", Cell::Texts(recorded))
        .effect(
            "minutes_that_stand",
            Cell::Texts(self.minutes.iter().map(u32::to_string).collect()),
        )
        .effect("rule_until", deadline(record.ruling_until, ctx.now()?))
        .effect("reason", hex::encode(reason))
        .warning("what is cut goes back to the payer; the ruling is final")
        .run(ctx, |ctx| state(ctx, &address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_taken_as_given_or_of_the_file() {
        assert_eq!(hash_of(&"0a".repeat(32)).ok(), Some([10; 32]));
        assert!(hash_of("no such file").is_err());
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), b"abc").expect("writable");
        let path = file.path().display().to_string();
        assert_eq!(
            hash_of(&path).ok().map(hex::encode).as_deref(),
            Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
    }
}
