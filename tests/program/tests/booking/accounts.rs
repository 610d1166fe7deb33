//! Foreign accounts in the places that every instruction shares.

use anchor_lang::error::ErrorCode;
use booking::{ID, error::BookingError as E};
use ion_client::{addresses, instructions::booking as ix};
use ion_program_tests::expect_framework_error;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::stage::{Stage, copy, edit, with_account};

#[track_caller]
fn config_and_params(
    stage: &Stage,
    signer: &Keypair,
    instruction: &Instruction,
    config: usize,
    params: Option<usize>,
) {
    let fake = copy(&stage.world, &addresses::registry::config());
    stage.refused(
        signer,
        with_account(instruction, config, fake),
        E::WrongConfig,
    );
    if let Some(params) = params {
        let other = addresses::registry::params(&staking::ID);
        stage.refused(
            signer,
            with_account(instruction, params, other),
            E::WrongParams,
        );
    }
}

#[test]
fn copies_of_registry_accounts_are_refused() {
    let stage = Stage::new();
    let quote = stage.quote_ix(stage.quote_args());
    config_and_params(&stage, &stage.world.scheduler, &quote, 2, Some(3));
    let roles = copy(&stage.world, &addresses::registry::roles());
    stage.refused(
        &stage.world.scheduler,
        with_account(&quote, 1, roles),
        E::WrongRoles,
    );

    let stage = Stage::quoted();
    config_and_params(&stage, &stage.renter, &stage.book_ix(), 1, Some(2));
    let stage = Stage::booked();
    config_and_params(&stage, &stage.payer, &stage.pay_ix(1), 1, Some(2));
    let stage = Stage::funded();
    let lock = stage.lock_ix();
    config_and_params(&stage, &stage.world.authority, &lock, 1, Some(2));
    stage.crank_refused(
        with_account(&lock, 3, addresses::registry::params(&ID)),
        E::WrongStakingParams,
    );
    stage.crank_refused(
        with_account(&lock, 5, stage.renter.pubkey()),
        E::WrongCaller,
    );
    let stage = Stage::paid();
    config_and_params(&stage, &stage.world.scheduler, &stage.start_ix(), 2, None);
    let roles = copy(&stage.world, &addresses::registry::roles());
    stage.refused(
        &stage.world.scheduler,
        with_account(stage.start_ix(), 1, roles),
        E::WrongRoles,
    );
    let stage = Stage::running();
    config_and_params(&stage, &stage.renter, &stage.terminate_ix(), 1, Some(2));
    let stage = Stage::closing();
    config_and_params(
        &stage,
        &stage.world.authority,
        &stage.apply_ix(stage.leaf(0, false, &[1])),
        1,
        Some(2),
    );
    let stage = Stage::earnable();
    config_and_params(
        &stage,
        &stage.world.authority,
        &stage.earn_ix(0, 0),
        1,
        Some(2),
    );
}

#[test]
fn foreign_accounts_stop_no_exit_unnoticed() {
    let by = |stage: &Stage| stage.world.authority.pubkey();
    let stage = Stage::paid();
    let cancel = ix::cancel(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &stage.devices,
    );
    config_and_params(&stage, &stage.renter, &cancel, 1, None);
    stage.refused(
        &stage.renter,
        with_account(&cancel, 3, stage.renter.pubkey()),
        E::WrongCaller,
    );
    let unstarted = ix::cancel_unstarted(&by(&stage), &stage.key(), &stage.devices);
    config_and_params(&stage, &stage.world.authority, &unstarted, 1, None);
    stage.crank_refused(
        with_account(&unstarted, 3, stage.renter.pubkey()),
        E::WrongCaller,
    );
    let expire = ix::expire(&by(&stage), &stage.key(), &stage.devices);
    config_and_params(&stage, &stage.world.authority, &expire, 1, None);
    stage.crank_refused(
        with_account(&expire, 3, stage.renter.pubkey()),
        E::WrongCaller,
    );

    let stage = Stage::running();
    stage.refused(
        &stage.renter,
        with_account(stage.terminate_ix(), 4, stage.renter.pubkey()),
        E::WrongCaller,
    );
    config_and_params(&stage, &stage.world.authority, &stage.end_ix(), 1, Some(2));
    stage.crank_refused(
        with_account(stage.end_ix(), 4, stage.renter.pubkey()),
        E::WrongCaller,
    );

    let stage = Stage::closing();
    stage
        .crank(stage.apply_ix(stage.leaf(0, false, &[1_440])))
        .unwrap();
    let price = stage.world.post_price(stage.world.price_now());
    let valued = ix::price_record(&by(&stage), &stage.key(), 0, &price);
    config_and_params(&stage, &stage.world.authority, &valued, 1, Some(2));
    let own = booking::state::Booking::shard(&stage.key());
    let shard = addresses::booking::tne_totals((own + 1) % 16);
    stage.crank_refused(with_account(&valued, 4, shard), E::WrongShard);

    let stage = Stage::earned();
    config_and_params(&stage, &stage.world.authority, &stage.settle_ix(), 1, None);
    let other = addresses::registry::params(&staking::ID);
    stage.crank_refused(with_account(stage.close_ix(), 1, other), E::WrongParams);
}

#[test]
fn quote_of_another_kind_is_not_booked() {
    let stage = Stage::quoted();
    edit::<booking::state::Quote>(&stage.world, &stage.quote_key(), |quote| quote.kind = 1);
    stage.refused(&stage.renter, stage.book_ix(), E::WrongQuoteKind);
}

#[test]
fn accounts_of_another_owner_are_refused() {
    let stage = Stage::booked();
    let mut account = stage.world.raw(&stage.key());
    account.owner = staking::ID;
    let foreign = solana_pubkey::Pubkey::new_unique();
    stage.world.put(&foreign, account);
    let result = stage.send(&stage.payer, with_account(stage.pay_ix(1), 3, foreign));
    expect_framework_error(result, ID, ErrorCode::AccountOwnedByWrongProgram, 0);
    let result = stage.send(
        &stage.payer,
        with_account(stage.pay_ix(1), 3, stage.quote_key()),
    );
    expect_framework_error(result, ID, ErrorCode::AccountDiscriminatorMismatch, 0);
    let result = stage.send(&stage.payer, with_account(stage.pay_ix(1), 8, staking::ID));
    expect_framework_error(result, ID, ErrorCode::InvalidProgramId, 0);
}

#[test]
fn unsigned_actors_are_refused() {
    let stage = Stage::booked();
    let mut pay = stage.pay_ix(1);
    pay.accounts[0].is_signer = false;
    expect_framework_error(stage.crank(pay), ID, ErrorCode::AccountNotSigner, 0);
    let mut cancel = ix::cancel(&stage.renter.pubkey(), &stage.key(), 1, &[]);
    cancel.accounts[0].is_signer = false;
    expect_framework_error(stage.crank(cancel), ID, ErrorCode::AccountNotSigner, 0);
}
