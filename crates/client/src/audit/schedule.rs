//! The emission schedule and the distribution vault from the events of blocks, claims and burns.

use ion_economics::{block::BlockState, emission};
use rewards::{
    events::{
        BlockCompleted, BlockFailed, BlockReleased, EmissionInitialized, RewardClaimed,
        RewardsBurned,
    },
    state::Emission,
};

use super::{AuditError, Figure, contradiction};
use crate::{
    accounts, addresses,
    events::{EmittedEvent, events_of},
    history::History,
    send::Chain,
};

/// What the events of the schedule add up to, IO base units.
#[derive(Default)]
struct Replay {
    next_hour: Option<u64>,
    released: u64,
    waiting: u64,
    safety: u64,
    allocated: u64,
    claimed: u64,
    burned: u64,
}

/// Audits the schedule: every released hour against the table, what was divided, claimed and burned
/// against the ledger. The distribution vault must hold at least what it owes.
///
/// Errors: `Chain`, `Account`, `UnknownEvent`, `Contradiction`.
pub fn audit_schedule<C: Chain + History>(chain: &C) -> Result<Vec<Figure>, AuditError> {
    let key = addresses::rewards::emission();
    let mut replay = Replay::default();
    for record in chain.transactions(&key)? {
        for event in events_of(&record) {
            if event.describe().is_none() {
                return Err(AuditError::UnknownEvent(record.signature));
            }
            replay.apply(&event)?;
        }
    }
    let ledger: Emission = accounts::fetch(chain, &key)?;
    let owed = replay.owed()?;
    let vault = accounts::token_balance(chain, &addresses::rewards::distribution())?;
    if vault < owed {
        return Err(contradiction(
            "the distribution vault holds less than it owes",
        ));
    }
    let figure = |name: &str, recomputed, recorded| Figure {
        name: name.to_owned(),
        unit: "IO",
        recomputed,
        recorded,
    };
    Ok(vec![
        figure("released", replay.released, ledger.released_io),
        figure("waiting for summaries", replay.waiting, ledger.pending_io),
        figure("allocated", replay.allocated, ledger.allocated_io),
        figure("safety shares", replay.safety, ledger.safety_io),
        figure("claimed", replay.claimed, ledger.claimed_io),
        figure("burned", replay.burned, ledger.burned_io),
        figure(
            "owed by the distribution vault",
            owed,
            ledger.owed_io().map_err(contradiction)?,
        ),
    ])
}

impl Replay {
    fn apply(&mut self, event: &EmittedEvent) -> Result<(), AuditError> {
        let program = rewards::ID;
        if let Some(event) = event.decode::<EmissionInitialized>(&program) {
            self.next_hour = Some(event.start_hour);
        } else if let Some(event) = event.decode::<BlockReleased>(&program) {
            self.release(&event)?;
        } else if let Some(event) = event.decode::<BlockCompleted>(&program) {
            let allocated = sum(event.enterprise.allocated_io, event.community.allocated_io)?;
            self.allocated = sum(self.allocated, allocated)?;
            self.settle(sum(allocated, event.unallocated_io)?)?;
        } else if let Some(event) = event.decode::<BlockFailed>(&program) {
            self.settle(event.unallocated_io)?;
        } else if let Some(event) = event.decode::<RewardClaimed>(&program) {
            self.claimed = sum(self.claimed, event.amount_io)?;
        } else if let Some(event) = event.decode::<RewardsBurned>(&program) {
            self.burned = sum(self.burned, event.burned_io)?;
        }
        Ok(())
    }

    fn release(&mut self, event: &BlockReleased) -> Result<(), AuditError> {
        if self.next_hour != Some(event.hour) {
            return Err(contradiction(format!(
                "hour {} is out of order",
                event.hour
            )));
        }
        self.next_hour = event.hour.checked_add(1);
        let amount = emission::emission_of_hour(event.hour).map_err(contradiction)?;
        self.released = sum(self.released, amount)?;
        if event.state == BlockState::Processing.code() {
            let worker = sum(event.enterprise_io, event.community_io)?;
            if sum(worker, event.safety_io)? != amount {
                return Err(contradiction(format!(
                    "the parts of hour {} are not its emission",
                    event.hour
                )));
            }
            self.waiting = sum(self.waiting, worker)?;
            self.safety = sum(self.safety, event.safety_io)?;
        }
        Ok(())
    }

    fn settle(&mut self, worker: u64) -> Result<(), AuditError> {
        self.waiting = self
            .waiting
            .checked_sub(worker)
            .ok_or_else(|| contradiction("more was divided than waited"))?;
        Ok(())
    }

    fn owed(&self) -> Result<u64, AuditError> {
        sum(sum(self.waiting, self.allocated)?, self.safety)?
            .checked_sub(sum(self.claimed, self.burned)?)
            .ok_or_else(|| contradiction("more was paid than allocated"))
    }
}

fn sum(a: u64, b: u64) -> Result<u64, AuditError> {
    a.checked_add(b)
        .ok_or_else(|| contradiction("a sum leaves its type"))
}
