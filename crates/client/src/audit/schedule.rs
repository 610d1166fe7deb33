//! The emission schedule and the distribution vault from the events of blocks, claims and burns, and
//! from the mints of the schedule's authority.

use ion_economics::{block::BlockState, emission};
use rewards::{
    events::{
        BlockCompleted, BlockFailed, BlockReleased, EmissionInitialized, RewardClaimed,
        RewardsBurned,
    },
    state::Emission,
};
use solana_pubkey::Pubkey;

use super::{
    AuditError, Figure, contradiction,
    prefix::{self, Fold},
    transfers::minted_by,
};
use crate::{
    accounts, addresses,
    events::EmittedEvent,
    history::{History, TransactionRecord},
    send::Chain,
};

/// What the events of the schedule add up to, IO base units, and what is compared with it.
struct Replay {
    ledger: Emission,
    vault: u64,
    key: Pubkey,
    start_hour: u64,
    next_hour: Option<u64>,
    hours: u64,
    minted: u64,
    released: u64,
    waiting: u64,
    safety: u64,
    allocated: u64,
    claimed: u64,
    burned: u64,
}

/// Audits the schedule: every released hour against the table of 240 months, every token that the
/// schedule's authority ever minted against the hours of its transaction, what was divided, claimed
/// and burned against the ledger. The distribution vault must hold at least what it owes.
///
/// Errors: `Chain`, `Account`, `UnknownEvent`, `Contradiction`.
pub fn audit_schedule<C: Chain + History>(chain: &C) -> Result<Vec<Figure>, AuditError> {
    let key = addresses::rewards::emission();
    prefix::figures(
        chain,
        &key,
        || ledger_and_vault(chain, &key),
        |(ledger, vault)| Replay::new(key, ledger.clone(), *vault),
    )
}

/// The ledger and the balance of its vault, at one slot.
fn ledger_and_vault<C: Chain>(chain: &C, key: &Pubkey) -> Result<(Emission, u64), AuditError> {
    let distribution = addresses::rewards::distribution();
    let found = chain.accounts(&[*key, distribution])?;
    let [Some(ledger), Some(vault)] = found.as_slice() else {
        return Err(accounts::AccountError::Missing(*key).into());
    };
    let vault = accounts::decode_token(&distribution, vault)?.amount;
    Ok((accounts::decode(key, ledger)?, vault))
}

impl Fold for Replay {
    fn fold(
        &mut self,
        record: &TransactionRecord,
        events: &[EmittedEvent],
    ) -> Result<(), AuditError> {
        let mut released = Vec::new();
        for event in events {
            self.apply(event)?;
            if let Some(event) = event.decode::<BlockReleased>(&rewards::ID)
                && event.emission_io > 0
            {
                released.push((event.destination, event.emission_io));
            }
        }
        let minted = minted_by(record, &self.key);
        if minted != released {
            return Err(contradiction(format!(
                "transaction {} minted other amounts than its hours have",
                record.signature
            )));
        }
        for (_, amount) in minted {
            self.minted = sum(self.minted, amount)?;
        }
        Ok(())
    }

    fn figures(&self) -> Result<Vec<Figure>, AuditError> {
        let ledger = &self.ledger;
        let owed = self.owed()?;
        if self.vault < owed {
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
        let before = emission::pre_released(self.start_hour).map_err(contradiction)?;
        let through = self.next_hour.unwrap_or(self.start_hour);
        Ok(vec![
            Figure {
                unit: "",
                ..figure(
                    "hours released",
                    self.hours,
                    ledger.next_hour.saturating_sub(ledger.start_hour),
                )
            },
            figure(
                "before this chain's first hour",
                before,
                ledger.pre_released_io,
            ),
            figure(
                "due by the 240 months so far",
                emission::pre_released(through).map_err(contradiction)?,
                sum(ledger.pre_released_io, ledger.released_io)?,
            ),
            figure("released", self.released, ledger.released_io),
            figure("minted", self.minted, ledger.released_io),
            figure("waiting for summaries", self.waiting, ledger.pending_io),
            figure("allocated", self.allocated, ledger.allocated_io),
            figure("safety shares", self.safety, ledger.safety_io),
            figure("claimed", self.claimed, ledger.claimed_io),
            figure("burned", self.burned, ledger.burned_io),
            figure(
                "owed by the distribution vault",
                owed,
                ledger.owed_io().map_err(contradiction)?,
            ),
        ])
    }
}

impl Replay {
    fn new(key: Pubkey, ledger: Emission, vault: u64) -> Self {
        Replay {
            ledger,
            vault,
            key,
            start_hour: 0,
            next_hour: None,
            hours: 0,
            minted: 0,
            released: 0,
            waiting: 0,
            safety: 0,
            allocated: 0,
            claimed: 0,
            burned: 0,
        }
    }

    fn apply(&mut self, event: &EmittedEvent) -> Result<(), AuditError> {
        let program = rewards::ID;
        if let Some(event) = event.decode::<EmissionInitialized>(&program) {
            self.start_hour = event.start_hour;
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
        if event.emission_io != amount {
            return Err(contradiction(format!(
                "hour {} released {} and not {amount}",
                event.hour, event.emission_io
            )));
        }
        self.hours = sum(self.hours, 1)?;
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
