//! What strangers can do to an address or a vault, and that it changes nothing for anybody.

use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_economics::stake::{OwnerStatus, PositionStatus};
use ion_migrations::tokens;
use ion_program_tests::expect_error;
use solana_keypair::Keypair;
use solana_signer::Signer;
use staking::{error::StakingError, state::view};

use crate::stage::{CLASS, CO_CAP, COOLDOWN, PURSE, REQUIRED, Stage, WAIT, io, swap};

fn donate(stage: &Stage, amount: u64) {
    let from = stage.other.pubkey();
    let pay = tokens::transfer(
        tokens::Mint::Io,
        &stage.mint(),
        &from,
        &stage.owner.pubkey(),
        amount,
    )
    .expect("classic token");
    let pay = swap(&pay, &stage.purse(&stage.owner.pubkey()), &stage.vault());
    stage.send(&stage.other, pay).expect("donates");
}

#[test]
fn donation_to_a_vault_changes_no_entitlement() {
    let stage = Stage::new();
    donate(&stage, io(5));
    stage.stake(REQUIRED - io(5)).expect("stakes");
    assert_eq!(stage.book().active_io, REQUIRED - io(5));
    assert_ne!(stage.book().underfunded_since, 0);
    donate(&stage, io(5));
    expect_error(
        stage.overflow(1),
        staking::ID,
        StakingError::ExceedsOverflow,
        0,
    );
    stage.begin_unstake().expect("leaves");
    stage.world.warp(COOLDOWN);
    stage.withdraw().expect("withdraws");
    assert_eq!(stage.balance(&stage.owner), PURSE);
    assert_eq!(stage.world.token(&stage.vault()), io(10));
}

#[test]
fn pre_funded_offer_and_position_addresses_change_nothing() {
    let stage = Stage::staked(REQUIRED);
    stage.world.fund(&addr::offer(&stage.device.device, 1));
    stage.world.fund(&stage.position_key(1));
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage.accept(&stage.co, 1, CO_CAP, 4_000).expect("accepts");
    stage.assert_true_books();
}

#[test]
fn closed_destination_delays_nobody_else_and_opens_again() {
    let stage = Stage::co_staked();
    stage.begin_unstake().expect("leaves");
    stage.world.warp(COOLDOWN);
    let co = stage.co.pubkey();
    // The co-staker empties and closes its account of IO.
    let purse = stage.purse(&co);
    let empty = tokens::transfer(
        tokens::Mint::Io,
        &stage.mint(),
        &co,
        &stage.other.pubkey(),
        PURSE - CO_CAP,
    )
    .expect("classic token");
    let close = spl_token_interface::instruction::close_account(
        &anchor_spl::token::ID,
        &purse,
        &co,
        &co,
        &[],
    )
    .expect("classic token");
    stage
        .world
        .send(&stage.co, &[], &[empty, close])
        .expect("closes");
    stage.withdraw().expect("the owner is not held up");
    assert!(stage.pay_out(&co, 1).is_err());
    let reopen = tokens::create_associated_account(&stage.owner.pubkey(), &co, &stage.mint());
    stage
        .world
        .send(&stage.owner, &[], &[reopen, stage.pay_out_ix(&co, 1)])
        .expect("anyone opens it and pays");
    assert_eq!(stage.balance(&stage.co), CO_CAP);
    assert_eq!(stage.world.token(&stage.vault()), 0);
}

#[test]
fn frozen_destination_leaves_another_account_of_the_wallet() {
    let stage = Stage::co_staked();
    stage.begin_unstake().expect("leaves");
    stage.world.warp(COOLDOWN);
    let co = stage.co.pubkey();
    let purse = stage.purse(&co);
    // IO has no freeze authority, so a frozen account is written by hand: state byte 2.
    let mut account = stage.world.raw(&purse);
    account.data[108] = 2;
    stage.world.put(&purse, account);
    assert!(stage.pay_out(&co, 1).is_err());
    let fresh = Keypair::new();
    let mut account = stage.world.raw(&stage.purse(&stage.owner.pubkey()));
    account.data[32..64].copy_from_slice(co.as_ref());
    account.data[64..72].fill(0);
    stage.world.put(&fresh.pubkey(), account);
    let pay = ix::withdraw_position(&co, &stage.mint(), &fresh.pubkey(), &stage.device, 1);
    stage.crank(pay).expect("pays out");
    assert_eq!(stage.world.token(&fresh.pubkey()), CO_CAP);
}

#[test]
fn e05_hire_and_exit_in_one_slot_leave_one_winner() {
    let stage = Stage::staked(REQUIRED);
    stage.edit_device(|device| device.hired_by = stage.other.pubkey());
    expect_error(
        stage.begin_unstake(),
        staking::ID,
        StakingError::DeviceHired,
        0,
    );
    stage.edit_device(|device| device.hired_by = Default::default());
    stage.begin_unstake().expect("leaves");
    assert!(!is_sufficient(&stage));
}

