//! The slash instructions down the table of attack classes: each one in a state in which it succeeds,
//! with one thing changed (signer, owner, type, vault, program, extra account), then sent twice.

use anchor_lang::error::ErrorCode;
use ion_client::{
    addresses::{rewards as rewards_addr, staking as addr},
    instructions::staking as ix,
    send::SendError,
};
use ion_economics::{
    params::staking as param,
    units::{DAY, HOUR},
};
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::Params;
use rewards::error::RewardsError;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::error::StakingError;

use crate::stage::{
    Charge, Stage, Tree, edit, foreign_copy, io, register, swap, unsigned, with_extra,
};

/// One instruction with its signer, in a state in which it succeeds.
struct Row {
    name: &'static str,
    signer: Keypair,
    instruction: Instruction,
    charge: Charge,
}

fn ruled(stage: &Stage, charge: &Charge, uphold_bps: u16) {
    stage.appeal(&stage.owner, charge).expect("appeals");
    stage.rule(charge, uphold_bps).expect("rules");
}

/// A device with seven cases, one per state that an instruction needs.
fn rows() -> (Stage, Vec<Row>) {
    let stage = Stage::co_staked();
    edit::<Params>(
        &stage.world,
        &ion_client::addresses::registry::params(&staking::ID),
        |params| params.values[usize::from(param::VICTIM_BPS.slot)] = 1_000,
    );
    stage.world.warp(HOUR);
    let owner = stage.owner.pubkey();
    let renter = stage.world.wallet(0, 0);
    let now = stage.world.now();
    stage.accept_root(Tree::Reward, 1);
    stage.fill_vault(Tree::Reward, io(100));
    stage.earned(Tree::Reward, &owner, io(10), 0, 1);
    let [window, appealed, decided, back, fresh] =
        [900, 800, 700, 600, 100].map(|age| stage.outage(now - age));
    let paid = stage.outage_of(&renter.pubkey(), now - 500);
    let mut held = stage.outage(now - 400);
    held.args.shows.reward_parties = vec![0];
    held.shown_wallets = vec![owner];
    for charge in [&window, &appealed, &decided, &back, &paid, &held] {
        stage.propose_over_table(charge).expect("proposes");
    }
    stage.appeal(&stage.owner, &appealed).expect("appeals");
    ruled(&stage, &decided, 3_333);
    ruled(&stage, &back, 0);
    for charge in [&paid, &held] {
        ruled(&stage, charge, 10_000);
        stage.finalize(charge).expect("burns");
    }
    stage.world.warp(8 * DAY);
    stage.proven_matured(Tree::Reward, &owner, io(10), 1);
    stage.open_day();
    stage.donate_to(&stage.case_key(&paid).vault(), 7);

    let world = &stage.world;
    let key = |charge: &Charge| stage.case_key(charge).address();
    let [slasher, arbiter] = [world.slasher.pubkey(), world.arbiter.pubkey()];
    let burn = ix::burn_forfeited(&stage.mint(), &stage.case_key(&held), &stage.case(&held), 5);
    let purse = stage.purse(&renter.pubkey());
    let row = |name, signer: &Keypair, instruction, charge: &Charge| Row {
        name,
        signer: signer.insecure_clone(),
        instruction,
        charge: charge.clone(),
    };
    let rows = vec![
        row(
            "propose_slash",
            &world.slasher,
            stage.propose_ix(&slasher, &fresh),
            &fresh,
        ),
        row(
            "appeal",
            &stage.owner,
            ix::appeal(&owner, &key(&window), [3; 32]),
            &window,
        ),
        row(
            "rule",
            &world.arbiter,
            ix::rule(&arbiter, &stage.case_key(&appealed), 5_000, [4; 32]),
            &appealed,
        ),
        row(
            "finalize_case",
            &world.authority,
            stage.finalize_ix(&decided),
            &decided,
        ),
        row(
            "restore_leg",
            &world.authority,
            stage.restore_ix(&back, 1),
            &back,
        ),
        row("burn_forfeited", &world.authority, burn, &held),
        row(
            "pay_renter",
            &world.authority,
            ix::pay_renter(&stage.mint(), &key(&paid), &purse),
            &paid,
        ),
        row(
            "sweep_case",
            &world.authority,
            ix::sweep_case(&stage.mint(), &key(&paid)),
            &paid,
        ),
    ];
    (stage, rows)
}

