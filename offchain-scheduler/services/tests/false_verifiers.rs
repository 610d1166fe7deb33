//! Verifiers that are silent, late, lie, publish two files or collude below the threshold: the root
//! is that of the honest ones.

mod support;

use ion_merkle::report::{LeafReport, ReportKind};
use ion_observation::{Bundle, MinuteMap, ObservationFile};
use ion_protocol::Outcome;
use ion_services::verifier::subject_of;
use support::{panel::Panel, *};

const HOUR_CLOSE: i64 = START + 3_600;
const VOTE: i64 = HOUR_CLOSE + 360;
/// The first comes up, the second goes down, the third stays as it is.
const DEVICES: [([u8; 32], u8); 3] = [([60; 32], 0), ([61; 32], 1), ([62; 32], 1)];
const KIND: ReportKind = ReportKind::DeviceReport;

/// An hour seen by `honest` members of five; threshold three.
async fn hour(honest: &[usize]) -> Panel {
    let mut panel = Panel::new(5, 3).await;
    for (key, status) in DEVICES {
        put_device(&panel.chain, key, status);
    }
    for minute in 0..60 {
        let now = START + 60 * minute;
        panel.tick(now, honest).await;
        panel.beat(DEVICES[2].0, now, honest).await;
    }
    for member in honest {
        panel
            .judge(*member, DEVICES[0].0, START + 600, Outcome::Pass)
            .await;
    }
    panel
}

fn rows(hour: u64) -> Vec<(&'static str, String, u64)> {
    let kind = KIND.to_u8();
    (0..4)
        .map(|number| ("vote_report", format!("{kind}/{number}/0"), hour))
        .collect()
}

/// Files and votes of the honest ones; the others' votes are given. Returns the attested report with
/// its hash.
async fn attest(
    panel: &mut Panel,
    honest: &[usize],
    others: &[(usize, [u8; 32])],
) -> Option<([u8; 32], LeafReport)> {
    let hour = hour_of(START);
    panel.chain.with(|chain| chain.now = VOTE);
    for member in honest {
        panel.round(*member, HOUR_CLOSE + 60).await;
    }
    panel.set_poll(KIND, subject_of(KIND), hour, vec![None; 5]);
    for _ in 0..4 {
        let mut votes = vec![None; 5];
        for (member, vote) in others {
            votes[*member] = Some(*vote);
        }
        for member in honest {
            panel.round(*member, VOTE).await;
            votes[*member] = panel.vote_in(*member, &rows(hour)).await;
        }
        let poll = panel.set_poll(KIND, subject_of(KIND), hour, votes);
        if let Some(payload) = poll.attested {
            let name = format!("reports/{}/{hour}/{}", KIND.to_u8(), hex::encode(payload));
            let bytes = panel.verifiers[honest[0]].get(name).await.unwrap()?;
            return LeafReport::decode(&bytes).map(|report| (payload, report));
        }
    }
    None
}

/// What all five honest verifiers attest.
async fn honest_report() -> LeafReport {
    let mut panel = hour(&[0, 1, 2, 3, 4]).await;
    let (_, report) = attest(&mut panel, &[0, 1, 2, 3, 4], &[]).await.unwrap();
    report
}

/// A file that says the opposite of another one.
fn lie(mut file: ObservationFile) -> ObservationFile {
    file.observed = MinuteMap::ALL;
    for device in &mut file.devices {
        for challenge in &mut device.challenges {
            challenge.outcome = Outcome::Fail;
        }
        device.up = match device.up.count() {
            0 => MinuteMap::ALL,
            _ => MinuteMap::default(),
        };
        device.line_tier = Some(4);
        device.reliability_bps = Some(10_000);
        device.supplier_tier = Some(3);
        device.fields.status = 8;
    }
    file
}

