//! Reward legs of cases, with the real rewards program and engine: holds, releases, burns.

mod shown;

use ion_client::instructions::staking as ix;
use ion_economics::{
    slash::Offence,
    units::{DAY, HOUR},
};
use ion_program_tests::expect_error;
use rewards::error::RewardsError;
use solana_signer::Signer;
use staking::error::StakingError;

use crate::stage::{CO_CAP, COOLDOWN, Charge, REQUIRED, Stage, Tree, WAIT, io, swap};

const CHARGE: u64 = REQUIRED / 25;
const OWNER: u64 = CHARGE - CHARGE / 3;
const CO: u64 = CHARGE / 3;

/// Owner and co-staker with a root of both trees accepted, and full vaults.
fn stage() -> Stage {
    let stage = Stage::co_staked();
    stage.world.warp(HOUR);
    for tree in [Tree::Reward, Tree::Payout] {
        stage.accept_root(tree, 1);
        stage.fill_vault(tree, io(10_000));
    }
    stage
}

/// An outage whose proposal shows these parties' records.
fn showing(stage: &Stage, rewards: &[u8], payouts: &[u8]) -> Charge {
    let mut charge = stage.outage(stage.world.now() - 600);
    charge.args.shows.reward_parties = rewards.to_vec();
    charge.args.shows.payout_parties = payouts.to_vec();
    let book = stage.book();
    let wallet = |party: &u8| match usize::from(*party) {
        0 => stage.owner.pubkey(),
        place => book.positions[place - 1].wallet,
    };
    charge.shown_wallets = rewards.iter().chain(payouts).map(wallet).collect();
    charge
}

/// Proposes over a lookup table, as the slasher's service does.
fn propose(stage: &Stage, charge: &Charge) -> u64 {
    stage
        .propose_over_table(charge)
        .expect("proposes")
        .compute_units
}

#[test]
fn holds_come_before_stake_and_from_block_rewards_before_payouts() {
    let stage = stage();
    let (owner, co) = (stage.owner.pubkey(), stage.co.pubkey());
    stage.earned(Tree::Reward, &owner, io(10), 0, 1);
    stage.earned(Tree::Payout, &owner, io(7), io(2), 1);
    stage.earned(Tree::Reward, &co, io(500), 0, 1);
    let mut charge = showing(&stage, &[0, 1], &[0]);
    charge.positions = Some(Vec::new()); // the co-staker's share is covered by its rewards
    let supply = stage.supply();
    propose(&stage, &charge);
    let case = stage.case(&charge);
    assert_eq!(case.parties()[0].holds_io, [io(10), io(5)]);
    assert_eq!(case.parties()[0].stake_io, OWNER - io(15));
    assert_eq!(case.parties()[1].holds_io, [CO, 0]);
    assert_eq!(case.parties()[1].stake_io, 0);
    assert_eq!(case.charged_io, CHARGE);
    assert_eq!(case.parties()[0].hold_roots, [1, 1]);
    assert_eq!(stage.slash_day().taken_io, CHARGE);
    // no token of a hold moved
    assert_eq!(stage.world.token(&Tree::Reward.vault()), io(10_000));
    assert_eq!(stage.supply(), supply);
    assert_eq!(stage.claims(Tree::Reward, &owner).forfeited_io, io(10));
    assert_eq!(stage.claims(Tree::Payout, &owner).forfeited_io, io(5));
    assert_eq!(stage.claims(Tree::Reward, &co).forfeited_io, CO);
    stage.assert_true_books();
}

#[test]
fn overturned_holds_are_released_to_the_unit() {
    let stage = stage();
    let (owner, co) = (stage.owner.pubkey(), stage.co.pubkey());
    stage.earned(Tree::Reward, &owner, io(10), 0, 1);
    stage.earned(Tree::Payout, &co, io(3), 0, 1);
    let charge = showing(&stage, &[0], &[1]);
    propose(&stage, &charge);
    assert_eq!(stage.claims(Tree::Payout, &co).forfeited_io, io(3));
    stage.appeal(&stage.co, &charge).expect("appeals");
    stage.rule(&charge, 0).expect("overturns");
    // the record of another party does not do
    let restore = stage.restore_ix(&charge, 5);
    let own = Tree::Reward.record(&stage.device.device, &owner);
    stage.earned(Tree::Reward, &co, io(1), 0, 1);
    let other = Tree::Reward.record(&stage.device.device, &co);
    let refused = stage.crank(swap(&restore, &own, &other));
    expect_error(refused, staking::ID, StakingError::WrongRecord, 0);
    let payout = Tree::Payout.record(&stage.device.device, &co);
    let refused = stage.crank(swap(&restore, &own, &payout));
    expect_error(refused, staking::ID, StakingError::WrongRecord, 0);
    let refused = stage.crank(swap(&restore, &rewards::ID, &staking::ID));
    expect_error(refused, staking::ID, StakingError::MissingProgram, 0);
    stage.restore_all(&charge);
    assert!(stage.case(&charge).is_finished);
    assert_eq!(stage.claims(Tree::Reward, &owner).forfeited_io, 0);
    assert_eq!(stage.claims(Tree::Payout, &co).forfeited_io, 0);
    assert_eq!(stage.book().held_io().expect("counts"), REQUIRED + CO_CAP);
    let again = stage.restore(&charge, 5);
    expect_error(again, staking::ID, StakingError::LegDone, 0);
}