/// Code of a refusal by a program.
fn refusal(name: &str, result: Result<impl std::fmt::Debug, SendError>) -> u32 {
    match result {
        Err(SendError::Program(failure)) => failure.code,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn class_01_no_slash_instruction_goes_without_its_signer() {
    let (stage, rows) = rows();
    let mut tried = 0;
    for row in &rows {
        let signer = row.signer.pubkey();
        let signs = |ix: &Instruction| {
            let mut metas = ix.accounts.iter();
            metas.any(|meta| meta.is_signer && meta.pubkey == signer)
        };
        if signs(&row.instruction) {
            let bare = unsigned(&row.instruction, &signer);
            expect_framework_error(
                stage.send(&stage.world.authority, bare),
                staking::ID,
                ErrorCode::AccountNotSigner,
                0,
            );
            // another signer in its place is not the one
            let other = swap(&row.instruction, &signer, &stage.other.pubkey());
            let code = refusal(row.name, stage.send(&stage.other, other));
            let expected = match row.name {
                "propose_slash" => StakingError::NotSlasher,
                "appeal" => StakingError::NotAParty,
                _ => StakingError::NotArbiter,
            };
            assert_eq!(code, u32::from(expected), "{}", row.name);
            tried += 1;
        }
    }
    assert_eq!(tried, 3, "the others need nobody");
}

#[test]
fn class_02_copies_that_another_program_owns_are_refused() {
    let (stage, rows) = rows();
    let programs = [
        staking::ID,
        registry::ID,
        rewards::ID,
        anchor_spl::token::ID,
    ];
    let codes = [
        u32::from(ErrorCode::AccountOwnedByWrongProgram),
        StakingError::WrongConfig.into(),
        StakingError::WrongPosition.into(),
        StakingError::WrongRecord.into(),
        RewardsError::WrongEmission.into(),
        RewardsError::WrongDistribution.into(),
        RewardsError::WrongMint.into(),
    ];
    let mut tried = 0;
    for row in &rows {
        for meta in &row.instruction.accounts {
            let is_typed = stage.world.exists(&meta.pubkey)
                && programs.contains(&stage.world.raw(&meta.pubkey).owner);
            if !is_typed {
                continue;
            }
            let copy = foreign_copy(&stage.world, &meta.pubkey);
            let fake = swap(&row.instruction, &meta.pubkey, &copy);
            let code = refusal(row.name, stage.send(&row.signer, fake));
            assert!(
                codes.contains(&code),
                "{} {}: {code}",
                row.name,
                meta.pubkey
            );
            tried += 1;
        }
    }
    assert_eq!(tried, 51);
}

#[test]
fn class_03_accounts_of_another_type_are_refused() {
    let (stage, rows) = rows();
    let types = [
        stage.stake_key(),
        addr::totals_of(&stage.device.device),
        stage.position_key(1),
        addr::slash_day(stage.today()),
    ];
    let window = stage.case_key(&rows[1].charge).address();
    let kind = |key: &Pubkey| stage.world.raw(key).data[..8].to_vec();
    let mut tried = 0;
    for row in &rows {
        for meta in &row.instruction.accounts {
            let is_ours = stage.world.exists(&meta.pubkey)
                && stage.world.raw(&meta.pubkey).owner == staking::ID
                && meta.pubkey != staking::ID;
            if !is_ours {
                continue;
            }
            for other in types.iter().chain([&window]) {
                if kind(other) == kind(&meta.pubkey) {
                    continue;
                }
                let confused = swap(&row.instruction, &meta.pubkey, other);
                let code = refusal(row.name, stage.send(&row.signer, confused));
                let codes = [
                    u32::from(ErrorCode::AccountDiscriminatorMismatch),
                    StakingError::WrongPosition.into(),
                ];
                assert!(
                    codes.contains(&code),
                    "{} {}: {code}",
                    row.name,
                    meta.pubkey
                );
                tried += 1;
            }
        }
    }
    assert!(tried >= 40, "{tried} swaps");
}

#[test]
fn class_08_and_09_fake_programs_and_extra_accounts_are_refused() {
    let (stage, rows) = rows();
    for row in &rows {
        for program in [
            anchor_spl::token::ID,
            anchor_lang::system_program::ID,
            rewards::ID,
        ] {
            let mut metas = row.instruction.accounts.iter();
            if metas.any(|meta| meta.pubkey == program) {
                let fake = swap(&row.instruction, &program, &anchor_spl::token_2022::ID);
                expect_framework_error(
                    stage.send(&row.signer, fake),
                    staking::ID,
                    ErrorCode::InvalidProgramId,
                    0,
                );
            }
        }
        let extra = stage.send(&row.signer, with_extra(&row.instruction));
        expect_error(extra, staking::ID, StakingError::UnexpectedAccounts, 0);
    }
}

#[test]
fn class_11_no_vault_but_the_own_one_pays() {
    let (stage, rows) = rows();
    let second = register(&stage.world, &stage.other);
    let foreign = addr::vault(&addr::device_stake(&second.device));
    let mut tried = 0;
    for row in &rows {
        let own = stage.case_key(&row.charge).vault();
        for vault in [own, stage.vault(), rewards_addr::distribution()] {
            let mut metas = row.instruction.accounts.iter();
            if !metas.any(|meta| meta.pubkey == vault) {
                continue;
            }
            let fake = swap(&row.instruction, &vault, &foreign);
            let code = refusal(row.name, stage.send(&row.signer, fake));
            let codes = [
                u32::from(ErrorCode::ConstraintSeeds),
                RewardsError::WrongDistribution.into(),
            ];
            assert!(codes.contains(&code), "{}: {code}", row.name);
            tried += 1;
        }
    }
    assert_eq!(tried, 8);
}

#[test]
fn class_21_no_slash_instruction_succeeds_twice() {
    let (stage, rows) = rows();
    for row in &rows {
        stage
            .send(&row.signer, row.instruction.clone())
            .unwrap_or_else(|error| panic!("{} succeeds: {error}", row.name));
        let code = refusal(row.name, stage.send(&row.signer, row.instruction.clone()));
        let expected: u32 = match row.name {
            // the system program's: the address of the case is in use
            "propose_slash" => 0,
            "appeal" => StakingError::NotInWindow.into(),
            "rule" => StakingError::NotAppealed.into(),
            "finalize_case" => StakingError::CaseDecided.into(),
            "pay_renter" => StakingError::NothingDue.into(),
            "sweep_case" => StakingError::NothingToWithdraw.into(),
            _ => StakingError::LegDone.into(),
        };
        assert_eq!(code, expected, "{}", row.name);
        stage.assert_true_books();
    }
}
