//! Orders in hand and results that are kept.
//!
//! Mechanism: a bounded list in order of arrival in memory; a result is also a file, so that it
//! outlives the process. Place of use: the agent's job endpoints and its runner. Invariant: at most
//! `queue` orders wait, at most `keep` results are kept, the oldest going first.

use std::{
    collections::VecDeque,
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use borsh::{BorshDeserialize, BorshSerialize};
use ion_protocol::{JobOrder, JobOutcome, JobState, SignedJobResult};
use tokio::sync::Notify;

type Key = [u8; 32];

/// Why an order is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// As many orders wait as may.
    Queue,
    /// The agent is about to end.
    Draining,
}

struct Job {
    id: Key,
    renter: Key,
    stage: Stage,
}

enum Stage {
    Waiting(JobOrder),
    Running,
    Ended(Box<SignedJobResult>),
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    is_draining: bool,
    completed: u64,
    failed: u64,
}

/// A kept result as a file.
#[derive(BorshSerialize, BorshDeserialize)]
struct Kept {
    renter: Key,
    signed: SignedJobResult,
}

/// The desk of one agent.
pub(crate) struct Desk {
    state: Mutex<State>,
    folder: PathBuf,
    queue: usize,
    keep: usize,
    /// Wakes the runner.
    pub(super) wake: Notify,
}

impl Desk {
    /// A desk over the results of earlier runs. Files that are no results are left alone.
    pub(crate) fn open(folder: &Path, queue: usize, keep: usize) -> io::Result<Self> {
        // Results are the customers': nobody else on the machine reads them.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let is_result = entry.file_name().to_str().is_some_and(is_name);
            if let Some(kept) = is_result.then(|| read(&entry.path())).flatten() {
                found.push((kept.signed.result.ended_at, kept));
            }
        }
        found.sort_by_key(|(ended_at, _)| *ended_at);
        let jobs = found
            .into_iter()
            .map(|(_, kept)| Job {
                id: kept.signed.result.order,
                renter: kept.renter,
                stage: Stage::Ended(Box::new(kept.signed)),
            })
            .collect();
        let desk = Desk {
            state: Mutex::new(State {
                jobs,
                ..State::default()
            }),
            folder: folder.to_owned(),
            queue,
            keep,
            wake: Notify::new(),
        };
        desk.drop_oldest(&mut desk.lock());
        Ok(desk)
    }

    /// Takes an order, or finds the one that is there already.
    pub(super) fn take(&self, id: Key, renter: Key, order: JobOrder) -> Result<JobState, Full> {
        let mut state = self.lock();
        if let Some(job) = state.jobs.iter().find(|job| job.id == id) {
            return Ok(job.state());
        }
        if state.is_draining {
            return Err(Full::Draining);
        }
        let is_waiting = |job: &&Job| matches!(job.stage, Stage::Waiting(_));
        if state.jobs.iter().filter(is_waiting).count() >= self.queue {
            return Err(Full::Queue);
        }
        state.jobs.push_back(Job {
            id,
            renter,
            stage: Stage::Waiting(order),
        });
        drop(state);
        self.wake.notify_one();
        Ok(JobState::Waiting)
    }

    /// How far an order of this renter is.
    pub(super) fn find(&self, id: &Key, renter: &Key) -> Option<JobState> {
        let state = self.lock();
        let job = state.jobs.iter().find(|job| job.id == *id)?;
        (job.renter == *renter).then(|| job.state())
    }

    /// The next order to work on, marked as running.
    pub(super) fn next(&self) -> Option<(Key, Key, JobOrder)> {
        let mut state = self.lock();
        let job = state
            .jobs
            .iter_mut()
            .find(|job| matches!(job.stage, Stage::Waiting(_)))?;
        match std::mem::replace(&mut job.stage, Stage::Running) {
            Stage::Waiting(order) => Some((job.id, job.renter, order)),
            other => {
                job.stage = other;
                None
            }
        }
    }

    /// Keeps a result, in memory and as a file.
    pub(super) fn end(&self, signed: SignedJobResult) {
        let id = signed.result.order;
        let mut state = self.lock();
        match signed.result.outcome {
            JobOutcome::Completed => state.completed += 1,
            _ => state.failed += 1,
        }
        let Some(place) = state.jobs.iter().position(|job| job.id == id) else {
            return;
        };
        // Behind all that ended before.
        let Some(mut job) = state.jobs.remove(place) else {
            return;
        };
        let kept = Kept {
            renter: job.renter,
            signed: signed.clone(),
        };
        if let Err(error) = self.write(&id, &kept) {
            tracing::error!(error = %error, "a result cannot be kept as a file");
        }
        job.stage = Stage::Ended(Box::new(signed));
        state.jobs.push_back(job);
        self.drop_oldest(&mut state);
    }

    /// No further order is taken from now on.
    pub(super) fn drain(&self) {
        self.lock().is_draining = true;
    }

    /// Jobs completed and ended otherwise since the start.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let state = self.lock();
        (state.completed, state.failed)
    }

    fn drop_oldest(&self, state: &mut State) {
        let is_ended = |job: &Job| matches!(job.stage, Stage::Ended(_));
        let mut ended = state.jobs.iter().filter(|job| is_ended(job)).count();
        while ended > self.keep {
            let Some(oldest) = state.jobs.iter().position(is_ended) else {
                return;
            };
            if let Some(job) = state.jobs.remove(oldest)
                && let Err(error) = fs::remove_file(self.folder.join(hex::encode(job.id)))
            {
                tracing::warn!(error = %error, "an old result cannot be removed");
            }
            ended -= 1;
        }
    }

    fn write(&self, id: &Key, kept: &Kept) -> io::Result<()> {
        let path = self.folder.join(hex::encode(id));
        let draft = path.with_extension("new");
        fs::write(&draft, borsh::to_vec(kept)?)?;
        fs::rename(draft, path)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    fn state(&self) -> JobState {
        match &self.stage {
            Stage::Waiting(_) => JobState::Waiting,
            Stage::Running => JobState::Running,
            Stage::Ended(signed) => JobState::Ended(signed.clone()),
        }
    }
}