#[test]
fn upheld_hold_burns_when_its_root_has_matured() {
    let stage = stage();
    let owner = stage.owner.pubkey();
    stage.earned(Tree::Reward, &owner, io(10), 0, 1);
    let charge = showing(&stage, &[0], &[]);
    propose(&stage, &charge);
    let burn = |leg| {
        ix::burn_forfeited(
            &stage.mint(),
            &stage.case_key(&charge),
            &stage.case(&charge),
            leg,
        )
    };
    let early = stage.crank(burn(5));
    expect_error(early, staking::ID, StakingError::CaseOpen, 0);
    stage.world.warp(30 * DAY + 1);
    stage.finalize(&charge).expect("burns the stake");
    let case = stage.case(&charge);
    assert!(!case.is_finished);
    assert_eq!(stage.book().open_cases, 1);
    assert_eq!(case.burned_io, CHARGE - io(10));
    // the party must be proven at the newest matured root
    let supply = stage.supply();
    stage.accept_root(Tree::Reward, 2);
    stage.world.warp(7 * DAY);
    let stale = stage.crank(burn(5));
    expect_error(stale, staking::ID, RewardsError::StaleProof, 0);
    stage.proven_matured(Tree::Reward, &owner, io(12), 2);
    stage.crank(burn(5)).expect("burns");
    assert_eq!(stage.supply(), supply - io(10));
    let claims = stage.claims(Tree::Reward, &owner);
    assert_eq!((claims.forfeited_io, claims.burned_io), (io(10), io(10)));
    assert!(stage.case(&charge).is_finished);
    assert_eq!(stage.book().open_cases, 0);
    let again = stage.crank(burn(5));
    expect_error(again, staking::ID, StakingError::LegDone, 0);
    for leg in [6, 14] {
        let refused = stage.crank(burn(leg));
        expect_error(refused, staking::ID, StakingError::NoSuchLeg, 0);
    }
}

#[test]
fn partial_ruling_drops_the_restored_part_of_a_hold_before_its_burn() {
    let stage = stage();
    let owner = stage.owner.pubkey();
    stage.earned(Tree::Payout, &owner, io(10), 0, 1);
    let charge = showing(&stage, &[], &[0]);
    propose(&stage, &charge);
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 3_000).expect("rules");
    stage.finalize(&charge).expect("finalizes");
    stage.world.warp(8 * DAY);
    stage.proven_matured(Tree::Payout, &owner, io(10), 1);
    let burn = || {
        ix::burn_forfeited(
            &stage.mint(),
            &stage.case_key(&charge),
            &stage.case(&charge),
            6,
        )
    };
    let early = stage.crank(burn());
    expect_error(early, staking::ID, StakingError::RestoreFirst, 0);
    stage.restore_all(&charge);
    assert_eq!(stage.claims(Tree::Payout, &owner).forfeited_io, io(3));
    assert!(!stage.case(&charge).is_finished);
    let (supply, vault) = (stage.supply(), stage.world.token(&Tree::Payout.vault()));
    stage.crank(burn()).expect("burns");
    assert_eq!(stage.supply(), supply - io(3));
    assert_eq!(stage.world.token(&Tree::Payout.vault()), vault - io(3));
    assert!(stage.case(&charge).is_finished);
}

#[test]
fn e33_rewards_claimed_before_the_proposal_fall_on_the_own_stake() {
    let stage = stage();
    let (owner, co) = (stage.owner.pubkey(), stage.co.pubkey());
    stage.earned(Tree::Reward, &owner, io(100), io(97), 1);
    stage.earned(Tree::Reward, &co, io(100), 0, 1);
    let mut charge = showing(&stage, &[0, 1], &[]);
    charge.positions = Some(Vec::new());
    propose(&stage, &charge);
    let case = stage.case(&charge);
    assert_eq!(
        (case.parties()[0].holds_io[0], case.parties()[0].stake_io),
        (io(3), OWNER - io(3))
    );
    assert_eq!(
        (case.parties()[1].holds_io[0], case.parties()[1].stake_io),
        (CO, 0)
    );
}

