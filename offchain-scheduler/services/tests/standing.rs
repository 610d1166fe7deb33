//! Reliability score and supplier tier of a day, from heartbeats to the leaves of a report.

mod support;

use ion_observation::aggregate;
use ion_protocol::Outcome;
use ion_services::chain_view::OffenceView;
use support::{panel::Panel, *};

const DEVICE: [u8; 32] = [60; 32];
const NEW: [u8; 32] = [61; 32];
const DAY: i64 = 86_400;
/// [`START`] lies at 8 o'clock UTC.
const MIDNIGHT: i64 = START + 16 * 3_600;
const MEMBERS: [usize; 2] = [0, 1];

#[tokio::test]
async fn score_of_a_day_is_in_the_files_and_in_the_leaf() {
    let mut panel = Panel::new(2, 2).await;
    for (key, onboarded_at) in [(DEVICE, START - 4 * DAY), (NEW, START - DAY)] {
        let address = put_device(&panel.chain, key, 1);
        panel.chain.with(|chain| {
            let device = chain.devices.get_mut(&address).unwrap();
            device.onboarded_at = onboarded_at;
        });
    }
    // Steps of three minutes leave no gap.
    for step in 0..=320 {
        let now = START + 180 * step;
        panel.tick(now, &MEMBERS).await;
        if step == 0 {
            panel.beat(NEW, now, &MEMBERS).await;
        }
        // Two hours of silence, which is one disconnect.
        if !(100..140).contains(&step) {
            panel.beat(DEVICE, now, &MEMBERS).await;
        }
    }
    for member in MEMBERS {
        for (minute, outcome) in [
            (10, Outcome::Pass),
            (70, Outcome::Pass),
            (130, Outcome::Inconclusive),
            (190, Outcome::Pass),
        ] {
            panel
                .judge(member, DEVICE, START + 60 * minute, outcome)
                .await;
        }
        // One that the verifier cut short itself.
        panel
            .judge(member, DEVICE, START + 60 * 250, Outcome::Inconclusive)
            .await;
        let judged = panel.verifiers[member]
            .journal
            .outcomes(&address_of(DEVICE), hour_of(START + 60 * 250))
            .await
            .unwrap();
        panel.verifiers[member]
            .journal
            .mark_own_fault(&judged[0].challenge)
            .await
            .unwrap();
    }
    let close = MIDNIGHT + 120;
    panel.tick(close, &MEMBERS).await;
    let hour = hour_of(MIDNIGHT - 1);
    let mut files = Vec::new();
    for member in MEMBERS {
        panel.round(member, close).await;
        files.push(panel.file_of(member, hour).await);
    }
    // 960 minutes watched and 122 of them missed, so 1,257 of 1,440 by scale: 8,729 of 10,000; 3 of 4
    // proofs; one disconnect; no opening was read, so compliance keeps its 0.
    let expected: u16 = (4_000_u32 * 8_729 + (2_000 + 1_500) * 7_500 + 1_500 * 9_000)
        .div_euclid(10_000)
        .try_into()
        .unwrap();
    for file in &files {
        let of = |key: [u8; 32]| {
            let address = address_of(key);
            file.devices
                .iter()
                .find(|device| device.device == address)
                .unwrap()
        };
        assert_eq!(of(DEVICE).reliability_bps, Some(expected));
        assert_eq!(of(DEVICE).supplier_tier, None, "no opening was read");
        assert_eq!(of(NEW).reliability_bps, None, "onboarded a day ago");
    }
    assert_eq!(files[0].devices, files[1].devices);
    let snapshot = panel.verifiers[0].snapshot();
    let rules = panel.verifiers[0].rules(snapshot.verifiers.as_ref().unwrap());
    let leaves = aggregate(&files, hour, &rules).devices;
    let leaf = leaves
        .iter()
        .find(|leaf| leaf.device == address_of(DEVICE))
        .unwrap();
    assert_eq!(leaf.reliability_bps, expected);
    let new = leaves.iter().find(|leaf| leaf.device == address_of(NEW));
    assert_eq!(new.unwrap().reliability_bps, 0, "down, and without a score");

    // An upheld offence of thirty days costs 1,333, however many parts it has.
    let before = leaf.reliability_bps;
    panel.chain.with(|chain| {
        for _part in 0..2 {
            chain.offences.push(OffenceView {
                device: address_of(DEVICE),
                id: [7; 32],
                offence_at: MIDNIGHT - 30 * DAY,
            });
        }
    });
    panel.tick(MIDNIGHT + 3_720, &MEMBERS).await;
    panel.round(0, MIDNIGHT + 3_720).await;
    let file = panel.file_of(0, hour + 1).await;
    let after = file
        .devices
        .iter()
        .find(|device| device.device == address_of(DEVICE))
        .unwrap()
        .reliability_bps;
    assert_eq!(after, Some(before - 1_333));
}
