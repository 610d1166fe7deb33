//! The chain as a node shows it.

use std::collections::BTreeMap;

use anchor_lang::{AccountDeserialize, Discriminator, Owner};
use anyhow::Context;
use ion_client::{
    accounts, addresses,
    rpc::RpcChain,
    send::{Chain, ChainError},
};
use ion_economics::params::Program as Consumer;
use ion_merkle::report::ReportKind;
use solana_commitment_config::CommitmentConfig;
use solana_pubkey::Pubkey;

use super::{
    BlockView, ChainSettings, ClusterReader, EmissionView, HourChain, LedgerReader, PollView,
    RewardReader, RootsView, VerifierSetView, ViewError,
};

/// The clock sysvar.
const CLOCK: Pubkey = solana_pubkey::pubkey!("SysvarC1ock11111111111111111111111111111111");
/// Place of `unix_timestamp` in its data: after slot, epoch start, epoch and leader epoch.
const UNIX_TIMESTAMP: std::ops::Range<usize> = 32..40;

/// A node at one commitment for accounts, finalized for blockhashes of challenges.
pub struct RpcView {
    chain: RpcChain,
    finalized: RpcChain,
}

impl RpcView {
    /// Connects lazily: no call is made here.
    pub fn new(settings: &ChainSettings) -> anyhow::Result<Self> {
        let commitment = settings
            .commitment()
            .context("chain.commitment is unknown")?;
        Ok(RpcView {
            chain: RpcChain::new(&settings.rpc_url, commitment),
            finalized: RpcChain::new(&settings.rpc_url, CommitmentConfig::finalized()),
        })
    }

    fn all<T: AccountDeserialize + Discriminator + Owner>(
        &self,
    ) -> Result<Vec<(Pubkey, T)>, ViewError> {
        self.chain
            .program_accounts(&T::owner(), T::DISCRIMINATOR)?
            .into_iter()
            .map(|(key, account)| Ok((key, accounts::decode(&key, &account)?)))
            .collect()
    }
}

impl ClusterReader for RpcView {
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
}

impl RewardReader for RpcView {
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
        Ok(ring.map(|ring| RootsView::of(&ring)).unwrap_or_default())
    }
}

impl LedgerReader for RpcView {
    fn recent_blockhash(&self) -> Result<[u8; 32], ViewError> {
        Ok(self.finalized.blockhash()?.hash.to_bytes())
    }

    fn devices(&self) -> Result<Vec<(Pubkey, registry::state::Device)>, ViewError> {
        self.all()
    }

    fn bookings(&self) -> Result<Vec<(Pubkey, booking::state::Booking)>, ViewError> {
        self.all()
    }

    fn records(&self) -> Result<Vec<(Pubkey, booking::state::WorkRecord)>, ViewError> {
        self.all()
    }

    fn unfolded_days(&self) -> Result<BTreeMap<u64, Vec<u8>>, ViewError> {
        let mut days: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for shard in 0..booking::constants::TNE_SHARDS {
            let address = addresses::booking::tne_totals(shard);
            let totals: Option<booking::state::TneTotals> = accounts::find(&self.chain, &address)?;
            for day in totals.iter().flat_map(|totals| &totals.days) {
                if day.day != 0 && day.is_folded == 0 {
                    days.entry(day.day).or_default().push(shard);
                }
            }
        }
        Ok(days)
    }

    fn mints(&self) -> Result<(Pubkey, Pubkey), ViewError> {
        let config: registry::state::Config =
            accounts::fetch(&self.chain, &addresses::registry::config())?;
        Ok((config.io_mint, config.usdc_mint))
    }

    fn exist(&self, addresses: &[Pubkey]) -> Result<Vec<bool>, ViewError> {
        Ok(self
            .chain
            .accounts(addresses)?
            .iter()
            .map(Option::is_some)
            .collect())
    }

    fn poll(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
    ) -> Result<Option<PollView>, ViewError> {
        let address = addresses::registry::poll(kind, subject, seq);
        let poll: Option<registry::state::Poll> = accounts::find(&self.chain, &address)?;
        Ok(poll.map(|poll| PollView {
            set_version: poll.set_version,
            votes: poll
                .votes
                .iter()
                .map(|vote| (*vote != [0; 32]).then_some(*vote))
                .collect(),
            attested: (poll.attested_at != 0).then_some(poll.attested_hash),
        }))
    }
}
