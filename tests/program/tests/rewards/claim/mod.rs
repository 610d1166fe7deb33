//! `open_claim`, `prove_leaf`, `claim`: how a party gets what it earned.

mod foreign;
mod proof;
mod size;

use anchor_lang::{AccountSerialize, error::ErrorCode};
use anchor_spl::associated_token::get_associated_token_address;
use ion_claims::{Ledger, Proven};
use ion_client::{
    addresses,
    instructions::{registry as governance, rewards as ix, rewards::ClaimOf},
    pack::pack,
    send::{self, MAX_TRANSACTION_BYTES},
};
use ion_economics::{params::rewards::REWARD_MATURITY, units::DAY};
use ion_merkle::{
    Sha256Hasher,
    earnings::{EarningsLeaf, EarningsTree, RewardRoot},
};
use ion_program_tests::rewards_stage::{Earnings, Network};
use ion_program_tests::{expect_error, expect_framework_error};
use registry::UpdateDeviceArgs;
use rewards::{
    error::RewardsError,
    events::{ClaimOpened, RewardClaimed, RewardLeafProven, U64Change},
    state::{ClaimRecord, Emission},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{copy, edit, foreign_copy, with_account, with_extra, without_signature};

const RECORD: usize = 2;

#[test]
fn open_creates_an_empty_record_for_any_party() {
    let network = Network::new();
    let world = &network.world;
    let device = world.register(ion_program_tests::flows::H100, 1, 1_000_000, 0);
    let co_staker = Pubkey::new_unique();
    let of = ClaimOf {
        device: device.key,
        party: co_staker,
    };
    let record = network
        .send(ix::open_claim(&network.crank().pubkey(), &of))
        .expect("opens");
    let key = addresses::rewards::claim_record(&of.device, &of.party);
    let state = network.record(&of);
    assert_eq!(
        Pubkey::find_program_address(
            &[b"claim", of.device.as_ref(), of.party.as_ref()],
            &rewards::ID
        ),
        (key, state.bump)
    );
    assert_eq!(
        (state.version, state.device, state.party),
        (1, of.device, of.party)
    );
    assert_eq!((state.ledger, state.event_seq), (Ledger::default(), 1));
    let event: ClaimOpened = world.event(rewards::ID, &record);
    assert_eq!((event.record, event.payer), (key, network.crank().pubkey()));
    assert_eq!((event.device, event.party), (of.device, of.party));
    assert_eq!((event.seq, event.at), (1, world.now()));
    // A second record of the leaf cannot exist.
    let again = ix::open_claim(&network.crank().pubkey(), &of);
    expect_error(network.send(again.clone()), rewards::ID, 0_u32, 0);
    let fake = with_account(&again, 1, foreign_copy(world, &of.device));
    expect_framework_error(
        network.send(fake),
        rewards::ID,
        ErrorCode::AccountOwnedByWrongProgram,
        0,
    );
    let other = with_account(&again, 2, Pubkey::new_unique());
    expect_framework_error(
        network.send(other),
        rewards::ID,
        ErrorCode::ConstraintSeeds,
        0,
    );
    let next = ClaimOf {
        device: device.key,
        party: Pubkey::new_unique(),
    };
    let extra = with_extra(ix::open_claim(&network.crank().pubkey(), &next));
    expect_error(
        network.send(extra),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
}

#[test]
fn prove_then_claim_pays_the_owner_after_maturity() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    let of = earned.of;
    let accepted_at = world.now();
    let record = network
        .prove(1, &earned.earnings, &of)
        .expect("pending is enough");
    let value = Proven {
        seq: 1,
        accepted_at,
        lifetime_io: earned.allocated,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
    };
    let state = network.record(&of);
    assert_eq!(
        (state.ledger.newest, state.ledger.matured),
        (value, Proven::default())
    );
    let event: RewardLeafProven = world.event(rewards::ID, &record);
    let key = addresses::rewards::claim_record(&of.device, &of.party);
    assert_eq!((event.record, event.actor), (key, network.crank().pubkey()));
    assert_eq!((event.device, event.party), (of.device, of.party));
    assert_eq!((event.root_seq, event.lifetime_io), (1, earned.allocated));
    assert_eq!(event.newest_seq, U64Change { old: 0, new: 1 });
    assert_eq!(event.matured_seq, U64Change { old: 0, new: 0 });
    assert_eq!((event.seq, event.at), (2, world.now()));

    world.set_time(accepted_at + REWARD_MATURITY.default - 1);
    expect_error(
        network.claim(&of),
        rewards::ID,
        RewardsError::NoMaturedRoot,
        0,
    );
    world.warp(1);
    let before = (
        network.distribution(),
        world.io_of(&earned.owner.pubkey()),
        network.emission(),
    );
    let record = network.claim(&of).expect("matured; no second proof needed");
    let state = network.record(&of);
    assert_eq!(
        (state.ledger.claimed_io, state.ledger.matured),
        (earned.allocated, value)
    );
    assert_eq!((state.ledger.forfeited_io, state.ledger.burned_io), (0, 0));
    assert_eq!(network.distribution(), before.0 - earned.allocated);
    assert_eq!(
        world.io_of(&earned.owner.pubkey()),
        before.1 + earned.allocated
    );
    assert_eq!(
        network.emission().claimed_io,
        before.2.claimed_io + earned.allocated
    );
    network.assert_conserved();
    let event: RewardClaimed = world.event(rewards::ID, &record);
    assert_eq!((event.record, event.actor), (key, network.crank().pubkey()));
    assert_eq!(
        (event.device, event.party, event.wallet),
        (of.device, of.party, of.party)
    );
    assert_eq!(event.destination, network.destination(&of));
    assert_eq!(event.amount_io, earned.allocated);
    assert_eq!(
        event.claimed_io,
        U64Change {
            old: 0,
            new: earned.allocated
        }
    );
    assert_eq!(
        (event.forfeited_io, event.lifetime_io, event.root_seq),
        (0, earned.allocated, 1)
    );
    assert_eq!((event.seq, event.at), (3, world.now()));
}

#[test]
fn e43_claim_twice_finds_nothing() {
    let network = Network::new();
    let earned = network.earned();
    network.world.warp(REWARD_MATURITY.default);
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    network.claim(&earned.of).expect("claims");
    expect_error(
        network.claim(&earned.of),
        rewards::ID,
        RewardsError::NothingToClaim,
        0,
    );
    // Proving the same root again brings nothing back.
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("a repetition");
    expect_error(
        network.claim(&earned.of),
        rewards::ID,
        RewardsError::NothingToClaim,
        0,
    );
    network.assert_conserved();
}

#[test]
fn e42_the_owner_is_paid_at_the_payout_wallet_of_the_moment() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    world.warp(REWARD_MATURITY.default);
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    let new_wallet = world.wallet(0, 0);
    let old = network.claim_instruction(&earned.of);
    let update = governance::update_device(
        &earned.owner.pubkey(),
        &earned.of.device,
        None,
        UpdateDeviceArgs {
            ask_usd_micros: None,
            open_until: None,
            payout_wallet: Some(new_wallet.pubkey()),
        },
    );
    world
        .send(&earned.owner, &[], &[update])
        .expect("the owner may");
    expect_error(
        network.send(old),
        rewards::ID,
        RewardsError::WrongDestination,
        0,
    );
    network.claim(&earned.of).expect("claims");
    assert_eq!(world.io_of(&new_wallet.pubkey()), earned.allocated);
    assert_eq!(world.io_of(&earned.owner.pubkey()), 0);
}

