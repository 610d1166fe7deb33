//! The hourly loop of block rewards: release, summary, votes, completion or failure (economics §6.3,
//! §7.1; offchain §3).

use std::{collections::BTreeSet, time::Instant};

use ion_client::instructions;
use ion_economics::{
    block::{BlockState, check_fail, check_release},
    params::{Program as Consumer, rewards as param},
    reward::eligibility::Limits,
    units::UnixSeconds,
};
use ion_merkle::report::ReportKind;
use ion_observation::{Candidate, Key};
use ion_report::BlockTerms;
use registry::state::Params;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use super::{
    VerifierError,
    ballot::Ballot,
    state::Verifier,
    summaries::{BlockBench, HourInWork},
};
use crate::chain_view::{BlockView, EmissionView, PollView, VerifierSetView, read};

const HOUR: i64 = 3_600;
const DAY: u64 = 86_400;
/// Hours worked on at a time: so many from the first that is not final, and so many of the latest, so
/// that hours which nobody can attest do not keep later ones from being voted for in time.
const HOURS_IN_WORK: u64 = 24;
/// Releases of one transaction in mode `Schedule` (economics §6.3).
const BATCH: u64 = 8;
/// Releases of one transaction in the other mode, which also pay into the epoch.
const IDE_BATCH: u64 = 5;
/// Failures of one transaction: each takes about 91 bytes, and seven do not fit.
const FAIL_BATCH: u64 = 6;

impl Verifier {
    /// One round over the schedule: releases what is due, votes for the summaries of released hours,
    /// and brings attested ones or failures on chain in order of hours.
    pub async fn attest_blocks(
        &self,
        bench: &mut BlockBench,
        now: i64,
    ) -> Result<(), VerifierError> {
        let snapshot = self.snapshot();
        let Some(set) = snapshot.verifiers.clone() else {
            return Ok(());
        };
        let (emission, io_mint, rewards_params, limits_params) = read(&self.ledger, |ledger| {
            Ok((
                ledger.emission()?,
                ledger.mints()?.0,
                ledger.params(Consumer::Rewards)?,
                ledger.params(Consumer::Registry)?,
            ))
        })
        .await?;
        self.release_due(&emission, &io_mint, &rewards_params, now)
            .await?;
        let in_work = hours_in_work(&emission);
        bench.forget_outside(&in_work);
        let mut failing = Vec::new();
        let mut is_next = true;
        for hour in in_work {
            // Across a gap in the hours in work nothing is next.
            is_next &= hour < emission.next_final_hour.saturating_add(HOURS_IN_WORK);
            let Some(block) = read(&self.ledger, move |ledger| ledger.block(hour)).await? else {
                is_next = false;
                continue;
            };
            if block.state != BlockState::Processing {
                is_next = false;
                continue;
            }
            let poll = read(&self.ledger, move |ledger| {
                ledger.poll(ReportKind::BlockSummary, &::rewards::ID, hour)
            })
            .await?;
            if let Some(payload) = poll.as_ref().and_then(|poll| poll.attested) {
                // A refused row is not tried again, so only what is next for certain is sent.
                if hour == emission.next_final_hour {
                    self.complete(hour, &payload, &io_mint).await?;
                }
                is_next = false;
                continue;
            }
            if is_next && has_failed(&block, &rewards_params, now) {
                // Failures follow each other in one transaction, as far as they reach.
                failing.push(hour);
                continue;
            }
            is_next = false;
            self.summarise(bench, hour, &block, &set, &limits_params, poll, now)
                .await?;
        }
        self.fail(&failing, &io_mint).await?;
        let open = emission.next_hour.saturating_sub(emission.next_final_hour);
        let help = "Released blocks without a summary.";
        self.metrics.set("verifier_blocks_open", help, &[], open);
        self.attest_roots(bench, &emission, &set, &rewards_params, now)
            .await
    }

    /// Releases every hour that is due, several in one transaction.
    async fn release_due(
        &self,
        emission: &EmissionView,
        io_mint: &Pubkey,
        params: &Params,
        now: i64,
    ) -> Result<(), VerifierError> {
        let first = emission.next_hour;
        let is_ide = first >= emission.ide_from_hour;
        let slack = params.value(&param::RELEASE_SLACK, now);
        let most = if is_ide { IDE_BATCH } else { BATCH };
        let due: Vec<u64> = (first..first.saturating_add(most))
            .take_while(|hour| (*hour >= emission.ide_from_hour) == is_ide)
            .take_while(|hour| check_release(*hour, slack, UnixSeconds::new(now)).is_ok())
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        let by = self.address();
        let mut work = Vec::with_capacity(due.len());
        for hour in &due {
            let day = is_ide.then_some(hour.saturating_mul(3_600) / DAY);
            if let Some(day) = day
                && !self.is_epoch_open(day).await?
            {
                return Ok(());
            }
            work.push(instructions::rewards::release_block(
                &by, io_mint, *hour, is_ide,
            ));
        }
        self.crank_all(
            "release_block",
            &format!("rewards/{}", due.len()),
            first,
            work,
        )
        .await
    }

