//! The chain as a cluster shows it.

use std::collections::BTreeMap;

use anchor_lang::{AccountDeserialize, Discriminator, Owner};
use anyhow::Context;
use ide::state::{Auction, ClassRates, Epoch, RootRing};
use ion_client::{
    accounts, addresses,
    history::History,
    rpc::RpcChain,
    send::{ChainError, Cluster},
};
use ion_economics::params::Program as Consumer;
use ion_merkle::report::ReportKind;
use ion_report::Hire;
use solana_commitment_config::CommitmentConfig;
use solana_pubkey::Pubkey;

use super::{
    BlockView, ChainSettings, ClusterReader, EmissionView, EngineReader, EngineState, HireView,
    HourChain, LedgerReader, RewardReader, RootsView, VerifierSetView, ViewError, hire_of,
};

/// The clock sysvar.
const CLOCK: Pubkey = solana_pubkey::pubkey!("SysvarC1ock11111111111111111111111111111111");
/// Place of `unix_timestamp` in its data: after slot, epoch start, epoch and leader epoch.
const UNIX_TIMESTAMP: std::ops::Range<usize> = 32..40;

/// A cluster at one commitment for accounts, finalized for blockhashes of challenges.
pub struct ChainView<C> {
    pub(super) chain: C,
    pub(super) finalized: C,
}

/// A node.
pub type RpcView = ChainView<RpcChain>;

impl RpcView {
    /// Connects lazily: no call is made here.
    pub fn new(settings: &ChainSettings) -> anyhow::Result<Self> {
        let commitment = settings
            .commitment()
            .context("chain.commitment is unknown")?;
        Ok(ChainView {
            chain: RpcChain::new(&settings.rpc_url, commitment),
            finalized: RpcChain::new(&settings.rpc_url, CommitmentConfig::finalized()),
        })
    }
}

impl<C: Cluster + History> ChainView<C> {
    /// Over two views of one cluster: at the commitment of accounts, and of final blocks.
    pub fn over(chain: C, finalized: C) -> Self {
        ChainView { chain, finalized }
    }

    pub(crate) fn all<T: AccountDeserialize + Discriminator + Owner>(
        &self,
    ) -> Result<Vec<(Pubkey, T)>, ViewError> {
        Ok(accounts::all(&self.chain)?)
    }

    pub(crate) fn find<T: AccountDeserialize + Owner>(
        &self,
        key: &Pubkey,
    ) -> Result<Option<T>, ViewError> {
        Ok(accounts::find(&self.chain, key)?)
    }

    pub(crate) fn fetch<T: AccountDeserialize + Owner>(
        &self,
        key: &Pubkey,
    ) -> Result<T, ViewError> {
        Ok(accounts::fetch(&self.chain, key)?)
    }
}

impl<C: Cluster + History> ClusterReader for ChainView<C> {
    fn now(&self) -> Result<i64, ViewError> {
        let clock = self.chain.accounts(&[CLOCK])?.into_iter().next().flatten();
        clock
            .and_then(|clock| {
                clock
                    .data
                    .get(UNIX_TIMESTAMP)?
                    .try_into()
                    .ok()
                    .map(i64::from_le_bytes)
            })
            .ok_or_else(|| ChainError::Refused("the node has no clock".to_owned()).into())
    }

    fn genesis_hash(&self) -> Result<[u8; 32], ViewError> {
        Ok(self.chain.genesis_hash()?.to_bytes())
    }

    fn verifiers(&self) -> Result<VerifierSetView, ViewError> {
        let set: registry::state::VerifierSet =
            accounts::fetch(&self.chain, &addresses::registry::verifier_set())?;
        Ok(VerifierSetView {
            keys: set.members().iter().map(Pubkey::to_bytes).collect(),
            threshold: set.threshold,
            version: set.version,
        })
    }

