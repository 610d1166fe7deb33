//! A chain in memory, moved by its owner.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use ide::state::{Auction, ClassRates, Epoch, RootRing};
use ion_economics::params::Program as Consumer;
use ion_merkle::report::ReportKind;
use ion_report::Hire;
use solana_pubkey::Pubkey;

use super::{
    BlockView, ClusterReader, EmissionView, EngineReader, EngineState, HireView, HourChain,
    LedgerReader, PollView, RewardReader, RootsView, VerifierSetView, ViewError, rewards,
};

/// Everything that the readers show.
#[derive(Clone, Debug)]
pub struct MemoryChain {
    /// Unix seconds.
    pub now: i64,
    /// Genesis hash.
    pub genesis_hash: [u8; 32],
    /// The verifier set.
    pub verifiers: VerifierSetView,
    /// Recent blockhash.
    pub blockhash: [u8; 32],
    /// Devices by address.
    pub devices: BTreeMap<Pubkey, registry::state::Device>,
    /// Bookings by address.
    pub bookings: BTreeMap<Pubkey, booking::state::Booking>,
    /// Records by address.
    pub records: BTreeMap<Pubkey, booking::state::WorkRecord>,
    /// Days to fold, with their shards.
    pub unfolded_days: BTreeMap<u64, Vec<u8>>,
    /// Accounts that wait for a crank.
    pub leftovers: super::Leftovers,
    /// Offences that cost reliability, beside those of the cases.
    pub offences: Vec<super::OffenceView>,
    /// Token accounts by address.
    pub tokens: BTreeMap<Pubkey, super::TokenView>,
    /// Claim ledgers by kind of root, device and party.
    pub claims: BTreeMap<(u8, Pubkey, Pubkey), ion_claims::Ledger>,
    /// The schedule's account.
    pub schedule: Option<::rewards::state::Emission>,
    /// IO and USDC mint.
    pub mints: (Pubkey, Pubkey),
    /// Further addresses at which there is an account.
    pub others: BTreeSet<Pubkey>,
    /// Polls by kind, subject and sequence.
    pub polls: BTreeMap<(u8, Pubkey, u64), PollView>,
    /// Stakes by device.
    pub stakes: BTreeMap<[u8; 32], staking::state::DeviceStake>,
    /// Processor classes by number.
    pub classes: BTreeMap<u16, registry::state::ProcessorClass>,
    /// Exemptions by device.
    pub exemptions: BTreeMap<[u8; 32], registry::state::Exemption>,
    /// The schedule.
    pub emission: EmissionView,
    /// Blocks by hour.
    pub blocks: BTreeMap<u64, BlockView>,
    /// Roots of the reward tree.
    pub roots: RootsView,
    /// The engine; `None` before it is initialised.
    pub engine: Option<EngineState>,
    /// Days of the engine.
    pub epochs: BTreeMap<u64, Epoch>,
    /// Its auctions.
    pub auctions: BTreeMap<u64, Auction>,
    /// Rates by class.
    pub class_rates: BTreeMap<u16, ClassRates>,
    /// Payout roots.
    pub payout_roots: Option<RootRing>,
    /// Hire by day, device and owner.
    pub hire: BTreeMap<u64, Hire>,
    /// When reports were attested, by kind, subject and sequence; without an entry they do not age.
    pub attested_at: BTreeMap<(u8, Pubkey, u64), i64>,
    /// Readings that get no answer, by name: `tokens`, `exist`, `params`.
    pub unanswered: BTreeSet<&'static str>,
    /// How often each of these was asked for.
    pub asked: BTreeMap<&'static str, u64>,
}

/// [`MemoryChain`] behind the reading traits.
pub struct MemoryView(Mutex<MemoryChain>);

