//! `forfeit`, `unforfeit`, `burn_forfeited`: what a slash case does to rewards.
//!
//! The staking program's caller address is an ordinary key in these worlds, written into the
//! configuration by hand, so that the program's own checks are met one by one.

mod refusals;

use anchor_lang::error::ErrorCode;
use anchor_spl::token::Mint;
use ion_client::{
    addresses,
    history::TransactionRecord,
    instructions::{rewards as ix, rewards::ClaimOf},
    send::SendError,
};
use ion_economics::{params::rewards::REWARD_MATURITY, units::DAY};
use ion_program_tests::rewards_stage::{Earnings, Network};
use ion_program_tests::{expect_error, expect_framework_error};
use rewards::{
    BurnHold,
    error::RewardsError,
    events::{RecordHold, RewardsBurned, RewardsHeld, RewardsRestored, U64Change},
};
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{copy, foreign_copy, with_account, without_signature};

struct Case {
    network: Network,
    caller: Keypair,
    of: [ClaimOf; 2],
    owners: [Keypair; 2],
    earnings: Earnings,
    allocated: u64,
}

fn key(of: &ClaimOf) -> Pubkey {
    addresses::rewards::claim_record(&of.device, &of.party)
}

impl Case {
    /// Two suppliers whose leaves are proven at the pending root 1; the second earned 100 units.
    fn new() -> Self {
        let network = Network::new();
        let caller = network.staking_caller();
        let (first_owner, first) = network.supplier();
        let (second_owner, second) = network.supplier();
        let (hour, allocated) = network.paid_block(1, 1);
        let earnings = Earnings::new(&[(first, allocated - 100), (second, 100)]);
        network.accept(1, &earnings.root(hour)).expect("accepted");
        for of in [&first, &second] {
            network.prove(1, &earnings, of).expect("proves");
        }
        Self {
            network,
            caller,
            of: [first, second],
            owners: [first_owner, second_owner],
            earnings,
            allocated,
        }
    }

    fn send(&self, instruction: Instruction) -> Result<TransactionRecord, SendError> {
        self.network
            .world
            .send(self.network.crank(), &[&self.caller], &[instruction])
    }

    fn forfeit(&self, holds: &[(Pubkey, u64)]) -> Result<TransactionRecord, SendError> {
        self.send(ix::forfeit(&self.caller.pubkey(), holds))
    }

    fn unforfeit(&self, holds: &[(Pubkey, u64)]) -> Result<TransactionRecord, SendError> {
        self.send(ix::unforfeit(&self.caller.pubkey(), holds))
    }

    fn burn(&self, holds: &[(Pubkey, BurnHold)]) -> Result<TransactionRecord, SendError> {
        self.send(ix::burn_forfeited(
            &self.caller.pubkey(),
            &self.network.mint(),
            holds,
        ))
    }

    fn hold(&self, amount_io: u64) -> BurnHold {
        BurnHold {
            amount_io,
            root_seq: 1,
            proposed_at: self.network.world.now(),
        }
    }
}

#[test]
fn a_hold_lowers_what_can_be_claimed_and_moves_no_token() {
    let case = Case::new();
    let network = &case.network;
    let vault = network.distribution();
    let [first, second] = case.of;
    let record = case
        .forfeit(&[(key(&first), 1_000), (key(&second), 30)])
        .expect("holds");
    assert_eq!(network.record(&first).ledger.forfeited_io, 1_000);
    assert_eq!(network.record(&second).ledger.forfeited_io, 30);
    assert_eq!(network.distribution(), vault);
    let event: RewardsHeld = network.world.event(rewards::ID, &record);
    let entry = |of: &ClaimOf, amount_io| RecordHold {
        record: key(of),
        device: of.device,
        party: of.party,
        amount_io,
        forfeited_io: U64Change {
            old: 0,
            new: amount_io,
        },
        burned_io: U64Change { old: 0, new: 0 },
        seq: 3,
    };
    assert_eq!(event.actor, case.caller.pubkey());
    assert_eq!(event.records, [entry(&first, 1_000), entry(&second, 30)]);
    assert_eq!(event.at, network.world.now());

    network.world.warp(REWARD_MATURITY.default);
    network.claim(&second).expect("the rest");
    assert_eq!(network.world.io_of(&case.owners[1].pubkey()), 70);

    let record = case.unforfeit(&[(key(&second), 30)]).expect("restores");
    let event: RewardsRestored = network.world.event(rewards::ID, &record);
    assert_eq!(event.records[0].forfeited_io, U64Change { old: 30, new: 0 });
    assert_eq!(
        (event.records.len(), event.actor),
        (1, case.caller.pubkey())
    );
    network.claim(&second).expect("claimable again");
    assert_eq!(network.world.io_of(&case.owners[1].pubkey()), 100);
    network.assert_conserved();
}