fn is_sufficient(stage: &Stage) -> bool {
    staking::state::is_stake_sufficient(
        &stage.book(),
        &stage.world.get(&stage.device.device),
        &stage
            .world
            .get(&ion_client::addresses::registry::class(CLASS)),
        &stage
            .world
            .get(&ion_client::addresses::registry::params(&staking::ID)),
        stage.world.now(),
    )
    .expect("reads")
}

#[test]
fn hire_check_follows_the_book_without_any_crank() {
    let stage = Stage::lean();
    assert!(is_sufficient(&stage));
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.world.warp(WAIT - 1);
    assert!(is_sufficient(&stage));
    stage.world.warp(1);
    assert!(!is_sufficient(&stage));
    assert!(!is_sufficient(&Stage::staked(REQUIRED - 1)));
}

#[test]
fn what_a_holder_needs_to_know_is_derived_from_accounts() {
    let stage = Stage::co_staked();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    let now = stage.world.now();
    let of = |stage: &Stage| {
        let book = stage.book().ledger().expect("reads");
        let seen = view(
            &stage.world.get(&stage.device.device),
            &stage
                .world
                .get(&ion_client::addresses::registry::class(CLASS)),
            &stage
                .world
                .get(&ion_client::addresses::registry::params(&staking::ID)),
            ion_economics::units::UnixSeconds::new(stage.world.now()),
        )
        .expect("reads");
        (book, seen)
    };
    let (book, seen) = of(&stage);
    assert_eq!(seen.requirement.current.base_units(), REQUIRED);
    assert_eq!(seen.co_cap.base_units(), CO_CAP);
    assert_eq!(book.owner_status(&seen), Ok(OwnerStatus::Sufficient));
    let unlock = ion_economics::units::UnixSeconds::new(now + WAIT + COOLDOWN);
    assert_eq!(book.positions[0].unlocks_at(), Some(unlock));
    assert!(matches!(
        book.positions[0].status(seen.now),
        PositionStatus::Waiting(_)
    ));
    stage.world.warp(WAIT + COOLDOWN);
    let (book, seen) = of(&stage);
    assert_eq!(
        book.positions[0].status(seen.now),
        PositionStatus::Withdrawable
    );
}

#[test]
fn e21_position_lowered_by_a_case_goes_on_with_its_share_and_leaves_with_the_rest() {
    let stage = Stage::co_staked();
    // A case took 100 IO of the co-staker; its tokens stay in the vault of this test.
    stage.edit_book(|book| book.positions[0].amount_io -= io(100));
    stage.refresh().expect("recounts");
    let slot = stage.book().positions[0];
    assert_eq!((slot.amount_io, slot.share_bps), (CO_CAP - io(100), 4_000));
    assert_eq!(stage.counted(), REQUIRED + CO_CAP - io(100));
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.world.warp(WAIT + COOLDOWN);
    stage.pay_out(&stage.co.pubkey(), 1).expect("pays out");
    assert_eq!(stage.balance(&stage.co), PURSE - io(100));
    assert_eq!(stage.live(&stage.co.pubkey()), 0);
}

#[test]
fn configuration_at_another_address_is_refused() {
    let stage = Stage::staked(REQUIRED);
    let config = ion_client::addresses::registry::config();
    let copy = solana_pubkey::Pubkey::new_unique();
    stage.world.put(&copy, stage.world.raw(&config));
    let (co, owner) = (&stage.co, &stage.owner);
    stage.offer(CO_CAP, 4_000).expect("offers");
    let accept = stage.accept_ix(&co.pubkey(), 1, CO_CAP, 4_000);
    let fresh = crate::open_stake::register_without_stake(&stage);
    let open = ix::open_stake(&owner.pubkey(), &stage.mint(), &fresh);
    let cases = [
        (owner, stage.stake_ix(io(1))),
        (owner, stage.offer_ix(CO_CAP, 4_000)),
        (owner, open),
        (co, accept),
    ];
    for (signer, instruction) in cases {
        let fake = swap(&instruction, &config, &copy);
        expect_error(
            stage.send(signer, fake),
            staking::ID,
            StakingError::WrongConfig,
            0,
        );
    }
}

#[test]
fn contradictory_book_or_shard_stops_instead_of_paying() {
    let stage = Stage::staked(REQUIRED + io(1));
    stage.edit_book(|book| book.positions[2].state = 9);
    expect_error(
        stage.overflow(1),
        staking::ID,
        StakingError::BrokenLedger,
        0,
    );
    stage.edit_book(|book| book.positions[2].state = 0);
    stage.edit_book(|book| book.cooling_io = 1);
    expect_error(
        stage.overflow(1),
        staking::ID,
        StakingError::BrokenLedger,
        0,
    );
    stage.edit_book(|book| (book.cooling_io, book.counted_io) = (0, u64::MAX));
    expect_error(
        stage.overflow(1),
        staking::ID,
        StakingError::ArithmeticOverflow,
        0,
    );
    assert_eq!(stage.balance(&stage.owner), PURSE - REQUIRED - io(1));
}