impl MemoryView {
    /// A cluster at a time with a verifier set and nothing else.
    pub fn new(now: i64, verifiers: VerifierSetView) -> Self {
        MemoryView(Mutex::new(MemoryChain {
            now,
            genesis_hash: [1; 32],
            verifiers,
            blockhash: [2; 32],
            devices: BTreeMap::new(),
            bookings: BTreeMap::new(),
            records: BTreeMap::new(),
            unfolded_days: BTreeMap::new(),
            leftovers: super::Leftovers::default(),
            offences: Vec::new(),
            tokens: BTreeMap::new(),
            claims: BTreeMap::new(),
            schedule: None,
            mints: (
                Pubkey::new_from_array([3; 32]),
                Pubkey::new_from_array([4; 32]),
            ),
            others: BTreeSet::new(),
            polls: BTreeMap::new(),
            stakes: BTreeMap::new(),
            classes: BTreeMap::new(),
            exemptions: BTreeMap::new(),
            emission: EmissionView {
                start_hour: u64::MAX,
                next_hour: u64::MAX,
                next_final_hour: u64::MAX,
                ide_from_hour: u64::MAX,
            },
            blocks: BTreeMap::new(),
            roots: RootsView::default(),
            engine: None,
            epochs: BTreeMap::new(),
            auctions: BTreeMap::new(),
            class_rates: BTreeMap::new(),
            payout_roots: None,
            hire: BTreeMap::new(),
            attested_at: BTreeMap::new(),
            unanswered: BTreeSet::new(),
            asked: BTreeMap::new(),
        }))
    }

    /// Changes or reads the chain.
    pub fn with<T>(&self, change: impl FnOnce(&mut MemoryChain) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a reading. Error: it gets no answer.
    fn ask(&self, reading: &'static str) -> Result<(), ViewError> {
        self.with(|chain| {
            let asked = chain.asked.entry(reading).or_default();
            *asked = asked.saturating_add(1);
            if chain.unanswered.contains(reading) {
                return Err(ViewError::Thread);
            }
            Ok(())
        })
    }
}

impl ClusterReader for MemoryView {
    fn now(&self) -> Result<i64, ViewError> {
        Ok(self.with(|chain| chain.now))
    }

    fn genesis_hash(&self) -> Result<[u8; 32], ViewError> {
        Ok(self.with(|chain| chain.genesis_hash))
    }

    fn verifiers(&self) -> Result<VerifierSetView, ViewError> {
        Ok(self.with(|chain| chain.verifiers.clone()))
    }

    fn holder(&self, device: &Pubkey) -> Result<Option<HireView>, ViewError> {
        Ok(self.with(|chain| {
            let account = chain.devices.get(device)?;
            HireView::of(device, account, chain.bookings.get(&account.hired_by)?)
        }))
    }
}

impl RewardReader for MemoryView {
    fn hour_chain(&self) -> Result<HourChain, ViewError> {
        let staking_params = rewards::default_params(Consumer::Staking)?;
        Ok(self.with(|chain| HourChain {
            devices: chain
                .devices
                .iter()
                .map(|(key, device)| (key.to_bytes(), device.clone()))
                .collect(),
            classes: chain.classes.clone(),
            stakes: chain.stakes.clone(),
            exemptions: chain.exemptions.clone(),
            staking_params,
        }))
    }

    fn params(&self, consumer: Consumer) -> Result<registry::state::Params, ViewError> {
        self.ask("params")?;
        rewards::default_params(consumer)
    }

    fn emission(&self) -> Result<EmissionView, ViewError> {
        Ok(self.with(|chain| chain.emission))
    }

    fn block(&self, hour: u64) -> Result<Option<BlockView>, ViewError> {
        Ok(self.with(|chain| chain.blocks.get(&hour).copied()))
    }

    fn attested_at(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
    ) -> Result<Option<i64>, ViewError> {
        let key = (kind.to_u8(), *subject, seq);
        Ok(self.with(|chain| chain.attested_at.get(&key).copied()))
    }

    fn roots(&self) -> Result<RootsView, ViewError> {
        Ok(self.with(|chain| chain.roots.clone()))
    }
}

impl EngineReader for MemoryView {
    fn engine(&self) -> Result<Option<EngineState>, ViewError> {
        Ok(self.with(|chain| chain.engine.clone()))
    }