#[tokio::test]
async fn one_silent_and_one_lying_verifier_of_five_change_nothing() {
    let expected = honest_report().await;
    assert_eq!(expected.leaf_count, 2);
    let honest = [0, 1, 2];
    let mut panel = hour(&honest).await;
    // 3 is silent; 4 publishes the opposite and votes for a root of its own.
    for member in honest {
        panel.round(member, HOUR_CLOSE + 60).await;
    }
    let file = panel.file_of(0, hour_of(START)).await;
    panel.publish(4, lie(file)).await;
    let (_, attested) = attest(&mut panel, &honest, &[(4, [0xEE; 32])])
        .await
        .unwrap();
    assert_eq!(
        (attested.root, attested.leaf_count),
        (expected.root, expected.leaf_count)
    );
}

#[tokio::test]
async fn two_files_of_one_verifier_exclude_it() {
    let expected = honest_report().await;
    let honest = [0, 1, 2, 3];
    let mut panel = hour(&honest).await;
    for member in honest {
        panel.round(member, HOUR_CLOSE + 60).await;
    }
    let file = panel.file_of(0, hour_of(START)).await;
    panel.publish(4, file.clone()).await;
    panel.publish(4, lie(file)).await;
    let (_, attested) = attest(&mut panel, &honest, &[]).await.unwrap();
    assert_eq!(attested.root, expected.root);
    let name = format!("bundles/{}", hex::encode(attested.bundle));
    let bytes = panel.verifiers[0].get(name).await.unwrap().unwrap();
    let bundle = Bundle::decode(&bytes).unwrap();
    let used: Vec<_> = bundle.files.iter().map(|file| file.verifier).collect();
    assert_eq!(used.len(), 4);
    assert!(!used.contains(&member_key(4).verifying_key().to_bytes()));
}

#[tokio::test]
async fn late_file_changes_no_vote_that_was_cast() {
    let honest = [0, 1, 2, 3];
    let mut panel = hour(&honest).await;
    let (payload, _) = attest(&mut panel, &honest, &[]).await.unwrap();
    // A file of 4 turns up after the vote; the poll is looked at again as if it were still open.
    let file = panel.file_of(0, hour_of(START)).await;
    panel.publish(4, lie(file)).await;
    panel.chain.with(|chain| {
        for poll in chain.polls.values_mut() {
            poll.attested = None;
        }
    });
    for member in honest {
        panel.round(member, VOTE).await;
        let vote = panel.vote_in(member, &rows(hour_of(START))).await;
        assert_eq!(vote, Some(payload), "verifier {member}");
    }
}

#[tokio::test]
async fn collusion_below_the_threshold_attests_nothing_of_its_own() {
    let expected = honest_report().await;
    let honest = [0, 1, 2];
    let mut panel = hour(&honest).await;
    for member in honest {
        panel.round(member, HOUR_CLOSE + 60).await;
    }
    // 3 and 4 publish the same lie and vote for the same payload, whose evidence they store: it
    // leaves out the files of the others.
    let file = panel.file_of(0, hour_of(START)).await;
    panel.publish(3, lie(file.clone())).await;
    panel.publish(4, lie(file)).await;
    let bundle = Bundle {
        rules_version: 2,
        kind: KIND.to_u8(),
        hour: hour_of(START),
        min_observations: 2,
        down_after_minutes: 7,
        files: vec![],
        leaves: vec![[1; 32]],
    };
    let payload = LeafReport {
        root: [1; 32],
        leaf_count: 1,
        bundle: bundle.hash(),
    };
    let subject = subject_of(KIND).to_bytes();
    let vote = ion_merkle::report::payload_hash::<ion_merkle::Sha256Hasher>(
        KIND,
        &subject,
        hour_of(START),
        &payload.encode(),
    );
    let store = &panel.verifiers[3];
    store
        .put(
            format!("bundles/{}", hex::encode(bundle.hash())),
            borsh::to_vec(&bundle).unwrap(),
        )
        .await
        .unwrap();
    let name = format!(
        "reports/{}/{}/{}",
        KIND.to_u8(),
        hour_of(START),
        hex::encode(vote)
    );
    store.put(name, payload.encode().to_vec()).await.unwrap();
    let (_, attested) = attest(&mut panel, &honest, &[(3, vote), (4, vote)])
        .await
        .unwrap();
    assert_eq!(attested.root, expected.root);
}
