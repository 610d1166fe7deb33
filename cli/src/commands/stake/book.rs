//! A device's stake with everything its rules are judged by, as the staking program reads it.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::{AccountDeserialize, Owner};
use ion_client::{
    accounts::{self, AccountError},
    addresses,
    instructions::staking::StakedDevice,
    send::Chain,
};
use ion_economics::{
    stake::{Ledger, StakeRuleError, View},
    units::UnixSeconds,
};
use registry::state::{Device, Params, ProcessorClass};
use solana_pubkey::Pubkey;
use staking::{error::StakingError, state::DeviceStake};

use crate::{
    commands::device,
    context::Context,
    failure::{Failure, Outcome},
};

/// The stake of one device at one instant.
pub struct Book {
    /// Address of the device account.
    pub address: Pubkey,
    /// The device.
    pub device: Device,
    /// The stake account.
    pub stake: DeviceStake,
    /// Its rules' form.
    pub ledger: Ledger,
    /// Device, class, parameters and time as the rules see them.
    pub view: View,
}

impl Book {
    /// Finds the stake of a device by the device's id or address.
    ///
    /// Errors: usage, rpc; program when there is no device or no stake account.
    pub fn find(ctx: &Context, text: &str) -> Outcome<Self> {
        let (address, _) = device::show::find(ctx, text)?;
        Self::at(ctx, &address)
    }

    /// Reads the stake of a device account.
    ///
    /// Errors: rpc; program when there is no stake account.
    pub fn at(ctx: &Context, address: &Pubkey) -> Outcome<Self> {
        read_all(ctx, &BTreeSet::from([*address]))?
            .remove(address)
            .ok_or_else(|| no_stake(address))
    }

    /// The device as instructions need it.
    pub fn staked(&self) -> StakedDevice {
        StakedDevice {
            device: self.address,
            class: self.device.class,
        }
    }

    /// Time of the chain, Unix seconds.
    pub fn now(&self) -> i64 {
        self.view.now.get()
    }

    /// What counts now, 1e-8 IO.
    ///
    /// Errors: program, when the account contradicts itself.
    pub fn eligible_io(&self) -> Outcome<u64> {
        self.ledger
            .eligible(self.view.now)
            .map(|counted| counted.base_units())
            .map_err(|error| broken(&StakingError::from(error)))
    }

    /// Since when the device has been below its requirement, Unix seconds.
    ///
    /// Errors: program, when the account contradicts itself.
    pub fn underfunded_since(&self) -> Outcome<Option<i64>> {
        let present = self.ledger.caught_up(&self.view).map_err(refused)?;
        Ok(present.underfunded_since.map(UnixSeconds::get))
    }
}

/// Reads the stakes of several devices in few calls.
///
/// Errors: rpc; program when a device has no stake account.
pub fn read_all(ctx: &Context, devices: &BTreeSet<Pubkey>) -> Outcome<BTreeMap<Pubkey, Book>> {
    let keys: Vec<Pubkey> = devices.iter().copied().collect();
    let stake_keys: Vec<Pubkey> = keys.iter().map(addresses::staking::device_stake).collect();
    let devices: Vec<Device> = fetch_all(ctx, &keys)?;
    let stakes = ctx.chain.accounts(&stake_keys)?;
    let class_ids: BTreeSet<u16> = devices.iter().map(|device| device.class).collect();
    let class_keys: Vec<Pubkey> = class_ids
        .iter()
        .map(|id| addresses::registry::class(*id))
        .collect();
    let classes: Vec<ProcessorClass> = fetch_all(ctx, &class_keys)?;
    let params: Params = accounts::fetch(&ctx.chain, &addresses::registry::params(&staking::ID))?;
    let now = UnixSeconds::new(ctx.now()?);

    let mut books = BTreeMap::new();
    for (((address, device), stake_key), stake) in
        keys.into_iter().zip(devices).zip(&stake_keys).zip(stakes)
    {
        let account = stake.ok_or_else(|| no_stake(&address))?;
        let stake: DeviceStake = accounts::decode(stake_key, &account)?;
        let class = classes
            .iter()
            .find(|class| class.id == device.class)
            .ok_or_else(|| broken(&"the class of the device was not found"))?;
        let ledger = stake.ledger().map_err(|error| broken(&error))?;
        let view =
            staking::state::view(&device, class, &params, now).map_err(|error| broken(&error))?;
        let book = Book {
            address,
            device,
            stake,
            ledger,
            view,
        };
        books.insert(address, book);
    }
    Ok(books)
}

fn fetch_all<T: AccountDeserialize + Owner>(ctx: &Context, keys: &[Pubkey]) -> Outcome<Vec<T>> {
    let found = ctx.chain.accounts(keys)?;
    keys.iter()
        .zip(found)
        .map(|(key, account)| {
            let account = account.ok_or(AccountError::Missing(*key))?;
            Ok(accounts::decode(key, &account)?)
        })
        .collect()
}

fn no_stake(address: &Pubkey) -> Failure {
    Failure::chain(
        "the stake was not found",
        format!("device {address} has no stake account"),
    )
    .next(format!("ion stake open {address}"))
}

/// A refusal of the stake rules in the program's words.
pub fn words(error: StakeRuleError) -> String {
    StakingError::from(error).to_string()
}

/// A rule that cannot be applied to the accounts read.
pub fn refused(error: StakeRuleError) -> Failure {
    broken(&words(error))
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::chain("the stake cannot be computed", error)
}
