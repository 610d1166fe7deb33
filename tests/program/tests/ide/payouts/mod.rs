//! Payout roots, proofs, claims, and holds of slash cases on them.

mod holds;
mod roots;

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
