//! The rewards program is upgraded to a build with another layout of claim records while one of them
//! holds money that is proven, partly held and not yet paid.

use anchor_lang::{
    AccountDeserialize, Discriminator, InstructionData, ToAccountMetas, error::ErrorCode,
};
use ion_client::{
    addresses,
    instructions::{rewards as ix, rewards::ClaimOf},
};
use ion_economics::params::rewards::REWARD_MATURITY;
use ion_program_tests::{expect_error, expect_framework_error, rewards_stage::Network};
use rewards::{error::RewardsError, state as old};
use rewards_next::{ClaimRecordMigrated, state as new};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// Name of the bytecode with the changed layout.
const NEXT: &str = "rewards_next";

fn migrate(network: &Network, record: &Pubkey) -> Instruction {
    let accounts = rewards_next::accounts::MigrateClaimRecord {
        payer: network.crank().pubkey(),
        record: *record,
        system_program: solana_sdk_ids::system_program::ID,
        event_authority: addresses::event_authority(&rewards::ID),
        program: rewards::ID,
    };
    Instruction {
        program_id: rewards::ID,
        accounts: accounts.to_account_metas(None),
        data: rewards_next::instruction::MigrateClaimRecord {}.data(),
    }
}

fn upgrade(network: &Network) {
    let authority = network.world.authority.pubkey();
    network.world.chain.upgrade(&rewards::ID, NEXT, &authority);
}

#[test]
fn both_builds_agree_on_address_and_discriminators() {
    assert_eq!(rewards_next::ID, rewards::ID);
    assert_eq!(
        new::ClaimRecord::DISCRIMINATOR,
        old::ClaimRecord::DISCRIMINATOR
    );
    assert_eq!(new::ClaimRecord::SPACE, old::ClaimRecord::SPACE + 64);
}

#[test]
fn record_on_its_way_is_migrated_by_anyone_and_pays_what_it_owed() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    let of = earned.of;
    let accepted_at = world.now();
    network
        .prove(1, &earned.earnings, &of)
        .expect("pending is enough");
    let key = addresses::rewards::claim_record(&of.device, &of.party);
    let before = network.record(&of);
    let bytes = world.raw(&key);

    upgrade(&network);
    world.set_time(accepted_at + REWARD_MATURITY.default);
    // Nothing reads the old layout as if it were the new one.
    expect_framework_error(
        network.claim(&of),
        rewards::ID,
        ErrorCode::AccountDidNotDeserialize,
        0,
    );
    assert_eq!(world.raw(&key), bytes, "untouched");

    let paid_before = world.raw(&network.crank().pubkey()).lamports;
    let sent = network
        .send(migrate(&network, &key))
        .expect("anyone migrates");
    let event: ClaimRecordMigrated = world.event(rewards::ID, &sent);
    assert_eq!(
        (event.record, event.old_version, event.new_version),
        (key, 1, 2)
    );
    assert_eq!((event.seq, event.at), (before.event_seq + 1, world.now()));
    let account = world.raw(&key);
    assert_eq!(account.data.len(), new::ClaimRecord::SPACE);
    let rent = world
        .chain
        .with(|svm| svm.minimum_balance_for_rent_exemption(account.data.len()));
    assert_eq!(account.lamports, rent);
    let paid = paid_before - world.raw(&network.crank().pubkey()).lamports;
    assert!(paid >= rent - bytes.lamports, "the caller pays the rent");
    let after = new::ClaimRecord::try_deserialize(&mut account.data.as_slice()).expect("readable");
    assert_eq!(
        (after.version, after.bump, after.device, after.party),
        (2, before.bump, before.device, before.party)
    );
    assert_eq!(after.ledger, before.ledger, "amounts and proofs stand");
    assert_eq!(after.last_event_at, world.now());
    // Staking was not upgraded: what it knows of the account stands where it stood.
    let by_old = old::ClaimRecord::try_deserialize(&mut account.data.as_slice()).expect("readable");
    assert_eq!(by_old.ledger, before.ledger);
    assert_eq!((by_old.device, by_old.party), (before.device, before.party));

    let wallet = world.io_of(&earned.owner.pubkey());
    network.claim(&of).expect("pays what it owed");
    assert_eq!(
        world.io_of(&earned.owner.pubkey()),
        wallet + earned.allocated
    );
    network.assert_conserved();
}

