//! Whose turn it is, and the way into the outbox.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ion_store::outbox::Key as RowKey;
use sha2::{Digest, Sha256};
use solana_instruction::Instruction;

use super::{VerifierError, state::Verifier};

/// Turns above which old ones are forgotten: what is still due then only waits its stagger again.
const REMEMBERED_TURNS: usize = 10_000;
/// Age from which a turn may be forgotten.
const TURN_MEMORY: Duration = Duration::from_secs(3_600);

/// Since when something is due to this verifier, on the monotonic clock.
#[derive(Default)]
pub struct Turns(Mutex<BTreeMap<String, Instant>>);

impl Verifier {
    /// Whether it is this verifier's turn to do something that any member can do: the members come
    /// one after the other, in an order that differs from case to case, each a stagger later. All
    /// may end up doing it: the programs accept it once.
    pub(super) fn is_turn(&self, kind: &str, subject: &str) -> bool {
        let name = format!("{kind}/{subject}");
        let since = {
            let mut turns = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() > REMEMBERED_TURNS {
                turns.retain(|_, since| since.elapsed() < TURN_MEMORY);
            }
            *turns.entry(name.clone()).or_insert_with(Instant::now)
        };
        let (rank, _) = self.rank(&name);
        since.elapsed() >= self.settings.loops.stagger.saturating_mul(rank)
    }

    /// Time after which all that was looked at has had its turn at every member, and this verifier
    /// its turn in the order of `name` after them.
    pub(super) fn after_all_turns(&self, name: &str) -> Duration {
        let (rank, members) = self.rank(name);
        let turns = members.saturating_add(rank);
        self.settings.loops.stagger.saturating_mul(turns)
    }

    /// This verifier's place in the order of `name`, and the number of members.
    fn rank(&self, name: &str) -> (u32, u32) {
        let snapshot = self.snapshot();
        let members = snapshot
            .verifiers
            .as_ref()
            .map(|set| set.keys.as_slice())
            .unwrap_or_default();
        // At most 20 members, so both fit.
        let count = u32::try_from(members.len()).unwrap_or(u32::MAX).max(1);
        let place = members
            .iter()
            .position(|key| *key == self.public_key())
            .unwrap_or_default();
        let place = u32::try_from(place).unwrap_or_default();
        let first = Sha256::digest(name)
            .first()
            .copied()
            .map(u32::from)
            .unwrap_or_default();
        ((place + count - first % count) % count, count)
    }

    /// Puts a transaction into the outbox; the same one again changes nothing.
    pub(super) async fn enqueue(
        &self,
        kind: &'static str,
        subject: &str,
        period: u64,
        work: &[Instruction],
    ) -> Result<(), VerifierError> {
        self.outbox
            .enqueue(&RowKey::new(kind, subject, period), work)
            .await?;
        Ok(())
    }

    /// Several instructions as one transaction, when it is this verifier's turn.
    pub(super) async fn crank_all(
        &self,
        kind: &'static str,
        subject: &str,
        period: u64,
        work: Vec<Instruction>,
    ) -> Result<(), VerifierError> {
        if self.is_turn(kind, &format!("{subject}/{period}")) {
            self.enqueue(kind, subject, period, &work).await?;
        }
        Ok(())
    }

    /// As [`Verifier::enqueue`], when it is this verifier's turn.
    pub(super) async fn crank(
        &self,
        kind: &'static str,
        subject: &str,
        period: u64,
        work: impl FnOnce() -> Instruction,
    ) -> Result<(), VerifierError> {
        if self.is_turn(kind, &format!("{subject}/{period}")) {
            self.enqueue(kind, subject, period, &[work()]).await?;
        }
        Ok(())
    }
}
