//! Bytes of every account, instruction and event of the engine, fixed against accidental change.

mod payable;

use anchor_lang::{AccountSerialize, AnchorSerialize, Discriminator, InstructionData};
use ide::{
    DepositRevenueArgs, OpenEpochArgs,
    events::{EpochOpened, RevenueDeposited, U64Change, VaultsInitialized},
    state::{
        Auction, AuctionState, ClaimRecord, ClassRates, DayRates, Engine, Epoch, EpochState,
        LotKind, Payment, RootRing, SealRules, Vaults,
    },
};
use ion_client::addresses;
use solana_pubkey::Pubkey;

/// First eight bytes of `sha256("account:Vaults")`, and so on by kind and name.
const VAULTS_TAG: [u8; 8] = [96, 169, 163, 182, 128, 193, 219, 75];
const EPOCH_TAG: [u8; 8] = [93, 83, 120, 89, 151, 138, 152, 108];
const OPEN_TAG: [u8; 8] = [75, 57, 218, 33, 173, 254, 207, 136];
const DEPOSIT_TAG: [u8; 8] = [224, 212, 82, 100, 60, 240, 220, 29];
const EVENT_TAGS: [[u8; 8]; 3] = [
    [249, 38, 181, 202, 246, 173, 175, 90],
    [136, 166, 130, 170, 78, 145, 67, 78],
    [97, 189, 62, 159, 189, 208, 43, 181],
];
/// Derived by another implementation from the seeds and the program id.
const ADDRESSES: [&str; 7] = [
    "EkvYWUmugJqoqSvivLaxc1w7bFuNJPQmVf94Hv3YTpYs",
    "FWyXewuKTu4wYVxxPgKft2dtQGTjZ83DWdUH345RttfK",
    "EDxSwVzg5HcGqoNQZRk68wjSNmqwbFvuH9LmAcr3yDBN",
    "B7vrEdywSQbZTN7q2BbRjEpYPLxvFXAJsEhVxSTP1di7",
    "3QPxVETK9aSc33EGggTxVroXgMWjUmS2ytWGxiCYcqVg",
    "GUmMY698EFYJQjvSd1baPkctZYu921mpCPJzyAtts8k1",
    "3dTb8yf9ebNeLMYuJvCxYGSTx9KTMV8sQr9hG3hHzeCM",
];

/// A key whose bytes all are `byte`.
fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

fn u64s(values: impl IntoIterator<Item = u64>) -> Vec<u8> {
    values.into_iter().flat_map(u64::to_le_bytes).collect()
}

fn account(value: &impl AccountSerialize) -> Vec<u8> {
    let mut data = Vec::new();
    value.try_serialize(&mut data).expect("fits");
    data
}

fn event<T: AnchorSerialize>(value: &T) -> Vec<u8> {
    let mut data = Vec::new();
    value.serialize(&mut data).expect("fits");
    data
}

#[test]
fn vaults_have_their_golden_bytes() {
    let vaults = Vaults {
        version: 1,
        bump: 2,
        reward_vault: key(3),
        fee_usdc: key(4),
        fee_io: key(5),
        pay_io: key(6),
        pay_usdc: key(7),
        first_day: 8,
        y1_io: 9,
        yu_usdc: 10,
        yi_io: 11,
        payable_io: 12,
        payable_usdc: 13,
        buyback_usdc: 14,
        event_seq: 15,
        waiting_io: 16,
        lot_usdc: 17,
        spent_usdc: 18,
        bought_io: 19,
        burned_io: 20,
        retired_io: 21,
        _reserved: [0; 80],
    };
    let mut expected = VAULTS_TAG.to_vec();
    expected.extend([1, 2]);
    for byte in 3..=7 {
        expected.extend([byte; 32]);
    }
    expected.extend(u64s(8..=21));
    expected.extend([0; 80]);
    assert_eq!(account(&vaults), expected);
    assert_eq!(
        (Vaults::SPACE, Vaults::DISCRIMINATOR),
        (362, &VAULTS_TAG[..])
    );
}

