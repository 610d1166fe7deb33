//! `open_claim`, `prove_leaf`, `claim`: how a party gets what it earned.

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
    let extra = with_extra(&ix::open_claim(&network.crank().pubkey(), &next));
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

#[test]
fn a_leaf_of_another_party_device_place_or_amount_is_refused() {
    let network = Network::new();
    let (_, of) = network.supplier();
    let (_, other) = network.supplier();
    let (_, third) = network.supplier();
    let (hour, allocated) = network.paid_block(1, 1);
    let earnings = Earnings::new(&[(of, allocated - 10), (other, 10), (third, 0)]);
    network.accept(1, &earnings.root(hour)).expect("accepted");
    let prover = network.crank().pubkey();
    let (index, leaf, proof) = earnings.of(&of);
    let good = ix::prove_leaf(&prover, 1, index, &leaf, proof.clone());
    // The same proof for the record of another beneficiary.
    for record in [&other, &third] {
        let key = addresses::rewards::claim_record(&record.device, &record.party);
        let stolen = with_account(&good, RECORD, key);
        expect_error(
            network.send(stolen),
            rewards::ID,
            RewardsError::InvalidProof,
            0,
        );
    }
    type Change = dyn Fn(&mut u64, &mut EarningsLeaf, &mut Vec<[u8; 32]>);
    let changed = |change: &Change| {
        let (mut index, mut leaf, mut proof) = (index, leaf, proof.clone());
        change(&mut index, &mut leaf, &mut proof);
        ix::prove_leaf(&prover, 1, index, &leaf, proof)
    };
    let changes: [&Change; 7] = [
        &|index, _, _| *index += 1,
        &|index, _, _| *index = u64::MAX,
        &|_, leaf, _| leaf.lifetime_io += 1,
        &|_, leaf, _| leaf.lifetime_io = 0,
        &|_, _, proof| proof.push([0; 32]),
        &|_, _, proof| proof.truncate(proof.len() - 1),
        &|_, _, proof| proof[0][0] ^= 1,
    ];
    for change in changes {
        expect_error(
            network.send(changed(change)),
            rewards::ID,
            RewardsError::InvalidProof,
            0,
        );
    }
    let unknown = ix::prove_leaf(&prover, 2, index, &leaf, proof.clone());
    expect_error(
        network.send(unknown),
        rewards::ID,
        RewardsError::UnknownRoot,
        0,
    );
    network.send(good).expect("its own");
    network
        .prove(1, &earnings, &third)
        .expect("a leaf of zero is a leaf");
    assert_eq!(network.record(&third).ledger.newest.lifetime_io, 0);
}

#[test]
fn a_proof_of_another_hours_root_is_refused() {
    let network = Network::new();
    let earned = network.earned();
    network.world.warp(DAY);
    let (hour, more) = network.paid_block(1, 1);
    let later = Earnings::new(&[(earned.of, earned.allocated + more)]);
    network.accept(2, &later.root(hour)).expect("accepted");
    // The lifetimes of one root do not stand in the other.
    expect_error(
        network.prove(1, &later, &earned.of),
        rewards::ID,
        RewardsError::InvalidProof,
        0,
    );
    expect_error(
        network.prove(2, &earned.earnings, &earned.of),
        rewards::ID,
        RewardsError::InvalidProof,
        0,
    );
    network.prove(2, &later, &earned.of).expect("proves");
    // An older root after a newer one.
    expect_error(
        network.prove(1, &earned.earnings, &earned.of),
        rewards::ID,
        RewardsError::StaleRoot,
        0,
    );
}

#[test]
fn a_claim_waits_for_a_proof_at_the_newest_matured_root() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    world.warp(DAY);
    let (hour, more) = network.paid_block(1, 1);
    let later = Earnings::new(&[(earned.of, earned.allocated + more)]);
    network.accept(2, &later.root(hour)).expect("accepted");
    world.warp(6 * DAY);
    network
        .claim(&earned.of)
        .expect("root 1 has matured, root 2 not");
    assert_eq!(world.io_of(&earned.owner.pubkey()), earned.allocated);
    // Proven while pending, the newer value does not push out what is payable.
    network.prove(2, &later, &earned.of).expect("proves");
    expect_error(
        network.claim(&earned.of),
        rewards::ID,
        RewardsError::NothingToClaim,
        0,
    );
    world.warp(2 * DAY);
    network.claim(&earned.of).expect("root 2 has matured");
    assert_eq!(world.io_of(&earned.owner.pubkey()), earned.allocated + more);

    let fresh = network.supplier().1;
    expect_error(
        network.claim(&fresh),
        rewards::ID,
        RewardsError::StaleProof,
        0,
    );
    network.assert_conserved();
}

