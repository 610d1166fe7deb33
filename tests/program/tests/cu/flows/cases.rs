//! Slash cases: against the owner and four co-stakers, and with held rewards.

use ion_client::instructions::staking as stk;
use ion_economics::{
    slash::{LONG_OUTAGE, Offence},
    units::{DAY, HOUR},
};
use ion_program_tests::staking_stage::{CO_CAP, REQUIRED, Stage, Tree, edit, io};
use registry::state::Params;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    measure::{Sample, samples},
    tries::Known,
};

/// A device with one co-staker, an hour old.
fn staked() -> Stage {
    let stage = Stage::co_staked();
    stage.stake(REQUIRED).expect("tops up");
    stage.world.warp(HOUR);
    stage
}

/// A device with all four slots taken by four wallets, an hour old.
fn full() -> (Stage, Vec<Pubkey>) {
    let stage = Stage::staked(2 * REQUIRED);
    let mut parties = vec![stage.owner.pubkey()];
    for seq in 1..=4 {
        let wallet = stage.world.wallet(2 * CO_CAP, 0);
        let key = wallet.pubkey();
        stage
            .send(&wallet, stk::open_costaker(&key, &key))
            .expect("opens");
        stage.offer(CO_CAP, 4_000).expect("offers");
        stage.accept(&wallet, seq, CO_CAP, 4_000).expect("accepts");
        if seq < 4 {
            stage.co_unstake(&wallet, seq).expect("leaves");
        }
        parties.push(key);
    }
    stage.world.warp(HOUR);
    (stage, parties)
}

/// Every end of a case without rewards.
pub fn cases() -> Vec<Sample> {
    let stage = staked();
    edit::<Params>(
        &stage.world,
        &ion_client::addresses::registry::params(&staking::ID),
        |params| {
            let slot = ion_economics::params::staking::VICTIM_BPS.slot;
            params.values[usize::from(slot)] = 1_000;
        },
    );
    let renter = stage.world.wallet(0, 0);
    let now = stage.world.now();
    let outage = stage.outage_of(&renter.pubkey(), now - 600);
    let partial = stage.outage(now - 500);
    let withdrawn = stage.outage(now - 400);
    for charge in [&outage, &partial, &withdrawn] {
        stage.propose(charge).expect("proposes");
    }
    stage.withdraw_case(&withdrawn).expect("withdraws");
    stage.restore_all(&withdrawn);
    stage.appeal(&stage.owner, &partial).expect("appeals");
    stage.rule(&partial, 3_333).expect("rules");
    stage.finalize(&partial).expect("finalizes");
    stage.restore_all(&partial);
    stage.world.warp(LONG_OUTAGE);
    let second = outage.as_part(1, Offence::LongOutage, 3_000);
    stage.propose(&second).expect("a further part");
    stage.appeal(&stage.owner, &second).expect("appeals");
    stage.rule(&second, 0).expect("rules");
    stage.restore_all(&second);
    stage.world.warp(30 * DAY);
    stage.finalize(&outage).expect("finalizes");
    let case = stage.case_key(&outage).address();
    let destination = stage.purse(&renter.pubkey());
    stage
        .crank(stk::pay_renter(&stage.mint(), &case, &destination))
        .expect("pays");
    stage.donate(7);
    stage
        .crank(stk::sweep_excess(&stage.mint(), &stage.device.device))
        .expect("sweeps");
    stage.donate_to(&stage.case_key(&outage).vault(), 7);
    stage
        .crank(stk::sweep_case(&stage.mint(), &case))
        .expect("sweeps");
    samples(&stage.world, 1, &Known::default())
}

