//! Wallets that became programs, or that a program owns: they are paid and hold up nobody.
//!
//! A wallet's key can sign the deployment of a program at its own address, between its booking, stake or
//! case and the end of it. What belongs to others then must leave without it.

use ion_client::{
    addresses,
    instructions::{booking as hire, registry as gov, staking as stk},
    send::SendError,
};
use ion_economics::{
    params::booking::QUOTE_TTL,
    units::{DAY, HOUR},
};
use ion_program_tests::{
    World,
    booking_stage::Stage as Hire,
    staking_stage::{CO_CAP, COOLDOWN, PURSE, REQUIRED, Stage as Stake},
};
use registry::state::ActionKind;
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// What a wallet can become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Becomes {
    /// An executable account.
    Program,
    /// An account with data that another program owns.
    Owned,
}

const SHARE: u16 = 4_000;
const BOTH: [Becomes; 2] = [Becomes::Program, Becomes::Owned];

/// Turns a wallet into something else; its lamports stay.
fn turn(world: &World, wallet: &Pubkey, into: Becomes) {
    let lamports = world.raw(wallet).lamports;
    let account = match into {
        Becomes::Program => world.raw(&anchor_spl::token::ID),
        Becomes::Owned => Account {
            data: vec![7; 64],
            owner: registry::ID,
            ..Account::default()
        },
    };
    assert_eq!(account.executable, into == Becomes::Program);
    world.put(
        wallet,
        Account {
            lamports: account.lamports.max(lamports),
            ..account
        },
    );
}

fn lamports(world: &World, key: &Pubkey) -> u64 {
    world.raw(key).lamports
}

/// The rent of an account reaches who paid it, whatever that has become.
fn assert_rent_returns<T: std::fmt::Debug>(
    world: &World,
    payer: &Pubkey,
    closed: &Pubkey,
    close: impl FnOnce() -> Result<T, SendError>,
) {
    let (before, rent) = (lamports(world, payer), lamports(world, closed));
    close().expect("rent is returned");
    assert_eq!(lamports(world, payer), before + rent);
    assert!(!world.exists(closed));
}

#[test]
fn co_staker_that_became_a_program_is_paid_out_and_holds_up_no_owner() {
    for into in BOTH {
        let stage = Stake::co_staked();
        let world = &stage.world;
        let co = stage.co.pubkey();
        turn(world, &co, into);
        stage.begin_unstake().expect("the owner leaves");
        world.warp(COOLDOWN);
        stage.withdraw().expect("with all of its stake");
        assert_eq!(stage.balance(&stage.owner), PURSE);
        stage.pay_out(&co, 1).expect("anyone may");
        assert_eq!(stage.balance(&stage.co), PURSE);
        assert_eq!(world.token(&stage.vault()), 0);
        stage.assert_true_books();
        let position = stage.position_key(1);
        assert_rent_returns(world, &co, &position, || stage.close_position(&co, 1));
    }
}

#[test]
fn co_staker_enters_and_leaves_a_device_whose_owner_became_a_program() {
    for into in BOTH {
        let stage = Stake::staked(REQUIRED);
        let world = &stage.world;
        stage.offer(CO_CAP, SHARE).expect("offers");
        turn(world, &stage.owner.pubkey(), into);
        // the rent of an offer goes back to its maker when it is accepted
        let before = stage.balance(&stage.co);
        let offer = addresses::staking::offer(&stage.device.device, 1);
        assert_rent_returns(world, &stage.owner.pubkey(), &offer, || {
            stage.accept(&stage.co, 1, CO_CAP, SHARE)
        });
        stage.co_unstake(&stage.co, 1).expect("leaves");
        world.warp(8 * DAY);
        stage.advance(1).expect("the wait is over");
        world.warp(COOLDOWN);
        stage.pay_out(&stage.co.pubkey(), 1).expect("anyone may");
        assert_eq!(stage.balance(&stage.co), before);
        stage.assert_true_books();
    }
}