#[test]
fn money_goes_to_the_partys_own_account_only() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    world.warp(REWARD_MATURITY.default);
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    let owner = earned.owner.pubkey();
    let thief = world.wallet(0, 0);
    let good = network.claim_instruction(&earned.of);
    let to = |key| with_account(&good, 6, key);
    let stolen = get_associated_token_address(&thief.pubkey(), &network.mint());
    expect_error(
        network.send(to(stolen)),
        rewards::ID,
        RewardsError::WrongDestination,
        0,
    );
    let usdc = get_associated_token_address(&owner, &world.plan.usdc_mint);
    expect_error(
        network.send(to(usdc)),
        rewards::ID,
        RewardsError::WrongTokenMint,
        0,
    );
    // Another account of the right wallet needs its signature.
    let second = second_account(&network, &owner);
    expect_error(
        network.send(to(second)),
        rewards::ID,
        RewardsError::WrongDestination,
        0,
    );
    let own = ix::claim(&owner, &earned.of, &second);
    world
        .send(&earned.owner, &[], &[own])
        .expect("the wallet chooses");
    assert_eq!(
        (world.token(&second), world.io_of(&owner)),
        (earned.allocated, 0)
    );
}

/// A further IO account of a wallet, as if the wallet had made it.
fn second_account(network: &Network, wallet: &Pubkey) -> Pubkey {
    let world = &network.world;
    let key = copy(
        world,
        &get_associated_token_address(wallet, &network.mint()),
    );
    assert_eq!(world.token(&key), 0);
    key
}

#[test]
fn a_closed_account_of_the_party_blocks_nothing_but_its_own_claim() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    world.warp(REWARD_MATURITY.default);
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    let key = network.destination(&earned.of);
    let account = world.raw(&key);
    world.put(&key, solana_account::Account::default());
    expect_framework_error(
        network.claim(&earned.of),
        rewards::ID,
        ErrorCode::AccountNotInitialized,
        0,
    );
    world.put(&key, account);
    network.claim(&earned.of).expect("reopened");
}