#[test]
fn a_burn_takes_the_hold_from_vault_and_supply() {
    let case = Case::new();
    let network = &case.network;
    let [first, second] = case.of;
    case.forfeit(&[(key(&first), 1_000), (key(&second), 30)])
        .expect("holds");
    let (one, two) = (case.hold(1_000), case.hold(20));
    expect_error(
        case.burn(&[(key(&first), one)]),
        rewards::ID,
        RewardsError::NoMaturedRoot,
        0,
    );
    network.world.warp(REWARD_MATURITY.default);
    case.unforfeit(&[(key(&second), 10)])
        .expect("a partial ruling");
    let supply = network.world.get::<Mint>(&network.mint()).supply;
    let vault = network.distribution();
    let record = case
        .burn(&[(key(&first), one), (key(&second), two)])
        .expect("burns");
    let event: RewardsBurned = network.world.event(rewards::ID, &record);
    assert_eq!(
        (event.burned_io, event.actor),
        (1_020, case.caller.pubkey())
    );
    assert_eq!(event.records[0].burned_io, U64Change { old: 0, new: 1_000 });
    assert_eq!(event.records[1].burned_io, U64Change { old: 0, new: 20 });
    assert_eq!(
        event.records[1].forfeited_io,
        U64Change { old: 20, new: 20 }
    );
    assert_eq!(event.emission_seq, network.emission().event_seq);
    assert_eq!(
        network.world.get::<Mint>(&network.mint()).supply,
        supply - 1_020
    );
    assert_eq!(network.distribution(), vault - 1_020);
    assert_eq!(network.emission().burned_io, 1_020);
    for of in &case.of {
        network.claim(of).expect("the rest");
    }
    assert_eq!(network.world.io_of(&case.owners[1].pubkey()), 80);
    assert_eq!(
        network.world.io_of(&case.owners[0].pubkey()),
        case.allocated - 100 - 1_000
    );
    network.assert_conserved();
    // What is burned can be neither restored nor burned again.
    expect_error(
        case.unforfeit(&[(key(&second), 1)]),
        rewards::ID,
        RewardsError::AboveHeld,
        0,
    );
    expect_error(
        case.burn(&[(key(&first), case.hold(1))]),
        rewards::ID,
        RewardsError::AboveHeld,
        0,
    );
}

#[test]
fn e85_a_hold_on_a_vetoed_root_burns_only_what_the_matured_root_covers() {
    let case = Case::new();
    let network = &case.network;
    let world = &network.world;
    let [first, second] = case.of;
    case.forfeit(&[(key(&second), 90)]).expect("holds");
    let hold = case.hold(90);
    let veto = ix::veto_root(&world.governance.pubkey(), 1);
    world
        .send(&world.governance, &[], &[veto])
        .expect("in time");
    // At the vetoed root nothing can be held any more.
    expect_error(
        case.forfeit(&[(key(&second), 1)]),
        rewards::ID,
        RewardsError::HoldAboveUnclaimed,
        0,
    );
    let root = case.earnings.root(0);
    let through = network.emission().next_final_hour - 1;
    let right = Earnings::new(&[(first, case.allocated - 40), (second, 40)]);
    assert_eq!(root.lifetime_io, case.allocated);
    network
        .accept(2, &right.root(through))
        .expect("the same hour");
    world.warp(REWARD_MATURITY.default);
    expect_error(
        case.burn(&[(key(&second), hold)]),
        rewards::ID,
        RewardsError::StaleProof,
        0,
    );
    network.prove(2, &right, &second).expect("proves");
    case.burn(&[(key(&second), hold)]).expect("burns");
    let ledger = network.record(&second).ledger;
    assert_eq!((ledger.forfeited_io, ledger.burned_io), (40, 40));
    expect_error(
        network.claim(&second),
        rewards::ID,
        RewardsError::NothingToClaim,
        0,
    );
    network.assert_conserved();
}

#[test]
fn a_hold_is_burned_only_under_a_root_that_covers_it() {
    let case = Case::new();
    let network = &case.network;
    let world = &network.world;
    let [_, second] = case.of;
    // Root 1 matures; the case holds at root 2, which is vetoed.
    world.warp(6 * DAY);
    let (hour, more) = network.paid_block(1, 1);
    let later = Earnings::new(&[(case.of[0], case.allocated - 100), (second, 100 + more)]);
    network.accept(2, &later.root(hour)).expect("accepted");
    network.prove(2, &later, &second).expect("proves");
    world.warp(2 * DAY);
    case.forfeit(&[(key(&second), 150)]).expect("holds");
    let hold = BurnHold {
        amount_io: 150,
        root_seq: 2,
        proposed_at: world.now(),
    };
    let veto = ix::veto_root(&world.governance.pubkey(), 2);
    world
        .send(&world.governance, &[], &[veto])
        .expect("in time");
    expect_error(
        case.burn(&[(key(&second), hold)]),
        rewards::ID,
        RewardsError::HoldNotMatured,
        0,
    );
}

#[test]
fn only_unclaimed_rewards_at_the_newest_root_can_be_held() {
    let case = Case::new();
    let network = &case.network;
    let [first, second] = case.of;
    expect_error(
        case.forfeit(&[(key(&second), 101)]),
        rewards::ID,
        RewardsError::HoldAboveUnclaimed,
        0,
    );
    case.forfeit(&[(key(&second), 60)]).expect("holds");
    expect_error(
        case.forfeit(&[(key(&second), 41)]),
        rewards::ID,
        RewardsError::HoldAboveUnclaimed,
        0,
    );
    network.world.warp(REWARD_MATURITY.default);
    network.claim(&second).expect("the rest");
    expect_error(
        case.forfeit(&[(key(&second), 1)]),
        rewards::ID,
        RewardsError::HoldAboveUnclaimed,
        0,
    );
    // A newer root: without a proof there nothing is in reach.
    let (hour, more) = network.paid_block(1, 1);
    let later = Earnings::new(&[(first, case.allocated - 100 + more), (second, 100)]);
    network.accept(2, &later.root(hour)).expect("accepted");
    expect_error(
        case.forfeit(&[(key(&first), 1)]),
        rewards::ID,
        RewardsError::HoldAboveUnclaimed,
        0,
    );
    network.prove(2, &later, &first).expect("proves");
    case.forfeit(&[(key(&first), 1)]).expect("holds");
}
