//! What the scheduler reads of the chain.

use anchor_lang::{AccountDeserialize, Discriminator, Owner};
use booking::state::{Booking, Quote};
use ion_client::{accounts, addresses, instructions::booking::stamp_at, rpc::RpcChain};
use ion_economics::booking::Stamp;
use registry::state::{Device, Params, ProcessorClass};
use solana_pubkey::Pubkey;
use staking::state::DeviceStake;

use crate::chain_view::{ChainSettings, ClusterReader, LedgerReader, RpcView, ViewError};

/// Everything a placement needs, read after the clock it is judged by.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Chain time, Unix seconds.
    pub now: i64,
    /// All devices by address.
    pub devices: Vec<(Pubkey, Device)>,
    /// All classes.
    pub classes: Vec<ProcessorClass>,
    /// All stakes by address.
    pub stakes: Vec<(Pubkey, DeviceStake)>,
    /// All bookings by address.
    pub bookings: Vec<(Pubkey, Booking)>,
    /// Parameters of the booking program.
    pub booking_params: Params,
    /// Parameters of the staking program.
    pub staking_params: Params,
}

/// Reading side of the chain.
pub trait SchedulerChain: Send + Sync {
    /// Unix seconds of the chain's clock.
    fn now(&self) -> Result<i64, ViewError>;
    /// Everything a placement needs.
    fn facts(&self) -> Result<Facts, ViewError>;
    /// All bookings by address.
    fn bookings(&self) -> Result<Vec<(Pubkey, Booking)>, ViewError>;
    /// A booking by its address.
    fn booking(&self, address: &Pubkey) -> Result<Option<Booking>, ViewError>;
    /// Reward mode of the hour of `now` (Unix seconds).
    fn stamp(&self, now: i64) -> Result<Stamp, ViewError>;
    /// A quote by its address.
    fn quote(&self, address: &Pubkey) -> Result<Option<Quote>, ViewError>;
}

/// A node.
pub struct RpcSchedulerChain {
    view: RpcView,
    chain: RpcChain,
}

impl RpcSchedulerChain {
    /// Connects lazily: no call is made here.
    pub fn new(settings: &ChainSettings) -> anyhow::Result<Self> {
        let commitment = settings
            .commitment()
            .ok_or_else(|| anyhow::anyhow!("chain.commitment is unknown"))?;
        Ok(Self {
            view: RpcView::new(settings)?,
            chain: RpcChain::new(&settings.rpc_url, commitment),
        })
    }

    /// Genesis hash of the cluster.
    pub fn genesis_hash(&self) -> Result<[u8; 32], ViewError> {
        self.view.genesis_hash()
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

impl SchedulerChain for RpcSchedulerChain {
    fn now(&self) -> Result<i64, ViewError> {
        self.view.now()
    }

    fn facts(&self) -> Result<Facts, ViewError> {
        // The clock first: what is read after it is never older than the time it is judged by.
        Ok(Facts {
            now: self.view.now()?,
            devices: self.view.devices()?,
            classes: self
                .all::<ProcessorClass>()?
                .into_iter()
                .map(|(_, class)| class)
                .collect(),
            stakes: self.all()?,
            bookings: self.view.bookings()?,
            booking_params: accounts::fetch(
                &self.chain,
                &addresses::registry::params(&booking::ID),
            )?,
            staking_params: accounts::fetch(
                &self.chain,
                &addresses::registry::params(&staking::ID),
            )?,
        })
    }

    fn bookings(&self) -> Result<Vec<(Pubkey, Booking)>, ViewError> {
        self.view.bookings()
    }

    fn booking(&self, address: &Pubkey) -> Result<Option<Booking>, ViewError> {
        Ok(accounts::find(&self.chain, address)?)
    }

    fn stamp(&self, now: i64) -> Result<Stamp, ViewError> {
        let config = accounts::fetch(&self.chain, &addresses::registry::config())?;
        Ok(stamp_at(&config, now))
    }

    fn quote(&self, address: &Pubkey) -> Result<Option<Quote>, ViewError> {
        Ok(accounts::find(&self.chain, address)?)
    }
}
