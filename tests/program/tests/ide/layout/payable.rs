//! Bytes of the engine, rates, auctions and claim records.

use super::*;

#[test]
fn engine_has_its_golden_bytes() {
    let engine = Engine {
        next_day: 1,
        reported_day: 2,
        sealed_at: 3,
        cumulative_io: 4,
        cumulative_usdc: 5,
        arrears_usd_micros: 6,
        burn_due_usd_micros: 7,
        carried_revenue_io: 8,
        ema_fp: 9,
        ide_epochs: 10,
        auction_seq: 11,
        next_auction_at: 12,
        event_seq: 13,
        obligations: [14; 30],
        emissions: [15; 30],
        status: 16,
        has_ema: 17,
        below: 18,
        above: 19,
        open_lot: 20,
        version: 21,
        bump: 22,
        _padding: 0,
        reported_at: 23,
        _reserved: [0; 112],
    };
    let mut expected = u64s(1..=13);
    expected.extend(u64s([14; 30]));
    expected.extend(u64s([15; 30]));
    expected.extend(16..=22_u8);
    expected.push(0);
    expected.extend(u64s([23]));
    expected.extend([0; 112]);
    assert_eq!(bytemuck::bytes_of(&engine), expected);
    assert_eq!(Engine::SPACE, 8 + expected.len());
}

#[test]
fn rates_have_their_golden_bytes() {
    let set = DayRates {
        from_day: 1,
        avail_rate_usd_micros: 2,
        hire_rate_usd_micros: 3,
        list_price_usd_micros: 4,
        max_processors: 5,
        _padding: 0,
    };
    let rates = ClassRates {
        sets: [set; 8],
        event_seq: 6,
        class: 7,
        version: 8,
        bump: 9,
        _reserved: [0; 60],
    };
    let mut expected = Vec::new();
    for _ in 0..8 {
        expected.extend(u64s([1, 2, 3, 4, 5]));
    }
    expected.extend(u64s([6]));
    expected.extend([7, 0, 8, 9]);
    expected.extend([0; 60]);
    assert_eq!(bytemuck::bytes_of(&rates), expected);
    assert_eq!(ClassRates::SPACE, 8 + expected.len());
}

#[test]
fn auction_and_claim_record_have_their_golden_bytes() {
    let auction = Auction {
        version: 1,
        bump: 2,
        seq: 3,
        kind: LotKind::Reserve,
        state: AuctionState::Ended,
        payer: key(4),
        lot_usdc: 5,
        remaining_usdc: 6,
        bought_io: 7,
        opened_at: 8,
        ends_at: 9,
        start_bps: 10,
        end_bps: 11,
        last_publish_time: 12,
        fills: 13,
        event_seq: 14,
        _reserved: [0; 32],
    };
    let mut expected = vec![1, 2];
    expected.extend(u64s([3]));
    expected.extend([1, 2]);
    expected.extend([4; 32]);
    expected.extend(u64s(5..=9));
    expected.extend([10, 0, 11, 0]);
    expected.extend(u64s([12]));
    expected.extend([13, 0, 0, 0]);
    expected.extend(u64s([14]));
    expected.extend([0; 32]);
    assert_eq!(&account(&auction)[8..], expected);
    assert_eq!(Auction::SPACE, 8 + expected.len());

    let record = ClaimRecord {
        version: 1,
        bump: 2,
        device: key(3),
        party: key(4),
        ledger: ion_claims::Ledger::default(),
        event_seq: 5,
        _reserved: [0; 32],
    };
    let data = account(&record);
    assert_eq!(data.len(), ClaimRecord::SPACE);
    assert_eq!(&data[8..10], [1, 2]);
    assert_eq!(&data[10..42], [3; 32]);
    assert_eq!(&data[42..74], [4; 32]);
    assert_eq!(RootRing::SPACE, 8 + 3_360 + 72);
}
