//! Bytes of classes, devices, exemptions and decisions.

use super::*;

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
