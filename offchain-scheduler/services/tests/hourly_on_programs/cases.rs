//! Slash cases that go on by themselves.

use ion_client::addresses::registry as reg;
use ion_economics::{device::DeviceStatus, params::staking::VICTIM_BPS};
use ion_merkle::report::ReportKind;
use ion_program_tests::staking_stage::{Charge, REQUIRED, Stage, Tree, edit, io, write_root};
use ion_report::{
    DeviceList, DeviceRow, PayoutBundle, PayoutReport, PayoutRow, RULES_VERSION, RootBundle,
    RootReport, RowState,
};
use ion_store::outbox::State;
use registry::state::{Device, Params};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::desk::{DAY, Desk, HOUR};

const CHARGE: u64 = REQUIRED / 25;
/// Time in which a party may appeal.
const WINDOW: i64 = 30 * DAY;

fn case_of(stage: &Stage, charge: &Charge) -> Pubkey {
    stage.case_key(charge).address()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outcome_of_a_case_is_fixed_and_the_renter_paid() {
    let stage = Stage::co_staked();
    edit::<Params>(&stage.world, &reg::params(&staking::ID), |params| {
        params.values[usize::from(VICTIM_BPS.slot)] = 1_000;
    });
    stage.world.warp(HOUR);
    let renter = stage.world.wallet(0, 0).pubkey();
    let charge = stage.outage_of(&renter, stage.world.now() - 600);
    stage.propose(&charge).unwrap();
    let case = case_of(&stage, &charge);
    let mut desk = Desk::new(stage).await;
    desk.pass_after(WINDOW - HOUR).await;
    assert_eq!(desk.rows().await, 0, "the window is open");
    desk.pass_after(HOUR + 1).await;
    desk.assert_landed_once("finalize_case", case).await;
    assert_eq!(desk.state("pay_renter", case).await, None);

    desk.pass_after(HOUR).await;
    desk.assert_landed_once("pay_renter", case).await;
    assert_eq!(desk.world(|world| world.io_of(&renter)), CHARGE / 10);
    let rows = desk.rows().await;
    desk.pass_after(DAY).await;
    assert_eq!(desk.rows().await, rows, "nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_leg_of_a_case_taken_back_is_given_back() {
    let stage = Stage::co_staked();
    let before = stage.book();
    stage.world.warp(HOUR);
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).unwrap();
    let case = case_of(&stage, &charge);
    let mut desk = Desk::new(stage).await;
    desk.pass().await;
    assert_eq!(desk.rows().await, 0, "nothing is decided");
    desk.chain
        .with(|stage| stage.withdraw_case(&charge).unwrap());
    desk.pass_after(HOUR).await;
    for leg in [0, 1] {
        desk.assert_landed_once("restore_leg", format!("{case}/{leg}"))
            .await;
    }
    desk.chain.with(|stage| {
        let book = stage.book();
        assert!(stage.case(&charge).is_finished);
        assert_eq!(book.active_io, before.active_io);
        assert_eq!(book.positions[0].amount_io, before.positions[0].amount_io);
        stage.assert_true_books();
    });
    let rows = desk.rows().await;
    desk.pass_after(HOUR).await;
    assert_eq!(desk.rows().await, rows, "nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn case_that_found_nothing_ends_when_it_was_taken_back() {
    let stage = Stage::co_staked();
    stage.world.warp(HOUR);
    let (device, now) = (stage.device.device, stage.world.now());
    let (one, two) = (stage.spoofing(now - 60, 1), stage.spoofing(now - 60, 2));
    stage.propose(&one).unwrap();
    stage.propose(&two).unwrap();
    assert_eq!(stage.case(&two).seized_io, 0);
    let (first, empty) = (case_of(&stage, &one), case_of(&stage, &two));
    let mut desk = Desk::new(stage).await;
    desk.chain.with(|stage| stage.withdraw_case(&two).unwrap());
    desk.pass().await;
    desk.assert_landed_once("finalize_case", empty).await;
    assert_eq!(desk.state("finalize_case", first).await, None);
    desk.chain.with(|stage| {
        assert!(stage.case(&two).is_finished);
        assert_eq!(stage.book().open_cases, 1);
        stage.withdraw_case(&one).unwrap();
    });
    desk.pass_after(HOUR).await;
    for leg in [0, 1] {
        desk.assert_landed_once("restore_leg", format!("{first}/{leg}"))
            .await;
    }
    assert_eq!(desk.state("finalize_case", empty).await, None);
    desk.chain.with(|stage| {
        assert_eq!(stage.book().open_cases, 0);
        stage.assert_true_books();
    });
    let device: Device = desk.world(|world| world.get(&device));
    assert_eq!(device.device_status().unwrap(), DeviceStatus::Down);
}

/// Evidence of a root with one party that earned `io` in an hour.
fn earned(device: &Pubkey, owner: &Pubkey, reward_io: u64) -> RootReport {
    let list = DeviceList {
        hour: 2,
        rows: vec![DeviceRow {
            device: device.to_bytes(),
            owner: owner.to_bytes(),
            state: RowState::Succeeded,
            reason: 0,
            failed_at_start: 0,
            failed_at_end: 0,
            pool: 1,
            base: 1,
            reward_io,
            co_stakers: Vec::new(),
        }],
    };
    let ring = Tree::Reward.roots().to_bytes();
    RootReport::new(RootBundle::build(None, [&list], 2).unwrap(), &ring).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hold_is_burned_after_its_party_was_proven_from_the_evidence() {
    let stage = Stage::co_staked();
    let (device, owner) = (stage.device.device, stage.owner.pubkey());
    stage.world.warp(HOUR);
    stage.accept_root(Tree::Reward, 1);
    stage.fill_vault(Tree::Reward, io(10_000));
    stage.earned(Tree::Reward, &owner, io(10), 0, 1);
    let mut charge = stage.outage(stage.world.now() - 600);
    charge.args.shows.reward_parties = vec![0];
    charge.shown_wallets = vec![owner];
    stage.propose_over_table(&charge).unwrap();
    let case = case_of(&stage, &charge);
    let report = earned(&device, &owner, io(12));
    let mut desk = Desk::new(stage).await;
    let payload = report.payload;
    desk.put("reports/2/2/proposal", &payload.encode());
    desk.put(
        &format!("bundles/{}", hex::encode(payload.bundle)),
        &borsh::to_vec(&report.bundle).unwrap(),
    );
    desk.world(|world| {
        world.warp(DAY);
        write_root(world, Tree::Reward, 2, payload.leaf_count, payload.root);
    });

    desk.pass_after(WINDOW).await;
    desk.assert_landed_once("finalize_case", case).await;
    let hold = format!("{case}/5");
    let proof = format!("{}/{device}/{owner}", ReportKind::RewardRoot.to_u8());
    desk.pass_after(HOUR).await;
    assert_eq!(desk.state("burn_forfeited", &hold).await, None);
    let claims = |desk: &Desk<Stage>| desk.chain.with(|stage| stage.claims(Tree::Reward, &owner));
    assert_eq!(claims(&desk).matured.seq, 2, "proven: {proof}");
    assert_eq!(claims(&desk).matured.lifetime_io, io(12));

    let supply = desk.chain.with(Stage::supply);
    desk.pass_after(HOUR).await;
    assert_eq!(desk.state("prove_leaf", &proof).await, None);
    desk.assert_landed_once("burn_forfeited", &hold).await;
    assert_eq!(claims(&desk).burned_io, io(10));
    desk.chain.with(|stage| {
        assert_eq!(stage.supply(), supply - io(10));
        assert!(stage.case(&charge).is_finished);
    });
    let rows = desk.rows().await;
    desk.pass_after(DAY).await;
    assert_eq!(desk.rows().await, rows, "nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hold_without_evidence_or_matured_root_waits_without_a_transaction() {
    let stage = Stage::co_staked();
    let owner = stage.owner.pubkey();
    stage.world.warp(HOUR);
    stage.accept_root(Tree::Reward, 1);
    stage.fill_vault(Tree::Reward, io(10_000));
    stage.earned(Tree::Reward, &owner, io(10), 0, 1);
    let mut charge = stage.outage(stage.world.now() - 600);
    charge.args.shows.reward_parties = vec![0];
    charge.shown_wallets = vec![owner];
    stage.propose_over_table(&charge).unwrap();
    stage.world.warp(WINDOW + 1);
    stage.finalize(&charge).unwrap();
    // The newest matured root is one whose evidence nobody has.
    stage.accept_root(Tree::Reward, 2);
    stage.world.warp(8 * DAY);
    let mut desk = Desk::new(stage).await;
    let hold = format!("{}/5", desk.chain.with(|stage| case_of(stage, &charge)));
    let (device, kind) = (desk.chain.with(|stage| stage.device.device), 2);
    desk.pass().await;
    let proof = format!("{kind}/{device}/{owner}");
    assert_eq!(desk.state("prove_leaf", &proof).await, None);
    assert_eq!(desk.state("burn_forfeited", &hold).await, None);
    desk.chain.with(|stage| stage.veto_root(Tree::Reward, 2));
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("burn_forfeited", &hold).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payout_hold_is_burned_after_its_party_was_proven_from_the_evidence() {
    let stage = Stage::co_staked();
    let (device, owner) = (stage.device.device, stage.owner.pubkey());
    stage.world.warp(HOUR);
    stage.accept_root(Tree::Payout, 1);
    stage.fill_vault(Tree::Payout, io(10_000));
    stage.earned(Tree::Payout, &owner, io(10), 0, 1);
    let mut charge = stage.outage(stage.world.now() - 600);
    charge.args.shows.payout_parties = vec![0];
    charge.shown_wallets = vec![owner];
    stage.propose_over_table(&charge).unwrap();
    let case = case_of(&stage, &charge);
    let bundle = PayoutBundle {
        rules_version: RULES_VERSION,
        through_epoch: 2,
        previous: None,
        days: Vec::new(),
        rows: vec![PayoutRow {
            device: device.to_bytes(),
            party: owner.to_bytes(),
            lifetime_io: io(9),
            lifetime_usdc: 3,
            arrears_usd_micros: 4,
        }],
    };
    let ring = Tree::Payout.roots().to_bytes();
    let report = PayoutReport::new(bundle, &ring).unwrap();
    let payload = report.payload;
    let mut desk = Desk::new(stage).await;
    desk.put("reports/4/2/proposal", &payload.encode());
    desk.put(
        &format!("bundles/{}", hex::encode(payload.bundle)),
        &borsh::to_vec(&report.bundle).unwrap(),
    );
    desk.world(|world| {
        world.warp(DAY);
        write_root(world, Tree::Payout, 2, payload.leaf_count, payload.root);
    });
    desk.pass_after(WINDOW).await;
    desk.assert_landed_once("finalize_case", case).await;
    desk.pass_after(HOUR).await;
    let proof = format!("{}/{device}/{owner}", ReportKind::PayoutRoot.to_u8());
    let state = desk.state("prove_leaf", &proof).await;
    assert_eq!(state, Some(State::Finalized));
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("burn_forfeited", format!("{case}/6"))
        .await;
    desk.chain.with(|stage| {
        let claims = stage.claims(Tree::Payout, &owner);
        // One unit of the hold is not covered by the root and is dropped.
        assert_eq!((claims.burned_io, claims.forfeited_io), (io(9), io(9)));
        assert!(stage.case(&charge).is_finished);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn device_blocked_for_spoofing_is_free_again_after_the_last_leg() {
    let stage = Stage::co_staked();
    stage.world.warp(HOUR);
    let device = stage.device.device;
    let charge = stage.spoofing(stage.world.now() - 600, 9);
    stage.propose(&charge).unwrap();
    let status = |desk: &Desk<Stage>| {
        let device: Device = desk.world(|world| world.get(&device));
        device.device_status().unwrap()
    };
    let case = case_of(&stage, &charge);
    let mut desk = Desk::new(stage).await;
    assert_eq!(status(&desk), DeviceStatus::Blocked);
    desk.chain.with(|stage| {
        stage.appeal(&stage.owner, &charge).unwrap();
        stage.rule(&charge, 5_000).unwrap();
    });
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("finalize_case", case).await;
    desk.pass_after(HOUR).await;
    for leg in [0, 1] {
        desk.assert_landed_once("restore_leg", format!("{case}/{leg}"))
            .await;
    }
    assert!(desk.chain.with(|stage| stage.case(&charge).is_finished));
    let rows = desk.rows().await;
    desk.pass_after(HOUR).await;
    assert_eq!(desk.state("restore_leg", format!("{case}/0")).await, None);
    assert!(desk.rows().await <= rows + 1, "at most a refresh");
}
