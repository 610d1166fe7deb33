//! `open_poll`, `vote_report`, `close_poll`.

use ion_client::{addresses::registry as addresses, instructions::registry as instructions};
use ion_economics::params::registry::POLL_KEEP;
use ion_merkle::report::ReportKind;
use ion_program_tests::{World, expect_error};
use registry::{
    error::RegistryError,
    events::{PollClosed, PollOpened, ReportVoted},
    state::{ActionKind, Poll, VerifierKeys},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

const KIND: ReportKind = ReportKind::WorkReport;
const A: [u8; 32] = [1; 32];
const B: [u8; 32] = [2; 32];
const NONE: [u8; 32] = [0; 32];

#[test]
fn opened_poll_has_its_identity_and_no_votes() {
    let world = World::new();
    let payer = stranger(&world);
    for kind in ReportKind::ALL {
        let subject = Pubkey::new_unique();
        let record = world
            .send(
                &payer,
                &[],
                &[instructions::open_poll(&payer.pubkey(), kind, &subject, 77)],
            )
            .expect("anyone");
        let address = addresses::poll(kind, &subject, 77);
        let poll: Poll = world.get(&address);
        assert_eq!(
            (poll.kind, poll.subject, poll.seq),
            (kind.to_u8(), subject, 77)
        );
        assert_eq!(
            (poll.payer, poll.set_version, poll.opened_at),
            (payer.pubkey(), 1, world.now())
        );
        assert_eq!(
            (poll.attested_hash, poll.attested_at, poll.last_vote_at),
            (NONE, 0, 0)
        );
        assert_eq!(poll.votes, [NONE; 20]);
        let event: PollOpened = world.event(registry::ID, &record);
        assert_eq!(
            (event.poll, event.payer, event.kind),
            (address, payer.pubkey(), kind.to_u8())
        );
        assert_eq!(
            (event.subject, event.report_seq, event.set_version),
            (subject, 77, 1)
        );
        assert_eq!((event.seq, event.at), (1, world.now()));
    }
}

#[test]
fn poll_of_an_unknown_kind_is_refused() {
    let world = World::new();
    let payer = stranger(&world);
    let subject = Pubkey::new_unique();
    for kind in [0u8, 8, 255] {
        let mut instruction = instructions::open_poll(&payer.pubkey(), KIND, &subject, 1);
        instruction.data[8] = kind; // after the discriminator
        let seeds: [&[u8]; 4] = [b"poll", &[kind], subject.as_ref(), &1u64.to_le_bytes()];
        instruction.accounts[2].pubkey = Pubkey::find_program_address(&seeds, &registry::ID).0;
        let result = world.send(&payer, &[], &[instruction]);
        expect_error(result, registry::ID, RegistryError::UnknownReportKind, 0);
    }
}

#[test]
fn poll_opened_twice_is_refused() {
    let world = World::new();
    let subject = Pubkey::new_unique();
    open(&world, KIND, &subject, 1);
    let payer = stranger(&world);
    let again = world.send(
        &payer,
        &[],
        &[instructions::open_poll(&payer.pubkey(), KIND, &subject, 1)],
    );
    expect_error(again, registry::ID, 0u32, 0); // the system program: the address is in use
}

#[test]
fn threshold_of_equal_votes_attests() {
    let world = World::new();
    let poll = open(&world, KIND, &Pubkey::new_unique(), 1);
    let [first, second, third] = &world.verifiers;
    let record = vote(&world, first, &poll, A).expect("a verifier votes");
    let account: Poll = world.get(&poll);
    assert_eq!(
        (account.votes[0], account.attested_at, account.last_vote_at),
        (A, 0, world.now())
    );
    let event: ReportVoted = world.event(registry::ID, &record);
    assert_eq!(
        (event.poll, event.actor, event.vote.old, event.vote.new),
        (poll, first.pubkey(), NONE, A)
    );
    assert_eq!(
        (
            event.votes,
            event.threshold,
            event.set_version,
            event.cleared
        ),
        (1, 2, 1, false)
    );
    assert_eq!((event.attested_at, event.seq), (0, 2));

    vote(&world, second, &poll, B).expect("a verifier votes otherwise");
    assert_eq!(world.get::<Poll>(&poll).attested_at, 0);
    world.warp(5);
    let record = vote(&world, third, &poll, A).expect("a verifier votes");
    let account: Poll = world.get(&poll);
    assert_eq!(
        (account.attested_hash, account.attested_at),
        (A, world.now())
    );
    let event: ReportVoted = world.event(registry::ID, &record);
    assert_eq!(
        (event.votes, event.attested_at, event.seq),
        (2, world.now(), 4)
    );
}

#[test]
fn vote_may_move_until_a_hash_is_attested() {
    let world = World::new();
    let poll = open(&world, KIND, &Pubkey::new_unique(), 1);
    let [first, second, third] = &world.verifiers;
    vote(&world, first, &poll, A).expect("a verifier votes");
    vote(&world, second, &poll, B).expect("a verifier votes");
    let record = vote(&world, first, &poll, B).expect("the vote moves and attests");
    let event: ReportVoted = world.event(registry::ID, &record);
    assert_eq!((event.vote.old, event.vote.new, event.votes), (A, B, 2));
    let attested: Poll = world.get(&poll);
    assert_eq!(attested.attested_hash, B);

    for (verifier, hash) in [(first, A), (second, A), (third, A), (third, B)] {
        expect_error(
            vote(&world, verifier, &poll, hash),
            registry::ID,
            RegistryError::PollAttested,
            0,
        );
    }
    assert_eq!(world.get::<Poll>(&poll).attested_hash, B);
}

#[test]
fn same_vote_twice_is_refused() {
    let world = World::new();
    let poll = open(&world, KIND, &Pubkey::new_unique(), 1);
    vote(&world, &world.verifiers[0], &poll, A).expect("a verifier votes");
    world.warp(1);
    let again = vote(&world, &world.verifiers[0], &poll, A);
    expect_error(again, registry::ID, RegistryError::VoteUnchanged, 0);
    assert_eq!(world.get::<Poll>(&poll).attested_at, 0);
}

#[test]
fn vote_of_a_stranger_or_for_nothing_is_refused() {
    let world = World::new();
    let poll = open(&world, KIND, &Pubkey::new_unique(), 1);
    let stranger = stranger(&world);
    for key in [&stranger, &world.governance] {
        expect_error(
            vote(&world, key, &poll, A),
            registry::ID,
            RegistryError::UnknownVerifier,
            0,
        );
    }
    let nothing = vote(&world, &world.verifiers[0], &poll, NONE);
    expect_error(nothing, registry::ID, RegistryError::EmptyPayloadHash, 0);
}

fn replace_set(world: &World, keys: &[&Keypair], threshold: u8) {
    let keys = keys.iter().map(|key| key.pubkey()).collect();
    enact(
        world,
        &ActionKind::SetVerifierSet {
            set: VerifierKeys { keys, threshold },
        },
    );
}

#[test]
fn first_vote_of_a_newer_set_clears_the_older_votes() {
    let world = World::new();
    let poll = open(&world, KIND, &Pubkey::new_unique(), 1);
    let [old, stays, moved] = &world.verifiers;
    vote(&world, old, &poll, A).expect("a verifier votes");
    let heir = stranger(&world);
    replace_set(&world, &[&heir, moved, stays], 2);

    let gone = vote(&world, old, &poll, B);
    expect_error(gone, registry::ID, RegistryError::UnknownVerifier, 0);
    let record = vote(&world, stays, &poll, A).expect("a member of the new set");
    let event: ReportVoted = world.event(registry::ID, &record);
    assert!(event.cleared);
    assert_eq!(
        (event.votes, event.set_version, event.attested_at),
        (1, 2, 0)
    );
    let account: Poll = world.get(&poll);
    assert_eq!(
        (account.votes[0], account.votes[2], account.set_version),
        (NONE, A, 2)
    );
    vote(&world, &heir, &poll, A).expect("a member of the new set");
    assert_eq!(world.get::<Poll>(&poll).attested_hash, A);
}

#[test]
fn rotation_leaves_an_attested_hash_alone() {
    let world = World::new();
    let poll = attest_hash(&world, KIND, &Pubkey::new_unique(), 1, A);
    let others = [stranger(&world), stranger(&world), stranger(&world)];
    replace_set(&world, &others.each_ref(), 2);
    expect_error(
        vote(&world, &others[0], &poll, B),
        registry::ID,
        RegistryError::PollAttested,
        0,
    );
    let account: Poll = world.get(&poll);
    assert_eq!((account.attested_hash, account.set_version), (A, 1));
}

#[test]
fn closed_poll_returns_its_rent_after_the_keep() {
    let world = World::new();
    let subject = Pubkey::new_unique();
    let poll = attest_hash(&world, KIND, &subject, 1, A);
    let attested_at = world.now();
    let payer = world.verifiers[0].pubkey();
    let stranger = stranger(&world);
    let close = || instructions::close_poll(&stranger.pubkey(), &poll, &payer);
    world.warp(POLL_KEEP.default);
    expect_error(
        world.send(&stranger, &[], &[close()]),
        registry::ID,
        RegistryError::PollKept,
        0,
    );
    world.warp(1);
    let (rent, before) = (world.raw(&poll).lamports, world.raw(&payer).lamports);
    let record = world
        .send(&stranger, &[], &[close()])
        .expect("anyone closes");
    assert!(!world.exists(&poll));
    assert_eq!(world.raw(&payer).lamports, before + rent);
    let event: PollClosed = world.event(registry::ID, &record);
    assert_eq!(
        (event.poll, event.actor, event.payer),
        (poll, stranger.pubkey(), payer)
    );
    assert_eq!(
        (event.kind, event.subject, event.report_seq),
        (KIND.to_u8(), subject, 1)
    );
    assert_eq!(
        (event.attested_hash, event.attested_at, event.seq),
        (A, attested_at, 4)
    );
}

#[test]
fn poll_without_attestation_is_kept_from_its_last_vote_or_its_opening() {
    let world = World::new();
    let payer = world.verifiers[0].pubkey();
    let stranger = stranger(&world);
    let silent = open(&world, KIND, &Pubkey::new_unique(), 1);
    let voted = open(&world, KIND, &Pubkey::new_unique(), 2);
    world.warp(100);
    vote(&world, &world.verifiers[0], &voted, A).expect("a verifier votes");
    world.warp(POLL_KEEP.default - 99);
    let close = |poll| instructions::close_poll(&stranger.pubkey(), poll, &payer);
    world
        .send(&stranger, &[], &[close(&silent)])
        .expect("kept from its opening");
    expect_error(
        world.send(&stranger, &[], &[close(&voted)]),
        registry::ID,
        RegistryError::PollKept,
        0,
    );
    world.warp(100);
    world
        .send(&stranger, &[], &[close(&voted)])
        .expect("kept from its last vote");
}

#[test]
fn close_to_another_wallet_is_refused() {
    let world = World::new();
    let poll = attest_hash(&world, KIND, &Pubkey::new_unique(), 1, A);
    world.warp(POLL_KEEP.default + 1);
    let stranger = stranger(&world);
    let close = instructions::close_poll(&stranger.pubkey(), &poll, &stranger.pubkey());
    expect_error(
        world.send(&stranger, &[], &[close]),
        registry::ID,
        RegistryError::WrongRentPayer,
        0,
    );
}

/// Votes are split and cannot agree; the set is rotated; the new set votes again and attests, and the
/// report is used eight days later where its kind knows no ttl.
#[test]
fn e82_split_votes_are_settled_by_the_next_set() {
    let world = World::new();
    let subject = Pubkey::new_unique();
    let poll = open(&world, ReportKind::BlockSummary, &subject, 7);
    for (verifier, hash) in world.verifiers.iter().zip([[1; 32], [2; 32], [3; 32]]) {
        vote(&world, verifier, &poll, hash).expect("each for its own");
    }
    assert_eq!(world.get::<Poll>(&poll).attested_at, 0);
    let heirs: Vec<Keypair> = (0..3).map(|_| stranger(&world)).collect();
    replace_set(&world, &heirs.iter().collect::<Vec<_>>(), 2);
    for old in &world.verifiers {
        expect_error(
            vote(&world, old, &poll, [1; 32]),
            registry::ID,
            RegistryError::UnknownVerifier,
            0,
        );
    }
    for heir in &heirs[..2] {
        vote(&world, heir, &poll, [4; 32]).expect("the new set votes again");
    }
    let attested: Poll = world.get(&poll);
    assert_eq!(attested.attested_hash, [4; 32]);
    world.warp(8 * 86_400);
    assert_eq!(world.get::<Poll>(&poll).attested_hash, [4; 32]);
}

/// A set that shrinks to fewer members than voted, and a verifier that keeps its key in another
/// place, count once.
#[test]
fn rotation_that_moves_a_member_counts_its_vote_once() {
    let world = World::new();
    let subject = Pubkey::new_unique();
    let poll = open(&world, ReportKind::WorkReport, &subject, 1);
    vote(&world, &world.verifiers[2], &poll, [1; 32]).expect("a member votes");
    let (first, second) = (stranger(&world), stranger(&world));
    replace_set(&world, &[&world.verifiers[2], &first, &second], 2);
    vote(&world, &world.verifiers[2], &poll, [1; 32]).expect("from its new place");
    assert_eq!(world.get::<Poll>(&poll).attested_at, 0);
    expect_error(
        vote(&world, &world.verifiers[2], &poll, [1; 32]),
        registry::ID,
        RegistryError::VoteUnchanged,
        0,
    );
    vote(&world, &first, &poll, [1; 32]).expect("the second vote attests");
    assert_eq!(world.get::<Poll>(&poll).attested_hash, [1; 32]);
}
