//! What the chain shows of every device when an hour opens (economics §7.2, §4.3).

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use ion_economics::{
    device::{DeviceStatus, READY_CLUSTER_TEST},
    exemption,
    stake::PositionState,
    units::UnixSeconds,
};
use ion_observation::{
    HourFlags, HourObservation, HourSight, Key, MinuteMap, PositionObservation, ProofCode,
};
use ion_protocol::{Outcome, SupplierDeclaration, standing};
use registry::constants::NO_CEILING;

use crate::chain_view::HourChain;

const HOUR: i64 = 3_600;
/// Minutes of an hour.
const MINUTES: u32 = 60;
/// Positions that a file carries per device.
const MAX_POSITIONS: usize = 4;

/// A position at an instant.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenPosition {
    /// Sequence of its offer.
    pub seq: u64,
    /// The co-staker's wallet.
    pub wallet: Key,
    /// Share of the device's rewards, bps.
    pub share_bps: u16,
    /// Whether it is active.
    pub is_active: bool,
}

/// A device at the opening of an hour, which is the close of the one before.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Address of the device account.
    pub device: Key,
    /// Owner at registration.
    pub owner: Key,
    /// Reward pool of the class; 0 = none.
    pub pool: u8,
    /// Processors.
    pub qty: u8,
    /// Status.
    pub status: u8,
    /// Connectivity tier.
    pub tier: u8,
    /// Linked wallets, the owner's included.
    pub linked_wallets: u8,
    /// Further facts.
    pub flags: HourFlags,
    /// Exemption flags in force.
    pub exempt: u32,
    /// Reward multiplier, 1e-4.
    pub mult_fp: u32,
    /// Whether a booking holds the device.
    pub is_hired: bool,
    /// Positions in the slots of its stake.
    pub positions: Vec<OpenPosition>,
}

/// Reads every device off the chain as of `at`, the first second of an hour. A device whose class or
/// stake is missing or does not read is one that is not paid.
pub fn openings(
    chain: &HourChain,
    declarations: &[SupplierDeclaration],
    genesis_hash: &[u8; 32],
    at: i64,
) -> Vec<Opening> {
    let mut by_owner: BTreeMap<Key, Vec<&SupplierDeclaration>> = BTreeMap::new();
    for one in declarations {
        by_owner.entry(one.owner).or_default().push(one);
    }
    let mut standings: BTreeMap<Key, (u8, bool)> = BTreeMap::new();
    let mut all = Vec::with_capacity(chain.devices.len());
    for (address, device) in &chain.devices {
        let owner = device.owner.to_bytes();
        let (linked_wallets, has_agreement) = *standings.entry(owner).or_insert_with(|| {
            let given = by_owner.get(&owner).into_iter().flatten().copied();
            standing(genesis_hash, &owner, given)
        });
        let class = chain.classes.get(&device.class);
        let stake = chain.stakes.get(address);
        let is_staked = class.zip(stake).is_some_and(|(class, stake)| {
            staking::state::is_stake_sufficient(stake, device, class, &chain.staking_params, at)
                .unwrap_or_default()
        });
        let flags = HourFlags::NONE
            .with(HourFlags::STAKED, is_staked)
            .with(HourFlags::WALLET, device.payout_wallet.is_on_curve())
            .with(HourFlags::AGREEMENT, has_agreement)
            .with(
                HourFlags::CLUSTER_TEST,
                device.readiness_flags & READY_CLUSTER_TEST != 0,
            )
            // Processors without a GPU ceiling are systems on one chip.
            .with(
                HourFlags::IS_CPU,
                class.is_some_and(|class| class.max_gpu_pct == NO_CEILING),
            );
        all.push(Opening {
            device: *address,
            owner,
            pool: class.map_or(0, |class| class.pool),
            qty: device.qty,
            status: device.status,
            tier: device.connectivity_tier,
            linked_wallets,
            flags,
            exempt: exempt(chain, address, device.status, at),
            mult_fp: class.map_or(0, |class| class.reward_multiplier(at)),
            is_hired: device.is_hired(),
            positions: positions(stake, at),
        });
    }
    all
}

fn exempt(chain: &HourChain, device: &Key, status: u8, at: i64) -> u32 {
    let (Some(one), Ok(status)) = (
        chain.exemptions.get(device),
        DeviceStatus::from_code(status),
    ) else {
        return 0;
    };
    let rule = one.to_rule();
    exemption::NAMES
        .iter()
        .map(|(flag, _)| *flag)
        .filter(|flag| rule.is_in_force(status, *flag, UnixSeconds::new(at)))
        .fold(0, |all, flag| all | flag)
}

