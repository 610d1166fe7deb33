//! From accounts to the fleet that placement sees.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ion_economics::device::DeviceStatus;
use ion_economics::{params::booking as params, units::HOUR};
use ion_placement::{Device, Moment, Room, Snapshot};
use registry::state::ProcessorClass;
use serde::Serialize;
use solana_pubkey::Pubkey;
use staking::state::is_stake_sufficient;

use super::Facts;

/// Time and rules of a reading.
pub fn moment(facts: &Facts) -> Moment {
    let value = |param| facts.booking_params.value(param, facts.now);
    Moment {
        now: facts.now,
        onboarding_seconds: value(&params::ONBOARDING_HOURS).saturating_mul(HOUR),
        start_lead_seconds: value(&params::LOCK_TIMEOUT)
            .saturating_add(value(&params::START_TIMEOUT)),
    }
}

/// The devices as placement sees them. `reserved` are those of open quotes of this scheduler. A device
/// that its owner paused is drained: what runs on it may end, nothing new begins.
pub fn devices(facts: &Facts, reserved: &BTreeSet<Pubkey>) -> Vec<Device> {
    let classes: HashMap<u16, &ProcessorClass> = facts
        .classes
        .iter()
        .map(|class| (class.id, class))
        .collect();
    let stakes: HashMap<Pubkey, _> = facts
        .stakes
        .iter()
        .map(|(_, stake)| (stake.device, stake))
        .collect();
    let of = |(key, device): &(Pubkey, registry::state::Device)| {
        let class = classes.get(&device.class);
        // What does not decode or does not fit counts as not staked: the lock would refuse it.
        let is_stake_sufficient = class.zip(stakes.get(key)).is_some_and(|(class, stake)| {
            stake.cooling_io == 0
                && is_stake_sufficient(stake, device, class, &facts.staking_params, facts.now)
                    .unwrap_or(false)
        });
        Device {
            id: key.to_bytes(),
            owner: device.owner.to_bytes(),
            class: device.class,
            qty: device.qty,
            connectivity_tier: device.connectivity_tier,
            supplier_tier: device.supplier_tier,
            reliability_bps: device.reliability_bps,
            ask_usd_micros: device.ask_usd_micros,
            floor_price_usd_micros: class.map_or(0, |class| class.floor_price_usd_micros),
            // No class of evidence for a region or for confidential computing is attested yet.
            region: None,
            is_confidential: false,
            is_up: device
                .device_status()
                .is_ok_and(|status| status.is_hireable() || status == DeviceStatus::Paused),
            is_draining: device
                .device_status()
                .is_ok_and(|status| status == DeviceStatus::Paused),
            is_hired: device.is_hired(),
            is_reserved: reserved.contains(key),
            is_stake_sufficient,
            onboarded_at: device.onboarded_at,
            open_until: device.open_until,
            room: Room::whole(device.qty),
        }
    };
    facts.devices.iter().map(of).collect()
}

/// Processors of a class by what they do.
#[derive(Serialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassState {
    /// Name of the class.
    pub name: String,
    /// Devices of any state.
    pub devices: u64,
    /// Processors of any state.
    pub gpus: u64,
    /// Processors that a booking could have now.
    pub free_gpus: u64,
    /// Processors that a booking holds.
    pub hired_gpus: u64,
    /// Free processors that an open quote names.
    pub reserved_gpus: u64,
    /// Free processors that none of the requests seen so far could have used: on devices larger than
    /// any cluster asked for.
    pub fragmented_gpus: u64,
}

/// One device for `/v1/fleet`.
#[derive(Serialize, Clone, Debug, PartialEq, Eq)]
pub struct DeviceState {
    /// Address of the device account, base58.
    pub device: String,
    /// Processor class.
    pub class: u16,
    /// Processors.
    pub qty: u8,
    /// `free`, `fragmented` (free, but no request seen so far could have used it), `hired`, `reserved`,
    /// `draining` or `out`.
    pub state: &'static str,
    /// Asked price, 1e-6 USD per processor-hour.
    pub ask_usd_micros: String,
    /// Reliability, bps.
    pub reliability_bps: u16,
    /// Connectivity tier.
    pub connectivity_tier: u8,
}

/// Body of `/v1/fleet`.
#[derive(Serialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct FleetState {
    /// Chain time of the reading, Unix seconds.
    pub now: i64,
    /// Number of the reading.
    pub version: u64,
    /// Classes that have devices, by number.
    pub classes: BTreeMap<u16, ClassState>,
    /// Devices in order of their addresses.
    pub devices: Vec<DeviceState>,
}

/// Counts a snapshot.
pub fn fleet_state(snapshot: &Snapshot, classes: &[ProcessorClass]) -> FleetState {
    let mut state = FleetState {
        now: snapshot.moment().now,
        version: snapshot.version,
        ..FleetState::default()
    };
    for device in snapshot.devices() {
        let moment = snapshot.moment();
        let is_open = device.is_up
            && !device.is_draining
            && device.is_stake_sufficient
            && device.onboarded_at != 0
            && moment.now
                >= device
                    .onboarded_at
                    .saturating_add(moment.onboarding_seconds)
            && device.floor_price_usd_micros != 0
            && device.ask_usd_micros >= device.floor_price_usd_micros;
        let is_fragment = snapshot.wanted(device.class, device.qty) == Some(0);
        let name = match (device.is_hired, is_open, device.is_reserved) {
            (true, _, _) => "hired",
            (false, false, _) if device.is_draining => "draining",
            (false, false, _) => "out",
            (false, true, true) => "reserved",
            (false, true, false) if is_fragment => "fragmented",
            (false, true, false) => "free",
        };
        let class = state
            .classes
            .entry(device.class)
            .or_insert_with(|| ClassState {
                name: classes
                    .iter()
                    .find(|class| class.id == device.class)
                    .map(|class| {
                        String::from_utf8_lossy(&class.name)
                            .trim_end_matches('\0')
                            .to_owned()
                    })
                    .unwrap_or_default(),
                ..ClassState::default()
            });
        let qty = u64::from(device.qty);
        class.devices += 1;
        class.gpus += qty;
        match name {
            "hired" => class.hired_gpus += qty,
            "reserved" => class.reserved_gpus += qty,
            "free" => class.free_gpus += qty,
            "fragmented" => {
                class.free_gpus += qty;
                class.fragmented_gpus += qty;
            }
            _ => {}
        }
        state.devices.push(DeviceState {
            device: Pubkey::new_from_array(device.id).to_string(),
            class: device.class,
            qty: device.qty,
            state: name,
            ask_usd_micros: device.ask_usd_micros.to_string(),
            reliability_bps: device.reliability_bps,
            connectivity_tier: device.connectivity_tier,
        });
    }
    state
}
