//! Fault reports: a hired device that was dark for too long (economics §5.1, §8.6).
//!
//! Mechanism: each verifier that watched the silence signs one note per line into the shared store;
//! the notes of as many as the threshold become the payload of a fault report, which is voted for
//! as every report is, and whose acceptance by the booking program is cranked. Place of use: every
//! round of the reports loop. Invariant: a note is stored in the own tables before it is published
//! and never written a second time; a device that comes back later does not undo an outage.

use std::collections::BTreeMap;

use booking::{ReportFaultArgs, state::Booking};
use ion_client::{addresses, instructions};
use ion_economics::params::{Program as Consumer, booking as param};
use ion_merkle::{fault::FaultReport, report::ReportKind};
use ion_observation::{Candidate, Fault, FaultBundle, FaultRules, Key, OutageNote, best_payload};
use solana_pubkey::Pubkey;

use super::{
    VerifierError, attest::proposal_name, journal::NotedOutage, outages::is_hired, state::Verifier,
};
use crate::chain_view::{PollView, VerifierSetView, read};

/// Sequences looked at for one that is not spent.
const MAX_SKIPPED: u64 = 16;

impl Verifier {
    /// One round: notes of outages, votes, acceptance.
    pub async fn watch_faults(&self, now: i64) -> Result<(), VerifierError> {
        self.note_outages(now).await?;
        let mut by_booking: BTreeMap<Key, Vec<NotedOutage>> = BTreeMap::new();
        for noted in self.journal.open_outages().await? {
            by_booking
                .entry(noted.signed.note.booking)
                .or_default()
                .push(noted);
        }
        let help = "Outages of hired lines with something left to do.";
        let open = by_booking.values().map(Vec::len).sum::<usize>() as u64;
        self.metrics.set("verifier_outages_open", help, &[], open);
        let snapshot = self.snapshot();
        let Some(set) = snapshot.verifiers.clone() else {
            return Ok(());
        };
        for (address, noted) in by_booking {
            let booking = snapshot.bookings.get(&address);
            let mut open = Vec::with_capacity(noted.len());
            for one in noted {
                let line = one.signed.note.line;
                if booking.is_some_and(|booking| is_hired(booking, line)) {
                    open.push(one);
                } else {
                    self.journal.close_outage(&address, line).await?;
                }
            }
            if let Some(booking) = booking {
                self.attest_fault(&address, booking, &open, &set, now)
                    .await?;
            }
        }
        Ok(())
    }

    /// Publishes the own notes of a booking, votes for the report of its first faulty line, and has
    /// an attested one accepted.
    async fn attest_fault(
        &self,
        address: &Key,
        booking: &Booking,
        noted: &[NotedOutage],
        set: &VerifierSetView,
        now: i64,
    ) -> Result<(), VerifierError> {
        let Some(latest) = noted.iter().map(|one| one.noted_at).max() else {
            return Ok(());
        };
        let notes = self.share_notes(address, noted).await?;
        let rules = FaultRules {
            genesis_hash: self.realm.genesis_hash,
            members: set.keys.clone(),
            min_observations: usize::from(set.threshold),
        };
        let settle = i64::try_from(self.settings.report.fault_settle.as_secs()).unwrap_or(i64::MAX);
        let is_settled = now >= latest.saturating_add(settle);
        let own = noted
            .iter()
            .filter(|_| is_settled)
            .find_map(|one| Fault::build(&notes, address, one.signed.note.line, &rules));
        let key = Pubkey::new_from_array(*address);
        let Some(seq) = self
            .next_fault_seq(&key, booking.last_fault_seq, now)
            .await?
        else {
            return Ok(());
        };
        let poll = read(&self.ledger, move |ledger| {
            ledger.poll(ReportKind::FaultReport, &key, seq)
        })
        .await?;
        if let Some(payload) = poll.as_ref().and_then(|poll| poll.attested) {
            return self.accept_fault(&key, booking, seq, &payload).await;
        }
        if let Some(own) = &own {
            self.publish_fault(own, seq).await?;
        }
        let mut candidates = Vec::new();
        if let Some(poll) = poll.as_ref().filter(|poll| poll.set_version == set.version) {
            for (payload, votes) in poll.counted() {
                let is_sound = self
                    .is_sound_fault(address, seq, &payload, &notes, &rules)
                    .await?;
                candidates.push(Candidate {
                    payload,
                    votes,
                    is_sound,
                });
            }
        }
        let own = own.map(|own| own.vote(seq));
        self.cast_fault(&key, seq, set, poll.as_ref(), own, &candidates)
            .await
    }

