//! Bytes of every account, instruction and event of the schedule, fixed against accidental change.

use anchor_lang::{AccountSerialize, AnchorSerialize, Discriminator, InstructionData};
use ion_client::addresses;
use rewards::{InitializeArgs, events::EmissionInitialized, state::Emission};
use solana_pubkey::Pubkey;

/// First eight bytes of `sha256("account:Emission")` and `sha256("event:EmissionInitialized")`.
const EMISSION_TAG: [u8; 8] = [56, 101, 133, 79, 248, 233, 131, 140];
const EVENT_TAG: [u8; 8] = [140, 133, 145, 16, 253, 245, 118, 106];
/// Derived by another implementation from the seeds and the program id.
const ADDRESSES: [&str; 2] = [
    "FzrCrFELS1AJs69M22XsgXVLBegAGKPpyFpanzZE9UqL",
    "8MGeeCZKrbbG5MBY7rArQA9r4bkhxrMy8J5rZfbg3GbK",
];

/// A key whose bytes all are `byte`.
fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

fn u64s(values: impl IntoIterator<Item = u64>) -> Vec<u8> {
    values.into_iter().flat_map(u64::to_le_bytes).collect()
}

#[test]
fn emission_has_its_golden_bytes() {
    let emission = Emission {
        version: 1,
        bump: 2,
        distribution_bump: 3,
        distribution: key(4),
        start_hour: 5,
        next_hour: 6,
        pre_released_io: 7,
        released_io: 8,
        event_seq: 9,
        next_final_hour: 10,
        pending_io: 11,
        allocated_io: 12,
        safety_io: 13,
        claimed_io: 14,
        burned_io: 15,
        _reserved: [0; 80],
    };
    let mut expected = EMISSION_TAG.to_vec();
    expected.extend([1, 2, 3]);
    expected.extend([4; 32]);
    expected.extend(u64s(5..=15));
    expected.extend([0; 80]);
    let mut found = Vec::new();
    emission.try_serialize(&mut found).expect("fits");
    assert_eq!(found, expected);
    assert_eq!(
        (Emission::SPACE, Emission::DISCRIMINATOR),
        (expected.len(), &EMISSION_TAG[..])
    );
}

#[test]
fn instructions_have_their_golden_bytes() {
    let mut expected = vec![175, 175, 109, 31, 13, 152, 155, 237];
    expected.extend(u64s([5]));
    let args = InitializeArgs { start_hour: 5 };
    assert_eq!(rewards::instruction::Initialize { args }.data(), expected);
}

#[test]
fn events_have_their_golden_bytes() {
    let event = EmissionInitialized {
        emission: key(1),
        authority: key(2),
        old_mint_authority: key(3),
        io_mint: key(4),
        distribution: key(5),
        start_hour: 6,
        pre_released_io: 7,
        supply_io: 8,
        seq: 9,
        at: 10,
    };
    let mut expected: Vec<u8> = (1..=5).flat_map(|byte| [byte; 32]).collect();
    expected.extend(u64s(6..=10));
    let mut found = Vec::new();
    event.serialize(&mut found).expect("fits");
    assert_eq!(found, expected);
    assert_eq!(EmissionInitialized::DISCRIMINATOR, EVENT_TAG);
}

#[test]
fn addresses_are_the_golden_ones() {
    let found = [
        addresses::rewards::emission(),
        addresses::rewards::distribution(),
    ];
    assert_eq!(found.map(|key| key.to_string()), ADDRESSES);
}
