//! Vectors of economics §16.1, the exit matrix, and random histories of one device's book.

extern crate std;

mod deposit;
mod histories;
mod leaving;
mod machine;
mod offers;

use super::{
    offer::{self, Invalidity, OfferTerms, Parties, SeenTerms},
    *,
};
use crate::units::{DAY, IO_ONE};
use proptest::prelude::*;
use std::{vec, vec::Vec};

const T0: i64 = 1_800_000_000;
const OWNER: [u8; 32] = [1; 32];
const CO: [u8; 32] = [9; 32];

fn io(whole: u64) -> Io {
    Io::from_base_units(whole * IO_ONE)
}

fn units(base_units: u64) -> Io {
    Io::from_base_units(base_units)
}

fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds)
}

fn params() -> StakeParams {
    StakeParams {
        min_topup: io(1),
        min_offer: io(1),
        cooldown: 14 * DAY,
        wait_period: 7 * DAY,
        cure_period: 7 * DAY,
        withdrawn_cooldown: 7 * DAY,
        min_share_bps: 500,
        max_share_bps: 10_000,
        offer_ttl: 30 * DAY,
        max_positions: 2,
    }
}

fn view_of(required: Io, now: i64) -> View {
    View {
        now: at(now),
        requirement: RequirementLine::constant(required),
        co_cap: co_cap(required, Bps::new(5_000).unwrap()).unwrap(),
        device: DeviceFacts {
            is_up: true,
            is_blocked: false,
            is_terminated: false,
            is_hired: false,
            is_class_withdrawn: false,
        },
        params: params(),
    }
}

fn view(now: i64) -> View {
    view_of(io(1_600), now)
}

fn parties<'a>() -> Parties<'a> {
    Parties {
        co_staker: &CO,
        owner: &OWNER,
        stake_wallet: &[2; 32],
        payout_wallet: &[3; 32],
    }
}

fn seen(terms: &OfferTerms) -> SeenTerms {
    SeenTerms {
        seq: terms.seq,
        amount: terms.amount,
        share_bps: terms.share.get(),
    }
}

fn with_co(ledger: &Ledger, seq: u64, amount: Io, view: &View) -> Ledger {
    let terms = offer::create(ledger, false, seq, amount, 4_000, view).unwrap();
    offer::accept(ledger, &terms, &seen(&terms), &parties(), 0, view).unwrap()
}

/// 1,600 IO of the owner and 800 IO of a co-staker.
fn co_staked(now: i64) -> Ledger {
    let ledger = Ledger::EMPTY.stake(io(1_600), &view(now)).unwrap();
    with_co(&ledger, 1, io(800), &view(now))
}

fn slot(amount: Io, state: PositionState) -> Position {
    Position {
        seq: 1,
        amount,
        share_bps: 500,
        accepted_at: at(T0),
        state,
        cooldown_starts_at: at(T0 + 7 * DAY),
        cooldown_ends_at: at(T0 + 21 * DAY),
    }
}
