//! What the scheduler reads of the chain.

use booking::state::{Booking, Quote};
use ion_client::{addresses, history::History, instructions::booking::stamp_at, send::Cluster};
use ion_economics::booking::Stamp;
use registry::state::{Device, Params, ProcessorClass};
use solana_pubkey::Pubkey;
use staking::state::DeviceStake;

use crate::chain_view::{ChainView, ClusterReader, ViewError};

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

impl<C: Cluster + History> SchedulerChain for ChainView<C> {
    fn now(&self) -> Result<i64, ViewError> {
        ClusterReader::now(self)
    }

    fn facts(&self) -> Result<Facts, ViewError> {
        // The clock first: what is read after it is never older than the time it is judged by.
        Ok(Facts {
            now: ClusterReader::now(self)?,
            devices: self.all()?,
            classes: self
                .all::<ProcessorClass>()?
                .into_iter()
                .map(|(_, class)| class)
                .collect(),
            stakes: self.all()?,
            bookings: self.all()?,
            booking_params: self.fetch(&addresses::registry::params(&booking::ID))?,
            staking_params: self.fetch(&addresses::registry::params(&staking::ID))?,
        })
    }

    fn bookings(&self) -> Result<Vec<(Pubkey, Booking)>, ViewError> {
        self.all()
    }

    fn booking(&self, address: &Pubkey) -> Result<Option<Booking>, ViewError> {
        self.find(address)
    }

    fn stamp(&self, now: i64) -> Result<Stamp, ViewError> {
        let config = self.fetch(&addresses::registry::config())?;
        Ok(stamp_at(&config, now))
    }

    fn quote(&self, address: &Pubkey) -> Result<Option<Quote>, ViewError> {
        self.find(address)
    }
}