#[test]
fn record_is_migrated_once_and_nothing_else_passes_for_one() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    let key = addresses::rewards::claim_record(&earned.of.device, &earned.of.party);
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("pending is enough");
    // Before the upgrade the instruction does not exist.
    expect_framework_error(
        network.send(migrate(&network, &key)),
        rewards::ID,
        ErrorCode::InstructionFallbackNotFound,
        0,
    );
    upgrade(&network);
    let hour = network.emission().next_hour - 1;
    let other_type = migrate(&network, &addresses::rewards::block(hour));
    expect_framework_error(
        network.send(other_type),
        rewards::ID,
        ErrorCode::AccountDiscriminatorMismatch,
        0,
    );
    let foreign = Pubkey::new_unique();
    let mut copy = world.raw(&key);
    copy.owner = Pubkey::new_unique();
    world.put(&foreign, copy);
    expect_framework_error(
        network.send(migrate(&network, &foreign)),
        rewards::ID,
        ErrorCode::AccountOwnedByWrongProgram,
        0,
    );
    let elsewhere = Pubkey::new_unique();
    world.put(&elsewhere, world.raw(&key));
    expect_framework_error(
        network.send(migrate(&network, &elsewhere)),
        rewards::ID,
        ErrorCode::ConstraintSeeds,
        0,
    );
    network.send(migrate(&network, &key)).expect("the true one");
    let bytes = world.raw(&key);
    expect_framework_error(
        network.send(migrate(&network, &key)),
        rewards::ID,
        ErrorCode::ConstraintRaw,
        0,
    );
    assert_eq!(world.raw(&key), bytes);
}

#[test]
fn all_else_goes_on_without_migration() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    let kept: Vec<(Pubkey, _)> = [
        addresses::rewards::emission(),
        addresses::rewards::roots(),
        addresses::rewards::distribution(),
    ]
    .map(|key| (key, world.raw(&key)))
    .into();
    upgrade(&network);
    for (key, account) in kept {
        assert_eq!(world.raw(&key), account);
    }
    // The next hour is released and divided.
    network.paid_block(1, 1);
    // A record that never existed begins in the new layout and takes a leaf proven before the upgrade.
    let of = ClaimOf {
        device: earned.of.device,
        party: Pubkey::new_unique(),
    };
    network
        .send(ix::open_claim(&network.crank().pubkey(), &of))
        .expect("opens");
    let key = addresses::rewards::claim_record(&of.device, &of.party);
    let account = world.raw(&key);
    assert_eq!(account.data.len(), new::ClaimRecord::SPACE);
    let state = new::ClaimRecord::try_deserialize(&mut account.data.as_slice()).expect("readable");
    assert_eq!((state.version, state.last_event_at), (2, world.now()));
    // A slash case meets a record of the old layout: it is refused by name and nothing is held. Migrated
    // and proven, it is held like any other.
    let caller = network.staking_caller();
    world.fund(&caller.pubkey());
    let record = addresses::rewards::claim_record(&earned.of.device, &earned.of.party);
    let hold = ix::forfeit(&caller.pubkey(), &[(record, 1)]);
    expect_error(
        world.send(&caller, &[], std::slice::from_ref(&hold)),
        rewards::ID,
        RewardsError::NotARecord,
        0,
    );
    network.send(migrate(&network, &record)).expect("anyone");
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("the root is of before");
    world.send(&caller, &[], &[hold]).expect("held");
    let account = world.raw(&record);
    let state = new::ClaimRecord::try_deserialize(&mut account.data.as_slice()).expect("readable");
    assert_eq!((state.version, state.ledger.forfeited_io), (2, 1));
}
