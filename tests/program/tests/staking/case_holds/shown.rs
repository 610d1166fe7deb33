//! Records shown to a proposal, and its budgets.

use super::*;

#[test]
fn second_position_in_an_earlier_slot_hides_no_rewards() {
    let stage = stage();
    let co = stage.co.pubkey();
    // slot 0 is left, slot 1 stays, then the same wallet comes into slot 0 again
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage.accept(&stage.co, 2, CO_CAP, 4_000).expect("accepts");
    stage.world.warp(WAIT + COOLDOWN);
    stage.pay_out(&co, 1).expect("pays out");
    stage.close_position(&co, 1).expect("closes");
    stage.co_unstake(&stage.co, 2).expect("leaves");
    let offence = stage.world.now();
    stage.world.warp(60);
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage.accept(&stage.co, 3, CO_CAP, 4_000).expect("accepts");
    let book = stage.book();
    assert_eq!((book.positions[0].seq, book.positions[1].seq), (3, 2));
    stage.accept_root(Tree::Reward, 2);
    stage.earned(Tree::Reward, &co, io(12), 0, 2);
    let mut charge = stage.spoofing(offence, 1);
    charge.args.shows.reward_parties = vec![1];
    charge.shown_wallets = vec![co];
    let refused = stage.propose_over_table(&charge);
    expect_error(refused, staking::ID, StakingError::WrongRecord, 0);
    charge.args.shows.reward_parties = vec![2];
    propose(&stage, &charge);
    let case = stage.case(&charge);
    assert!(!case.parties()[1].has_leg());
    assert_eq!(case.parties()[2].holds_io, [io(12), 0]);
    assert_eq!(case.parties()[2].stake_io, CO_CAP);
    stage.withdraw_case(&charge).expect("withdraws");
    stage.restore_all(&charge);
    assert_eq!(stage.claims(Tree::Reward, &co).forfeited_io, 0);
    assert!(stage.case(&charge).is_finished);
}

#[test]
fn shown_records_are_the_parties_own_rising_and_complete() {
    let stage = stage();
    let (owner, co) = (stage.owner.pubkey(), stage.co.pubkey());
    stage.earned(Tree::Reward, &owner, io(10), 0, 1);
    stage.earned(Tree::Reward, &co, io(10), 0, 1);
    stage.open_day();
    let slasher = stage.world.slasher.pubkey();
    let refuse = |charge: &Charge| {
        let propose = stage.propose_ix(&slasher, charge);
        let refused = stage.send(&stage.world.slasher, propose);
        expect_error(refused, staking::ID, StakingError::WrongRecord, 0);
    };
    let charge = showing(&stage, &[0], &[]);
    let with = |change: &dyn Fn(&mut Charge)| {
        let mut changed = charge.clone();
        change(&mut changed);
        changed
    };
    refuse(&with(&|c| c.shown_wallets = vec![co]));
    refuse(&with(&|c| {
        c.args.shows.reward_parties = vec![1, 0];
        c.shown_wallets = vec![co, owner];
    }));
    refuse(&with(&|c| {
        c.args.shows.reward_parties = vec![5];
    }));
    refuse(&with(&|c| {
        c.shown_wallets = vec![];
        c.positions = Some(Vec::new());
    }));
}

#[test]
fn budgets_of_proposals_with_holds() {
    // both trees and one co-staker
    let one = stage();
    let (owner, co) = (one.owner.pubkey(), one.co.pubkey());
    for party in [&owner, &co] {
        for tree in [Tree::Reward, Tree::Payout] {
            one.earned(tree, party, io(5), 0, 1);
        }
    }
    let charge = showing(&one, &[0, 1], &[0, 1]);
    let used = propose(&one, &charge);
    println!("propose_slash, both trees, one co-staker: {used} of 110000");

    // all parties in both trees
    let full = stage();
    full.co_unstake(&full.co, 1).expect("leaves");
    for (wallet, seq) in [(&full.co, 2), (&full.other, 3), (&full.other, 4)] {
        full.offer(CO_CAP, 4_000).expect("offers");
        full.accept(wallet, seq, CO_CAP, 4_000).expect("accepts");
        if seq < 4 {
            full.co_unstake(wallet, seq).expect("leaves");
        }
    }
    full.world.warp(HOUR);
    full.edit_book(|book| {
        // four wallets, so that every party has records of its own
        book.positions[1].wallet = solana_pubkey::Pubkey::new_from_array([71; 32]);
        book.positions[3].wallet = solana_pubkey::Pubkey::new_from_array([72; 32]);
    });
    let book = full.book();
    let mut parties = vec![full.owner.pubkey()];
    parties.extend(book.positions.iter().map(|slot| slot.wallet));
    for party in &parties {
        for tree in [Tree::Reward, Tree::Payout] {
            full.earned(tree, party, io(1), 0, 1);
        }
    }
    let charge = showing(&full, &[0, 1, 2, 3, 4], &[0, 1, 2, 3, 4]);
    let most = propose(&full, &charge);
    assert_eq!(
        full.case(&charge)
            .parties()
            .iter()
            .filter(|p| p.stake_io > 0)
            .count(),
        5
    );
    println!("propose_slash at its caps: {most} of 170000");
    assert!(used <= 110_000 && most <= 170_000);
}
