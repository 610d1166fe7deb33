//! `earn` and `pull_pay_due`.

use booking::error::BookingError as E;
use booking::{
    ID,
    events::{EarnDestination, LineEarned, PayDuePulled},
};
use ion_client::{addresses, instructions::booking as ix};
use ion_economics::units::DAY;
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{Stage, with_account, with_extra};

const GROSS: u64 = 119_520_000;
const FEE: u64 = 2_689_200;

#[test]
fn line_is_earned_once() {
    let stage = Stage::earnable();
    let record = stage.crank(stage.earn_ix(0, 0)).unwrap();
    let event: LineEarned = stage.world.event(ID, &record);
    assert_eq!(
        (event.amount, event.fee, event.earned.new),
        (GROSS, FEE, GROSS)
    );
    assert_eq!(
        (event.device, event.owner),
        (stage.devices[0], stage.owner.pubkey())
    );
    let work = stage.work_record(0);
    assert_eq!(
        (work.earned, work.settled_io, work.earned_lines),
        (GROSS, 79_680_000_000, 1)
    );
    let line = &stage.booking().lines[0];
    assert_eq!((line.earned, line.fee_taken, line.pay_due), (GROSS, FEE, 0));
    assert_eq!(stage.booking().open_records, 1);
    stage.crank_refused(stage.earn_ix(0, 0), E::AlreadyEarned);
}

#[test]
fn record_is_earned_after_its_challenge_period_only() {
    let stage = Stage::settling();
    stage.world.warp(DAY);
    stage.open_epoch();
    stage.crank_refused(stage.earn_ix(0, 0), E::ChallengeOpen);
    stage.world.warp(1);
    stage.crank(stage.earn_ix(0, 0)).unwrap();
}

#[test]
fn record_of_another_booking_is_refused() {
    let stage = Stage::earnable();
    let mut other = Stage {
        id: stage.fresh_id(9),
        ..stage
    };
    other.create_quote();
    other.book();
    let (earnable, booked) = (other.id, other.key());
    let foreign =
        addresses::booking::work_record(&addresses::booking::booking(&first_id(&other)), 0);
    let earn = with_account(other.earn_ix(0, 0), 4, foreign);
    other.crank_refused(earn, E::WrongRecordBooking);
    assert_ne!(addresses::booking::booking(&earnable), Pubkey::default());
    other.id = first_id(&other);
    assert_ne!(other.key(), booked);
}

/// Id of the stage's first booking, which was quoted when the world was twelve hours old.
fn first_id(stage: &Stage) -> [u8; 16] {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(ion_program_tests::world::WORLD_START + 12 * 3_600).to_le_bytes());
    id[8..].copy_from_slice(&1u64.to_le_bytes());
    assert!(stage.world.exists(&addresses::booking::booking(&id)));
    id
}

#[test]
fn unknown_line_and_wrong_device_are_refused() {
    let stage = Stage::earnable();
    stage.crank_refused(stage.earn_ix(0, 1), E::UnknownLine);
    let other = Pubkey::new_unique();
    stage.world.put(&other, stage.world.raw(&stage.devices[0]));
    stage.crank_refused(with_account(stage.earn_ix(0, 0), 5, other), E::WrongDevice);
}

#[test]
fn pay_goes_to_no_other_account() {
    let stage = Stage::earnable();
    let by = stage.world.authority.pubkey();
    let own = stage.token_account(&stage.payout.pubkey(), &stage.mint());
    stage.crank_refused(stage.earn_to(&by, 0, 0, &own), E::WrongPayDestination);
    let stranger = stage.purse(&stage.renter.pubkey());
    stage.crank_refused(stage.earn_to(&by, 0, 0, &stranger), E::WrongPayDestination);
    let wallet = stage.payout.pubkey();
    stage.refused(
        &stage.payout,
        stage.earn_to(&wallet, 0, 0, &stranger),
        E::WrongPayDestination,
    );
    let record = stage
        .send(&stage.payout, stage.earn_to(&wallet, 0, 0, &own))
        .unwrap();
    assert_eq!(
        stage.world.event::<LineEarned>(ID, &record).destination,
        own
    );
    assert_eq!(stage.world.token(&own), GROSS - FEE);
}

#[test]
fn foreign_vaults_mints_and_shards_are_refused() {
    let stage = Stage::earnable();
    let earn = stage.earn_ix(0, 0);
    stage.crank_refused(with_extra(&earn), E::ExtraAccounts);
    let fake = stage.token_account(&stage.key(), &stage.mint());
    stage.crank_refused(with_account(&earn, 6, fake), E::WrongEscrow);
    stage.crank_refused(with_account(&earn, 7, stage.other_mint()), E::WrongMint);
    let own = booking::state::Booking::shard(&stage.key());
    stage.crank_refused(
        with_account(&earn, 9, addresses::booking::tne_totals((own + 1) % 16)),
        E::WrongShard,
    );
    stage.crank_refused(
        with_account(&earn, 10, addresses::ide::fee_io()),
        E::WrongFeeVault,
    );
    stage.crank_refused(
        with_account(&earn, 13, stage.renter.pubkey()),
        E::WrongCaller,
    );
}

fn break_destination(stage: &Stage, change: impl FnOnce(&mut Account)) {
    let purse = stage.purse(&stage.payout.pubkey());
    let mut account = stage.world.raw(&purse);
    change(&mut account);
    stage.world.put(&purse, account);
}

