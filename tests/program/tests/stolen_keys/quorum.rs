//! A quorum of verifiers that attests what never was: hours, roots, days, minutes.

use booking::error::BookingError;
use ion_client::instructions::{
    ide as engine, registry as governance, rewards as ix, rewards::ClaimOf,
};
use ion_economics::params::{
    ide::MAX_EPOCH_OBLIGATION,
    registry::POLL_KEEP,
    rewards::{BLOCK_DEADLINE, REWARD_MATURITY},
};
use ion_merkle::{epoch::LAST_LINK, report::ReportKind};
use ion_program_tests::{
    booking_stage::{MINUTES, Stage},
    expect_error,
    ide_stage::IdeStage,
    rewards_stage::{Earnings, Network},
};
use rewards::error::RewardsError;
use solana_signer::Signer;

/// What an hour pays stays within its pools; a summary beyond them completes nothing. The hour then
/// waits until its poll may be closed, and fails like one that nobody reported.
#[test]
fn a_summary_beyond_the_pools_pays_nothing_and_delays_by_the_life_of_its_poll() {
    let network = Network::new();
    let world = &network.world;
    let hour = network.release_next();
    let mut summary = network.summary(hour, 1, 1);
    summary.enterprise.allocated_io += 1;
    let poll = network.attest_summary(&summary);
    expect_error(
        network.complete(&summary),
        rewards::ID,
        RewardsError::AllocationAbovePool,
        0,
    );
    world.warp(BLOCK_DEADLINE.default + 1);
    let by = network.crank().pubkey();
    let fail = ix::fail_block(&by, &network.mint(), hour);
    expect_error(
        network.send(fail.clone()),
        rewards::ID,
        RewardsError::SummaryAttested,
        0,
    );
    world.warp(POLL_KEEP.default);
    let close = governance::close_poll(&by, &poll, &world.authority.pubkey());
    network.send(close).expect("its time is over");
    network.send(fail).expect("the hour fails after all");
    network.assert_conserved();
}

/// One supplier has earned and claimed an hour honestly; the thieves own another device, and the
/// blocks of two more hours wait beside the safety shares.
struct Robbery {
    network: Network,
    honest: ClaimOf,
    /// What the honest supplier earned, IO base units.
    earned: u64,
    thief: ClaimOf,
    hour: u64,
    /// What the hour of the false root allocated, IO base units.
    allocated: u64,
}

/// What a false leaf says the thieves earned.
type Lie = fn(&Robbery) -> u64;

impl Robbery {
    fn new() -> Self {
        let network = Network::new();
        let honest = network.earned();
        network.world.warp(REWARD_MATURITY.default);
        network
            .prove(1, &honest.earnings, &honest.of)
            .expect("the leaf is in the tree");
        network.claim(&honest.of).expect("the root is mature");
        let (_, thief) = network.supplier();
        let (hour, allocated) = network.paid_block(1, 1);
        for _ in 0..2 {
            network.release_next();
        }
        Self {
            honest: honest.of,
            earned: honest.allocated,
            thief,
            hour,
            allocated,
            network,
        }
    }

    /// Leaves that give the thieves this lifetime.
    fn leaves(&self, stolen: u64, honest: u64) -> Earnings {
        Earnings::new(&[(self.thief, stolen), (self.honest, honest)])
    }
}

#[test]
fn a_root_above_what_blocks_allocated_is_refused() {
    let robbery = Robbery::new();
    let leaves = robbery.leaves(robbery.allocated + 1, robbery.earned);
    expect_error(
        robbery.network.accept(2, &leaves.root(robbery.hour)),
        rewards::ID,
        RewardsError::TotalNotAllocated,
        0,
    );
}

#[test]
fn a_false_root_pays_nothing_before_maturity_and_never_after_a_veto() {
    let robbery = Robbery::new();
    let network = &robbery.network;
    let leaves = robbery.leaves(robbery.allocated, robbery.earned);
    network
        .accept(2, &leaves.root(robbery.hour))
        .expect("the sum is right");
    network
        .prove(2, &leaves, &robbery.thief)
        .expect("the leaf is in the tree");
    network.world.warp(REWARD_MATURITY.default - 1);
    let before = network.distribution();
    expect_error(
        network.claim(&robbery.thief),
        rewards::ID,
        RewardsError::StaleProof,
        0,
    );
    let guardian = &network.world.guardian;
    let veto = ix::veto_root(&guardian.pubkey(), 2);
    network
        .world
        .send(guardian, &[], &[veto])
        .expect("in the last second");
    network.world.warp(30 * REWARD_MATURITY.default);
    expect_error(
        network.claim(&robbery.thief),
        rewards::ID,
        RewardsError::StaleProof,
        0,
    );
    assert_eq!(network.distribution(), before);
}

