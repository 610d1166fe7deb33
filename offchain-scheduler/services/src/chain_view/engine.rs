//! What the engine's loop reads of the chain.

use std::collections::BTreeMap;

use ide::{
    events::RevenueDeposited,
    state::{Auction, ClassRates, Engine, Epoch, RootRing, Vaults},
};
use ion_client::{accounts, addresses, events::events_of, history::History, send::Chain};
use ion_report::Hire;
use registry::state::Config;

use super::ViewError;

/// The engine with its ledgers.
#[derive(Clone, Debug)]
pub struct EngineState {
    /// What carries over from day to day.
    pub engine: Engine,
    /// The ledgers.
    pub vaults: Vaults,
    /// First hour that the engine pays.
    pub ide_from_hour: u64,
}

impl EngineState {
    /// The engine as a chain shows it; `None` before it is initialised.
    pub fn read(chain: &dyn Chain) -> Result<Option<Self>, ViewError> {
        let Some(engine) = accounts::find(chain, &addresses::ide::engine())? else {
            return Ok(None);
        };
        let config: Config = accounts::fetch(chain, &addresses::registry::config())?;
        Ok(Some(Self {
            engine,
            vaults: accounts::fetch(chain, &addresses::ide::vaults())?,
            ide_from_hour: config.ide_from_hour,
        }))
    }

    /// First UTC day that the engine pays.
    pub fn first_ide_day(&self) -> u64 {
        self.ide_from_hour / ide::constants::HOURS_PER_DAY
    }
}

/// Hire of a day by device and owner, from the deposits into its epoch.
pub fn hire_of(chain: &dyn History, day: u64) -> Result<Hire, ViewError> {
    let mut hire = Hire::new();
    for record in chain.transactions(&addresses::ide::epoch(day))? {
        for event in events_of(&record) {
            let Some(deposit) = event
                .decode::<RevenueDeposited>(&ide::ID)
                .filter(|deposit| deposit.day == day && deposit.hire_usd_micros > 0)
            else {
                continue;
            };
            let pair = (deposit.device.to_bytes(), deposit.owner.to_bytes());
            let sum = hire.entry(pair).or_default();
            // Σ is compared with the Epoch account before anything follows from it.
            *sum = sum.saturating_add(deposit.hire_usd_micros);
        }
    }
    Ok(hire)
}

/// What the engine's loop reads of the chain.
pub trait EngineReader: Send + Sync {
    /// The engine with its ledgers; `None` before it is initialised.
    fn engine(&self) -> Result<Option<EngineState>, ViewError>;
    /// The account of a UTC day, if it was opened.
    fn epoch(&self, day: u64) -> Result<Option<Epoch>, ViewError>;
    /// An auction.
    fn auction(&self, seq: u64) -> Result<Option<Auction>, ViewError>;
    /// Dated rates by class.
    fn class_rates(&self) -> Result<BTreeMap<u16, ClassRates>, ViewError>;
    /// Payout roots; `None` before the engine is initialised.
    fn payout_roots(&self) -> Result<Option<RootRing>, ViewError>;
    /// Hire of a day by device and owner, from the deposits into its epoch.
    fn hire(&self, day: u64) -> Result<Hire, ViewError>;
}