fn is_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn read(path: &Path) -> Option<Kept> {
    borsh::from_slice(&fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use ion_protocol::{JobOutput, JobResult, JobWork, ProductJob};

    use super::*;

    const RENTER: Key = [9; 32];

    fn order(nonce: u8) -> JobOrder {
        JobOrder {
            device: [1; 32],
            booking: [2; 32],
            nonce: [nonce; 16],
            seconds: 1,
            work: JobWork::Product(ProductJob {
                rows: 1,
                inner: 1,
                columns: 1,
                left: vec![1],
                right: vec![1],
            }),
        }
    }

    fn result(id: Key, ended_at: i64, outcome: JobOutcome) -> SignedJobResult {
        SignedJobResult::new(
            &SigningKey::from_bytes(&[7; 32]),
            JobResult {
                order: id,
                outcome,
                started_at: 0,
                ended_at,
                output: JobOutput::Nothing,
            },
        )
    }

    fn take(desk: &Desk, nonce: u8) -> Result<JobState, Full> {
        desk.take(order(nonce).id(), RENTER, order(nonce))
    }

    #[test]
    fn orders_are_bounded_taken_once_and_worked_in_turn() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path(), 2, 4).unwrap();
        assert_eq!(take(&desk, 1), Ok(JobState::Waiting));
        assert_eq!(take(&desk, 1), Ok(JobState::Waiting));
        assert_eq!(take(&desk, 2), Ok(JobState::Waiting));
        assert_eq!(take(&desk, 3), Err(Full::Queue));
        assert_eq!(desk.next(), Some((order(1).id(), RENTER, order(1))));
        assert_eq!(desk.find(&order(1).id(), &RENTER), Some(JobState::Running));
        assert_eq!(desk.find(&order(1).id(), &[8; 32]), None);
        assert_eq!(take(&desk, 3), Ok(JobState::Waiting));
        desk.drain();
        assert_eq!(take(&desk, 4), Err(Full::Draining));
        assert_eq!(desk.next().unwrap().2, order(2));
        assert_eq!(desk.next().unwrap().2, order(3));
        assert_eq!(desk.next(), None);
    }

    #[test]
    fn results_outlive_the_desk_and_the_oldest_goes_first() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path(), 4, 2).unwrap();
        for nonce in 1..=3 {
            take(&desk, nonce).unwrap();
            let (id, ..) = desk.next().unwrap();
            let outcome = if nonce == 2 {
                JobOutcome::TimedOut
            } else {
                JobOutcome::Completed
            };
            desk.end(result(id, i64::from(nonce), outcome));
        }
        assert_eq!(desk.counts(), (2, 1));
        fs::write(dir.path().join("ab".repeat(32)), "nothing").unwrap();
        for keep in [2, 1] {
            let again = Desk::open(dir.path(), 4, keep).unwrap();
            let found = |nonce| again.find(&order(nonce).id(), &RENTER).is_some();
            assert_eq!([found(1), found(2), found(3)], [false, keep == 2, true]);
            assert_eq!(again.counts(), (0, 0));
        }
    }
}