    /// Applies the attested summary of the next block.
    async fn complete(
        &self,
        hour: u64,
        payload: &Key,
        io_mint: &Pubkey,
    ) -> Result<(), VerifierError> {
        let Some(summary) = self.summary_of(hour, payload).await? else {
            let help = "Attested reports that this verifier cannot recompute.";
            self.metrics
                .count("verifier_reports_unknown_total", help, &[]);
            return Ok(());
        };
        self.crank("complete_block", "rewards", hour, || {
            instructions::rewards::complete_block(&self.address(), io_mint, &summary)
        })
        .await
    }

    /// Ends blocks that nobody attested in time.
    async fn fail(&self, hours: &[u64], io_mint: &Pubkey) -> Result<(), VerifierError> {
        let Some(first) = hours.first() else {
            return Ok(());
        };
        let by = self.address();
        let work: Vec<Instruction> = hours
            .iter()
            .take(usize::try_from(FAIL_BATCH).unwrap_or_default())
            .map(|hour| instructions::rewards::fail_block(&by, io_mint, *hour))
            .collect();
        self.crank_all(
            "fail_block",
            &format!("rewards/{}", work.len()),
            *first,
            work,
        )
        .await
    }

    /// Builds the own summary of an hour, opens its poll, votes.
    #[allow(
        clippy::too_many_arguments,
        reason = "the facts of one hour, read once per round"
    )]
    async fn summarise(
        &self,
        bench: &mut BlockBench,
        hour: u64,
        block: &BlockView,
        set: &VerifierSetView,
        limits_params: &Params,
        poll: Option<PollView>,
        now: i64,
    ) -> Result<(), VerifierError> {
        let Ok(opens_at) = i64::try_from(hour).map(|hour| hour.saturating_mul(HOUR)) else {
            return Ok(());
        };
        let close = opens_at.saturating_add(HOUR);
        let vote_after =
            i64::try_from(self.settings.report.vote_after.as_secs()).unwrap_or(i64::MAX);
        if now < close.saturating_add(vote_after) {
            return Ok(());
        }
        let Ok(limits) = Limits::read(|param| limits_params.value(param, opens_at)) else {
            return Ok(());
        };
        let known_since = *bench.known_since.entry(hour).or_insert_with(Instant::now);
        let (files, seen) = self.block_files(bench, hour, now, set).await?;
        if files.len() < set.keys.len() && known_since.elapsed() < self.settings.report.settle {
            return Ok(());
        }
        let view = HourInWork {
            hour,
            close,
            terms: BlockTerms {
                hour,
                enterprise_io: block.enterprise_io,
                community_io: block.community_io,
                weights: block.weights,
                limits,
            },
            set,
            files,
            seen,
        };
        let own = self.own_summary(bench, &view).await?;
        let subject = ::rewards::ID;
        let vote = own.as_ref().map(|own| own.vote(&subject.to_bytes()));
        let mut candidates = Vec::new();
        if let Some(poll) = poll.as_ref().filter(|poll| poll.set_version == set.version) {
            for (payload, votes) in poll.counted() {
                let is_sound = self.is_sound(bench, &view, &payload).await?;
                candidates.push(Candidate {
                    payload,
                    votes,
                    is_sound,
                });
            }
        }
        self.cast(Ballot {
            kind: ReportKind::BlockSummary,
            subject,
            seq: hour,
            set,
            poll: poll.as_ref(),
            own: vote,
            candidates,
        })
        .await
    }
}

/// The hours of this round, in order.
fn hours_in_work(emission: &EmissionView) -> BTreeSet<u64> {
    let first = emission.next_final_hour;
    let end = emission.next_hour.min(emission.ide_from_hour);
    let oldest = first..end.min(first.saturating_add(HOURS_IN_WORK));
    let latest = end.saturating_sub(HOURS_IN_WORK).max(first)..end;
    oldest.chain(latest).collect()
}

fn has_failed(block: &BlockView, params: &Params, now: i64) -> bool {
    let deadline = params.value(&param::BLOCK_DEADLINE, now);
    check_fail(
        UnixSeconds::new(block.released_at),
        deadline,
        UnixSeconds::new(now),
    )
    .is_ok()
}