fn positions(stake: Option<&staking::state::DeviceStake>, at: i64) -> Vec<OpenPosition> {
    let slots = stake.iter().flat_map(|stake| &stake.positions);
    slots
        .filter(|slot| slot.state != PositionState::Empty.code())
        .map(|slot| OpenPosition {
            seq: slot.seq,
            wallet: slot.wallet.to_bytes(),
            share_bps: slot.share_bps,
            // One that landed after the opening, before it was read, earns from the next hour.
            is_active: slot.state == PositionState::Active.code() && slot.accepted_at <= at,
        })
        .collect()
}

/// What a verifier saw of all devices in one hour, by device.
pub struct Seen<'a> {
    /// First second of the hour.
    pub opens_at: i64,
    /// Minutes that were watched.
    pub observed: MinuteMap,
    /// Minutes with a sign of life.
    pub up: &'a BTreeMap<Key, MinuteMap>,
    /// Last conclusive outcome of the hour.
    pub outcomes: &'a BTreeMap<Key, Outcome>,
    /// Start of continuous uptime, as of the close.
    pub starts: &'a BTreeMap<Key, i64>,
    /// Last pass, as of the close.
    pub passes: &'a BTreeMap<Key, i64>,
}

/// Sight of a device in an hour. `earlier` is that of the hour before.
pub fn sight(
    seen: &Seen<'_>,
    device: &Key,
    is_hired: bool,
    earlier: Option<&HourSight>,
) -> HourSight {
    let close = seen.opens_at.saturating_add(HOUR);
    let up = seen.up.get(device).copied().unwrap_or_default();
    let up = up.intersection(seen.observed).count();
    // Own gaps are never the device's fault: with a sign of life in the hour they count as live.
    let gaps = MINUTES.saturating_sub(seen.observed.count());
    let live = if up > 0 { up.saturating_add(gaps) } else { 0 };
    let since = |at: &i64| close.saturating_sub(*at).max(0);
    HourSight {
        proof: match seen.outcomes.get(device) {
            Some(Outcome::Pass) => ProofCode::Passed,
            Some(Outcome::Fail) => ProofCode::Failed,
            Some(Outcome::Inconclusive) | None => ProofCode::Missing,
        },
        live_minutes: u8::try_from(live.min(MINUTES)).unwrap_or_default(),
        is_hired,
        passed_when_free: earlier.is_some_and(|earlier| {
            if earlier.is_hired {
                earlier.passed_when_free
            } else {
                earlier.proof == ProofCode::Passed
            }
        }),
        hours_since_pass: seen.passes.get(device).map_or(u16::MAX, |at| {
            u16::try_from(since(at) / HOUR).unwrap_or(u16::MAX)
        }),
        uptime_minutes: seen
            .starts
            .get(device)
            .map_or(0, |at| u32::try_from(since(at) / 60).unwrap_or(u32::MAX)),
    }
}

