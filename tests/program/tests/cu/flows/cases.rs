//! Slash cases: against the owner and four co-stakers, and with held rewards.

use ion_client::instructions::staking as stk;
use ion_economics::{
    slash::{LONG_OUTAGE, Offence},
    units::{DAY, HOUR},
};
use ion_program_tests::staking_stage::{Charge, REQUIRED, Stage, Tree, edit, io};
use registry::state::Params;
use solana_signer::Signer;

use crate::{
    measure::{Sample, samples},
    tries::Known,
};

/// A device with one co-staker, an hour old. More parties and the registry's call have their budgets
/// in the staking tests.
fn staked() -> Stage {
    let stage = Stage::co_staked();
    stage.stake(REQUIRED).expect("tops up");
    stage.world.warp(HOUR);
    stage
}

/// Proposes as the slasher's service does, over a lookup table.
fn propose_over_table(stage: &Stage, charge: &Charge) {
    stage.open_day();
    let slasher = &stage.world.slasher;
    let propose = stage.propose_ix(&slasher.pubkey(), charge);
    stage.send_over_table(slasher, &propose);
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
    samples(&stage.world, 1, &Known::default())
}

/// Code 6: everything, blocked and lifted.
pub fn spoofing() -> Vec<Sample> {
    let stage = staked();
    let charge = stage.spoofing(stage.world.now() - 60, 1);
    propose_over_table(&stage, &charge);
    stage.withdraw_case(&charge).expect("withdraws");
    stage.restore_all(&charge);
    let upheld = stage.spoofing(stage.world.now() - 30, 2);
    propose_over_table(&stage, &upheld);
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
    propose_over_table(&stage, &charge);
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