#[test]
fn owner_and_co_staker_are_paid_by_their_own_leaves() {
    let network = Network::new();
    let world = &network.world;
    let (owner, of) = network.supplier();
    let wallet = world.wallet(0, 0);
    let co = ClaimOf {
        device: of.device,
        party: wallet.pubkey(),
    };
    network.open(&co);
    let (hour, allocated) = network.paid_block(1, 1);
    let earnings = Earnings::new(&[(of, allocated - 1_000), (co, 1_000)]);
    network.accept(1, &earnings.root(hour)).expect("accepted");
    world.warp(REWARD_MATURITY.default);
    for party in [&of, &co] {
        network.prove(1, &earnings, party).expect("proves");
        network.claim(party).expect("claims");
    }
    assert_eq!(world.io_of(&wallet.pubkey()), 1_000);
    assert_eq!(world.io_of(&owner.pubkey()), allocated - 1_000);
    network.assert_conserved();
}

#[test]
fn claims_of_any_age_and_of_a_gone_device_are_paid() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    let terminate = governance::terminate_device(&earned.owner.pubkey(), &earned.of.device);
    world
        .send(&earned.owner, &[], &[terminate])
        .expect("terminates");
    world.warp(5 * 365 * DAY);
    network.claim(&earned.of).expect("never expires");
    assert_eq!(world.io_of(&earned.owner.pubkey()), earned.allocated);
}
