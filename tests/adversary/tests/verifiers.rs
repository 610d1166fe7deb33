//! Verifiers that are silent, late, lie, vote for a wrong root, publish two files or collude below the
//! threshold. The verdict is always the same: what the honest ones saw is attested and comes on chain.

#[path = "../../../offchain-scheduler/services/tests/support/machine.rs"]
mod machine;
#[path = "support/panel.rs"]
mod panel;

use ion_observation::Bundle;
use panel::{KIND, Panel, lie};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_lying_and_late_verifiers_of_five_change_nothing() {
    let panel = Panel::watched(3).await;
    panel.files_are_written().await;
    // Member 3 is silent. Member 4 says the opposite, and votes first, for a root of its own.
    panel.publish(4, lie(panel.honest_file()));
    panel.votes_are_due().await;
    assert!(panel.vote(4, [0xEE; 32]));
    let (hash, report, bundle) = panel.attested().await;
    assert_ne!(hash, [0xEE; 32]);
    panel.assert_honest_used(&bundle);
    assert_eq!(report.leaf_count, 1, "the dark device and no other");
    panel.truth_is_on_chain().await;

    // The silent one wakes up too late: its file and its vote move nothing.
    panel.publish(3, lie(panel.honest_file()));
    panel.vote(3, [0xEE; 32]);
    panel.truth_is_on_chain().await;
    assert_eq!(panel.attested_hash(), Some(hash));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verifier_with_two_files_for_one_hour_is_left_out() {
    let panel = Panel::watched(3).await;
    panel.files_are_written().await;
    panel.publish(4, panel.honest_file());
    panel.publish(4, lie(panel.honest_file()));
    panel.votes_are_due().await;
    let (_, report, bundle) = panel.attested().await;
    panel.assert_honest_used(&bundle);
    assert!(!panel.is_used(&bundle, 4), "{bundle:?}");
    assert_eq!(report.leaf_count, 1);
    panel.truth_is_on_chain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn collusion_below_the_threshold_attests_nothing_of_its_own() {
    let panel = Panel::watched(3).await;
    panel.files_are_written().await;
    // 3 and 4 tell the same lie, and vote for the same payload before anybody else; its evidence is
    // there for all to fetch, and leaves out the files of the others.
    for member in [3, 4] {
        panel.publish(member, lie(panel.honest_file()));
    }
    let bundle = Bundle {
        rules_version: 2,
        kind: KIND.to_u8(),
        hour: panel.hour,
        min_observations: 2,
        down_after_minutes: 7,
        files: vec![],
        leaves: vec![[1; 32]],
    };
    let theirs = panel.propose(&bundle, [1; 32]);
    for member in [3, 4] {
        assert!(panel.vote(member, theirs));
    }
    panel.votes_are_due().await;
    let (hash, report, _) = panel.attested().await;
    assert_ne!(hash, theirs);
    assert_eq!(report.leaf_count, 1);
    panel.truth_is_on_chain().await;
}
