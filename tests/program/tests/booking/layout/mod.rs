//! Bytes of accounts and instructions, fixed against accidental change.

mod arguments;

use anchor_lang::{AccountDeserialize, AccountSerialize, Discriminator, InstructionData};
use booking::{
    ApplyWorkLeafArgs, BookArgs, CreateQuoteArgs, EarnArgs, ID, PayArgs, instruction,
    state::{
        Booking, Line, Quote, QuoteLine, RecordLine, Segment, TneDay, TneRingDay, TneTotals,
        WorkRecord,
    },
};
use ion_client::addresses;
use solana_pubkey::Pubkey;

/// A key whose bytes all are `byte`.
fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

fn bytes<T: AccountSerialize>(account: &T) -> Vec<u8> {
    let mut data = Vec::new();
    account.try_serialize(&mut data).expect("fits");
    data
}

/// Little-endian bytes written one after the other.
#[derive(Default)]
struct Golden(Vec<u8>);

impl Golden {
    fn after(discriminator: &[u8]) -> Self {
        Self(discriminator.to_vec())
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16(self, value: u16) -> Self {
        self.raw(&value.to_le_bytes())
    }

    fn u32s(self, values: &[u32]) -> Self {
        values
            .iter()
            .fold(self, |all, value| all.raw(&value.to_le_bytes()))
    }

    fn u64s(self, values: &[u64]) -> Self {
        values
            .iter()
            .fold(self, |all, value| all.raw(&value.to_le_bytes()))
    }
}

fn line() -> Line {
    Line {
        device: key(20),
        class: 21,
        qty: 22,
        status: 1,
        rate_usd_micros: 23,
        reservation: 24,
        start_offset_s: 25,
        recorded_minutes: 26,
        fault_offset_s: 27,
        kept_minutes: 28,
        served_minutes: 29,
        final_minutes: 41,
        billed: 30,
        earned: 31,
        fee_taken: 32,
        pay_due: 33,
        refunded: 34,
        moved: 35,
        vault_part: 36,
        cut: 37,
        segments: vec![Segment {
            minutes: 38,
            amount: 39,
            hire_q_usd_micros: 40,
        }],
    }
}

#[test]
fn booking_has_its_golden_bytes() {
    let booking = Booking {
        version: 1,
        bump: 254,
        id: [2; 16],
        group: [3; 16],
        renter: key(4),
        payer: key(5),
        escrow: key(6),
        currency: 1,
        stamp: 0,
        source: 1,
        flags: 3,
        status: 4,
        lock_failed: true,
        supplier_fee_bps: 225,
        nonrefundable_minutes: 60,
        minutes: 61,
        booked_at: 62,
        deadline: 63,
        started_at: 64,
        ends_at: 65,
        total: 66,
        paid: 67,
        payment_fee: 68,
        fees_kept: 69,
        fees_deposited: 70,
        refund_due: 71,
        refunds_pulled: 72,
        next_record: 73,
        open_records: 74,
        op_seq: 75,
        last_fault_seq: 76,
        lost_challenges: 77,
        failovers: 78,
        last_report_at: 79,
        event_seq: 80,
        fees_due: 81,
        finished_records: 82,
        finished_later: 83,
        fault_credit_minutes: 84,
        failover_grace_s: 85,
        head_line: 86,
        is_fault_ended: true,
        failover_rent: 87,
        _reserved: [0; 2],
        lines: vec![line()],
    };
    let golden = Golden::after(Booking::DISCRIMINATOR)
        .raw(&[1, 254])
        .raw(&[2; 16])
        .raw(&[3; 16])
        .raw(&[4; 32])
        .raw(&[5; 32])
        .raw(&[6; 32])
        .raw(&[1, 0, 1, 3, 4, 1])
        .u16(225)
        .u16(60)
        .u32s(&[61])
        .u64s(&[62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72])
        .u32s(&[73, 74, 75])
        .u64s(&[76])
        .raw(&[77, 78])
        .u64s(&[79, 80])
        .u64s(&[81])
        .u32s(&[82, 83])
        .u16(84)
        .u16(85)
        .raw(&[86, 1])
        .u64s(&[87])
        .raw(&[0; 2])
        .u32s(&[1])
        .raw(&[20; 32])
        .u16(21)
        .raw(&[22, 1])
        .u64s(&[23, 24])
        .u32s(&[25, 26, 27, 28, 29, 41])
        .u64s(&[30, 31, 32, 33, 34, 35, 36, 37])
        .u32s(&[1, 38])
        .u64s(&[39, 40]);
    let data = bytes(&booking);
    assert_eq!(data, golden.0);
    assert_eq!(data.len(), Booking::space(1));
    assert_eq!(
        Booking::try_deserialize(&mut data.as_slice()).unwrap(),
        booking
    );
    let mut other = data.clone();
    other[0] ^= 1;
    Booking::try_deserialize(&mut other.as_slice()).unwrap_err();
    Booking::try_deserialize(&mut &data[..7]).unwrap_err();
    Booking::try_deserialize(&mut &data[..data.len() - 1]).unwrap_err();
}

#[test]
fn quote_has_its_golden_bytes() {
    let quote = Quote {
        version: 1,
        bump: 253,
        id: [2; 16],
        group: [3; 16],
        scheduler: key(4),
        renter: key(5),
        payer: key(6),
        booking: key(7),
        kind: 1,
        currency: 0,
        stamp: 0,
        source: 1,
        flags: 2,
        is_used: true,
        supplier_fee_bps: 8,
        minutes: 9,
        price_p12: 10,
        total: 11,
        expires_at: 12,
        event_seq: 13,
        _reserved: [0; 32],
        lines: vec![QuoteLine {
            device: key(14),
            class: 15,
            qty: 16,
            rate_usd_micros: 17,
            hire_q_usd_micros: 18,
            compute: 19,
            reservation: 20,
            payment: 21,
        }],
    };
    let golden = Golden::after(Quote::DISCRIMINATOR)
        .raw(&[1, 253])
        .raw(&[2; 16])
        .raw(&[3; 16])
        .raw(&[4; 32])
        .raw(&[5; 32])
        .raw(&[6; 32])
        .raw(&[7; 32])
        .raw(&[1, 0, 0, 1, 2, 1])
        .u16(8)
        .u32s(&[9])
        .u64s(&[10, 11, 12, 13])
        .raw(&[0; 32])
        .u32s(&[1])
        .raw(&[14; 32])
        .u16(15)
        .raw(&[16])
        .u64s(&[17, 18, 19, 20, 21]);
    assert_eq!(bytes(&quote), golden.0);
    assert_eq!(golden.0.len(), Quote::space(1));
}

#[test]
fn work_record_has_its_golden_bytes() {
    let record = WorkRecord {
        version: 1,
        bump: 252,
        booking: key(2),
        payer: key(3),
        seq: 4,
        status: 2,
        is_final: true,
        is_priced: false,
        currency: 1,
        earned_lines: 5,
        report_hour: 6,
        accepted_at: 7,
        challenge_until: 8,
        billed: 9,
        earned: 10,
        io_amount: 11,
        settled_io: 12,
        price_p12: 13,
        event_seq: 14,
        ruling_until: 21,
        _reserved: [0; 24],
        lines: vec![RecordLine {
            from_minutes: 15,
            minutes: 16,
            ruled_minutes: 17,
            billed: 18,
            cut: 19,
            hire_usd_micros: 20,
        }],
    };
    let golden = Golden::after(WorkRecord::DISCRIMINATOR)
        .raw(&[1, 252])
        .raw(&[2; 32])
        .raw(&[3; 32])
        .u32s(&[4])
        .raw(&[2, 1, 0, 1, 5])
        .u64s(&[6, 7, 8, 9, 10, 11, 12, 13, 14, 21])
        .raw(&[0; 24])
        .u32s(&[1, 15, 16, 17])
        .u64s(&[18, 19, 20]);
    assert_eq!(bytes(&record), golden.0);
    assert_eq!(golden.0.len(), WorkRecord::space(1));
}

#[test]
fn totals_have_their_golden_bytes() {
    let day = |first: u64| TneRingDay {
        day: first,
        estimated_io: first + 1,
        settled_io: first + 2,
        adjusted_estimated_io: i64::try_from(first).unwrap() + 3,
        adjusted_settled_io: i64::try_from(first).unwrap() + 4,
        cpu_minutes: first + 5,
        gpu_minutes: first + 6,
        bookings: first + 7,
        paid_usdc: first + 8,
        paid_io: first + 9,
        refunded_usdc: first + 10,
        refunded_io: first + 11,
        earn_count: first + 12,
        is_folded: 1,
        has_later_days: 2,
    };
    let mut totals: TneTotals = bytemuck::Zeroable::zeroed();
    (totals.version, totals.bump, totals.shard) = (1, 251, 15);
    (totals.estimated_io, totals.settled_io) = (2, 3);
    (totals.adjusted_estimated_io, totals.adjusted_settled_io) = (4, -5);
    totals.days[31] = day(100);
    let golden = Golden::default()
        .raw(&[1, 251, 15, 0, 0, 0, 0, 0])
        .u64s(&[2, 3, 4, (-5i64).cast_unsigned()])
        .raw(&[0; 31 * 112])
        .u64s(&(100..113).collect::<Vec<u64>>())
        .u32s(&[1, 2])
        .raw(&[0; 64]);
    assert_eq!(bytemuck::bytes_of(&totals), golden.0);
    assert_eq!(TneTotals::SPACE, 8 + golden.0.len());

    let folded = TneDay {
        version: 1,
        bump: 250,
        day: 2,
        shards: 3,
        estimated_io: 4,
        settled_io: 5,
        adjusted_estimated_io: 6,
        adjusted_settled_io: 7,
        cpu_minutes: 8,
        gpu_minutes: 9,
        bookings: 10,
        paid_usdc: 11,
        paid_io: 12,
        refunded_usdc: 13,
        refunded_io: 14,
        earn_count: 15,
        event_seq: 16,
        shards_with_later_days: 17,
        _reserved: [0; 30],
    };
    let golden = Golden::after(TneDay::DISCRIMINATOR)
        .raw(&[1, 250])
        .u64s(&[2])
        .u16(3)
        .u64s(&(4..17).collect::<Vec<u64>>())
        .u16(17)
        .raw(&[0; 30]);
    assert_eq!(bytes(&folded), golden.0);
}