    fn holder(&self, device: &Pubkey) -> Result<Option<HireView>, ViewError> {
        let Some(account) = self.find::<registry::state::Device>(device)? else {
            return Ok(None);
        };
        if !account.is_hired() {
            return Ok(None);
        }
        let held_by = self.find::<booking::state::Booking>(&account.hired_by)?;
        Ok(held_by.and_then(|booking| HireView::of(device, &account, &booking)))
    }
}

impl<C: Cluster + History> RewardReader for ChainView<C> {
    fn hour_chain(&self) -> Result<HourChain, ViewError> {
        Ok(HourChain {
            devices: self
                .devices()?
                .into_iter()
                .map(|(key, device)| (key.to_bytes(), device))
                .collect(),
            classes: self
                .all::<registry::state::ProcessorClass>()?
                .into_iter()
                .map(|(_, class)| (class.id, class))
                .collect(),
            stakes: self
                .all::<staking::state::DeviceStake>()?
                .into_iter()
                .map(|(_, stake)| (stake.device.to_bytes(), stake))
                .collect(),
            exemptions: self
                .all::<registry::state::Exemption>()?
                .into_iter()
                .map(|(_, one)| (one.target.to_bytes(), one))
                .collect(),
            staking_params: self.params(Consumer::Staking)?,
        })
    }

    fn params(&self, consumer: Consumer) -> Result<registry::state::Params, ViewError> {
        let program = match consumer {
            Consumer::Registry => registry::ID,
            Consumer::Staking => staking::ID,
            Consumer::Rewards => ::rewards::ID,
            Consumer::Ide => ide::ID,
            Consumer::Booking => booking::ID,
        };
        Ok(accounts::fetch(
            &self.chain,
            &addresses::registry::params(&program),
        )?)
    }

    fn emission(&self) -> Result<EmissionView, ViewError> {
        let emission: ::rewards::state::Emission =
            accounts::fetch(&self.chain, &addresses::rewards::emission())?;
        let config: registry::state::Config =
            accounts::fetch(&self.chain, &addresses::registry::config())?;
        Ok(EmissionView {
            start_hour: emission.start_hour,
            next_hour: emission.next_hour,
            next_final_hour: emission.next_final_hour,
            ide_from_hour: config.ide_from_hour,
        })
    }

    fn block(&self, hour: u64) -> Result<Option<BlockView>, ViewError> {
        let block: Option<::rewards::state::Block> =
            accounts::find(&self.chain, &addresses::rewards::block(hour))?;
        Ok(block.map(|block| BlockView::of(&block)))
    }

    fn attested_at(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
    ) -> Result<Option<i64>, ViewError> {
        let address = addresses::registry::poll(kind, subject, seq);
        let poll: Option<registry::state::Poll> = accounts::find(&self.chain, &address)?;
        Ok(poll
            .map(|poll| poll.attested_at)
            .filter(|attested_at| *attested_at != 0))
    }

    fn roots(&self) -> Result<RootsView, ViewError> {
        let ring: Option<::rewards::state::RootRing> =
            accounts::find(&self.chain, &addresses::rewards::roots())?;
        Ok(ring
            .map(|ring| RootsView::of_ring(&ring.ring))
            .unwrap_or_default())
    }
}

impl<C: Cluster + History> EngineReader for ChainView<C> {
    fn engine(&self) -> Result<Option<EngineState>, ViewError> {
        EngineState::read(&self.chain)
    }

    fn epoch(&self, day: u64) -> Result<Option<Epoch>, ViewError> {
        self.find(&addresses::ide::epoch(day))
    }

    fn auction(&self, seq: u64) -> Result<Option<Auction>, ViewError> {
        self.find(&addresses::ide::auction(seq))
    }

    fn class_rates(&self) -> Result<BTreeMap<u16, ClassRates>, ViewError> {
        Ok(self
            .all::<ClassRates>()?
            .into_iter()
            .map(|(_, rates)| (rates.class, rates))
            .collect())
    }

    fn payout_roots(&self) -> Result<Option<RootRing>, ViewError> {
        self.find(&addresses::ide::roots())
    }

    fn hire(&self, day: u64) -> Result<Hire, ViewError> {
        hire_of(&self.chain, day)
    }
}
