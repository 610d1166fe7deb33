//! `ion schedule explain`.

use clap::Args;
use ion_protocol::QUOTE_PATH;
use serde_json::Value;
use solana_pubkey::Pubkey;

use super::ask::{SchedulerArgs, number, text};
use crate::{
    amount::Amount,
    commands::booking::show::{find, parse_id},
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `schedule explain`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion schedule explain 0a1b... --scheduler http://127.0.0.1:7300\n\nLower costs are better; a cost is value · times · weight of its term."
)]
pub struct ExplainArgs {
    /// Booking or quote: its id (32 hex digits), or the booking's address
    booking: String,

    #[command(flatten)]
    scheduler: SchedulerArgs,
}

impl ExplainArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        // A quote has its id before there is a booking on chain.
        let id = match parse_id(&self.booking) {
            Some(id) => id,
            None => find(ctx, &self.booking)?.1.id,
        };
        let path = format!("{QUOTE_PATH}/{}/explanation", hex::encode(id));
        let answer = self.scheduler.get(&path)?.ok_or_else(|| {
            Failure::chain(
                "nothing is known of this booking",
                "this scheduler did not make its quote",
            )
            .next("ask the scheduler that did: ion booking show names the quote's maker")
        })?;
        ctx.print(&record(&id, &answer));
        Ok(())
    }
}

fn record(id: &[u8; 16], answer: &Value) -> Record {
    let nothing = Value::Null;
    let decision = answer.get("decision").unwrap_or(&nothing);
    let excluded: Vec<Record> = decision
        .get("excluded")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(reason, count)| {
            Record::new()
                .with("excluded_by", reason.as_str())
                .with("devices", count.as_u64().unwrap_or_default())
        })
        .collect();
    let placed = decision
        .get("outcome")
        .and_then(|outcome| outcome.get("placed"));
    let devices = placed
        .and_then(|placed| placed.get("devices"))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut terms = Vec::new();
    let mut lines = Vec::new();
    for (line, device) in devices.iter().enumerate() {
        lines.push(
            Record::new()
                .with("line", line as u64)
                .with("device", address(device))
                .with("qty", number(device, "qty"))
                .with("ask", Amount::usd(number(device, "ask_usd_micros")))
                .with("cost", signed(device, "cost")),
        );
        let scored = device.get("terms").and_then(Value::as_array);
        for term in scored.into_iter().flatten() {
            terms.push(
                Record::new()
                    .with("line", line as u64)
                    .with("term", text(term, "term"))
                    .with("value", signed(term, "value"))
                    .with("times", signed(term, "times"))
                    .with("weight", signed(term, "weight"))
                    .with("cost", signed(term, "cost")),
            );
        }
    }
    Record::new()
        .with("id", hex::encode(id))
        .with("state", text(answer, "state"))
        .with("policy", text(decision, "policy"))
        .with("snapshot", number(decision, "version"))
        .with("candidates", number(decision, "candidates"))
        .with("excluded", excluded)
        .with("lines", lines)
        .with("terms", terms)
}

/// The address of a device, which the decision holds as bytes.
fn address(device: &Value) -> Cell {
    let bytes: Option<Vec<u8>> = device.get("device").and_then(Value::as_array).map(|bytes| {
        bytes
            .iter()
            .filter_map(|byte| u8::try_from(byte.as_u64()?).ok())
            .collect()
    });
    bytes
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .map_or(Cell::Nothing, |bytes| {
            Cell::Key(Pubkey::new_from_array(bytes))
        })
}

fn signed(value: &Value, name: &str) -> String {
    let number = value.get(name).and_then(Value::as_i64).unwrap_or_default();
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_each_line_are_shown_with_their_costs() {
        let answer = serde_json::json!({
            "state": "open",
            "decision": {
                "policy": "ion", "version": 7, "candidates": 3,
                "excluded": {"hired": 2},
                "outcome": {"placed": {"cost": 40, "devices": [{
                    "device": vec![1u8; 32], "qty": 2, "ask_usd_micros": 1_000_000, "cost": -40,
                    "terms": [{"term": "price", "value": -10, "times": 2, "weight": 2, "cost": -40}],
                }]}},
            },
        });
        let shown = record(&[9; 16], &answer).to_json();
        assert_eq!(shown["excluded"][0]["excluded_by"], "hired");
        assert_eq!(
            shown["lines"][0]["device"],
            Pubkey::new_from_array([1; 32]).to_string()
        );
        assert_eq!(shown["terms"][0]["term"], "price");
        assert_eq!(shown["terms"][0]["cost"], "-40");
    }
}
