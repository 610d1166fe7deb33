//! `ion gov veto`: a root that the verifiers attested, taken out of use before it pays.

use ion_client::{
    accounts, addresses,
    instructions::{
        registry::{open_poll, vote_report},
        rewards::{self as build, ClaimOf},
    },
};
use ion_e2e::network::Network;
use ion_economics::{params::rewards::REWARD_MATURITY, units::HOUR};
use ion_merkle::{
    Sha256Hasher, Tree,
    earnings::{EarningsLeaf, EarningsTree, RewardRoot},
    report::{ReportKind, payload_hash},
    summary::{BlockSummary, PoolSummary},
};
use registry::state::VerifierSet;
use rewards::state::{Block, Emission};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{exemption::registered, go_to, refused, start};

/// Has a quorum of the verifiers attest a report.
fn attest(network: &Network, kind: ReportKind, subject: &Pubkey, seq: u64, payload: &[u8]) {
    let payer = network.key("auditor");
    let verifiers = ["verifier-1", "verifier-2", "verifier-3"].map(|name| network.key(name));
    let poll = addresses::registry::poll(kind, subject, seq);
    let hash = payload_hash::<Sha256Hasher>(kind, &subject.to_bytes(), seq, payload);
    let open = open_poll(&payer.pubkey(), kind, subject, seq);
    network.send(&payer, &[], &[open]).unwrap();
    let set: VerifierSet =
        accounts::fetch(&network.chain, &addresses::registry::verifier_set()).unwrap();
    for verifier in verifiers.iter().take(set.threshold.into()) {
        let vote = vote_report(&verifier.pubkey(), &poll, hash);
        network.send(&payer, &[verifier], &[vote]).unwrap();
    }
}

/// Releases the next hour and completes it with one paid device; the hour and what it allocated.
fn paid_hour(network: &Network) -> (u64, u64) {
    let crank = network.key("auditor");
    let mint = network.config.io_mint;
    let emission: Emission =
        accounts::fetch(&network.chain, &addresses::rewards::emission()).unwrap();
    let hour = emission.next_hour;
    go_to(network, (i64::try_from(hour).unwrap() + 2) * HOUR);
    let release = build::release_block(&crank.pubkey(), &mint, hour, false);
    network.send(&crank, &[], &[release]).unwrap();
    let block: Block = accounts::fetch(&network.chain, &addresses::rewards::block(hour)).unwrap();
    let summary = BlockSummary {
        hour,
        nominated: 1,
        succeeded: 1,
        failed: 0,
        verified_cpus: 0,
        verified_gpus: 1,
        enterprise: PoolSummary {
            base_sum: 1_000,
            paid_devices: 1,
            allocated_io: block.enterprise_io,
        },
        community: PoolSummary {
            base_sum: 0,
            paid_devices: 0,
            allocated_io: 0,
        },
        device_list: [4; 32],
        bundle: [5; 32],
    };
    attest(
        network,
        ReportKind::BlockSummary,
        &::rewards::ID,
        hour,
        &summary.encode(),
    );
    let complete = build::complete_block(&crank.pubkey(), &mint, &summary);
    network.send(&crank, &[], &[complete]).unwrap();
    (hour, block.enterprise_io)
}

#[test]
fn false_root_is_vetoed_by_the_guardian_and_never_pays() {
    let folder = tempfile::tempdir().unwrap();
    let network = start(folder.path());
    let device = registered(&network, folder.path());
    let (hour, allocated) = paid_hour(&network);

    // The verifiers give all of it to a wallet of their own.
    let crank = network.key("auditor");
    let of = ClaimOf {
        device,
        party: network.key("verifier-1").pubkey(),
    };
    let leaf = EarningsLeaf {
        device: device.to_bytes(),
        party: of.party.to_bytes(),
        lifetime_io: allocated,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
    };
    let roots = addresses::rewards::roots();
    let hashed = leaf.hash::<Sha256Hasher>(EarningsTree::Reward, &roots.to_bytes());
    let tree = Tree::new(vec![hashed]);
    let root = RewardRoot {
        root: tree.root(),
        leaf_count: 1,
        through_hour: hour,
        lifetime_io: allocated,
        bundle: [6; 32],
    };
    attest(&network, ReportKind::RewardRoot, &roots, 1, &root.encode());
    let accept = build::accept_root(&crank.pubkey(), 1, &root);
    network.send(&crank, &[], &[accept]).unwrap();

    // Shown before it is signed; nobody else may; a root that is not there cannot be vetoed.
    let veto = ["gov", "veto", "reward", "1"];
    let arguments = [veto.as_slice(), &["--dry-run"]].concat();
    let shown = network.cli.run("guardian", &arguments).unwrap();
    assert_eq!(shown["effect"]["root"], hex::encode(root.root));
    let said = refused(&network, "auditor", &veto);
    assert!(said.contains("NotVetoer"), "{said}");
    let said = refused(&network, "guardian", &["gov", "veto", "reward", "2"]);
    assert!(said.contains("holds no root 2"), "{said}");
    let said = refused(&network, "guardian", &["gov", "veto", "payout", "1"]);
    assert!(said.contains("holds no root 1"), "{said}");

    let vetoed = network.cli.run("guardian", &veto).unwrap();
    assert_eq!(vetoed["state"]["vetoed"], "true");
    let said = refused(&network, "guardian", &veto);
    assert!(said.contains("RootVetoed"), "{said}");

    // Its time passes and it stays worth nothing.
    network.pass(REWARD_MATURITY.default + HOUR).unwrap();
    let open = build::open_claim(&crank.pubkey(), &of);
    network.send(&crank, &[], &[open]).unwrap();
    let prove = build::prove_leaf(&crank.pubkey(), 1, 0, &leaf, tree.proof(0).unwrap());
    let said = network.send(&crank, &[], &[prove]).unwrap_err();
    assert!(said.to_string().contains("RootVetoed"), "{said}");
}
