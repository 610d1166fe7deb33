//! Sizes of proofs, transactions and accounts.

use super::*;

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