/// The view of one device in an hour, for the block reward. `closing` is its opening of the next
/// hour, where it was read.
pub fn observation(
    opening: &Opening,
    closing: Option<&Opening>,
    before: HourSight,
    within: HourSight,
) -> HourObservation {
    let mut positions: BTreeMap<Key, PositionObservation> = BTreeMap::new();
    let later = closing.map(|closing| closing.positions.as_slice());
    let all = opening.positions.iter().chain(later.unwrap_or_default());
    for one in all.filter(|one| one.wallet != opening.owner) {
        let is_earning = one.is_active
            && opening.positions.contains(one)
            && later.is_some_and(|later| later.contains(one));
        let entry = positions.entry(one.wallet).or_insert(PositionObservation {
            wallet: one.wallet,
            share_bps: one.share_bps,
            is_earning: false,
        });
        if is_earning {
            entry.share_bps = one.share_bps;
            entry.is_earning = true;
        }
    }
    // A device has at most four slots at an instant; over an hour a fifth wallet waits for the next,
    // and never the one that earns.
    let mut positions: Vec<PositionObservation> = positions.into_values().collect();
    positions.sort_by_key(|one| !one.is_earning);
    positions.truncate(MAX_POSITIONS);
    positions.sort_by_key(|one| one.wallet);
    HourObservation {
        device: opening.device,
        owner: opening.owner,
        pool: opening.pool,
        qty: opening.qty,
        status: opening.status,
        tier: opening.tier,
        linked_wallets: opening.linked_wallets,
        flags: opening.flags,
        exempt: opening.exempt,
        mult_fp: opening.mult_fp,
        before,
        within,
        positions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight_of(proof: ProofCode, is_hired: bool, passed_when_free: bool) -> HourSight {
        HourSight {
            proof,
            live_minutes: 60,
            is_hired,
            passed_when_free,
            hours_since_pass: 0,
            uptime_minutes: 0,
        }
    }

    fn opening(positions: Vec<OpenPosition>) -> Opening {
        Opening {
            device: [1; 32],
            owner: [2; 32],
            pool: 1,
            qty: 1,
            status: 1,
            tier: 1,
            linked_wallets: 3,
            flags: HourFlags::NONE,
            exempt: 0,
            mult_fp: 10_000,
            is_hired: false,
            positions,
        }
    }

    fn position(wallet: u8, seq: u64, is_active: bool) -> OpenPosition {
        OpenPosition {
            seq,
            wallet: [wallet; 32],
            share_bps: 2_500,
            is_active,
        }
    }

    #[test]
    fn position_earns_when_active_at_both_ends_of_the_hour() {
        let plain = sight_of(ProofCode::Passed, false, true);
        let earns = |before: &[OpenPosition], after: &[OpenPosition]| {
            let seen = observation(
                &opening(before.to_vec()),
                Some(&opening(after.to_vec())),
                plain,
                plain,
            );
            seen.positions
                .iter()
                .map(|one| (one.wallet[0], one.is_earning))
                .collect::<Vec<_>>()
        };
        let active = position(9, 1, true);
        let waiting = position(9, 1, false);
        assert_eq!(earns(&[active], &[active]), [(9, true)]);
        assert_eq!(earns(&[active], &[waiting]), [(9, false)]);
        // Landed within the hour: a row, nothing earned.
        assert_eq!(earns(&[], &[active]), [(9, false)]);
        assert_eq!(earns(&[active], &[]), [(9, false)]);
        // Left and came back with another offer.
        assert_eq!(earns(&[active], &[position(9, 2, true)]), [(9, false)]);
        assert_eq!(
            earns(&[active, position(8, 1, false)], &[active]),
            [(8, false), (9, true)]
        );
        // Five wallets in an hour: the one that earns is kept, whatever its key.
        let left = [1, 3, 4].map(|wallet| position(wallet, 1, false));
        let crowd = [&[active], left.as_slice()].concat();
        assert_eq!(
            earns(&crowd, &[active, position(5, 2, false)]),
            [(1, false), (3, false), (4, false), (9, true)]
        );
        let unread = observation(&opening(vec![active]), None, plain, plain);
        assert!(!unread.positions[0].is_earning);
    }

    #[test]
    fn own_gaps_are_not_held_against_a_device_that_was_seen() {
        let mut observed = MinuteMap::default();
        let mut up = MinuteMap::default();
        for minute in 0..55 {
            observed.insert(minute);
            if minute < 50 {
                up.insert(minute);
            }
        }
        let (up, outcomes) = (
            BTreeMap::from([([1; 32], up)]),
            BTreeMap::from([([1; 32], Outcome::Pass)]),
        );
        let starts = BTreeMap::from([([1; 32], 0)]);
        let passes = BTreeMap::from([([1; 32], 5_400)]);
        let seen = Seen {
            opens_at: 7_200,
            observed,
            up: &up,
            outcomes: &outcomes,
            starts: &starts,
            passes: &passes,
        };
        let one = sight(&seen, &[1; 32], false, None);
        assert_eq!((one.live_minutes, one.uptime_minutes), (55, 180));
        assert_eq!((one.proof, one.hours_since_pass), (ProofCode::Passed, 1));
        assert!(!one.passed_when_free);
        let silent = sight(&seen, &[2; 32], true, None);
        assert_eq!((silent.live_minutes, silent.uptime_minutes), (0, 0));
        assert_eq!(silent.hours_since_pass, u16::MAX);
    }

    #[test]
    fn proof_of_the_last_free_hour_is_carried_through_a_hire() {
        let (up, outcomes, none) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let seen = Seen {
            opens_at: 0,
            observed: MinuteMap::ALL,
            up: &up,
            outcomes: &outcomes,
            starts: &none,
            passes: &none,
        };
        let carried = |earlier| sight(&seen, &[1; 32], true, Some(&earlier)).passed_when_free;
        assert!(carried(sight_of(ProofCode::Passed, false, false)));
        assert!(!carried(sight_of(ProofCode::Missing, false, true)));
        assert!(carried(sight_of(ProofCode::Missing, true, true)));
        assert!(!carried(sight_of(ProofCode::Passed, true, false)));
    }
}
