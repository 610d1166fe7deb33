//! Bytes of every account and instruction, fixed against accidental change.

use anchor_lang::{AccountSerialize, AnchorSerialize, Discriminator, InstructionData};
use solana_pubkey::Pubkey;
use staking::{
    AcceptOfferArgs,
    state::{
        Case, CaseParty, CoPosition, CoSlot, CoStaker, DeviceStake, Offer, SlashDay, StakeTotals,
        shard_of,
    },
};

fn bytes<T: AccountSerialize>(account: &T) -> Vec<u8> {
    let mut data = Vec::new();
    account.try_serialize(&mut data).expect("fits");
    data
}

/// A key whose bytes all are `byte`.
fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

/// Bytes of `fields` one after the other.
fn concat(discriminator: &[u8], fields: &[&[u8]]) -> Vec<u8> {
    let mut all = discriminator.to_vec();
    for field in fields {
        all.extend_from_slice(field);
    }
    all
}

fn u64s(values: &[u64]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

#[test]
fn device_stake_has_its_golden_bytes() {
    let mut stake = DeviceStake::opened(key(0x15), key(2), 254, 253);
    assert_eq!(stake.shard, 5);
    (stake.wallet, stake.active_io, stake.cooling_io) = (key(3), 10, 11);
    (
        stake.cooldown_starts_at,
        stake.cooldown_ends_at,
        stake.restored_io,
    ) = (12, 13, 14);
    stake.positions[1] = CoSlot {
        seq: 20,
        wallet: key(4),
        amount_io: 21,
        accepted_at: 22,
        cooldown_starts_at: 23,
        cooldown_ends_at: 24,
        share_bps: 25,
        state: 2,
        has_restored: true,
    };
    (
        stake.offer_seq,
        stake.open_offer_seq,
        stake.underfunded_since,
        stake.touched_at,
    ) = (30, 31, 32, 33);
    stake.overflow_newest_day = 34;
    stake.overflow_days[31 * 8] = 35;
    assert_eq!(stake.overflow_days_io()[31], 35);
    stake.slash_newest_day = 36;
    stake.slash_days[0] = 37;
    (
        stake.open_cases,
        stake.open_code6_cases,
        stake.counted_io,
        stake.event_seq,
    ) = (38, 39, 40, 41);

    let mut slots = vec![0; 4 * 76];
    let slot = concat(
        &[],
        &[
            &u64s(&[20]),
            &[4; 32],
            &u64s(&[21, 22, 23, 24]),
            &25_u16.to_le_bytes(),
            &[2, 1],
        ],
    );
    slots[76..152].copy_from_slice(&slot);
    let mut overflow = vec![0; 31];
    overflow.push(35);
    let mut slashes = vec![37, 0];
    slashes.resize(64, 0);
    let expected = concat(
        DeviceStake::DISCRIMINATOR,
        &[
            &[1, 254, 253, 5],
            &[0x15; 32],
            &[2; 32],
            &[3; 32],
            &u64s(&[10, 11, 12, 13, 14]),
            &slots,
            &u64s(&[30, 31, 32, 33, 34]),
            &u64s(&overflow),
            &u64s(&[36]),
            &slashes,
            &[38, 0, 39, 0],
            &u64s(&[40, 41]),
            &[0; 64],
        ],
    );
    assert_eq!(bytes(&stake), expected);
    assert_eq!(expected.len(), DeviceStake::SPACE);
}

#[test]
fn small_accounts_have_their_golden_bytes() {
    let totals = StakeTotals {
        version: 1,
        bump: 2,
        shard: 3,
        counted_io: 4,
        _reserved: [0; 32],
    };
    let expected = concat(
        StakeTotals::DISCRIMINATOR,
        &[&[1, 2, 3], &u64s(&[4]), &[0; 32]],
    );
    assert_eq!(
        (bytes(&totals), expected.len()),
        (expected.clone(), StakeTotals::SPACE)
    );

    let offer = Offer {
        version: 1,
        bump: 2,
        device: key(3),
        payer: key(4),
        seq: 5,
        amount_io: 6,
        share_bps: 7,
        created_at: 8,
        expires_at: 9,
        _reserved: [0; 32],
    };
    let expected = concat(
        Offer::DISCRIMINATOR,
        &[
            &[1, 2],
            &[3; 32],
            &[4; 32],
            &u64s(&[5, 6]),
            &[7, 0],
            &u64s(&[8, 9]),
            &[0; 32],
        ],
    );
    assert_eq!(
        (bytes(&offer), expected.len()),
        (expected.clone(), Offer::SPACE)
    );

    let position = CoPosition {
        version: 1,
        bump: 2,
        device: key(3),
        wallet: key(4),
        payer: key(5),
        seq: 6,
        accepted_io: 7,
        share_bps: 8,
        accepted_at: 9,
        restored_io: 10,
        open_legs: 11,
        _reserved: [0; 32],
    };
    let expected = concat(
        CoPosition::DISCRIMINATOR,
        &[
            &[1, 2],
            &[3; 32],
            &[4; 32],
            &[5; 32],
            &u64s(&[6, 7]),
            &[8, 0],
            &u64s(&[9, 10]),
            &[11, 0],
            &[0; 32],
        ],
    );
    assert_eq!(
        (bytes(&position), expected.len()),
        (expected.clone(), CoPosition::SPACE)
    );

    let holder = CoStaker {
        version: 1,
        bump: 2,
        wallet: key(3),
        payer: key(4),
        live_positions: 5,
        _reserved: [0; 32],
    };
    let expected = concat(
        CoStaker::DISCRIMINATOR,
        &[&[1, 2], &[3; 32], &[4; 32], &u64s(&[5]), &[0; 32]],
    );
    assert_eq!(
        (bytes(&holder), expected.len()),
        (expected.clone(), CoStaker::SPACE)
    );
}

#[test]
fn acceptance_names_sequence_amount_and_share_in_this_order() {
    let args = AcceptOfferArgs {
        offer_seq: 1,
        amount_io: 2,
        share_bps: 3,
    };
    let expected = concat(&[], &[&u64s(&[1, 2]), &[3, 0]]);
    let mut encoded = Vec::new();
    args.serialize(&mut encoded).expect("fits");
    assert_eq!(encoded, expected);
    let data = staking::instruction::AcceptOffer { args }.data();
    assert_eq!(
        data,
        concat(
            staking::instruction::AcceptOffer::DISCRIMINATOR,
            &[&expected]
        )
    );
}

#[test]
fn shard_is_the_low_four_bits_of_the_first_byte() {
    for (byte, shard) in [(0x00, 0), (0x0f, 15), (0xf0, 0), (0xa7, 7), (0xff, 15)] {
        assert_eq!(shard_of(&key(byte)), shard);
    }
}

#[test]
fn case_has_its_golden_bytes() {
    let parties = core::array::from_fn(|place| CaseParty {
        wallet: key(20 + u8::try_from(place).expect("five")),
        seq: 30 + place as u64,
        stake_io: 31,
        holds_io: [32, 33],
        hold_roots: [34, 35],
        shortfall_io: 36,
    });
    let case = Case {
        version: 1,
        bump: 254,
        vault_bump: 253,
        code: 7,
        state: 3,
        device: key(2),
        offence_id: [3; 32],
        part: 4,
        proposer: key(5),
        arbiter: key(6),
        owner: key(7),
        poll: key(8),
        renter: key(9),
        evidence_hash: [10; 32],
        appeal_hash: [11; 32],
        offence_at: 12,
        opened_at: 13,
        window_end: 14,
        ruling_end: 15,
        decided_at: 16,
        bps: 17,
        uphold_bps: 18,
        victim_bps: 19,
        rolling_bps: 20,
        required_io: 21,
        charged_io: 22,
        window_io: 23,
        seized_io: 24,
        burned_io: 25,
        restored_io: 26,
        renter_due_io: 27,
        renter_paid_io: 28,
        party_bytes: Case::bytes_of(parties),
        legs_restored: 40,
        legs_burned: 41,
        is_settled: true,
        is_finished: false,
        parts: 42,
        won_severity: 2,
        offence_charged_io: 43,
        window_held_io: 44,
        event_seq: 45,
        _reserved: [0; 32],
    };
    let of_parties: Vec<u8> = (0..5_u8)
        .flat_map(|place| {
            let numbers = u64s(&[30 + u64::from(place), 31, 32, 33, 34, 35, 36]);
            [key(20 + place).to_bytes().to_vec(), numbers].concat()
        })
        .collect();
    let u16s = |values: &[u16]| -> Vec<u8> {
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    };
    let golden = concat(
        Case::DISCRIMINATOR,
        &[
            &[1, 254, 253, 7, 3],
            &[2; 32],
            &[3; 32],
            &u16s(&[4]),
            &[5; 32],
            &[6; 32],
            &[7; 32],
            &[8; 32],
            &[9; 32],
            &[10; 32],
            &[11; 32],
            &u64s(&[12, 13, 14, 15, 16]),
            &u16s(&[17, 18, 19, 20]),
            &u64s(&[21, 22, 23, 24, 25, 26, 27, 28]),
            &of_parties,
            &u16s(&[40, 41]),
            &[1, 0],
            &u16s(&[42]),
            &[2],
            &u64s(&[43, 44, 45]),
            &[0; 32],
        ],
    );
    assert_eq!(bytes(&case), golden);
    assert_eq!(golden.len(), Case::SPACE);
    assert_eq!(case.parties(), parties);
}

#[test]
fn slash_day_has_its_golden_bytes() {
    let day = SlashDay {
        version: 1,
        bump: 254,
        day: 2,
        payer: key(3),
        counted_io: 4,
        taken_io: 5,
        _reserved: [0; 32],
    };
    let golden = concat(
        SlashDay::DISCRIMINATOR,
        &[&[1, 254], &u64s(&[2]), &[3; 32], &u64s(&[4, 5]), &[0; 32]],
    );
    assert_eq!(bytes(&day), golden);
}
