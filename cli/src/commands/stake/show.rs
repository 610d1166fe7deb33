//! `ion stake show`.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::{
    params, stake,
    units::{Bps, Io},
};
use registry::state::{Device, Params, ProcessorClass};
use solana_pubkey::Pubkey;
use staking::state::DeviceStake;

use crate::{
    amount::Amount,
    commands::device,
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `stake show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion stake show 7Xw... --output json")]
pub struct ShowArgs {
    /// Device id or address
    device: String,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, _) = device::show::find(ctx, &self.device)?;
        ctx.print(&state(ctx, &address)?);
        Ok(())
    }
}

/// All that is known of a device's stake.
pub struct Facts {
    /// The stake account.
    pub stake: DeviceStake,
    /// What the device needs, 1e-8 IO.
    pub required_io: u64,
    /// What counts now, 1e-8 IO.
    pub eligible_io: u64,
    /// What the owner may take out at once, 1e-8 IO.
    pub overflow_io: u64,
    /// Cooldown of an exit that begins now, seconds.
    pub cooldown: i64,
    /// Time of the chain.
    pub now: i64,
}

/// Reads the stake of a device and computes what it needs (economics §3.1, §3.2).
///
/// Errors: rpc; program when there is no stake account.
pub fn facts(ctx: &Context, address: &Pubkey) -> Outcome<Facts> {
    let stake =
        accounts::find::<DeviceStake>(&ctx.chain, &addresses::staking::device_stake(address))?
            .ok_or_else(|| {
                Failure::chain(
                    "the stake was not found",
                    format!("device {address} has no stake account"),
                )
                .next(format!("ion stake open {address}"))
            })?;
    let device: Device = accounts::fetch(&ctx.chain, address)?;
    let class: ProcessorClass =
        accounts::fetch(&ctx.chain, &addresses::registry::class(device.class))?;
    let values: Params = accounts::fetch(&ctx.chain, &addresses::registry::params(&staking::ID))?;
    let now = ctx.now()?;
    let required = requirement(&device, &class, &values, now)?;
    let portion = u16::try_from(values.value(&params::staking::MAX_CO_PORTION_BPS, now))
        .ok()
        .and_then(Bps::new);
    let co_cap = stake::co_cap(
        required,
        portion.ok_or_else(|| broken(&"the co-stake portion is out of range"))?,
    )
    .map_err(|error| broken(&error))?;
    let ledger = stake.ledger().map_err(|error| broken(&error))?;
    let overflow = ledger
        .overflow(required, co_cap)
        .map_err(|error| broken(&error))?;
    let eligible_io = stake.eligible_io(now).map_err(|error| broken(&error))?;
    let cooldown = if class.is_withdrawn(now) {
        let normal = values.value(&params::staking::COOLDOWN, now);
        normal.min(values.value(&params::staking::WITHDRAWN_COOLDOWN, now))
    } else {
        values.value(&params::staking::COOLDOWN, now)
    };
    Ok(Facts {
        stake,
        required_io: required.base_units(),
        eligible_io,
        overflow_io: overflow.base_units(),
        cooldown,
        now,
    })
}

/// Name of a position's stored state.
fn position_state(code: u8) -> String {
    stake::PositionState::try_from(code).map_or_else(
        |_| format!("unknown ({code})"),
        |state| format!("{state:?}"),
    )
}

/// What a device needs now, 1e-8 IO (economics §3.1).
///
/// Errors: rpc; program when the device or its class is gone.
pub fn required_io(ctx: &Context, address: &Pubkey) -> Outcome<u64> {
    let device: Device = accounts::fetch(&ctx.chain, address)?;
    let class: ProcessorClass =
        accounts::fetch(&ctx.chain, &addresses::registry::class(device.class))?;
    let values: Params = accounts::fetch(&ctx.chain, &addresses::registry::params(&staking::ID))?;
    Ok(requirement(&device, &class, &values, ctx.now()?)?.base_units())
}

fn requirement(device: &Device, class: &ProcessorClass, values: &Params, now: i64) -> Outcome<Io> {
    let base = u64::try_from(values.value(&params::staking::BASE_STAKE, now)).unwrap_or_default();
    stake::required(
        Io::from_base_units(base),
        class.stake_multiplier(now),
        device.qty,
    )
    .map_err(|error| broken(&error))
}

fn broken(error: &dyn std::fmt::Debug) -> Failure {
    Failure::chain("the stake cannot be computed", format!("{error:?}"))
}

/// The stake of a device as a record.
///
/// Errors: as [`facts`].
pub fn state(ctx: &Context, address: &Pubkey) -> Outcome<Record> {
    let facts = facts(ctx, address)?;
    let stake = &facts.stake;
    let positions: Vec<Record> = stake
        .positions
        .iter()
        .filter(|slot| slot.wallet != Pubkey::default())
        .map(|slot| {
            Record::new()
                .with("offer", slot.seq)
                .with("wallet", slot.wallet)
                .with("amount", Amount::io(slot.amount_io))
                .with("share", Cell::Bps(slot.share_bps.into()))
                .with("state", position_state(slot.state))
                .with(
                    "cooldown_ends_at",
                    Cell::time_or_nothing(slot.cooldown_ends_at),
                )
        })
        .collect();
    Ok(Record::new()
        .with("device", *address)
        .with("stake", addresses::staking::device_stake(address))
        .with("wallet", Cell::key_or_nothing(stake.wallet))
        .with("required", Amount::io(facts.required_io))
        .with("eligible", Amount::io(facts.eligible_io))
        .with("is_sufficient", facts.eligible_io >= facts.required_io)
        .with("active", Amount::io(stake.active_io))
        .with("withdrawable_overflow", Amount::io(facts.overflow_io))
        .with("cooling", Amount::io(stake.cooling_io))
        .with(
            "cooldown_ends_at",
            Cell::time_or_nothing(stake.cooldown_ends_at),
        )
        .with("restored", Amount::io(stake.restored_io))
        .with(
            "underfunded_since",
            Cell::time_or_nothing(stake.underfunded_since),
        )
        .with(
            "open_offer",
            if stake.open_offer_seq == 0 {
                Cell::Nothing
            } else {
                stake.open_offer_seq.into()
            },
        )
        .with("open_cases", stake.open_cases)
        .with("positions", positions))
}
