//! The hourly loop of block rewards: release, summary, votes, completion or failure (economics §6.3,
//! §7.1; offchain §3).

use std::{collections::BTreeSet, time::Instant};

use ion_client::instructions;
use ion_economics::{
    block::{BlockState, check_release},
    params::{Program as Consumer, rewards as param},
    reward::eligibility::Limits,
    units::UnixSeconds,
};
use ion_merkle::report::ReportKind;
use ion_observation::Candidate;
use ion_report::BlockTerms;
use registry::state::Params;
use solana_pubkey::Pubkey;

use super::{
    VerifierError,
    ballot::Ballot,
    state::Verifier,
    summaries::{BlockBench, HourInWork},
};
use crate::chain_view::{BlockView, EmissionView, PollView, ScheduledHour, VerifierSetView, read};

const HOUR: i64 = 3_600;
const DAY: u64 = 86_400;
/// Hours worked on at a time: so many from the first that is not final, and so many of the latest, so
/// that hours which nobody can attest do not keep later ones from being voted for in time.
const HOURS_IN_WORK: u64 = 24;
/// Releases of one transaction in mode `Schedule` (economics §6.3).
const BATCH: u64 = 8;
/// Releases of one transaction in the other mode, which also pay into the epoch.
const IDE_BATCH: u64 = 5;

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
        let (decided, is_ending) = self.decided_hours(&emission, &rewards_params, now).await?;
        self.end_hours(&decided, &io_mint).await?;
        let in_work = hours_in_work(&emission);
        bench.forget_outside(&in_work);
        let asked: Vec<u64> = in_work.into_iter().collect();
        for open in read(&self.ledger, move |ledger| ledger.hours(&asked)).await? {
            let ScheduledHour { hour, block, poll } = open;
            let is_attested = poll.as_ref().is_some_and(|poll| poll.attested.is_some());
            let is_decided = decided.iter().any(|(decided, _)| *decided == hour);
            let Some(block) = block.filter(|block| {
                block.state == BlockState::Processing && !is_attested && !is_decided
            }) else {
                continue;
            };
            self.summarise(bench, hour, &block, &set, &limits_params, poll, now)
                .await?;
        }
        let open = emission.next_hour.saturating_sub(emission.next_final_hour);
        let help = "Released blocks without a summary.";
        self.metrics.set("verifier_blocks_open", help, &[], open);
        let is_catching_up = bench.is_catching_up(is_ending);
        self.attest_roots(bench, &emission, &set, &rewards_params, is_catching_up, now)
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
