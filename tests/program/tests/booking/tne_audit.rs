//! The totals rebuilt from transactions alone, beside the accounts.

use booking::state::{TneDay, TneTotals};
use ion_client::{
    addresses,
    audit::{self, AuditError, DayRange, Figure},
    instructions::{booking as ix, registry as reg},
};
use ion_economics::{booking::Currency, units::DAY};
use registry::state::{ActionKind, Config, TneCounter};
use solana_signer::Signer;

use crate::stage::{Stage, edit};

const ALL: DayRange = DayRange {
    from: 0,
    to: u64::MAX,
};

fn figures(stage: &Stage) -> Vec<Figure> {
    audit::audit_tne(&stage.world.chain, ALL).expect("the events fit together")
}

#[track_caller]
fn proven(stage: &Stage) -> Vec<Figure> {
    let figures = figures(stage);
    for figure in &figures {
        assert!(figure.is_equal(), "{figure:?}");
    }
    figures
}

#[track_caller]
fn value(figures: &[Figure], name: &str, unit: &str) -> u64 {
    figures
        .iter()
        .find(|figure| figure.name == name && figure.unit == unit)
        .unwrap_or_else(|| panic!("no figure {name}"))
        .recomputed
}

/// A booking in each currency: extended, disputed, priced later, refunded; days folded in time and too
/// late; a correction.
fn busy() -> Stage {
    let mut stage = Stage::running();
    let by = stage.world.authority.pubkey();
    let first = stage.today();
    stage.extend(7, 1_440);
    stage.world.warp(3 * DAY);
    stage.crank(stage.end_ix()).unwrap();
    stage.record(0, false, &[1_400]).unwrap();
    // unpriced
    stage
        .crank(stage.apply_ix(stage.leaf(1, false, &[2_800])))
        .unwrap();
    stage.record(2, true, &[4_000]).unwrap();
    stage.challenge(0);
    stage.rule(0, &[700]);
    stage.crank(stage.refund_ix()).unwrap();
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    for seq in 0..3 {
        stage.crank(stage.earn_ix(seq, 0)).unwrap();
    }
    let price = stage.world.post_price(stage.world.price_now());
    stage
        .crank(ix::price_record(&by, &stage.key(), 1, &price))
        .unwrap();
    let shards: Vec<u8> = (0..16).collect();
    stage.crank(ix::open_tne_day(&by, first)).unwrap();
    stage
        .crank(ix::fold_tne_day(&by, first, &shards[..9]))
        .unwrap();
    stage
        .crank(ix::fold_tne_day(&by, first, &shards[9..]))
        .unwrap();

    stage
        .world
        .give(&stage.payer.pubkey(), 1_000_000_000_000, 0);
    stage.currency = Currency::Io;
    stage.id = stage.fresh_id(30);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    stage.world.warp(3_600);
    stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    stage.record(0, true, &[55]).unwrap();
    stage.crank(stage.refund_ix()).unwrap();

    let config: Config = stage.world.get(&addresses::registry::config());
    let governance = stage.world.governance.pubkey();
    let payload = ActionKind::AdjustTne {
        counter: TneCounter::Settled,
        amount_io: -9,
        reason_hash: [3; 32],
    };
    let queue = reg::queue_action(&governance, &governance, config.next_action_id, payload);
    stage.send(&stage.world.governance, queue).unwrap();
    // nobody folds for more than a ring
    stage.world.warp(33 * DAY);
    stage.open_epoch();
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    stage
}

#[test]
fn totals_of_a_busy_network_are_rebuilt_to_the_unit() {
    let stage = busy();
    let figures = proven(&stage);
    let io = |usd: u64| usd * 100_000_000 / 150_000;
    let estimated = value(&figures, "tne_estimated, all days", "IO");
    assert!(estimated > io(116_200_000), "{estimated}");
    let settled = value(&figures, "tne_settled, all days", "IO");
    assert!(settled > 0 && settled < estimated);
    let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
    assert!(
        names.iter().any(|name| name.contains("folded")),
        "{names:?}"
    );
    assert!(names.iter().any(|name| name.contains("ring: refunded")));
}

#[test]
fn correction_is_rebuilt_with_its_sign() {
    let stage = Stage::new();
    let by = stage.world.authority.pubkey();
    let config: Config = stage.world.get(&addresses::registry::config());
    let governance = stage.world.governance.pubkey();
    let payload = ActionKind::AdjustTne {
        counter: TneCounter::Settled,
        amount_io: -9,
        reason_hash: [3; 32],
    };
    let id = config.next_action_id;
    let queue = reg::queue_action(&governance, &governance, id, payload);
    stage.send(&stage.world.governance, queue).unwrap();
    stage.world.warp(2 * DAY);
    stage.crank(ix::adjust(&by, id)).unwrap();
    let figures = proven(&stage);
    assert_eq!(
        value(&figures, "corrections down, settled, all days", "IO"),
        9
    );
    assert_eq!(
        value(&figures, "corrections up, settled, all days", "IO"),
        0
    );
}

#[test]
fn days_outside_the_range_are_left_out() {
    let stage = busy();
    let first = stage.today() - 38;
    let range = DayRange {
        from: first,
        to: first,
    };
    let figures = audit::audit_tne(&stage.world.chain, range).unwrap();
    assert!(figures.iter().all(Figure::is_equal));
    let of_days: Vec<&Figure> = figures
        .iter()
        .filter(|figure| figure.name.starts_with("day "))
        .collect();
    let label = format!("day {first}");
    assert!(of_days.iter().all(|figure| figure.name.starts_with(&label)));
}

#[test]
fn account_that_differs_by_one_unit_is_found() {
    let stage = busy();
    let key = addresses::booking::tne_totals(booking::state::Booking::shard(&stage.key()));
    let mut account = stage.world.raw(&key);
    let mut totals: TneTotals = bytemuck::pod_read_unaligned(&account.data[8..TneTotals::SPACE]);
    totals.settled_io += 1;
    account.data[8..TneTotals::SPACE].copy_from_slice(bytemuck::bytes_of(&totals));
    stage.world.put(&key, account);
    let differing: Vec<String> = figures(&stage)
        .into_iter()
        .filter(|figure| !figure.is_equal())
        .map(|figure| figure.name)
        .collect();
    assert_eq!(
        differing,
        [
            "tne_settled, all days",
            "shards whose totals or ring differ"
        ]
    );
}

#[test]
fn folded_day_that_differs_or_is_missing_is_found() {
    let stage = busy();
    let range = proven(&stage)
        .iter()
        .find_map(|figure| {
            let day = figure.name.strip_prefix("day ")?.split_once(", folded")?.0;
            day.parse::<u64>().ok()
        })
        .expect("a folded day");
    let key = addresses::booking::tne_day(range);
    edit::<TneDay>(&stage.world, &key, |day| day.paid_usdc -= 1);
    let differing = figures(&stage)
        .into_iter()
        .filter(|figure| !figure.is_equal())
        .count();
    assert_eq!(differing, 1);
    stage.world.put(&key, solana_account::Account::default());
    assert!(matches!(
        audit::audit_tne(&stage.world.chain, ALL),
        Err(AuditError::Account(_))
    ));
}
