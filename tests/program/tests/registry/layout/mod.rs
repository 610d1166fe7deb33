//! Bytes of every account, decision and argument of the registry, its addresses and its tags, fixed
//! against accidental change. Tags and addresses were derived by another implementation.

/// Little-endian bytes of numbers of any width, keys and single bytes, in order.
macro_rules! golden {
    ($($part:expr),* $(,)?) => {{
        let mut data: Vec<u8> = Vec::new();
        $(data.extend($part);)*
        data
    }};
}

mod records;
mod tags;

use anchor_lang::{AccountSerialize, AnchorSerialize, Discriminator};
use ion_client::addresses::registry as addresses;
use ion_merkle::report::ReportKind;
use registry::{
    ConsumeActionArgs, GrantExemptionArgs, UnblockDeviceArgs, events, instruction,
    state::{
        self, Action, ActionKind, ClassTerms, Config, Device, Exemption, Params, PauseState,
        PendingParam, Pool, ProcessorClass, Role, RoleKind, Roles, TermsBefore, TneCounter,
        VerifierKeys, VerifierSet,
    },
};
use solana_pubkey::Pubkey;

/// Addresses for the seeds of the test below.
const ADDRESSES: [&str; 10] = [
    "3hfa23X3GERK1TMSG32RDJNxjXzysyVkUqaAhfvEn3W8",
    "3vPRDeK7dtCAWprbAXLQivFUAYRJmw573vU3wQtzxuA6",
    "HTH6RgSvWPPxz55bnjHgwf1yDj9zNS7U8ohkxJKuGnnn",
    "7SdheUqpWACxeRuJyazRre3sgW9NP5CF7u2JuvJvLjp6",
    "A8dGEtnsKyQR6dmj8FxmTaQTraS7FRBz3b3kvnCzhcZ5",
    "9V9p4Me8Z5n2o3imQqPtK9hrLu1b8d95odAJXJ46SKSJ",
    "DmGa75TLKGdpde93UsUxYqw7iUvgkpUgiegx3C1HDn2k",
    "BbesKSFxG1auSk7qj67CmHjaXB3Ff1nowYSr3YyjpH4i",
    "2Rf1mHKVQ3u7WCY3bKkcNBtbNKa41p61FdnQAiPAT7MR",
    "4zaRWtcWEm63vQjtRzPaXZocpuqt1rnYfhpYvrZzRdSK",
];

/// A key whose bytes all are `byte`.
fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

fn account(value: &impl AccountSerialize) -> Vec<u8> {
    let mut data = Vec::new();
    value.try_serialize(&mut data).expect("fits");
    data
}

fn bytes(value: &impl AnchorSerialize) -> Vec<u8> {
    let mut data = Vec::new();
    value.serialize(&mut data).expect("fits");
    data
}

fn u64le(value: u64) -> [u8; 8] {
    value.to_le_bytes()
}

#[test]
fn addresses_are_the_golden_ones() {
    let found = [
        addresses::config(),
        addresses::params(&key(1)),
        addresses::roles(),
        addresses::action(2),
        addresses::class(3),
        addresses::device(&key(4)),
        addresses::exemption(&key(5)),
        addresses::verifier_set(),
        addresses::poll(ReportKind::WorkReport, &key(6), 7),
        addresses::event_authority(),
    ];
    assert_eq!(found.map(|key| key.to_string()), ADDRESSES);
}

