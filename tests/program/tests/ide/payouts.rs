//! Payout roots, proofs, claims, and holds of slash cases on them.

use anchor_spl::associated_token::get_associated_token_address;
use ide::{
    BurnHold,
    error::IdeError,
    events::{
        ClaimOpened, HoldsBurned, HoldsReleased, LeafProven, PayoutClaimed, PayoutsHeld,
        RootAccepted, RootVetoed, U64Change,
    },
};
use ion_client::{
    addresses,
    instructions::ide::{self as ix, PayoutRoute},
};
use ion_economics::units::{DAY, USDC_ONE};
use ion_merkle::earnings::PayoutRoot;
use ion_program_tests::{
    expect_error,
    ide_stage::{IdeStage, Payee, Payouts, Sent},
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::stage::{copy, foreign_copy, with_account, with_extra, without_signature};

const MATURITY: i64 = 7 * DAY;

/// A sealed day of 7,500 USD owed: 3,000 IO·0.15 … paid as 10,000 IO and 6,000 USDC, three
/// beneficiaries, and the root accepted.
struct Paid {
    stage: IdeStage,
    payees: [Payee; 3],
    payouts: Payouts,
}

impl std::ops::Deref for Paid {
    type Target = IdeStage;

    fn deref(&self) -> &IdeStage {
        &self.stage
    }
}

fn sealed() -> (IdeStage, [Payee; 3]) {
    let stage = IdeStage::new();
    let payees = [stage.payee(), stage.payee(), stage.payee()];
    let day = stage.first_day;
    stage.full_day(day, 1_000_000_000_000, 6_000 * USDC_ONE, 7_500 * USDC_ONE);
    (stage, payees)
}

fn accepted() -> Paid {
    let (stage, payees) = sealed();
    let day = stage.first_day;
    let payouts = stage.payouts(1, day, &payees.each_ref());
    stage.accept_root(&payouts).expect("accepts");
    Paid {
        stage,
        payees,
        payouts,
    }
}

/// Everybody's leaf is proven at the matured root.
fn matured() -> Paid {
    let paid = accepted();
    for payee in &paid.payees {
        paid.open_claim(payee).expect("opens");
        paid.prove(payee, &paid.payouts).expect("proves");
    }
    paid.stage.world.warp(MATURITY);
    paid
}

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

#[test]
fn proof_stores_the_leaf_and_a_wrong_one_nothing() {
    let paid = accepted();
    let payee = &paid.payees[1];
    let record = paid.open_claim(payee).expect("opens");
    let event: ClaimOpened = paid.world.event(ide::ID, &record);
    assert_eq!(
        (event.device, event.party),
        (payee.device.key, payee.party())
    );
    let (device, party) = (payee.device.key, payee.party());
    let good = paid.payouts.proof(&device, &party);
    let refused = |args, error: IdeError| {
        expect_error(
            paid.send(&[], ix::prove_leaf(&device, &party, args)),
            ide::ID,
            error,
            0,
        );
    };
    let with = |change: &dyn Fn(&mut ide::ProveLeafArgs)| {
        let mut args = good.clone();
        change(&mut args);
        args
    };
    refused(with(&|args| args.lifetime_io += 1), IdeError::InvalidProof);
    refused(
        with(&|args| args.lifetime_usdc += 1),
        IdeError::InvalidProof,
    );
    refused(
        with(&|args| args.arrears_usd_micros += 1),
        IdeError::InvalidProof,
    );
    refused(
        with(&|args| args.index = (args.index + 1) % 3),
        IdeError::InvalidProof,
    );
    refused(
        with(&|args| args.siblings = vec![[0; 32]; 21]),
        IdeError::InvalidProof,
    );
    refused(with(&|args| args.root_seq = 2), IdeError::UnknownRoot);
    let roots = copy(&paid.world, &addresses::ide::roots());
    let instruction = ix::prove_leaf(&device, &party, good.clone());
    expect_error(
        paid.send(&[], with_account(&instruction, 0, roots)),
        ide::ID,
        IdeError::WrongRoots,
        0,
    );
    expect_error(
        paid.send(&[], with_extra(&instruction)),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
    let record = paid.send(&[], instruction).expect("proves");
    let ledger = paid.record(payee).ledger;
    assert_eq!(ledger.newest.seq, 1);
    assert_eq!(ledger.newest.lifetime_io, good.lifetime_io);
    assert_eq!(ledger.matured.seq, 0);
    let event: LeafProven = paid.world.event(ide::ID, &record);
    assert_eq!(event.newest_seq, U64Change { old: 0, new: 1 });
}

#[test]
fn claim_pays_both_currencies_and_all_claims_sum_to_the_sealed_totals() {
    let paid = matured();
    let (mut io, mut usdc) = (0, 0);
    for payee in &paid.payees {
        let before = paid.world.io_of(&payee.party());
        let record = paid.claim(payee).expect("pays");
        let event: PayoutClaimed = paid.world.event(ide::ID, &record);
        assert_eq!(event.wallet, payee.party());
        io += paid.world.io_of(&payee.party()) - before;
        usdc += paid.world.usdc_of(&payee.party());
        let ledger = paid.record(payee).ledger;
        assert_eq!(event.claimed_io.new, ledger.claimed_io);
        assert_eq!(ledger.claimed_io, ledger.matured.lifetime_io);
        assert_eq!(ledger.claimed_usdc, ledger.matured.lifetime_usdc);
    }
    let epoch = paid.epoch(paid.first_day);
    assert_eq!((io, usdc), (epoch.cumulative_io, epoch.cumulative_usdc));
    let vaults = paid.vaults();
    assert_eq!((vaults.payable_io, vaults.payable_usdc), (0, 0));
    paid.assert_vaults_exact();
    expect_error(
        paid.claim(&paid.payees[0]),
        ide::ID,
        IdeError::NothingToClaim,
        0,
    );
}

/// The root comes late and only some claim: the totals were fixed at sealing, one claim changes
/// nothing of another, and a later root goes on from there.
#[test]
fn e78_late_root_and_half_of_the_claims_leave_the_others_whole() {
    let (stage, payees) = sealed();
    let day = stage.first_day;
    stage.full_day(day + 1, 300_000_000_000, 0, 450 * USDC_ONE);
    stage.full_day(day + 2, 300_000_000_000, 0, 450 * USDC_ONE);
    let first = stage.payouts(1, day + 1, &payees.each_ref());
    stage.accept_root(&first).expect("accepts");
    for payee in &payees {
        stage.open_claim(payee).expect("opens");
        stage.prove(payee, &first).expect("proves");
    }
    stage.world.warp(MATURITY);
    stage.claim(&payees[0]).expect("pays");
    let second = stage.payouts(2, day + 2, &payees.each_ref());
    stage.accept_root(&second).expect("accepts");
    stage.world.warp(MATURITY);
    // the newest matured root decides: the old proof pays no more
    expect_error(stage.claim(&payees[1]), ide::ID, IdeError::StaleProof, 0);
    let before = payees
        .each_ref()
        .map(|payee| stage.world.io_of(&payee.party()));
    for payee in &payees {
        stage.prove(payee, &second).expect("proves");
        stage.claim(payee).expect("pays");
    }
    let gained: u64 = payees
        .iter()
        .zip(before)
        .map(|(payee, before)| stage.world.io_of(&payee.party()) - before)
        .sum();
    let claimed: u64 = payees
        .iter()
        .map(|payee| stage.record(payee).ledger.claimed_io)
        .sum();
    assert_eq!(claimed, stage.epoch(day + 2).cumulative_io);
    assert!(gained < claimed);
    assert_eq!(stage.vaults().payable_io, 0);
    stage.assert_vaults_exact();
}

#[test]
fn claim_to_another_wallet_or_before_maturity_is_refused() {
    let paid = accepted();
    let payee = &paid.payees[0];
    paid.open_claim(payee).expect("opens");
    paid.prove(payee, &paid.payouts).expect("proves");
    expect_error(paid.claim(payee), ide::ID, IdeError::NoMaturedRoot, 0);
    paid.world.warp(MATURITY);
    let good = paid.route(payee);
    let bank = paid.bank.pubkey();
    let refused = |route: PayoutRoute, error: IdeError| {
        expect_error(paid.send(&[], ix::claim(&route)), ide::ID, error, 0);
    };
    let thief_io = get_associated_token_address(&bank, &good.io_mint);
    let thief_usdc = get_associated_token_address(&bank, &good.usdc_mint);
    refused(
        PayoutRoute {
            to_io: Some(thief_io),
            ..good
        },
        IdeError::WrongDestination,
    );
    refused(
        PayoutRoute {
            to_usdc: Some(thief_usdc),
            ..good
        },
        IdeError::WrongDestination,
    );
    refused(
        PayoutRoute {
            to_io: good.to_usdc,
            to_usdc: None,
            ..good
        },
        IdeError::WrongDestination,
    );
    // another account of the right wallet, which does not sign
    let side = copy(&paid.world, &good.to_io.expect("given"));
    refused(
        PayoutRoute {
            to_io: Some(side),
            to_usdc: None,
            ..good
        },
        IdeError::WrongDestination,
    );
    refused(
        PayoutRoute {
            to_io: None,
            to_usdc: None,
            ..good
        },
        IdeError::NothingToClaim,
    );
    let instruction = ix::claim(&good);
    for (index, key, error) in [
        (1, addresses::ide::vaults(), IdeError::WrongVaults),
        (2, addresses::ide::roots(), IdeError::WrongRoots),
        (4, paid.payees[1].device.key, IdeError::WrongDevice),
        (5, addresses::registry::config(), IdeError::WrongConfig),
        (6, good.io_mint, IdeError::WrongMint),
        (7, good.usdc_mint, IdeError::WrongMint),
        (8, addresses::ide::pay_io(), IdeError::WrongVaultAccount),
        (9, addresses::ide::pay_usdc(), IdeError::WrongVaultAccount),
    ] {
        let copied = if index == 4 {
            key
        } else {
            copy(&paid.world, &key)
        };
        expect_error(
            paid.send(&[], with_account(&instruction, index, copied)),
            ide::ID,
            error,
            0,
        );
    }
    expect_error(
        paid.send(&[], with_extra(&instruction)),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
    // signed, the wallet may name any account of its own
    let owner = &payee.device.owner;
    let route = PayoutRoute {
        wallet: Some(owner.pubkey()),
        to_io: Some(side),
        to_usdc: None,
        ..good
    };
    paid.world
        .send(owner, &[], &[ix::claim(&route)])
        .expect("pays");
    assert_eq!(paid.record(payee).ledger.claimed_usdc, 0);
    paid.claim(payee).expect("the other currency later");
}

fn holds(amount_io: u64, now: i64) -> Vec<BurnHold> {
    vec![BurnHold {
        amount_io,
        root_seq: 1,
        proposed_at: now,
    }]
}

#[test]
fn hold_drop_and_burn_move_only_what_the_rule_says() {
    let paid = matured();
    let payee = &paid.payees[0];
    let record = addresses::ide::claim(&payee.device.key, &payee.party());
    let caller = paid.staking.pubkey();
    let lifetime = paid.record(payee).ledger.newest.lifetime_io;
    let sent = paid
        .as_staking(ix::forfeit(&caller, &[record], vec![lifetime - 100]))
        .expect("holds");
    let event: PayoutsHeld = paid.world.event(ide::ID, &sent);
    assert_eq!(
        event.records[0].forfeited_io,
        U64Change {
            old: 0,
            new: lifetime - 100
        }
    );
    let vault = paid.world.token(&addresses::ide::pay_io());
    paid.claim(payee).expect("pays the rest");
    assert_eq!(vault - paid.world.token(&addresses::ide::pay_io()), 100);
    let sent = paid
        .as_staking(ix::unforfeit(&caller, &[record], vec![1_000]))
        .expect("drops");
    let event: HoldsReleased = paid.world.event(ide::ID, &sent);
    assert_eq!(event.records[0].forfeited_io.new, lifetime - 1_100);
    let supply = paid.supply();
    let mint = paid.world.plan.io_mint;
    let burn = ix::burn_forfeited(
        &caller,
        &mint,
        &[record],
        holds(lifetime - 1_100, paid.world.now()),
    );
    let sent = paid.as_staking(burn).expect("burns");
    let event: HoldsBurned = paid.world.event(ide::ID, &sent);
    assert_eq!(event.amount_io, lifetime - 1_100);
    assert_eq!(supply - paid.supply(), lifetime - 1_100);
    paid.claim(payee).expect("what was dropped is claimable");
    let ledger = paid.record(payee).ledger;
    assert_eq!(ledger.claimed_io + ledger.burned_io, lifetime);
    paid.assert_vaults_exact();
}

#[test]
fn holds_by_another_caller_or_on_wrong_records_are_refused() {
    let paid = matured();
    let caller = paid.staking.pubkey();
    let records = paid
        .payees
        .each_ref()
        .map(|payee| addresses::ide::claim(&payee.device.key, &payee.party()));
    let lifetime = paid.record(&paid.payees[0]).ledger.newest.lifetime_io;
    let mint = paid.world.plan.io_mint;
    let now = paid.world.now();
    let forfeit = |records: &[_], amounts: Vec<u64>| ix::forfeit(&caller, records, amounts);
    let refused = |sent: Sent, error: IdeError| expect_error(sent, ide::ID, error, 0);
    let all = [
        forfeit(&records[..1], vec![1]),
        ix::unforfeit(&caller, &records[..1], vec![1]),
        ix::burn_forfeited(&caller, &mint, &records[..1], holds(1, now)),
    ];
    for instruction in &all {
        let stranger = with_account(instruction, 0, paid.bank.pubkey());
        refused(paid.send(&[], stranger), IdeError::NotStakingCaller);
        let unsigned = without_signature(instruction, 0);
        expect_error(
            paid.send(&[], unsigned),
            ide::ID,
            u32::from(anchor_lang::error::ErrorCode::AccountNotSigner),
            0,
        );
        let config = copy(&paid.world, &addresses::registry::config());
        refused(
            paid.as_staking(with_account(instruction, 1, config)),
            IdeError::WrongConfig,
        );
        let last = instruction.accounts.len() - 1;
        let mut fewer = instruction.clone();
        fewer.accounts.pop();
        refused(paid.as_staking(fewer), IdeError::RecordAccounts);
        refused(
            paid.as_staking(with_extra(instruction)),
            IdeError::RecordAccounts,
        );
        let mut frozen = instruction.clone();
        frozen.accounts[last].is_writable = false;
        refused(paid.as_staking(frozen), IdeError::RecordAccounts);
        let foreign = foreign_copy(&paid.world, &records[0]);
        expect_error(
            paid.as_staking(with_account(instruction, last, foreign)),
            ide::ID,
            u32::from(anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram),
            0,
        );
    }
    let twice = [records[0], records[0]];
    refused(
        paid.as_staking(forfeit(&twice, vec![1, 1])),
        IdeError::RecordAccounts,
    );
    refused(
        paid.as_staking(forfeit(&records[..1], vec![0])),
        IdeError::ZeroAmount,
    );
    refused(
        paid.as_staking(forfeit(&records[..1], vec![lifetime + 1])),
        IdeError::HoldAboveUnclaimed,
    );
    refused(
        paid.as_staking(ix::unforfeit(&caller, &records[..1], vec![1])),
        IdeError::AboveHeld,
    );
    refused(
        paid.as_staking(ix::burn_forfeited(
            &caller,
            &mint,
            &records[..1],
            holds(1, now),
        )),
        IdeError::AboveHeld,
    );
    let burn = ix::burn_forfeited(&caller, &mint, &records[..1], holds(1, now));
    for (index, key, error) in [
        (2, addresses::ide::roots(), IdeError::WrongRoots),
        (3, addresses::ide::vaults(), IdeError::WrongVaults),
        (4, addresses::ide::pay_io(), IdeError::WrongVaultAccount),
        (5, mint, IdeError::WrongMint),
    ] {
        let copied = copy(&paid.world, &key);
        refused(paid.as_staking(with_account(&burn, index, copied)), error);
    }
}

/// A root that held rewards is vetoed: no token had moved, and the burn is limited by the root that
/// matured instead.
#[test]
fn e85_veto_after_a_hold_limits_the_burn_to_the_root_that_matured() {
    let paid = accepted();
    let payee = &paid.payees[0];
    let record = addresses::ide::claim(&payee.device.key, &payee.party());
    let caller = paid.staking.pubkey();
    let mint = paid.world.plan.io_mint;
    paid.open_claim(payee).expect("opens");
    paid.prove(payee, &paid.payouts).expect("proves");
    let lifetime = paid.record(payee).ledger.newest.lifetime_io;
    paid.as_staking(ix::forfeit(&caller, &[record], vec![lifetime]))
        .expect("holds");
    let proposed_at = paid.world.now();
    let governance = &paid.world.governance;
    paid.world
        .send(governance, &[], &[ix::veto_root(&governance.pubkey(), 1)])
        .expect("vetoes");
    // the root that takes its place knows one more beneficiary: less for this one
    let extra = paid.payee();
    let [a, b, c] = &paid.payees;
    let second = paid.payouts(2, paid.first_day, &[a, b, c, &extra]);
    paid.accept_root(&second).expect("accepts");
    let burn = || {
        ix::burn_forfeited(
            &caller,
            &mint,
            &[record],
            vec![BurnHold {
                amount_io: lifetime,
                root_seq: 1,
                proposed_at,
            }],
        )
    };
    expect_error(paid.as_staking(burn()), ide::ID, IdeError::NoMaturedRoot, 0);
    paid.world.warp(MATURITY);
    expect_error(paid.as_staking(burn()), ide::ID, IdeError::StaleProof, 0);
    paid.prove(payee, &second).expect("proves");
    let less = paid.record(payee).ledger.newest.lifetime_io;
    assert!(less < lifetime);
    let supply = paid.supply();
    paid.as_staking(burn()).expect("burns");
    assert_eq!(supply - paid.supply(), less);
    assert_eq!(paid.record(payee).ledger.forfeited_io, less);
}
