//! A chain in memory, moved by its owner.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use ion_economics::params::Program as Consumer;
use ion_merkle::report::ReportKind;
use solana_pubkey::Pubkey;

use super::{
    BlockView, ClusterReader, EmissionView, HourChain, LedgerReader, PollView, RewardReader,
    RootsView, VerifierSetView, ViewError, rewards,
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
        }))
    }

    /// Changes or reads the chain.
    pub fn with<T>(&self, change: impl FnOnce(&mut MemoryChain) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
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
        _kind: ReportKind,
        _subject: &Pubkey,
        _seq: u64,
    ) -> Result<Option<i64>, ViewError> {
        // Reports of the memory chain do not age.
        Ok(None)
    }

    fn roots(&self) -> Result<RootsView, ViewError> {
        Ok(self.with(|chain| chain.roots.clone()))
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

    fn mints(&self) -> Result<(Pubkey, Pubkey), ViewError> {
        Ok(self.with(|chain| chain.mints))
    }

    fn exist(&self, addresses: &[Pubkey]) -> Result<Vec<bool>, ViewError> {
        Ok(self.with(|chain| {
            addresses
                .iter()
                .map(|address| chain.others.contains(address))
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