#[test]
fn epoch_has_its_golden_bytes() {
    let payment = |first: u64| Payment {
        paid_usd_micros: first,
        reward_io: first + 1,
        usdc: first + 2,
        fee_io: first + 3,
    };
    let epoch = Epoch {
        day: 1,
        opened_at: 2,
        ended_at: 3,
        reported_at: 4,
        sealed_at: 5,
        max_obligation_usd_micros: 6,
        emission_io: 7,
        revenue_usdc: 8,
        revenue_io: 9,
        hire_due_usd_micros: 10,
        avail_usd_micros: 11,
        floors: 12,
        row_sum_usd_micros: 13,
        obligation_usd_micros: 14,
        price_p12: 15,
        floor_p12: 16,
        paid_obligation: payment(17),
        paid_arrears: payment(21),
        short_usd_micros: 25,
        arrears_usd_micros: 26,
        surplus_usd_micros: 27,
        burn_due_usd_micros: 28,
        burned_io: 29,
        earmarked_usdc: 30,
        retired_io: 31,
        repurchase_usdc: 32,
        repurchase_io: 33,
        cumulative_io: 34,
        cumulative_usdc: 35,
        y1_io: 36,
        yu_usdc: 37,
        yi_io: 38,
        carried_in_io: 39,
        revenue_usd_micros: 40,
        burn_usd_micros: 41,
        ema_fp: 42,
        reserve_usd_micros: 43,
        mean_obligation_usd_micros: 44,
        event_seq: 45,
        payer: key(46),
        row_hash: [47; 32],
        hours_deposited: 48,
        psi_bps: 49,
        rules: SealRules {
            psi_deficit_bps: 50,
            psi_critical_bps: 51,
            psi_normal_bps: 52,
            psi_cap_bps: 53,
            burn_bps: 54,
            unemitted_burn_bps: 55,
            carry_days: 56,
            reserve_max_days: 57,
            critical_days: 58,
            order: 59,
            psi_epochs: 60,
        },
        class_count: 61,
        row_cursor: 62,
        last_class: 63,
        state: EpochState::Closed.code(),
        mode: 64,
        status: 65,
        version: 1,
        bump: 66,
        voided_reports: 67,
        _reserved: [0; 64],
    };
    let mut expected = u64s(1..=45);
    expected.extend([46; 32]);
    expected.extend([47; 32]);
    for byte in 48..=53 {
        expected.extend([byte, 0, 0, 0]);
    }
    for byte in 54..=58 {
        expected.extend([byte, 0]);
    }
    expected.extend([59, 60, 61, 0, 62, 0, 63, 0]);
    expected.extend([4, 64, 65, 1, 66, 67]);
    expected.extend([0; 64]);
    assert_eq!(bytemuck::bytes_of(&epoch), expected);
    assert_eq!(
        (Epoch::SPACE, Epoch::DISCRIMINATOR),
        (8 + expected.len(), &EPOCH_TAG[..])
    );
}

#[test]
fn epoch_states_have_their_golden_numbers() {
    let states = [
        EpochState::Accruing,
        EpochState::Ended,
        EpochState::Reported,
        EpochState::Sealed,
        EpochState::Closed,
    ];
    assert_eq!(states.map(EpochState::code), [0, 1, 2, 3, 4]);
    assert_eq!(states.map(|state| state as u8), [0, 1, 2, 3, 4]);
}

#[test]
fn instructions_have_their_golden_bytes() {
    assert_eq!(
        ide::instruction::Initialize {}.data(),
        [175, 175, 109, 31, 13, 152, 155, 237]
    );
    let mut open = OPEN_TAG.to_vec();
    open.extend(u64s([7]));
    assert_eq!(
        ide::instruction::OpenEpoch {
            args: OpenEpochArgs { day: 7 }
        }
        .data(),
        open
    );
    let mut deposit = DEPOSIT_TAG.to_vec();
    deposit.extend(u64s([1, 2]));
    deposit.extend([3; 32]);
    deposit.extend([4; 32]);
    let args = DepositRevenueArgs {
        amount: 1,
        hire_usd_micros: 2,
        device: key(3),
        owner: key(4),
    };
    assert_eq!(ide::instruction::DepositRevenue { args }.data(), deposit);
}

#[test]
fn events_have_their_golden_bytes() {
    let initialized = VaultsInitialized {
        vaults: key(1),
        authority: key(2),
        reward_vault: key(3),
        fee_usdc: key(4),
        fee_io: key(5),
        pay_io: key(6),
        pay_usdc: key(7),
        first_day: 8,
        seq: 9,
        at: 10,
    };
    let mut expected: Vec<u8> = (1..=7).flat_map(|byte| [byte; 32]).collect();
    expected.extend(u64s(8..=10));
    assert_eq!(event(&initialized), expected);

    let opened = EpochOpened {
        epoch: key(1),
        payer: key(2),
        day: 3,
        max_obligation_usd_micros: 4,
        seq: 5,
        at: 6,
    };
    let mut expected: Vec<u8> = [[1; 32], [2; 32]].concat();
    expected.extend(u64s(3..=6));
    assert_eq!(event(&opened), expected);

    let change = |old: u64| U64Change { old, new: old + 1 };
    let deposited = RevenueDeposited {
        epoch: key(1),
        day: 2,
        mint: key(3),
        source: key(4),
        amount: 5,
        device: key(6),
        owner: key(7),
        hire_usd_micros: 8,
        revenue_usdc: change(9),
        revenue_io: change(11),
        hire_due_usd_micros: change(13),
        seq: 15,
        at: 16,
    };
    let mut expected = vec![1; 32];
    expected.extend(u64s([2]));
    expected.extend([[3; 32], [4; 32]].concat());
    expected.extend(u64s([5]));
    expected.extend([[6; 32], [7; 32]].concat());
    expected.extend(u64s(8..=16));
    assert_eq!(event(&deposited), expected);
    assert_eq!(
        [
            VaultsInitialized::DISCRIMINATOR,
            EpochOpened::DISCRIMINATOR,
            RevenueDeposited::DISCRIMINATOR
        ],
        EVENT_TAGS
    );
}

#[test]
fn addresses_are_the_golden_ones() {
    let found = [
        addresses::ide::vaults(),
        addresses::ide::reward_vault(),
        addresses::ide::fee_usdc(),
        addresses::ide::fee_io(),
        addresses::ide::pay_io(),
        addresses::ide::pay_usdc(),
        addresses::ide::epoch(20_485),
    ];
    assert_eq!(found.map(|key| key.to_string()), ADDRESSES);
}