    fn epoch(&self, day: u64) -> Result<Option<Epoch>, ViewError> {
        Ok(self.with(|chain| chain.epochs.get(&day).copied()))
    }

    fn auction(&self, seq: u64) -> Result<Option<Auction>, ViewError> {
        Ok(self.with(|chain| chain.auctions.get(&seq).cloned()))
    }

    fn class_rates(&self) -> Result<BTreeMap<u16, ClassRates>, ViewError> {
        Ok(self.with(|chain| chain.class_rates.clone()))
    }

    fn payout_roots(&self) -> Result<Option<RootRing>, ViewError> {
        Ok(self.with(|chain| chain.payout_roots))
    }

    fn hire(&self, day: u64) -> Result<Hire, ViewError> {
        Ok(self.with(|chain| chain.hire.get(&day).cloned().unwrap_or_default()))
    }
}

impl LedgerReader for MemoryView {
    fn recent_blockhash(&self) -> Result<[u8; 32], ViewError> {
        Ok(self.with(|chain| chain.blockhash))
    }

    fn devices(&self) -> Result<Vec<(Pubkey, registry::state::Device)>, ViewError> {
        Ok(self.with(|chain| chain.devices.clone().into_iter().collect()))
    }

    fn bookings(&self) -> Result<Vec<(Pubkey, booking::state::Booking)>, ViewError> {
        Ok(self.with(|chain| chain.bookings.clone().into_iter().collect()))
    }

    fn records(&self) -> Result<Vec<(Pubkey, booking::state::WorkRecord)>, ViewError> {
        Ok(self.with(|chain| chain.records.clone().into_iter().collect()))
    }

    fn unfolded_days(&self) -> Result<BTreeMap<u64, Vec<u8>>, ViewError> {
        Ok(self.with(|chain| chain.unfolded_days.clone()))
    }

    fn leftovers(&self) -> Result<super::Leftovers, ViewError> {
        Ok(self.with(|chain| chain.leftovers.clone()))
    }

    fn cases(&self) -> Result<Vec<(Pubkey, staking::state::Case)>, ViewError> {
        Ok(self.with(|chain| chain.leftovers.cases.clone()))
    }

    fn upheld_offences(&self) -> Result<Vec<super::OffenceView>, ViewError> {
        Ok(self.with(|chain| {
            let of_cases = chain.leftovers.cases.iter();
            of_cases
                .filter_map(|(_, case)| super::OffenceView::of(case))
                .chain(chain.offences.iter().copied())
                .collect()
        }))
    }

    fn tokens(&self, addresses: &[Pubkey]) -> Result<Vec<Option<super::TokenView>>, ViewError> {
        self.ask("tokens")?;
        Ok(self.with(|chain| {
            addresses
                .iter()
                .map(|address| chain.tokens.get(address).copied())
                .collect()
        }))
    }

    fn claim_ledger(
        &self,
        kind: ReportKind,
        device: &Pubkey,
        party: &Pubkey,
    ) -> Result<Option<ion_claims::Ledger>, ViewError> {
        let key = (kind.to_u8(), *device, *party);
        Ok(self.with(|chain| chain.claims.get(&key).copied()))
    }

    fn schedule(&self) -> Result<Option<::rewards::state::Emission>, ViewError> {
        Ok(self.with(|chain| chain.schedule.clone()))
    }

    fn mints(&self) -> Result<(Pubkey, Pubkey), ViewError> {
        Ok(self.with(|chain| chain.mints))
    }

    fn exist(&self, addresses: &[Pubkey]) -> Result<Vec<bool>, ViewError> {
        self.ask("exist")?;
        Ok(self.with(|chain| {
            addresses
                .iter()
                .map(|address| chain.others.contains(address) || chain.tokens.contains_key(address))
                .collect()
        }))
    }

    fn poll(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
    ) -> Result<Option<PollView>, ViewError> {
        Ok(self.with(|chain| chain.polls.get(&(kind.to_u8(), *subject, seq)).cloned()))
    }
}
