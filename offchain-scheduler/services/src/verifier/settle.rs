//! Hours whose end is certain: brought on chain in order, several transactions at once.
//!
//! The program ends hours strictly one after the other, so every row but the first is early when it
//! is put into the outbox; the sender lets it wait there. The members take turns by transaction, so
//! different ones carry different batches.

use std::time::{Duration, Instant};

use ion_client::instructions;
use ion_economics::{
    block::{BlockState, check_fail},
    params::rewards as param,
    units::UnixSeconds,
};
use ion_observation::Key;
use registry::state::Params;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use super::{VerifierError, state::Verifier, summaries::BlockBench};
use crate::chain_view::{BlockView, EmissionView, ScheduledHour, read};

/// Failures of one transaction: each takes about 91 bytes, and seven do not fit.
const FAIL_BATCH: usize = 6;
/// Hours that are looked at together.
const CHUNK: u64 = 48;
/// Most hours that are put into the outbox at once.
const AHEAD: u64 = 192;
/// Longest time for which a new reward tree waits for hours that are about to end.
const CATCH_UP: Duration = Duration::from_secs(600);

/// How an hour ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Its summary is attested: hash of the payload.
    Attested(Key),
    /// Nobody attested one before the deadline.
    Silent,
}

/// Whether an hour was released and has ended.
fn is_over(hour: &ScheduledHour) -> bool {
    hour.block
        .as_ref()
        .is_some_and(|block| block.state != BlockState::Processing)
}

/// How an open hour ends, if that is certain.
pub(super) fn outcome_of(hour: &ScheduledHour, params: &Params, now: i64) -> Option<Outcome> {
    let block = hour
        .block
        .as_ref()
        .filter(|block| block.state == BlockState::Processing)?;
    match hour.poll.as_ref().and_then(|poll| poll.attested) {
        Some(payload) => Some(Outcome::Attested(payload)),
        None => is_overdue(block, params, now).then_some(Outcome::Silent),
    }
}

fn is_overdue(block: &BlockView, params: &Params, now: i64) -> bool {
    check_fail(
        UnixSeconds::new(block.released_at),
        params.value(&param::BLOCK_DEADLINE, now),
        UnixSeconds::new(now),
    )
    .is_ok()
}

/// Cuts the hours into what is sent together: failures that follow each other, and single summaries.
fn batches(decided: &[(u64, Outcome)]) -> Vec<&[(u64, Outcome)]> {
    decided
        .chunk_by(|(_, one), (_, next)| (*one, *next) == (Outcome::Silent, Outcome::Silent))
        .flat_map(|run| run.chunks(FAIL_BATCH))
        .collect()
}

impl Verifier {
    /// The next hours without a gap whose end is certain, in order; and whether hours are ending:
    /// there are such, or some ended since `emission` was read.
    pub(super) async fn decided_hours(
        &self,
        emission: &EmissionView,
        params: &Params,
        now: i64,
    ) -> Result<(Vec<(u64, Outcome)>, bool), VerifierError> {
        let first = emission.next_final_hour;
        let end = emission.next_hour.min(first.saturating_add(AHEAD));
        let mut decided = Vec::new();
        let mut has_ended = false;
        let mut from = first;
        while from < end {
            let chunk: Vec<u64> = (from..end.min(from.saturating_add(CHUNK))).collect();
            from = from.saturating_add(CHUNK);
            for hour in read(&self.ledger, move |ledger| ledger.hours(&chunk)).await? {
                if is_over(&hour) {
                    has_ended = true;
                    continue;
                }
                let Some(outcome) = outcome_of(&hour, params, now) else {
                    let is_ending = has_ended || !decided.is_empty();
                    return Ok((decided, is_ending));
                };
                decided.push((hour.hour, outcome));
            }
        }
        let is_ending = has_ended || !decided.is_empty();
        Ok((decided, is_ending))
    }

    /// Puts the ends of these hours into the outbox, in order.
    pub(super) async fn end_hours(
        &self,
        decided: &[(u64, Outcome)],
        io_mint: &Pubkey,
    ) -> Result<(), VerifierError> {
        let by = self.address();
        for batch in batches(decided) {
            let Some((first, outcome)) = batch.first() else {
                continue;
            };
            match outcome {
                Outcome::Attested(payload) => {
                    if !self.complete(*first, payload, io_mint).await? {
                        // What comes after it cannot be next.
                        return Ok(());
                    }
                }
                Outcome::Silent => {
                    let work: Vec<Instruction> = batch
                        .iter()
                        .map(|(hour, _)| instructions::rewards::fail_block(&by, io_mint, *hour))
                        .collect();
                    let subject = format!("rewards/{}", work.len());
                    self.crank_all("fail_block", &subject, *first, work).await?;
                }
            }
        }
        Ok(())
    }

    /// Applies an attested summary; whether this verifier has it.
    async fn complete(
        &self,
        hour: u64,
        payload: &Key,
        io_mint: &Pubkey,
    ) -> Result<bool, VerifierError> {
        let Some(summary) = self.summary_of(hour, payload).await? else {
            let help = "Attested reports that this verifier cannot recompute.";
            self.metrics
                .count("verifier_reports_unknown_total", help, &[]);
            return Ok(false);
        };
        self.crank("complete_block", "rewards", hour, || {
            instructions::rewards::complete_block(&self.address(), io_mint, &summary)
        })
        .await?;
        Ok(true)
    }
}

impl BlockBench {
    /// Whether a new reward tree should wait: hours are ending, and have been for a short time only. Without that, members would vote for trees through different hours while they catch up.
    pub(super) fn is_catching_up(&mut self, is_ending: bool) -> bool {
        if !is_ending {
            self.catching_up_since = None;
            return false;
        }
        let since = self.catching_up_since.get_or_insert_with(Instant::now);
        since.elapsed() < CATCH_UP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent(hours: std::ops::Range<u64>) -> Vec<(u64, Outcome)> {
        hours.map(|hour| (hour, Outcome::Silent)).collect()
    }

    #[test]
    fn failures_go_six_together_and_summaries_alone() {
        let attested = |hour| (hour, Outcome::Attested([1; 32]));
        let mut decided = silent(10..18);
        decided.extend([attested(18), attested(19)]);
        decided.extend(silent(20..21));
        let cut: Vec<(u64, usize)> = batches(&decided)
            .iter()
            .map(|batch| (batch[0].0, batch.len()))
            .collect();
        assert_eq!(cut, [(10, 6), (16, 2), (18, 1), (19, 1), (20, 1)]);
        assert!(batches(&[]).is_empty());
    }

    #[test]
    fn trees_wait_while_hours_are_about_to_end_but_not_for_ever() {
        let mut bench = BlockBench::default();
        assert!(!bench.is_catching_up(false));
        assert!(bench.is_catching_up(true));
        bench.catching_up_since = Instant::now().checked_sub(CATCH_UP);
        assert!(!bench.is_catching_up(true));
        assert!(!bench.is_catching_up(false));
        assert!(bench.is_catching_up(true), "counted anew");
    }
}