#[test]
fn config_has_its_golden_bytes() {
    let config = Config {
        version: 1,
        bump: 2,
        io_mint: key(3),
        usdc_mint: key(4),
        price_receiver: key(5),
        price_feed_id: [6; 32],
        staking_caller: key(7),
        rewards_caller: key(8),
        ide_caller: key(9),
        booking_caller: key(10),
        ide_from_hour: 11,
        live_classes: 12,
        live_exemptions: 13,
        pauses: [PauseState {
            paused_until: 14,
            rearm_at: 15,
        }; 6],
        next_action_id: 16,
        genesis_sealed_at: 17,
        event_seq: 18,
        rated_live_classes: 19,
        exemptions_granted: 20,
        params_made: 21,
        _reserved: [0; 51],
    };
    let mut expected = golden![Config::DISCRIMINATOR.to_vec(), [1, 2]];
    for byte in 3..=10 {
        expected.extend([byte; 32]);
    }
    expected.extend(golden![
        u64le(11),
        12_u32.to_le_bytes(),
        13_u32.to_le_bytes()
    ]);
    for _ in 0..6 {
        expected.extend(golden![u64le(14), u64le(15)]);
    }
    expected.extend(golden![
        u64le(16),
        u64le(17),
        u64le(18),
        19_u32.to_le_bytes(),
        u64le(20),
        [21],
        [0; 51]
    ]);
    assert_eq!(account(&config), expected);
    assert_eq!((Config::SPACE, expected.len()), (466, 466));
}

#[test]
fn params_have_their_golden_bytes() {
    let mut values = [0; 36];
    (values[0], values[35]) = (7, -8);
    let pending = |first: i64| PendingParam {
        slot: 9,
        value: first,
        effective_at: first + 1,
    };
    let params = Params {
        version: 1,
        bump: 2,
        consumer: 3,
        program: key(4),
        values,
        pending: [pending(10), pending(12), pending(14)],
        event_seq: 16,
        _reserved: [0; 10],
    };
    let mut expected = golden![
        Params::DISCRIMINATOR.to_vec(),
        [1, 2, 3],
        [4; 32],
        7_i64.to_le_bytes(),
        [0; 34 * 8],
        (-8_i64).to_le_bytes()
    ];
    for first in [10, 12, 14] {
        expected.extend(golden![[9], u64le(first), u64le(first + 1)]);
    }
    expected.extend(golden![u64le(16), [0; 10]]);
    assert_eq!(account(&params), expected);
    assert_eq!(Params::SPACE, 400);
}

#[test]
fn roles_and_verifiers_have_their_golden_bytes() {
    let role = |byte| Role {
        current: key(byte),
        proposed: key(byte + 1),
    };
    let roles = Roles {
        version: 1,
        bump: 2,
        governance: role(3),
        guardian: role(5),
        slasher: role(7),
        arbiter: role(9),
        scheduler: role(11),
        exemption_admin: role(13),
        event_seq: 15,
        _reserved: [0; 64],
    };
    let mut expected = golden![Roles::DISCRIMINATOR.to_vec(), [1, 2]];
    for byte in 3..15 {
        expected.extend([byte; 32]);
    }
    expected.extend(golden![u64le(15), [0; 64]]);
    assert_eq!(account(&roles), expected);

    let mut keys = [key(0); 20];
    (keys[0], keys[19]) = (key(3), key(4));
    let set = VerifierSet {
        version_of_layout: 1,
        bump: 2,
        keys,
        count: 5,
        threshold: 6,
        version: 7,
        event_seq: 8,
        _reserved: [0; 32],
    };
    let expected = golden![
        VerifierSet::DISCRIMINATOR.to_vec(),
        [1, 2],
        [3; 32],
        [0; 18 * 32],
        [4; 32],
        [5, 6],
        7_u32.to_le_bytes(),
        u64le(8),
        [0; 32]
    ];
    assert_eq!(account(&set), expected);
}

#[test]
fn arguments_have_their_golden_bytes() {
    let grant = GrantExemptionArgs {
        flags: 1,
        window_seconds: 2,
        reason_hash: [3; 32],
    };
    assert_eq!(
        bytes(&grant),
        golden![1_u32.to_le_bytes(), u64le(2), [3; 32]]
    );
    let unblock = UnblockDeviceArgs {
        case: key(1),
        restored: true,
    };
    assert_eq!(bytes(&unblock), golden![[1; 32], [1]]);
}
