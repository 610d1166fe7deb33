//! Roots of payouts: acceptance and veto.

use super::*;

#[test]
fn accept_takes_a_root_with_the_sealed_totals() {
    let (stage, payees) = sealed();
    let payouts = stage.payouts(1, stage.first_day, &payees.each_ref());
    let record = stage.accept_root(&payouts).expect("accepts");
    let epoch = stage.epoch(stage.first_day);
    assert_eq!(epoch.cumulative_io, 1_000_000_000_000);
    assert_eq!(epoch.cumulative_usdc, 6_000 * USDC_ONE);
    let ring = stage.roots().ring;
    assert_eq!(ring.head_seq, 1);
    let root = *ring.root(1).expect("stored");
    assert_eq!(root.through, stage.first_day);
    assert_eq!(root.lifetime_io, epoch.cumulative_io);
    assert_eq!(root.lifetime_usdc, epoch.cumulative_usdc);
    assert_eq!(root.mature_at, stage.world.now() + MATURITY);
    let event: RootAccepted = stage.world.event(ide::ID, &record);
    assert_eq!((event.root_seq, event.through_epoch), (1, stage.first_day));
}

#[test]
fn root_with_other_totals_day_or_payload_is_refused() {
    let (stage, payees) = sealed();
    let day = stage.first_day;
    let good = stage.payouts(1, day, &payees.each_ref());
    let changes = [
        |root: &mut PayoutRoot| root.lifetime_io += 1,
        |root: &mut PayoutRoot| root.lifetime_usdc -= 1,
        |root: &mut PayoutRoot| root.arrears_usd_micros += 1,
    ];
    for (seq, change) in (10..).zip(changes) {
        let mut wrong = stage.payouts(seq, day, &payees.each_ref());
        change(&mut wrong.root);
        expect_error(stage.accept_root(&wrong), ide::ID, IdeError::RootTotals, 0);
    }
    let unsealed = stage.today();
    stage.open(unsealed);
    let mut early = stage.payouts(20, day, &payees.each_ref());
    early.root.through_epoch = unsealed;
    expect_error(
        stage.accept_root(&early),
        ide::ID,
        IdeError::EpochNotSealed,
        0,
    );
    stage.accept_root(&good).expect("accepts");
    expect_error(
        stage.send(&[], ix::accept_payout_root(1, &good.root)),
        ide::ID,
        IdeError::RootSeqNotNewer,
        0,
    );
    let again = stage.payouts(30, day, &payees.each_ref());
    expect_error(stage.accept_root(&again), ide::ID, IdeError::RootTooSoon, 0);
    stage.world.warp(DAY);
    expect_error(
        stage.send(&[], ix::accept_payout_root(30, &again.root)),
        ide::ID,
        IdeError::RootThroughNotNewer,
        0,
    );
    stage.world.warp(MATURITY);
    expect_error(
        stage.send(&[], ix::accept_payout_root(30, &again.root)),
        ide::ID,
        IdeError::ReportExpired,
        0,
    );
}

#[test]
fn root_with_foreign_accounts_is_refused() {
    let (stage, payees) = sealed();
    let day = stage.first_day;
    let payouts = stage.payouts(1, day, &payees.each_ref());
    let good = ix::accept_payout_root(1, &payouts.root);
    let refused = |instruction, error: IdeError| {
        expect_error(stage.send(&[], instruction), ide::ID, error, 0);
    };
    let open = ion_client::instructions::registry::open_poll(
        &stage.bank.pubkey(),
        ion_merkle::report::ReportKind::PayoutRoot,
        &addresses::ide::roots(),
        1,
    );
    stage.send(&[], open).expect("opens");
    refused(good.clone(), IdeError::ReportNotAttested);
    stage.world.attest(
        ion_merkle::report::ReportKind::PayoutRoot,
        &addresses::ide::roots(),
        1,
        &payouts.root.encode(),
    );
    let mut changed = payouts.root;
    changed.root = [1; 32];
    refused(ix::accept_payout_root(1, &changed), IdeError::WrongPayload);
    let other =
        addresses::registry::poll(ion_merkle::report::ReportKind::EpochReport, &ide::ID, day);
    refused(with_account(&good, 1, other), IdeError::WrongReport);
    refused(
        with_account(&good, 2, addresses::ide::epoch(day - 1)),
        IdeError::WrongEpochDay,
    );
    for (index, key, error) in [
        (
            0,
            addresses::registry::params(&ide::ID),
            IdeError::WrongParams,
        ),
        (3, addresses::ide::roots(), IdeError::WrongRoots),
    ] {
        let copied = copy(&stage.world, &key);
        refused(with_account(&good, index, copied), error);
    }
    refused(with_extra(&good), IdeError::UnexpectedAccounts);
    stage.send(&[], good).expect("accepts");
}

#[test]
fn veto_by_guardian_or_governance_voids_an_immature_root() {
    for by_governance in [false, true] {
        let paid = accepted();
        let key = if by_governance {
            &paid.world.governance
        } else {
            &paid.world.guardian
        };
        let record = paid
            .world
            .send(key, &[], &[ix::veto_root(&key.pubkey(), 1)])
            .expect("vetoes");
        let root = *paid.roots().ring.root(1).expect("kept");
        assert_eq!(root.vetoed_at, paid.world.now());
        let event: RootVetoed = paid.world.event(ide::ID, &record);
        assert_eq!((event.root_seq, event.actor), (1, key.pubkey()));
        paid.open_claim(&paid.payees[0]).expect("opens");
        expect_error(
            paid.prove(&paid.payees[0], &paid.payouts),
            ide::ID,
            IdeError::RootVetoed,
            0,
        );
        // a later sequence with the same reach takes its place
        let again = paid.payouts(2, paid.first_day, &paid.payees.each_ref());
        paid.accept_root(&again).expect("accepts");
    }
}

#[test]
fn veto_by_another_late_or_of_nothing_is_refused() {
    let paid = accepted();
    let good = ix::veto_root(&paid.world.guardian.pubkey(), 1);
    let send = |key: &Keypair, instruction: Instruction| paid.world.send(key, &[], &[instruction]);
    let slasher = paid.world.slasher.pubkey();
    expect_error(
        send(&paid.world.slasher, ix::veto_root(&slasher, 1)),
        ide::ID,
        IdeError::NotGuardianOrGovernance,
        0,
    );
    let guardian = &paid.world.guardian;
    expect_error(
        send(guardian, ix::veto_root(&guardian.pubkey(), 2)),
        ide::ID,
        IdeError::UnknownRoot,
        0,
    );
    for (index, key, error) in [
        (1, addresses::registry::roles(), IdeError::WrongRoles),
        (
            2,
            addresses::registry::params(&ide::ID),
            IdeError::WrongParams,
        ),
        (3, addresses::ide::roots(), IdeError::WrongRoots),
    ] {
        let copied = copy(&paid.world, &key);
        expect_error(
            send(guardian, with_account(&good, index, copied)),
            ide::ID,
            error,
            0,
        );
    }
    expect_error(
        send(guardian, with_extra(&good)),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
    paid.world.warp(MATURITY);
    expect_error(send(guardian, good), ide::ID, IdeError::RootMatured, 0);
}