/// Five parties: an outage in two parts, idle overuse with a repeat, low reliability.
pub fn five_parties() -> Vec<Sample> {
    let (stage, _) = full();
    let outage = stage.outage(stage.world.now() - 600);
    stage.propose_over_table(&outage).expect("proposes");
    stage.world.warp(LONG_OUTAGE);
    let second = outage.as_part(1, Offence::LongOutage, 3_000);
    stage.propose_over_table(&second).expect("a further part");
    stage.appeal(&stage.owner, &second).expect("appeals");
    stage.rule(&second, 3_333).expect("rules");
    stage.finalize(&second).expect("finalizes");
    stage.restore_all(&second);
    let mut breach = stage.leaf_charge(Offence::Overuse, 0, 9_000);
    breach.positions = Some(Vec::new());
    stage.propose_over_table(&breach).expect("a record");
    stage.world.warp(HOUR);
    let mut repeat = stage.leaf_charge(Offence::Overuse, 500, 9_000);
    repeat.earlier = Some(stage.case_key(&breach).address());
    stage.propose_over_table(&repeat).expect("a repeat");
    stage.world.warp(HOUR);
    let low = stage.leaf_charge(Offence::LowReliability, 200, 100);
    stage.propose_over_table(&low).expect("proposes");
    stage.world.warp(31 * DAY);
    stage.finalize(&outage).expect("finalizes");
    samples(&stage.world, 1, &Known::default())
}

/// Code 6 against five parties: everything, blocked and lifted.
pub fn spoofing() -> Vec<Sample> {
    let (stage, _) = full();
    let charge = stage.spoofing(stage.world.now() - 60, 1);
    stage.propose_over_table(&charge).expect("proposes");
    stage.withdraw_case(&charge).expect("withdraws");
    stage.restore_all(&charge);
    let upheld = stage.spoofing(stage.world.now() - 30, 2);
    stage.propose_over_table(&upheld).expect("proposes");
    stage.world.warp(31 * DAY);
    stage.finalize(&upheld).expect("finalizes");
    samples(&stage.world, 1, &Known::default())
}

/// A hold that is released in part and burned for the rest.
pub fn holds() -> Vec<Sample> {
    let stage = Stage::co_staked();
    stage.world.warp(HOUR);
    let owner = stage.owner.pubkey();
    let mut charge = stage.outage(stage.world.now() - 600);
    for tree in [Tree::Reward, Tree::Payout] {
        stage.accept_root(tree, 1);
        stage.fill_vault(tree, io(1_000));
        stage.earned(tree, &owner, io(10), 0, 1);
    }
    charge.args.shows.reward_parties = vec![0];
    charge.args.shows.payout_parties = vec![0];
    charge.shown_wallets = vec![owner, owner];
    stage.propose_over_table(&charge).expect("proposes");
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 5_000).expect("rules");
    stage.finalize(&charge).expect("finalizes");
    stage.restore_all(&charge);
    stage.world.warp(8 * DAY);
    for (tree, leg) in [(Tree::Reward, 5), (Tree::Payout, 6)] {
        stage.proven_matured(tree, &owner, io(10), 1);
        let burn = stk::burn_forfeited(
            &stage.mint(),
            &stage.case_key(&charge),
            &stage.case(&charge),
            leg,
        );
        stage.crank(burn).expect("burns");
    }
    samples(&stage.world, 1, &Known::default())
}

/// Holds on the rewards of five parties in both trees, and a stake leg of each.
pub fn at_the_caps() -> Vec<Sample> {
    let (stage, parties) = full();
    for tree in [Tree::Reward, Tree::Payout] {
        stage.accept_root(tree, 1);
        for party in &parties {
            stage.earned(tree, party, io(1), 0, 1);
        }
    }
    let mut charge = stage.outage(stage.world.now() - 600);
    charge.args.shows.reward_parties = (0..5).collect();
    charge.args.shows.payout_parties = (0..5).collect();
    charge.shown_wallets = parties.repeat(2);
    stage.propose_over_table(&charge).expect("proposes");
    let case = stage.case(&charge);
    for party in case.parties() {
        assert!(party.stake_io > 0 && party.holds_io.iter().all(|hold| *hold > 0));
    }
    stage.withdraw_case(&charge).expect("withdraws");
    stage.restore_all(&charge);
    samples(&stage.world, 1, &Known::default())
}
