//! Which devices a request excludes, and why.

use serde::{Deserialize, Serialize};

use crate::{Device, Moment, Request, Shape};

const SECONDS_PER_MINUTE: i64 = 60;

/// Why a device is out. A device counts under the first reason that holds, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Another processor class.
    Class,
    /// Not up.
    NotUp,
    /// Its owner drains it: what runs may end, nothing new begins.
    Draining,
    /// A booking holds it.
    Hired,
    /// An open quote names it.
    Reserved,
    /// Its stake does not meet the requirement.
    Stake,
    /// Not onboarded for long enough.
    Onboarding,
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
    /// No confidential computing.
    Confidential,
    /// Too little room for the part asked for.
    Room,
    /// Not let out for that long.
    OpenUntil,
    /// More processors than asked for.
    Size,
}

impl Exclusion {
    /// Number of reasons.
    pub(crate) const COUNT: usize = 16;
    /// All reasons in order.
    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Class,
        Self::NotUp,
        Self::Draining,
        Self::Hired,
        Self::Reserved,
        Self::Stake,
        Self::Onboarding,
        Self::Ask,
        Self::Price,
        Self::Tier,
        Self::Reliability,
        Self::Region,
        Self::Confidential,
        Self::Room,
        Self::OpenUntil,
        Self::Size,
    ];
}

/// Why `device` cannot serve `request`, if it cannot.
pub fn exclusion(moment: &Moment, request: &Request, device: &Device) -> Option<Exclusion> {
    lasting_exclusion(moment, request, device)
        .or_else(|| is_closed_before_end(moment, request, device).then_some(Exclusion::OpenUntil))
        .or_else(|| is_too_large(request, device).then_some(Exclusion::Size))
}

/// The reasons that hold for every request of a kind, until the device changes.
pub(crate) fn lasting_exclusion(
    moment: &Moment,
    request: &Request,
    device: &Device,
) -> Option<Exclusion> {
    let (is_class, is_room) = match &request.shape {
        Shape::Devices { class, .. } => (device.class == *class, device.qty > 0),
        Shape::Parts { part, .. } => (part.takes(device.class), device.room.fits(part)),
    };
    let checks = [
        (!is_class, Exclusion::Class),
        (!device.is_up, Exclusion::NotUp),
        (device.is_draining, Exclusion::Draining),
        (device.is_hired, Exclusion::Hired),
        (device.is_reserved, Exclusion::Reserved),
        (!device.is_stake_sufficient, Exclusion::Stake),
        (
            device.onboarded_at == 0 || moment.now < device.hireable_at(moment),
            Exclusion::Onboarding,
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
            request.confidential && !device.is_confidential,
            Exclusion::Confidential,
        ),
        (!is_room, Exclusion::Room),
    ];
    checks
        .into_iter()
        .find(|(excluded, _)| *excluded)
        .map(|(_, reason)| reason)
}

/// Whether the device is not let out to the end of the request's time.
pub(crate) fn is_closed_before_end(moment: &Moment, request: &Request, device: &Device) -> bool {
    // Times beyond the range of the clock are far past every limit: saturation decides the same.
    let ends_at = moment
        .now
        .saturating_add(moment.start_lead_seconds)
        .saturating_add(i64::from(request.minutes).saturating_mul(SECONDS_PER_MINUTE));
    device.open_until != 0 && ends_at > device.open_until
}

fn is_too_large(request: &Request, device: &Device) -> bool {
    matches!(request.shape, Shape::Devices { gpus, .. } if u16::from(device.qty) > gpus)
}