/// Pay that cannot be delivered waits 30 days, then is credited and settles the booking; the supplier
/// pulls it whenever it wants.
fn undeliverable(change: impl FnOnce(&mut Account)) {
    let stage = Stage::earnable();
    break_destination(&stage, change);
    let by = stage.world.authority.pubkey();
    let purse = stage.purse(&stage.payout.pubkey());
    let refused = stage.crank(stage.earn_to(&by, 0, 0, &purse));
    ion_program_tests::expect_error(refused, ID, E::PayUndeliverable, 0);
    stage.world.warp(30 * DAY);
    stage.open_epoch();
    for seq in 0..2 {
        let record = stage.crank(stage.earn_to(&by, seq, 0, &purse)).unwrap();
        let event: LineEarned = stage.world.event(ID, &record);
        assert_eq!(
            (event.destination_kind, event.destination),
            (EarnDestination::PayDue, Pubkey::default())
        );
    }
    let due = 2 * (GROSS - FEE);
    assert_eq!(stage.booking().lines[0].pay_due, due);
    stage.crank(stage.settle_ix()).unwrap();
    stage.crank_refused_any(stage.close_ix(), E::BalancesOpen);

    let wallet = stage.payout.pubkey();
    let own = stage.token_account(&wallet, &stage.mint());
    let pull = |by: &Pubkey, to: &Pubkey| {
        ix::pull_pay_due(by, &stage.key(), 0, &stage.devices[0], &stage.mint(), to)
    };
    let stranger = stage.purse(&stage.renter.pubkey());
    ion_program_tests::expect_error(
        stage.send(&stage.renter, pull(&stage.renter.pubkey(), &stranger)),
        ID,
        E::WrongPayDestination,
        0,
    );
    // the associated account is the one that takes nothing here, any other is the wallet's choice
    ion_program_tests::expect_error(
        stage.send(&stage.renter, pull(&stage.renter.pubkey(), &own)),
        ID,
        E::WrongPayDestination,
        0,
    );
    ion_program_tests::expect_error(
        stage.send(&stage.payout, pull(&wallet, &stranger)),
        ID,
        E::WrongPayDestination,
        0,
    );
    let record = stage.send(&stage.payout, pull(&wallet, &own)).unwrap();
    assert_eq!(stage.world.event::<PayDuePulled>(ID, &record).amount, due);
    assert_eq!(stage.world.token(&own), due);
    ion_program_tests::expect_error(
        stage.send(&stage.payout, pull(&wallet, &own)),
        ID,
        E::NothingToPull,
        0,
    );
    assert_eq!(stage.world.token(&stage.escrow()), 0);
}

#[test]
fn pay_to_a_closed_account_is_credited_after_thirty_days() {
    undeliverable(|account| {
        *account = Account {
            lamports: 1,
            ..Account::default()
        }
    });
}

#[test]
fn pay_to_a_frozen_account_is_credited_after_thirty_days() {
    // state of a token account: 2 is frozen
    undeliverable(|account| account.data[108] = 2);
}

#[test]
fn pay_to_an_account_given_away_is_credited_after_thirty_days() {
    undeliverable(|account| account.data[32..64].copy_from_slice(Pubkey::new_unique().as_ref()));
}

#[test]
fn pay_due_of_an_unknown_line_is_refused() {
    let stage = Stage::earnable();
    let wallet = stage.payout.pubkey();
    let purse = stage.purse(&wallet);
    let pull = ix::pull_pay_due(
        &wallet,
        &stage.key(),
        1,
        &stage.devices[0],
        &stage.mint(),
        &purse,
    );
    stage.refused(&stage.payout, pull, E::UnknownLine);
    let pull = ix::pull_pay_due(
        &wallet,
        &stage.key(),
        0,
        &stage.devices[0],
        &stage.mint(),
        &purse,
    );
    stage.refused(&stage.payout, pull, E::NothingToPull);
}

/// Pay that nobody pulls must not hold the renter's rent: anyone sends it to the supplier.
#[test]
fn undelivered_pay_pushed_by_anyone_lets_the_booking_close() {
    let stage = Stage::earnable();
    let purse = stage.purse(&stage.payout.pubkey());
    let healthy = stage.world.raw(&purse);
    break_destination(&stage, |account| account.data[108] = 2);
    let by = stage.world.authority.pubkey();
    stage.world.warp(30 * DAY);
    stage.open_epoch();
    for seq in 0..2 {
        stage.crank(stage.earn_to(&by, seq, 0, &purse)).unwrap();
    }
    stage.crank(stage.settle_ix()).unwrap();
    stage.crank_refused_any(stage.close_ix(), E::BalancesOpen);
    stage.world.put(&purse, healthy);
    let before = stage.world.token(&purse);
    let push = ix::pull_pay_due(
        &by,
        &stage.key(),
        0,
        &stage.devices[0],
        &stage.mint(),
        &purse,
    );
    let record = stage.crank(push).unwrap();
    let event: PayDuePulled = stage.world.event(ID, &record);
    assert_eq!((event.by, event.payout_wallet), (by, stage.payout.pubkey()));
    assert_eq!(stage.world.token(&purse), before + 2 * (GROSS - FEE));
}
