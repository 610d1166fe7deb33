//! Limits of a slash: the day, the rolling month, the share and the parties reached.

use super::*;

#[test]
fn day_short_of_the_case_clamps_every_part_down() {
    let facts = plain(io(600), &[io(400)]);
    let division = divide(&facts, table(io(100)), unit(33)).unwrap();
    assert!(division.is_clamped);
    assert_eq!(stakes(&division), [19, 13, 0, 0, 0]);
    assert_eq!(division.taken, unit(32));
    let nothing = divide(&facts, table(io(100)), Io::ZERO).unwrap();
    assert!(nothing.is_clamped);
    assert_eq!(nothing.taken, Io::ZERO);
}

#[test]
fn daily_limit_is_the_larger_of_share_and_floor() {
    assert_eq!(daily_limit(io(1_000), 1_000, io(50)), Ok(io(100)));
    assert_eq!(daily_limit(io(1_000), 1_000, io(500)), Ok(io(500)));
    assert_eq!(daily_limit(unit(9), 1_000, Io::ZERO), Ok(Io::ZERO));
}

fn position(amount: Io, accepted_at: i64, state: PositionState, starts_at: i64) -> Position {
    Position {
        seq: 1,
        amount,
        share_bps: 4_000,
        accepted_at: at(accepted_at),
        state,
        cooldown_starts_at: at(starts_at),
        cooldown_ends_at: at(starts_at),
    }
}

#[test]
fn snapshot_reaches_who_was_there_and_has_not_left_before() {
    use PositionState as S;
    let mut ledger = Ledger {
        owner: OwnerTranche {
            active: Io::ZERO,
            cooling: io(10),
            cooldown_starts_at: at(T0),
            cooldown_ends_at: at(T0 + 14 * DAY),
            restored: io(1),
        },
        ..Ledger::EMPTY
    };
    ledger.positions = [
        position(io(2), T0, S::Active, 0),
        position(io(3), T0 + 1, S::Active, 0),
        position(io(4), T0 - 5, S::Wait, T0 + 7 * DAY),
        position(io(5), T0 - 5, S::Cooldown, T0 - 1),
    ];
    let of = |ledger: &Ledger, offence: i64| {
        snapshot(ledger, at(offence), at(T0 + DAY))
            .unwrap()
            .map(|reach| reach.available)
    };
    assert_eq!(of(&ledger, T0), [io(10), io(2), Io::ZERO, io(4), Io::ZERO]);
    assert_eq!(
        of(&ledger, T0 + 1),
        [Io::ZERO, io(2), io(3), io(4), Io::ZERO]
    );
    assert_eq!(of(&ledger, T0 - 1)[4], io(5));
    // overflow taken since weighs and is not available
    ledger.buckets = DayBuckets::EMPTY.withdrawn(io(7), at(T0)).unwrap();
    let [owner, ..] = snapshot(&ledger, at(T0), at(T0 + DAY)).unwrap();
    assert_eq!((owner.weight, owner.available), (io(17), io(10)));
}

#[test]
fn rolling_charges_count_31_days_and_can_be_taken_back() {
    let day = |n: i64| at(n * DAY + 5);
    let ring = RollingCharges::EMPTY.charged(400, day(100)).unwrap();
    let ring = ring.charged(600, day(110)).unwrap();
    assert_eq!(ring.used(day(110)), Ok(1_000));
    assert_eq!(ring.used(day(130)), Ok(1_000));
    assert_eq!(ring.used(day(131)), Ok(600));
    assert_eq!(ring.used(day(141)), Ok(0));
    let back = ring.reverted(150, 110).unwrap();
    assert_eq!(back.used(day(110)), Ok(850));
    assert_eq!(back.reverted(451, 110), Err(MathError::Overflow.into()));
    // a day that has left the ring takes nothing back
    let later = ring.charged(1, day(150)).unwrap();
    assert_eq!(later.reverted(400, 100), Ok(later));
    assert_eq!(later.used(day(150)), Ok(1));
}

#[test]
fn charge_in_bps_rounds_up() {
    assert_eq!(rolling_bps(io(640), io(16_000)), Ok(400));
    assert_eq!(rolling_bps(unit(1), io(16_000)), Ok(1));
    assert_eq!(rolling_bps(Io::ZERO, io(16_000)), Ok(0));
    assert_eq!(
        rolling_bps(unit(1), Io::ZERO),
        Err(MathError::DivisionByZero.into())
    );
}