#[test]
fn renter_and_payer_that_became_programs_are_refunded_and_hold_up_no_supplier() {
    for into in BOTH {
        let stage = Hire::earnable();
        let world = &stage.world;
        let renter = stage.renter.pubkey();
        for wallet in [&stage.renter, &stage.payer, &stage.payout] {
            turn(world, &wallet.pubkey(), into);
        }
        for seq in 0..2 {
            stage.crank(stage.earn_ix(seq, 0)).expect("earns");
        }
        assert_eq!(world.usdc_of(&stage.payout.pubkey()), 233_661_600);
        stage.crank(stage.settle_ix()).expect("settles");
        assert_eq!(
            world.token(&stage.escrow()),
            0,
            "everybody has what is theirs"
        );
        let by = world.authority.pubkey();
        for seq in 0..2 {
            let close = hire::close_record(&by, &stage.key(), seq, &by);
            stage.crank(close).expect("the rent of whoever paid it");
        }
        world.warp(7 * DAY);
        let (before, held) = (lamports(world, &renter), lamports(world, &stage.key()));
        let closed = stage.crank(stage.close_ix());
        match into {
            Becomes::Owned => {
                closed.expect("the rent is returned");
                assert!(lamports(world, &renter) > before);
            }
            // Its escrow's rent comes by a call, which shows a program's lamports to nobody: its own rent
            // stays where it is, and nothing else was left.
            Becomes::Program => {
                assert!(matches!(closed, Err(SendError::Runtime(_))), "{closed:?}");
                assert_eq!(lamports(world, &renter), before);
                assert_eq!(lamports(world, &stage.key()), held);
            }
        }
    }
}

#[test]
fn payer_that_became_a_program_takes_its_whole_refund() {
    for into in BOTH {
        let stage = Hire::paid();
        let world = &stage.world;
        let payer = stage.payer.pubkey();
        turn(world, &payer, into);
        world.warp(HOUR); // nobody started it
        let cancel =
            hire::cancel_unstarted(&world.authority.pubkey(), &stage.key(), &stage.devices);
        stage.crank(cancel).expect("anyone may");
        let paid = stage.booking().paid;
        let before = world.usdc_of(&payer);
        stage.crank(stage.refund_ix()).expect("anyone may");
        assert_eq!(world.usdc_of(&payer), before + paid);
        assert_eq!(world.token(&stage.escrow()), 0);
    }
}

#[test]
fn quotes_and_decisions_close_whatever_became_of_who_paid_for_them() {
    for into in BOTH {
        let stage = Hire::quoted();
        let world = &stage.world;
        let by = world.authority.pubkey();
        let scheduler = world.scheduler.pubkey();
        turn(world, &scheduler, into);
        world.warp(QUOTE_TTL.max + 1);
        let close = hire::close_quote(&by, &stage.id, &scheduler);
        assert_rent_returns(world, &scheduler, &stage.quote_key(), || stage.crank(close));

        let world = World::new();
        let (by, payer) = (&world.authority, world.wallet(0, 0));
        let config: registry::state::Config = world.get(&addresses::registry::config());
        let id = config.next_action_id;
        let governance = world.governance.pubkey();
        let payload = ActionKind::ScheduleSwitch;
        let queue = gov::queue_action(&payer.pubkey(), &governance, id, payload);
        world
            .send(by, &[&payer, &world.governance], &[queue])
            .expect("queued");
        turn(&world, &payer.pubkey(), into);
        // a decision is withdrawn whatever became of who paid for it
        let cancel = gov::cancel_action(&governance, id);
        world
            .send(by, &[&world.governance], &[cancel])
            .expect("withdrawn");
        let close = gov::close_action(&by.pubkey(), id, &payer.pubkey());
        let action = addresses::registry::action(id);
        assert_rent_returns(&world, &payer.pubkey(), &action, || {
            world.send(by, &[], &[close])
        });
    }
}

#[test]
fn case_goes_back_to_wallets_that_became_programs() {
    for into in BOTH {
        let stage = Stake::co_staked();
        stage.world.warp(HOUR);
        let charge = stage.outage(stage.world.now() - 600);
        stage.propose(&charge).expect("proposes");
        for wallet in [&stage.owner, &stage.co] {
            turn(&stage.world, &wallet.pubkey(), into);
        }
        // nobody appeals in time, and the slasher takes the case back
        stage.withdraw_case(&charge).expect("withdraws");
        stage.restore_all(&charge);
        let key = stage.case_key(&charge);
        assert_eq!(stage.world.token(&key.vault()), 0);
        stage.donate_to(&key.vault(), 7);
        stage
            .crank(stk::sweep_case(&stage.mint(), &key.address()))
            .expect("sweeps");
        stage.assert_true_books();
        assert_eq!(stage.book().active_io, REQUIRED);
        assert_eq!(stage.book().positions[0].amount_io, CO_CAP);
    }
}