/// Guardian and governance sleep for seven days: the thieves take what their hours allocated and
/// nobody has claimed, to the unit; what is paid stays paid, what waits and the safety shares stay.
#[test]
fn a_false_root_that_nobody_vetoes_takes_what_is_unclaimed_and_not_a_unit_more() {
    let unclaimed = |robbery: &Robbery| robbery.allocated;
    let one_more = |robbery: &Robbery| robbery.allocated + 1;
    let all = |robbery: &Robbery| robbery.allocated + robbery.earned;
    let lies: [(Lie, bool); 3] = [(unclaimed, true), (one_more, false), (all, false)];
    for (stolen, is_paid) in lies {
        let robbery = Robbery::new();
        let network = &robbery.network;
        let leaves = robbery.leaves(stolen(&robbery), robbery.earned);
        let mut root = leaves.root(robbery.hour);
        // the declared sum is checked against the blocks, the leaves by whoever recomputes them
        root.lifetime_io = robbery.allocated + robbery.earned;
        network.accept(2, &root).expect("the declared sum is right");
        network
            .prove(2, &leaves, &robbery.thief)
            .expect("the leaf is in the tree");
        network.world.warp(REWARD_MATURITY.default);
        let (before, emission) = (network.distribution(), network.emission());
        let claim = network.claim(&robbery.thief);
        if is_paid {
            claim.expect("nobody stopped it");
            assert_eq!(network.distribution(), before - robbery.allocated);
        } else {
            expect_error(claim, rewards::ID, RewardsError::ClaimAboveLifetime, 0);
            assert_eq!(network.distribution(), before);
        }
        assert!(network.distribution() >= emission.pending_io + emission.safety_io);
        network.assert_conserved();
    }
}

/// A day of the engine owes at most what governance allows; the payout root must add up to what the
/// day was sealed with.
#[test]
fn a_false_day_stays_below_the_limit_and_false_payouts_below_what_was_sealed() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.set_param(&MAX_EPOCH_OBLIGATION, 600_000);
    stage.open(day);
    stage.end(day);
    let rows = [stage.row(660_000)];
    let report = stage.report_of(day, 660_000, &rows);
    stage.attest(&report);
    let accept = engine::accept_epoch_report(&report, 0);
    stage.send(&[], accept).expect("its rows decide");
    expect_error(
        stage.send(&[], engine::apply_epoch_rows(day, &rows, LAST_LINK)),
        ide::ID,
        ide::error::IdeError::ReportAboveLimit,
        0,
    );

    let stage = IdeStage::new();
    let payee = stage.payee();
    stage.full_day(stage.first_day, 1_000_000_000, 1_000_000, 600_000);
    let mut payouts = stage.payouts(1, stage.first_day, &[&payee]);
    payouts.root.lifetime_io += 1;
    expect_error(
        stage.accept_root(&payouts),
        ide::ID,
        ide::error::IdeError::RootTotals,
        0,
    );
}

/// Minutes that no device served are paid at most up to those that were booked and have passed, and
/// the renter can stop the pay of a record for a day.
#[test]
fn false_minutes_are_at_most_those_booked_and_passed_and_wait_for_the_renter() {
    let stage = Stage::closing();
    let false_minutes = stage.apply_ix(stage.leaf(0, false, &[1_441]));
    stage.crank_refused(false_minutes, BookingError::MinutesAboveHired);

    let stage = Stage::settling();
    stage.open_epoch();
    stage.crank_refused(stage.earn_ix(0, 0), BookingError::ChallengeOpen);
    stage.challenge(0);
    stage.rule(0, &[0]);
    let record = stage.work_record(0);
    assert_eq!(record.lines[0].ruled_minutes, 0);
    assert!(u64::from(record.lines[0].minutes) <= u64::from(MINUTES));
}

/// A false fault ends a line of somebody's booking; its renter gets back at least what the device
/// did not serve, and nobody else's booking moves.
#[test]
fn a_false_fault_ends_one_line_and_pays_its_thieves_nothing() {
    let (stage, _) = Stage::running_with(1, 0, 0);
    stage.world.warp(2 * 3_600);
    stage.fault(0, 60, 60, 0).expect("a quorum attests");
    stage.world.warp(3_600);
    stage.crank(stage.fail_all_ix(0)).expect("the line ends");
    let booking = stage.booking();
    let line = &booking.lines[0];
    assert_eq!(line.billed, line.vault_part, "no supplier is paid");
    assert_eq!(
        booking.refund_due + booking.fees_kept + line.vault_part,
        booking.paid - booking.payment_fee
    );
    let thief = &stage.world.verifiers[0].pubkey();
    let poll = ion_client::addresses::registry::poll(ReportKind::FaultReport, &stage.key(), 1);
    assert!(stage.world.exists(&poll), "the lie stays for all to see");
    assert_eq!(stage.world.usdc_of(thief), 0);
}