#[test]
fn e85_root_vetoed_after_the_case_limits_the_burn_to_what_matured() {
    let stage = stage();
    let owner = stage.owner.pubkey();
    stage.earned(Tree::Reward, &owner, io(30), 0, 1);
    let charge = showing(&stage, &[0], &[]);
    propose(&stage, &charge);
    assert_eq!(stage.case(&charge).parties()[0].holds_io[0], io(30));
    stage.veto_root(Tree::Reward, 1);
    stage.world.warp(DAY);
    stage.accept_root(Tree::Reward, 2);
    stage.world.warp(30 * DAY);
    stage.finalize(&charge).expect("burns the stake");
    // the root that took its place says 20
    stage.proven_matured(Tree::Reward, &owner, io(20), 2);
    let supply = stage.supply();
    let burn = ix::burn_forfeited(
        &stage.mint(),
        &stage.case_key(&charge),
        &stage.case(&charge),
        5,
    );
    stage.crank(burn).expect("burns what there is");
    assert_eq!(stage.supply(), supply - io(20));
    let claims = stage.claims(Tree::Reward, &owner);
    assert_eq!((claims.forfeited_io, claims.burned_io), (io(20), io(20)));
    assert!(stage.case(&charge).is_finished);
}

#[test]
fn e87_party_without_a_proven_leaf_counts_nothing_and_stake_pays() {
    let stage = stage();
    let owner = stage.owner.pubkey();
    // not shown at all
    let bare = showing(&stage, &[], &[]);
    stage.propose(&bare).expect("a plain transaction");
    assert_eq!(stage.case(&bare).parties()[0].stake_io, OWNER);
    // shown, proven at an older root than the newest accepted
    stage.earned(Tree::Reward, &owner, io(50), 0, 1);
    stage.accept_root(Tree::Reward, 2);
    let stale = showing(&stage, &[0], &[]);
    propose(&stage, &stale);
    let case = stage.case(&stale);
    assert_eq!(case.parties()[0].holds_io, [0, 0]);
    assert_eq!(stage.claims(Tree::Reward, &owner).forfeited_io, 0);
    assert_eq!(case.charged_io, CHARGE);
}

#[test]
fn spoofing_holds_all_rewards_of_those_who_were_there() {
    let stage = stage();
    let (owner, co, other) = (
        stage.owner.pubkey(),
        stage.co.pubkey(),
        stage.other.pubkey(),
    );
    let offence = stage.world.now();
    stage.world.warp(60);
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage
        .accept(&stage.other, 2, CO_CAP, 4_000)
        .expect("comes later");
    for (party, amount) in [(&owner, 11), (&co, 12), (&other, 13)] {
        stage.earned(Tree::Reward, party, io(amount), 0, 1);
    }
    let mut charge = stage.spoofing(offence, 1);
    charge.args.shows.reward_parties = vec![0, 1, 2];
    charge.shown_wallets = vec![owner, co, other];
    propose(&stage, &charge);
    let case = stage.case(&charge);
    assert_eq!(case.parties()[0].holds_io[0], io(11));
    assert_eq!(case.parties()[1].holds_io[0], io(12));
    assert!(!case.parties()[2].has_leg());
    assert_eq!(stage.claims(Tree::Reward, &other).forfeited_io, 0);
    assert_eq!(case.seized_io, REQUIRED + CO_CAP);
}

#[test]
fn window_of_idle_overuse_is_held_once_over_all_parts() {
    let stage = stage();
    let owner = stage.owner.pubkey();
    stage.earned(Tree::Reward, &owner, io(100), 0, 1);
    let mut charge = stage.leaf_charge(Offence::Overuse, 0, 9_000);
    charge.args.offence_at = stage.world.now().div_euclid(HOUR) * HOUR;
    charge.args.window_io = io(60);
    charge.args.shows.reward_parties = vec![0];
    charge.shown_wallets = vec![owner];
    charge.positions = Some(Vec::new());
    stage.leave_the_day(io(10));
    propose(&stage, &charge);
    let held = stage.case(&charge).parties()[0].holds_io[0];
    assert_eq!(held, io(10));
    stage.world.warp(DAY);
    // the owner's part of the window is 40 IO, the co-staker's 20, of whom nothing is shown
    assert_eq!(stage.case(&charge).window_held_io, io(10) + io(20));
    let mut total = held;
    for part in 1..3 {
        let rest = charge.as_part(part, Offence::Overuse, 0);
        stage.open_day();
        let slasher = &stage.world.slasher;
        let propose = stage.propose_ix(&slasher.pubkey(), &rest);
        let sent = stage.world.send_over_table(slasher, &propose);
        if part > 1 {
            expect_error(sent, staking::ID, StakingError::NothingToCharge, 0);
            continue;
        }
        sent.expect("the rest of the window");
        total += stage.case(&rest).parties()[0].holds_io[0];
        assert_eq!(stage.case(&rest).charged_io, 0);
    }
    assert_eq!(total, io(30));
    assert_eq!(stage.case(&charge).window_held_io, io(60));
    assert!(
        total <= io(40),
        "nothing of the co-staker's part fell on the owner"
    );
}
