//! Which devices a request excludes, and why.

use serde::{Deserialize, Serialize};

use crate::{Device, Request, Snapshot};

const SECONDS_PER_MINUTE: i64 = 60;

/// Why a device is out. A device counts under the first reason that holds, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Another processor class.
    Class,
    /// Not up.
    NotUp,
    /// A booking holds it.
    Hired,
    /// An open quote names it.
    Reserved,
    /// Its stake does not meet the requirement.
    Stake,
    /// Not onboarded for long enough.
    Onboarding,
    /// Not let out for that long.
    OpenUntil,
    /// No price asked, or one below the floor of the class.
    Ask,
    /// Dearer than the renter's highest price.
    Price,
    /// Connectivity or supplier tier below the renter's.
    Tier,
    /// Reliability below the renter's.
    Reliability,
    /// Another region, or none claimed.
    Region,
    /// More processors than asked for.
    Size,
}

/// Why `device` cannot serve `request`, if it cannot.
pub fn exclusion(snapshot: &Snapshot, request: &Request, device: &Device) -> Option<Exclusion> {
    // Times beyond the range of the clock are far past every limit: saturation decides the same.
    let moment = snapshot.moment;
    let ends_at = moment
        .now
        .saturating_add(moment.start_lead_seconds)
        .saturating_add(i64::from(request.minutes).saturating_mul(SECONDS_PER_MINUTE));
    let hireable_at = device
        .onboarded_at
        .saturating_add(moment.onboarding_seconds);
    let checks = [
        (device.class != request.class, Exclusion::Class),
        (!device.is_up, Exclusion::NotUp),
        (device.is_hired, Exclusion::Hired),
        (device.is_reserved, Exclusion::Reserved),
        (!device.is_stake_sufficient, Exclusion::Stake),
        (
            device.onboarded_at == 0 || moment.now < hireable_at,
            Exclusion::Onboarding,
        ),
        (
            device.open_until != 0 && ends_at > device.open_until,
            Exclusion::OpenUntil,
        ),
        (
            device.ask_usd_micros == 0
                || device.floor_price_usd_micros == 0
                || device.ask_usd_micros < device.floor_price_usd_micros,
            Exclusion::Ask,
        ),
        (
            request
                .max_price_usd_micros
                .is_some_and(|highest| device.ask_usd_micros > highest),
            Exclusion::Price,
        ),
        (
            device.connectivity_tier < request.min_connectivity_tier
                || device.supplier_tier < request.min_supplier_tier,
            Exclusion::Tier,
        ),
        (
            device.reliability_bps < request.min_reliability_bps,
            Exclusion::Reliability,
        ),
        (
            request.region.is_some() && request.region != device.region,
            Exclusion::Region,
        ),
        (
            device.qty == 0 || u16::from(device.qty) > request.gpus,
            Exclusion::Size,
        ),
    ];
    checks
        .into_iter()
        .find(|(excluded, _)| *excluded)
        .map(|(_, reason)| reason)
}