#[test]
fn claim_and_prove_with_false_accounts_are_refused() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    let (_, other) = network.supplier();
    world.warp(REWARD_MATURITY.default);
    let (index, leaf, proof) = earned.earnings.of(&earned.of);
    let prove = ix::prove_leaf(&network.crank().pubkey(), 1, index, &leaf, proof);
    let roots = addresses::rewards::roots();
    expect_error(
        network.send(with_account(&prove, 1, copy(world, &roots))),
        rewards::ID,
        RewardsError::WrongRoots,
        0,
    );
    let record = prove.accounts[RECORD].pubkey;
    for (key, error) in [
        (
            foreign_copy(world, &record),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            addresses::rewards::emission(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
    ] {
        expect_framework_error(
            network.send(with_account(&prove, RECORD, key)),
            rewards::ID,
            error,
            0,
        );
    }
    expect_error(
        network.send(with_extra(&prove)),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
    let unsigned = without_signature(&with_account(&prove, 0, Pubkey::new_unique()), 0);
    expect_framework_error(
        network.send(unsigned),
        rewards::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    network.send(prove).expect("proves");

    let good = network.claim_instruction(&earned.of);
    let own = [
        (1, copy(world, &roots), RewardsError::WrongRoots),
        (3, other.device, RewardsError::WrongDevice),
        (
            4,
            copy(world, &addresses::rewards::emission()),
            RewardsError::WrongEmission,
        ),
        (
            5,
            addresses::ide::reward_vault(),
            RewardsError::WrongDistribution,
        ),
    ];
    for (index, key, error) in own {
        expect_error(
            network.send(with_account(&good, index, key)),
            rewards::ID,
            error,
            0,
        );
    }
    let framework = [
        (
            2,
            foreign_copy(world, &record),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            2,
            addresses::rewards::emission(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
        (7, anchor_spl::token_2022::ID, ErrorCode::InvalidProgramId),
    ];
    for (index, key, error) in framework {
        expect_framework_error(
            network.send(with_account(&good, index, key)),
            rewards::ID,
            error,
            0,
        );
    }
    let alias = with_account(&good, 6, addresses::rewards::distribution());
    expect_framework_error(
        network.send(alias),
        rewards::ID,
        ErrorCode::ConstraintDuplicateMutableAccount,
        0,
    );
    expect_error(
        network.send(with_extra(&good)),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
    let unsigned = without_signature(&with_account(&good, 0, Pubkey::new_unique()), 0);
    expect_framework_error(
        network.send(unsigned),
        rewards::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    // A ledger that claims more than the lifetime is stopped before any token moves.
    edit::<Emission>(world, &addresses::rewards::emission(), |emission| {
        emission.claimed_io = 1
    });
    expect_error(
        network.send(good.clone()),
        rewards::ID,
        RewardsError::ClaimAboveLifetime,
        0,
    );
    edit::<Emission>(world, &addresses::rewards::emission(), |emission| {
        emission.claimed_io = 0
    });
    edit::<ClaimRecord>(world, &record, |record| record.ledger.burned_io = 1);
    expect_error(
        network.send(good.clone()),
        rewards::ID,
        RewardsError::ClaimAboveLifetime,
        0,
    );
    edit::<ClaimRecord>(world, &record, |record| record.ledger.burned_io = 0);
    network.send(good).expect("unchanged it is fine");
}

#[test]
fn a_donation_to_the_vault_makes_nobody_richer() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    let donor = world.wallet(500, 0);
    let gift = anchor_spl::token::spl_token::instruction::transfer(
        &anchor_spl::token::ID,
        &get_associated_token_address(&donor.pubkey(), &network.mint()),
        &addresses::rewards::distribution(),
        &donor.pubkey(),
        &[],
        500,
    )
    .expect("classic token");
    world.send(&donor, &[], &[gift]).expect("anyone can send");
    world.warp(REWARD_MATURITY.default);
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    network.claim(&earned.of).expect("claims");
    assert_eq!(world.io_of(&earned.owner.pubkey()), earned.allocated);

    let sweep = || ix::sweep_excess(&network.crank().pubkey(), &network.mint());
    let y1 = network.vaults().y1_io;
    let record = network.send(sweep()).expect("sweeps");
    assert_eq!(network.vaults().y1_io, y1 + 500);
    network.assert_conserved();
    let event: rewards::events::ExcessSwept = world.event(rewards::ID, &record);
    assert_eq!((event.amount_io, event.owed_io), (500, 0));
    assert_eq!(
        (event.emission, event.actor),
        (addresses::rewards::emission(), network.crank().pubkey())
    );
    assert_eq!(
        (event.seq, event.at),
        (network.emission().event_seq, world.now())
    );
    let deposit: ide::events::RemainderDeposited = world.event(ide::ID, &record);
    assert_eq!((deposit.amount_io, deposit.kind, deposit.hour), (500, 1, 0));
    expect_error(
        network.send(sweep()),
        rewards::ID,
        RewardsError::NothingToSweep,
        0,
    );
    for (index, key, error) in [
        (
            1,
            copy(world, &addresses::rewards::emission()),
            RewardsError::WrongEmission,
        ),
        (2, addresses::ide::pay_io(), RewardsError::WrongDistribution),
        (3, addresses::ide::pay_io(), RewardsError::WrongRewardVault),
        (7, addresses::rewards::emission(), RewardsError::WrongCaller),
    ] {
        expect_error(
            network.send(with_account(&sweep(), index, key)),
            rewards::ID,
            error,
            0,
        );
    }
    expect_error(
        network.send(with_extra(&sweep())),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
}

/// Proof lengths at the size limits: 2^20 leaves for a proof alone, 2^19 together with the claim.
#[test]
fn proofs_fit_their_transactions() {
    let key = Keypair::new();
    let of = ClaimOf {
        device: Pubkey::new_unique(),
        party: key.pubkey(),
    };
    let leaf = EarningsLeaf {
        device: of.device.to_bytes(),
        party: of.party.to_bytes(),
        lifetime_io: 1,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
    };
    let prove = |levels| ix::prove_leaf(&key.pubkey(), 1, 7, &leaf, vec![[1; 32]; levels]);
    let claim = ix::claim(&key.pubkey(), &of, &Pubkey::new_unique());
    let bytes = |instructions: &[solana_instruction::Instruction]| {
        let transaction = send::build(&key, &[], instructions, Default::default()).expect("builds");
        send::serialize(&transaction).map(|bytes| bytes.len())
    };
    let alone = bytes(&[prove(20)]).expect("2^20 leaves");
    let both = bytes(&[prove(19), claim]).expect("2^19 leaves");
    println!("prove at 20 levels: {alone} bytes; prove and claim at 19 levels: {both} bytes");
    assert!(alone <= MAX_TRANSACTION_BYTES && both <= MAX_TRANSACTION_BYTES);
}

#[test]
fn the_account_of_a_record_is_its_documented_size() {
    let record = ClaimRecord {
        version: 1,
        bump: 2,
        device: Pubkey::new_from_array([3; 32]),
        party: Pubkey::new_from_array([4; 32]),
        ledger: Ledger::default(),
        event_seq: 5,
        _reserved: [0; 32],
    };
    let mut data = Vec::new();
    record.try_serialize(&mut data).expect("fits");
    assert_eq!(data.len(), ClaimRecord::SPACE);
}

#[test]
fn a_tree_of_a_million_leaves_is_claimed_in_two_transactions() {
    let network = Network::new();
    let world = &network.world;
    let device = world.register(ion_program_tests::flows::H100, 1, 1_000_000, 0);
    let of = ClaimOf {
        device: device.key,
        party: device.owner.pubkey(),
    };
    let (hour, allocated) = network.paid_block(1, 1);
    let leaf = EarningsLeaf {
        device: of.device.to_bytes(),
        party: of.party.to_bytes(),
        lifetime_io: allocated,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
    };
    // The other leaves are known by the tops of their subtrees alone, as in any proof.
    let (index, leaf_count) = (699_999_u64, 1_u64 << 20);
    let siblings: Vec<[u8; 32]> = (1..=20).map(|level| [level; 32]).collect();
    let ring = addresses::rewards::roots().to_bytes();
    let mut top = leaf.hash::<Sha256Hasher>(EarningsTree::Reward, &ring);
    for (level, sibling) in siblings.iter().enumerate() {
        top = match (index >> level) & 1 {
            1 => ion_merkle::node::<Sha256Hasher>(sibling, &top),
            _ => ion_merkle::node::<Sha256Hasher>(&top, sibling),
        };
    }
    let root = RewardRoot {
        root: ion_merkle::root::<Sha256Hasher>(leaf_count, &top),
        leaf_count,
        through_hour: hour,
        lifetime_io: allocated,
        bundle: [6; 32],
    };
    network.accept(1, &root).expect("accepted");
    world.warp(REWARD_MATURITY.default);
    let payer = network.crank().pubkey();
    let packed = pack(
        &payer,
        vec![
            ix::open_claim(&payer, &of),
            ix::prove_leaf(&payer, 1, index, &leaf, siblings),
            network.claim_instruction(&of),
        ],
    );
    assert_eq!(packed.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    let before = world.io_of(&of.party);
    for instructions in &packed {
        let record = world
            .send(network.crank(), &[], instructions)
            .expect("each lands by itself");
        println!("{} CU", record.compute_units);
    }
    assert_eq!(world.io_of(&of.party), before + allocated);
    network.assert_conserved();
}

#[test]
fn a_leaf_of_the_payout_tree_is_no_leaf_of_the_reward_tree() {
    let network = Network::new();
    let (_, of) = network.supplier();
    let (hour, allocated) = network.paid_block(1, 1);
    let leaf = EarningsLeaf {
        device: of.device.to_bytes(),
        party: of.party.to_bytes(),
        lifetime_io: allocated,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
    };
    // The same words under the other tree's tag, and under the right tag for another ring.
    let ring = addresses::rewards::roots().to_bytes();
    let hashes = [
        leaf.hash::<Sha256Hasher>(EarningsTree::Payout, &ring),
        leaf.hash::<Sha256Hasher>(EarningsTree::Reward, &[3; 32]),
    ];
    let tree = ion_merkle::Tree::new(hashes.to_vec());
    let root = RewardRoot {
        root: tree.root(),
        leaf_count: 2,
        through_hour: hour,
        lifetime_io: allocated,
        bundle: [6; 32],
    };
    network.accept(1, &root).expect("its total is right");
    for index in [0_u64, 1] {
        let siblings = tree.proof(index as usize).expect("in the tree");
        let prove = ix::prove_leaf(&network.crank().pubkey(), 1, index, &leaf, siblings);
        expect_error(
            network.send(prove),
            rewards::ID,
            RewardsError::InvalidProof,
            0,
        );
    }
}

#[test]
fn leaves_beyond_the_sum_of_their_root_draw_on_no_later_block() {
    let network = Network::new();
    let world = &network.world;
    let (_, honest) = network.supplier();
    let (_, inflated) = network.supplier();
    let (hour, allocated) = network.paid_block(1, 1);
    // The sum is the block's, as the program demands; a leaf beside the honest one says more.
    let earnings = Earnings::new(&[(honest, allocated), (inflated, allocated)]);
    let root = RewardRoot {
        lifetime_io: allocated,
        ..earnings.root(hour)
    };
    network.accept(1, &root).expect("accepted");
    world.warp(REWARD_MATURITY.default);
    // A later block is allocated, so the vault could pay; its root has not matured.
    let (_, later) = network.paid_block(1, 1);
    assert!(later > 0 && network.distribution() > allocated);
    for of in [&inflated, &honest] {
        network.prove(1, &earnings, of).expect("in the tree");
    }
    network.claim(&inflated).expect("the first takes the sum");
    expect_error(
        network.claim(&honest),
        rewards::ID,
        RewardsError::ClaimAboveLifetime,
        0,
    );
    assert_eq!(network.distribution(), later);
    network.assert_conserved();
}
