//! Bytes of every account, decision and argument of the registry, its addresses and its tags, fixed
//! against accidental change. Tags and addresses were derived by another implementation.

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

/// Little-endian bytes of numbers of any width, keys and single bytes, in order.
macro_rules! golden {
    ($($part:expr),* $(,)?) => {{
        let mut data: Vec<u8> = Vec::new();
        $(data.extend($part);)*
        data
    }};
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
fn tags_are_the_golden_ones() {
    let tags: Vec<(&[u8], [u8; 8])> = vec![
        (
            state::Action::DISCRIMINATOR,
            [144, 241, 105, 219, 74, 136, 203, 176],
        ),
        (
            state::Config::DISCRIMINATOR,
            [155, 12, 170, 224, 30, 250, 204, 130],
        ),
        (
            state::Device::DISCRIMINATOR,
            [153, 248, 23, 39, 83, 45, 68, 128],
        ),
        (
            state::Exemption::DISCRIMINATOR,
            [216, 208, 70, 121, 126, 128, 132, 91],
        ),
        (
            state::Params::DISCRIMINATOR,
            [129, 232, 120, 183, 156, 198, 9, 242],
        ),
        (
            state::Poll::DISCRIMINATOR,
            [110, 234, 167, 188, 231, 136, 153, 111],
        ),
        (
            state::ProcessorClass::DISCRIMINATOR,
            [180, 164, 16, 59, 231, 161, 198, 204],
        ),
        (
            state::Roles::DISCRIMINATOR,
            [177, 37, 17, 201, 242, 158, 212, 65],
        ),
        (
            state::VerifierSet::DISCRIMINATOR,
            [227, 16, 215, 74, 157, 114, 239, 185],
        ),
        (
            instruction::AcceptRole::DISCRIMINATOR,
            [52, 25, 7, 231, 196, 235, 119, 253],
        ),
        (
            instruction::ApplyDeviceLeaf::DISCRIMINATOR,
            [118, 120, 93, 8, 0, 135, 189, 192],
        ),
        (
            instruction::BlockDevice::DISCRIMINATOR,
            [102, 160, 147, 174, 128, 165, 181, 212],
        ),
        (
            instruction::CancelAction::DISCRIMINATOR,
            [228, 144, 170, 146, 66, 88, 133, 128],
        ),
        (
            instruction::CancelExemption::DISCRIMINATOR,
            [175, 198, 232, 14, 36, 229, 131, 173],
        ),
        (
            instruction::CloseAction::DISCRIMINATOR,
            [68, 91, 38, 183, 124, 74, 239, 136],
        ),
        (
            instruction::CloseExemption::DISCRIMINATOR,
            [83, 105, 245, 16, 108, 78, 23, 170],
        ),
        (
            instruction::ClosePoll::DISCRIMINATOR,
            [139, 213, 162, 65, 172, 150, 123, 67],
        ),
        (
            instruction::ConsumeAction::DISCRIMINATOR,
            [56, 144, 139, 209, 217, 98, 227, 110],
        ),
        (
            instruction::CreateClass::DISCRIMINATOR,
            [34, 138, 228, 149, 66, 39, 106, 183],
        ),
        (
            instruction::ExecuteAction::DISCRIMINATOR,
            [246, 137, 105, 113, 247, 6, 223, 174],
        ),
        (
            instruction::GrantExemption::DISCRIMINATOR,
            [93, 231, 248, 39, 134, 138, 104, 78],
        ),
        (
            instruction::InitParams::DISCRIMINATOR,
            [120, 68, 238, 44, 33, 234, 98, 122],
        ),
        (
            instruction::Initialize::DISCRIMINATOR,
            [175, 175, 109, 31, 13, 152, 155, 237],
        ),
        (
            instruction::LockDevices::DISCRIMINATOR,
            [216, 133, 96, 152, 129, 92, 203, 179],
        ),
        (
            instruction::OpenPoll::DISCRIMINATOR,
            [77, 28, 213, 71, 70, 193, 2, 152],
        ),
        (
            instruction::Pause::DISCRIMINATOR,
            [211, 22, 221, 251, 74, 121, 193, 47],
        ),
        (
            instruction::PauseDevice::DISCRIMINATOR,
            [142, 83, 149, 187, 222, 250, 231, 201],
        ),
        (
            instruction::QueueAction::DISCRIMINATOR,
            [5, 13, 174, 118, 170, 185, 22, 7],
        ),
        (
            instruction::RegisterDevice::DISCRIMINATOR,
            [210, 151, 56, 68, 22, 158, 90, 193],
        ),
        (
            instruction::ResumeDevice::DISCRIMINATOR,
            [249, 190, 98, 246, 60, 90, 140, 135],
        ),
        (
            instruction::RetractRole::DISCRIMINATOR,
            [251, 156, 205, 42, 31, 205, 192, 203],
        ),
        (
            instruction::SetSwitchHour::DISCRIMINATOR,
            [135, 169, 67, 215, 165, 131, 87, 87],
        ),
        (
            instruction::TerminateDevice::DISCRIMINATOR,
            [170, 228, 64, 121, 209, 5, 117, 200],
        ),
        (
            instruction::UnblockDevice::DISCRIMINATOR,
            [33, 71, 167, 0, 229, 42, 106, 126],
        ),
        (
            instruction::UnlockDevices::DISCRIMINATOR,
            [168, 200, 57, 9, 128, 101, 189, 224],
        ),
        (
            instruction::Unpause::DISCRIMINATOR,
            [169, 144, 4, 38, 10, 141, 188, 255],
        ),
        (
            instruction::UpdateDevice::DISCRIMINATOR,
            [30, 154, 166, 184, 200, 216, 194, 74],
        ),
        (
            instruction::VoteReport::DISCRIMINATOR,
            [109, 101, 16, 27, 25, 144, 204, 97],
        ),
        (
            events::ActionCancelled::DISCRIMINATOR,
            [121, 213, 205, 29, 226, 181, 230, 13],
        ),
        (
            events::ActionClosed::DISCRIMINATOR,
            [12, 207, 175, 173, 7, 142, 107, 78],
        ),
        (
            events::ActionExecuted::DISCRIMINATOR,
            [116, 101, 146, 36, 160, 153, 182, 233],
        ),
        (
            events::ActionQueued::DISCRIMINATOR,
            [77, 189, 39, 169, 248, 125, 126, 168],
        ),
        (
            events::ClassChanged::DISCRIMINATOR,
            [194, 165, 124, 135, 104, 236, 157, 249],
        ),
        (
            events::ClassCreated::DISCRIMINATOR,
            [176, 154, 249, 25, 63, 40, 221, 230],
        ),
        (
            events::ClassRated::DISCRIMINATOR,
            [244, 140, 177, 202, 242, 212, 106, 6],
        ),
        (
            events::ConfigInitialized::DISCRIMINATOR,
            [181, 49, 200, 156, 19, 167, 178, 91],
        ),
        (
            events::DeviceLeafApplied::DISCRIMINATOR,
            [246, 63, 6, 229, 198, 21, 115, 109],
        ),
        (
            events::DeviceRegistered::DISCRIMINATOR,
            [221, 90, 2, 153, 72, 98, 71, 181],
        ),
        (
            events::DeviceStatusChanged::DISCRIMINATOR,
            [47, 92, 8, 190, 132, 76, 125, 174],
        ),
        (
            events::DeviceUpdated::DISCRIMINATOR,
            [19, 61, 200, 102, 163, 178, 2, 158],
        ),
        (
            events::DevicesLocked::DISCRIMINATOR,
            [102, 142, 2, 90, 240, 93, 110, 55],
        ),
        (
            events::DevicesUnlocked::DISCRIMINATOR,
            [219, 108, 151, 217, 167, 74, 123, 173],
        ),
        (
            events::EntryPaused::DISCRIMINATOR,
            [61, 206, 60, 65, 28, 16, 12, 20],
        ),
        (
            events::EntryUnpaused::DISCRIMINATOR,
            [250, 16, 211, 176, 7, 121, 74, 1],
        ),
        (
            events::ExemptionCancelled::DISCRIMINATOR,
            [42, 205, 158, 127, 79, 86, 144, 84],
        ),
        (
            events::ExemptionClosed::DISCRIMINATOR,
            [181, 230, 253, 121, 101, 25, 21, 52],
        ),
        (
            events::ExemptionGranted::DISCRIMINATOR,
            [238, 68, 40, 74, 210, 3, 248, 112],
        ),
        (
            events::GenesisSealed::DISCRIMINATOR,
            [99, 203, 74, 24, 1, 136, 213, 93],
        ),
        (
            events::ParamChanged::DISCRIMINATOR,
            [185, 11, 128, 118, 68, 235, 163, 96],
        ),
        (
            events::ParamsInitialized::DISCRIMINATOR,
            [0, 219, 64, 80, 100, 212, 147, 37],
        ),
        (
            events::PollClosed::DISCRIMINATOR,
            [241, 239, 82, 94, 108, 20, 76, 249],
        ),
        (
            events::PollOpened::DISCRIMINATOR,
            [107, 78, 71, 116, 209, 43, 111, 39],
        ),
        (
            events::ReportVoted::DISCRIMINATOR,
            [78, 175, 198, 42, 31, 245, 117, 37],
        ),
        (
            events::RoleAccepted::DISCRIMINATOR,
            [130, 219, 17, 167, 202, 238, 104, 50],
        ),
        (
            events::RoleProposed::DISCRIMINATOR,
            [168, 105, 155, 70, 211, 61, 123, 252],
        ),
        (
            events::RoleRetracted::DISCRIMINATOR,
            [218, 157, 193, 218, 45, 179, 45, 189],
        ),
        (
            events::RolesInitialized::DISCRIMINATOR,
            [39, 61, 216, 80, 210, 234, 185, 240],
        ),
        (
            events::SwitchScheduled::DISCRIMINATOR,
            [171, 125, 149, 141, 20, 216, 51, 114],
        ),
        (
            events::VerifierSetChanged::DISCRIMINATOR,
            [55, 225, 218, 55, 36, 206, 249, 82],
        ),
    ];
    for (found, expected) in tags {
        assert_eq!(found, expected);
    }
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
fn class_device_and_exemption_have_their_golden_bytes() {
    let class = ProcessorClass {
        version: 1,
        bump: 2,
        id: 3,
        name: [4; 32],
        pool: 5,
        mult_before: 6,
        mult_now: 7,
        mult_now_at: 8,
        mult_next: 9,
        mult_next_at: 10,
        last_nonzero_mult: 11,
        max_cpu_pct: 12,
        max_gpu_pct: 13,
        floor_price_usd_micros: 14,
        event_seq: 15,
        rates_set: true,
        before: TermsBefore {
            pool: 16,
            max_cpu_pct: 17,
            max_gpu_pct: 18,
            floor_price_usd_micros: 19,
        },
        _reserved: [0; 52],
    };
    let expected = golden![
        ProcessorClass::DISCRIMINATOR.to_vec(),
        [1, 2, 3, 0],
        [4; 32],
        [5],
        6_u32.to_le_bytes(),
        7_u32.to_le_bytes(),
        u64le(8),
        9_u32.to_le_bytes(),
        u64le(10),
        11_u32.to_le_bytes(),
        [12, 13],
        u64le(14),
        u64le(15),
        [1, 16, 17, 18],
        u64le(19),
        [0; 52]
    ];
    assert_eq!(account(&class), expected);
    assert_eq!(ProcessorClass::SPACE, expected.len());

    let device = Device {
        version: 1,
        bump: 2,
        id: key(3),
        owner: key(4),
        payout_wallet: key(5),
        device_key: key(6),
        class: 7,
        qty: 8,
        status: 9,
        connectivity_tier: 10,
        supplier_tier: 11,
        reliability_bps: 12,
        readiness_flags: 13,
        hired_by: key(14),
        onboarded_at: 15,
        ask_usd_micros: 16,
        open_until: 17,
        last_leaf_hour: 18,
        event_seq: 19,
        block_holds: 20,
        _reserved: [0; 63],
    };
    let mut expected = golden![Device::DISCRIMINATOR.to_vec(), [1, 2]];
    for byte in 3..=6 {
        expected.extend([byte; 32]);
    }
    expected.extend(golden![
        [7, 0, 8, 9, 10, 11, 12, 0],
        13_u32.to_le_bytes(),
        [14; 32]
    ]);
    expected.extend((15..=19).flat_map(u64le));
    expected.extend(golden![[20], [0; 63]]);
    assert_eq!(account(&device), expected);
    assert_eq!(Device::SPACE, expected.len());

    let exemption = Exemption {
        version: 1,
        bump: 2,
        id: 3,
        target: key(4),
        payer: key(5),
        grantor: key(6),
        flags: 7,
        granted_at: 8,
        starts_at: 9,
        ends_at: 10,
        cancelled_at: 11,
        reason_hash: [12; 32],
        event_seq: 13,
        _reserved: [0; 32],
    };
    let mut expected = golden![Exemption::DISCRIMINATOR.to_vec(), [1, 2], u64le(3)];
    for byte in 4..=6 {
        expected.extend([byte; 32]);
    }
    expected.extend(7_u32.to_le_bytes());
    expected.extend((8..=11).flat_map(u64le));
    expected.extend(golden![[12; 32], u64le(13), [0; 32]]);
    assert_eq!(account(&exemption), expected);
    assert_eq!(Exemption::SPACE, expected.len());
}

/// The encoding of a payload is hashed and compared: it never changes.
#[test]
fn decisions_have_their_golden_bytes() {
    let terms = ClassTerms {
        pool: Pool::Community,
        multiplier_fp: 1,
        max_cpu_pct: 2,
        max_gpu_pct: 3,
        floor_price_usd_micros: 4,
    };
    let terms_bytes = golden![[2], 1_u32.to_le_bytes(), [2, 3], u64le(4)];
    let device = key(7);
    let all = [
        (
            ActionKind::SetParam {
                program: 1,
                slot: 2,
                value: -3,
            },
            golden![[0, 1, 2], (-3_i64).to_le_bytes()],
        ),
        (
            ActionKind::CreateClass {
                id: 5,
                name: [6; 32],
                terms,
            },
            golden![[1, 5, 0], [6; 32], terms_bytes.clone()],
        ),
        (
            ActionKind::SetClass { id: 5, terms },
            golden![[2, 5, 0], terms_bytes],
        ),
        (
            ActionKind::SetRole {
                role: RoleKind::ExemptionAdmin,
                key: key(6),
            },
            golden![[3, 5], [6; 32]],
        ),
        (
            ActionKind::SetVerifierSet {
                set: VerifierKeys {
                    keys: vec![key(1), key(2)],
                    threshold: 3,
                },
            },
            golden![[4], 2_u32.to_le_bytes(), [1; 32], [2; 32], [3]],
        ),
        (ActionKind::SealGenesis, vec![5]),
        (ActionKind::BlockDevice { device }, golden![[6], [7; 32]]),
        (ActionKind::UnblockDevice { device }, golden![[7], [7; 32]]),
        (
            ActionKind::TerminateDevice { device },
            golden![[8], [7; 32]],
        ),
        (
            ActionKind::SetClassRates {
                class: 1,
                avail_rate_usd_micros: 2,
                hire_rate_usd_micros: 3,
                list_price_usd_micros: 4,
                max_processors: 5,
            },
            golden![[9, 1, 0], u64le(2), u64le(3), u64le(4), 5_u32.to_le_bytes()],
        ),
        (ActionKind::ScheduleSwitch, vec![10]),
        (
            ActionKind::AdjustTne {
                counter: TneCounter::Settled,
                amount_io: -1,
                reason_hash: [2; 32],
            },
            golden![[11, 1], (-1_i64).to_le_bytes(), [2; 32]],
        ),
    ];
    for (payload, expected) in all {
        assert_eq!(bytes(&payload), expected, "{payload:?}");
        let args = ConsumeActionArgs {
            payload: payload.clone(),
        };
        assert_eq!(bytes(&args), expected);
        let action = Action {
            version: 1,
            bump: 2,
            id: 3,
            payer: key(4),
            status: 5,
            in_genesis: true,
            queued_at: 6,
            eta: 7,
            expires_at: 8,
            hash: [9; 32],
            event_seq: 10,
            payload,
            _reserved: [0; 32],
        };
        let whole = golden![
            Action::DISCRIMINATOR.to_vec(),
            [1, 2],
            u64le(3),
            [4; 32],
            [5, 1],
            u64le(6),
            u64le(7),
            u64le(8),
            [9; 32],
            u64le(10),
            expected,
            [0; 32]
        ];
        assert_eq!(account(&action), whole);
        assert!(whole.len() <= Action::SPACE);
    }
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