    /// The next sequence whose report is not spent.
    async fn next_fault_seq(
        &self,
        booking: &Pubkey,
        last: u64,
        now: i64,
    ) -> Result<Option<u64>, VerifierError> {
        let params = read(&self.ledger, |ledger| ledger.params(Consumer::Booking)).await?;
        let ttl = params.value(&param::REPORT_TTL, now);
        for skipped in 1..=MAX_SKIPPED {
            let (seq, subject) = (last.saturating_add(skipped), *booking);
            let at = read(&self.ledger, move |ledger| {
                ledger.attested_at(ReportKind::FaultReport, &subject, seq)
            })
            .await?;
            if at.is_none_or(|at| now <= at.saturating_add(ttl)) {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }

    /// Stores evidence and payload of a fault before anybody can vote for it.
    async fn publish_fault(&self, fault: &Fault, seq: u64) -> Result<(), VerifierError> {
        let bundle = borsh::to_vec(&fault.bundle).map_err(|_| VerifierError::Encoding)?;
        self.put(
            format!("bundles/{}", hex::encode(fault.report.bundle)),
            bundle,
        )
        .await?;
        let name = proposal_name(ReportKind::FaultReport, seq, &fault.vote(seq));
        self.put(name, fault.report.encode().to_vec()).await
    }

    /// The report behind a payload hash, if it is stored and hashes to it.
    async fn fault_of(
        &self,
        booking: &Key,
        seq: u64,
        payload: &Key,
    ) -> Result<Option<FaultReport>, VerifierError> {
        let kind = ReportKind::FaultReport;
        let bytes = self.stored_payload(kind, booking, seq, payload).await?;
        Ok(bytes.and_then(|bytes| FaultReport::decode(&bytes)))
    }

    /// Whether the evidence of a payload can be fetched and gives exactly it.
    async fn is_sound_fault(
        &self,
        booking: &Key,
        seq: u64,
        payload: &Key,
        notes: &[OutageNote],
        rules: &FaultRules,
    ) -> Result<bool, VerifierError> {
        let Some(report) = self.fault_of(booking, seq, payload).await? else {
            return Ok(false);
        };
        let Some(bytes) = self
            .get(format!("bundles/{}", hex::encode(report.bundle)))
            .await?
        else {
            return Ok(false);
        };
        Ok(borsh::from_slice::<FaultBundle>(&bytes)
            .ok()
            .and_then(|bundle| Fault::rebuild(&bundle, notes, rules))
            .is_some_and(|fault| fault.report == report && fault.bundle.booking == *booking))
    }

    /// Brings an attested fault into its booking.
    async fn accept_fault(
        &self,
        key: &Pubkey,
        booking: &Booking,
        seq: u64,
        payload: &Key,
    ) -> Result<(), VerifierError> {
        let Some(report) = self.fault_of(&key.to_bytes(), seq, payload).await? else {
            let help = "Attested reports that this verifier cannot recompute.";
            self.metrics
                .count("verifier_reports_unknown_total", help, &[]);
            return Ok(());
        };
        let Some(line) = booking.lines.get(usize::from(report.line)) else {
            return Ok(());
        };
        let args = ReportFaultArgs {
            fault_seq: seq,
            line: report.line,
            kind: report.kind,
            fault_at: report.fault_at,
            served_minutes: report.served,
            kept_minutes: report.kept,
            bundle: report.bundle,
        };
        let work = || instructions::booking::report_fault(&self.address(), key, &line.device, args);
        self.crank("report_fault", &key.to_string(), seq, work)
            .await
    }

    /// Opens the poll and votes; later moves the vote to the best sound payload.
    async fn cast_fault(
        &self,
        key: &Pubkey,
        seq: u64,
        set: &VerifierSetView,
        poll: Option<&PollView>,
        own: Option<Key>,
        candidates: &[Candidate],
    ) -> Result<(), VerifierError> {
        let place = set.keys.iter().position(|one| *one == self.public_key());
        let booking = key.to_bytes();
        let (number, last) = self.journal.last_fault_vote(&booking, seq).await?;
        let wanted = match (last, own) {
            (None, Some(own)) => own,
            (last, own) => best_payload(own.or(last).unwrap_or_default(), candidates),
        };
        let Some(place) = place.filter(|_| wanted != [0; 32]) else {
            return Ok(());
        };
        let subject = format!("{}/{key}", ReportKind::FaultReport.to_u8());
        if poll.is_none() && !self.is_turn("open_poll", &format!("{subject}/{seq}")) {
            return Ok(());
        }
        let number = if last == Some(wanted) {
            number.saturating_sub(1)
        } else {
            self.journal
                .fault_vote(&booking, seq, number, &wanted)
                .await?;
            number
        };
        let address = addresses::registry::poll(ReportKind::FaultReport, key, seq);
        let vote = instructions::registry::vote_report(&self.address(), &address, wanted);
        let Some(poll) = poll else {
            let open = instructions::registry::open_poll(
                &self.address(),
                ReportKind::FaultReport,
                key,
                seq,
            );
            return self
                .enqueue("open_poll", &subject, seq, &[open, vote])
                .await;
        };
        let on_chain = if poll.set_version == set.version {
            poll.votes.get(place).copied().flatten()
        } else {
            None
        };
        if on_chain == Some(wanted) {
            return Ok(());
        }
        let subject = format!("{subject}/{number}/{}", set.version);
        self.enqueue("vote_report", &subject, seq, &[vote]).await
    }
}
