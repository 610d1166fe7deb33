//! Casting a vote: the own payload first, then the best sound one.

use ion_client::{addresses, instructions};
use ion_merkle::{
    Sha256Hasher,
    report::{ReportKind, payload_hash},
};
use ion_observation::{Candidate, Key, best_payload};
use solana_pubkey::Pubkey;

use super::{VerifierError, attest::proposal_name, state::Verifier};
use crate::chain_view::{PollView, VerifierSetView};

/// One report to vote on.
pub(super) struct Ballot<'a> {
    /// Kind of the report.
    pub kind: ReportKind,
    /// Its subject.
    pub subject: Pubkey,
    /// Its sequence.
    pub seq: u64,
    /// The verifier set.
    pub set: &'a VerifierSetView,
    /// The poll, if it is open.
    pub poll: Option<&'a PollView>,
    /// Hash of the own payload, if there is one.
    pub own: Option<Key>,
    /// Payloads that have votes, judged.
    pub candidates: Vec<Candidate>,
}

impl Verifier {
    /// The payload of a report behind a hash, if it is stored and hashes to it.
    pub(super) async fn stored_payload(
        &self,
        kind: ReportKind,
        subject: &Key,
        seq: u64,
        hash: &Key,
    ) -> Result<Option<Vec<u8>>, VerifierError> {
        let bytes = self.get(proposal_name(kind, seq, hash)).await?;
        Ok(bytes.filter(|bytes| payload_hash::<Sha256Hasher>(kind, subject, seq, bytes) == *hash))
    }

    /// Opens the poll and votes in one transaction where there is none yet; else casts the first vote
    /// for the own payload and later ones for the best sound one.
    pub(super) async fn cast(&self, ballot: Ballot<'_>) -> Result<(), VerifierError> {
        let Some(place) = ballot
            .set
            .keys
            .iter()
            .position(|key| *key == self.public_key())
        else {
            return Ok(());
        };
        let kind = ballot.kind.to_u8();
        let (number, last) = self.journal.last_vote(kind, ballot.seq).await?;
        let wanted = match (last, ballot.own) {
            (None, Some(own)) => own,
            (last, own) => {
                let fallback = own.or(last).unwrap_or_default();
                best_payload(fallback, &ballot.candidates)
            }
        };
        if wanted == [0; 32] {
            return Ok(());
        }
        let is_new = last != Some(wanted);
        let number = if is_new {
            number
        } else {
            number.saturating_sub(1)
        };
        let address = addresses::registry::poll(ballot.kind, &ballot.subject, ballot.seq);
        let vote = instructions::registry::vote_report(&self.address(), &address, wanted);
        let Some(poll) = ballot.poll else {
            let subject = format!("{kind}/{}", ballot.seq);
            if self.is_turn("open_poll", &subject) {
                if is_new {
                    self.journal.vote(kind, ballot.seq, number, &wanted).await?;
                }
                let open = instructions::registry::open_poll(
                    &self.address(),
                    ballot.kind,
                    &ballot.subject,
                    ballot.seq,
                );
                self.enqueue("open_poll", &subject, 0, &[open, vote])
                    .await?;
            }
            return Ok(());
        };
        if is_new {
            self.journal.vote(kind, ballot.seq, number, &wanted).await?;
        }
        let on_chain = if poll.set_version == ballot.set.version {
            poll.votes.get(place).copied().flatten()
        } else {
            None
        };
        if on_chain != Some(wanted) {
            let subject = format!("{kind}/{number}/{}", ballot.set.version);
            self.enqueue("vote_report", &subject, ballot.seq, &[vote])
                .await?;
        }
        Ok(())
    }
}
