//! Bytes of the schedule's accounts, instructions and events of blocks, roots and records, fixed
//! against accidental change.

use anchor_lang::{AccountSerialize, AnchorSerialize, Discriminator, InstructionData};
use ion_claims::{Ledger, Proven, Ring, Root};
use ion_client::addresses;
use rewards::{
    BurnHold, events,
    state::{Block, Checkpoint, ClaimRecord, DeviceCounts, PoolTotals, RootRing, ScoreWeights},
};
use solana_pubkey::Pubkey;

/// First eight bytes of `sha256("account:…")`.
const ACCOUNT_TAGS: [(&[u8], [u8; 8]); 3] = [
    (Block::DISCRIMINATOR, [12, 72, 207, 108, 1, 228, 167, 221]),
    (ClaimRecord::DISCRIMINATOR, [57, 229, 0, 9, 65, 62, 96, 7]),
    (
        RootRing::DISCRIMINATOR,
        [36, 194, 60, 126, 17, 216, 243, 104],
    ),
];

fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

/// Values that count on from a number, in the widths given.
struct Counting {
    next: u64,
    bytes: Vec<u8>,
}

impl Counting {
    fn from(next: u64) -> Self {
        Self {
            next,
            bytes: Vec::new(),
        }
    }

    fn put(mut self, widths: &[usize]) -> Self {
        for width in widths {
            match width {
                32 => self.bytes.extend([self.next as u8; 32]),
                width => self.bytes.extend(&self.next.to_le_bytes()[..*width]),
            }
            self.next += 1;
        }
        self
    }
}

fn ledger(first: u64) -> Ledger {
    let proven = |first| Proven {
        seq: first,
        accepted_at: first as i64 + 1,
        lifetime_io: first + 2,
        lifetime_usdc: first + 3,
        arrears_usd_micros: first + 4,
    };
    Ledger {
        claimed_io: first,
        claimed_usdc: first + 1,
        forfeited_io: first + 2,
        burned_io: first + 3,
        newest: proven(first + 4),
        matured: proven(first + 9),
    }
}

#[test]
fn accounts_have_their_golden_tags_and_sizes() {
    for (found, expected) in ACCOUNT_TAGS {
        assert_eq!(found, expected);
    }
    assert_eq!(
        (Block::SPACE, ClaimRecord::SPACE, RootRing::SPACE),
        (323, 226, 3_704)
    );
}

#[test]
fn block_has_its_golden_bytes() {
    let totals = |first: u64| PoolTotals {
        base_sum: first,
        paid_devices: first as u32 + 1,
        allocated_io: first + 2,
    };
    let block = Block {
        version: 1,
        bump: 2,
        state: 3,
        hour: 4,
        released_at: 5,
        settled_at: 6,
        emission_io: 7,
        safety_io: 8,
        enterprise_io: 9,
        community_io: 10,
        weights: ScoreWeights {
            tier: 11,
            hardware: 12,
            hired: 13,
        },
        counts: DeviceCounts {
            nominated: 14,
            succeeded: 15,
            failed: 16,
            verified_cpus: 17,
            verified_gpus: 18,
        },
        enterprise: totals(19),
        community: totals(22),
        unallocated_io: 25,
        cumulative_allocated_io: 26,
        report: [27; 32],
        device_list: [28; 32],
        bundle: [29; 32],
        payer: key(30),
        event_seq: 31,
        _reserved: [0; 32],
    };
    let expected = Counting::from(1)
        .put(&[1; 3])
        .put(&[8; 7])
        .put(&[4; 8])
        .put(&[8, 4, 8, 8, 4, 8, 8, 8, 32, 32, 32, 32, 8]);
    let mut found = Vec::new();
    block.try_serialize(&mut found).expect("fits");
    assert_eq!(found[8..found.len() - 32], expected.bytes);
    assert_eq!(found[found.len() - 32..], [0; 32]);
}

#[test]
fn claim_record_has_its_golden_bytes() {
    let record = ClaimRecord {
        version: 1,
        bump: 2,
        device: key(3),
        party: key(4),
        ledger: ledger(5),
        event_seq: 19,
        _reserved: [0; 32],
    };
    let expected = Counting::from(1).put(&[1, 1, 32, 32]).put(&[8; 15]);
    let mut found = Vec::new();
    record.try_serialize(&mut found).expect("fits");
    assert_eq!(found[8..found.len() - 32], expected.bytes);
}

#[test]
fn root_ring_has_its_golden_bytes() {
    let mut ring = Ring::EMPTY;
    ring.head_seq = 1;
    ring.guardian_vetoes = [2, 3, 4];
    ring.roots[0] = Root {
        seq: 5,
        through: 6,
        leaf_count: 7,
        lifetime_io: 8,
        lifetime_usdc: 9,
        arrears_usd_micros: 10,
        accepted_at: 11,
        mature_at: 12,
        vetoed_at: 13,
        hash: [14; 32],
    };
    let empty = Checkpoint {
        through: 0,
        mature_at: 0,
    };
    let mut checkpoints = [empty; 16];
    checkpoints[0] = Checkpoint {
        through: 15,
        mature_at: 16,
    };
    let roots = RootRing {
        ring,
        checkpoints,
        event_seq: 17,
        version: 18,
        bump: 19,
        _reserved: [0; 70],
    };
    let first = Counting::from(1).put(&[8; 4]).put(&[8; 9]).put(&[32]);
    let mut expected = first.bytes;
    expected.resize(8 + 24 + 32 * 104, 0);
    expected.extend(Counting::from(15).put(&[8; 2]).bytes);
    expected.resize(8 + 24 + 32 * 104 + 16 * 16, 0);
    expected.extend(Counting::from(17).put(&[8, 1, 1]).bytes);
    expected.extend([0; 70]);
    assert_eq!(bytemuck::bytes_of(&roots), expected);
}

#[test]
fn instructions_have_their_golden_tags() {
    use rewards::instruction as tag;
    let expected: [(&[u8], [u8; 8]); 13] = [
        (
            tag::ReleaseBlock::DISCRIMINATOR,
            [178, 1, 109, 118, 203, 15, 110, 165],
        ),
        (
            tag::CompleteBlock::DISCRIMINATOR,
            [59, 90, 109, 40, 254, 57, 74, 111],
        ),
        (
            tag::FailBlock::DISCRIMINATOR,
            [1, 141, 231, 207, 57, 224, 174, 127],
        ),
        (
            tag::CloseBlock::DISCRIMINATOR,
            [232, 3, 145, 103, 108, 171, 236, 149],
        ),
        (
            tag::AcceptRoot::DISCRIMINATOR,
            [153, 154, 141, 159, 223, 24, 233, 135],
        ),
        (
            tag::VetoRoot::DISCRIMINATOR,
            [141, 196, 194, 143, 204, 114, 90, 226],
        ),
        (
            tag::OpenClaim::DISCRIMINATOR,
            [222, 101, 161, 226, 92, 247, 44, 252],
        ),
        (
            tag::ProveLeaf::DISCRIMINATOR,
            [69, 15, 186, 164, 120, 28, 6, 97],
        ),
        (
            tag::Claim::DISCRIMINATOR,
            [62, 198, 214, 193, 213, 159, 108, 210],
        ),
        (
            tag::Forfeit::DISCRIMINATOR,
            [80, 154, 237, 158, 244, 198, 154, 9],
        ),
        (
            tag::Unforfeit::DISCRIMINATOR,
            [245, 218, 71, 45, 96, 164, 109, 184],
        ),
        (
            tag::BurnForfeited::DISCRIMINATOR,
            [64, 71, 184, 101, 77, 46, 110, 248],
        ),
        (
            tag::SweepExcess::DISCRIMINATOR,
            [255, 74, 219, 182, 1, 126, 233, 6],
        ),
    ];
    for (found, expected) in expected {
        assert_eq!(found, expected);
    }
    let holds = vec![BurnHold {
        amount_io: 1,
        root_seq: 2,
        proposed_at: 3,
    }];
    let args = rewards::BurnForfeitedArgs { holds };
    let data = tag::BurnForfeited { args }.data();
    let mut bytes = vec![1, 0, 0, 0];
    bytes.extend(Counting::from(1).put(&[8; 3]).bytes);
    assert_eq!(data[8..], bytes);
    let args = rewards::ProveLeafArgs {
        seq: 1,
        index: 2,
        lifetime_io: 3,
        siblings: vec![[9; 32]],
    };
    let mut bytes = Counting::from(1).put(&[8; 3]).bytes;
    bytes.extend([1, 0, 0, 0]);
    bytes.extend([9; 32]);
    assert_eq!(tag::ProveLeaf { args }.data()[8..], bytes);
}

#[test]
fn events_have_their_golden_tags_and_bytes() {
    let expected: [(&[u8], [u8; 8]); 13] = [
        (
            events::BlockReleased::DISCRIMINATOR,
            [123, 156, 232, 31, 41, 134, 124, 60],
        ),
        (
            events::BlockCompleted::DISCRIMINATOR,
            [211, 237, 149, 179, 162, 191, 239, 134],
        ),
        (
            events::BlockFailed::DISCRIMINATOR,
            [202, 28, 170, 148, 254, 121, 141, 164],
        ),
        (
            events::BlockClosed::DISCRIMINATOR,
            [142, 35, 7, 53, 137, 45, 85, 73],
        ),
        (
            events::RewardRootAccepted::DISCRIMINATOR,
            [157, 105, 143, 76, 23, 7, 79, 199],
        ),
        (
            events::RewardRootVetoed::DISCRIMINATOR,
            [33, 220, 52, 125, 151, 174, 189, 159],
        ),
        (
            events::ClaimOpened::DISCRIMINATOR,
            [149, 209, 22, 4, 147, 156, 128, 152],
        ),
        (
            events::RewardLeafProven::DISCRIMINATOR,
            [25, 14, 23, 240, 212, 91, 157, 237],
        ),
        (
            events::RewardClaimed::DISCRIMINATOR,
            [49, 28, 87, 84, 158, 48, 229, 175],
        ),
        (
            events::RewardsHeld::DISCRIMINATOR,
            [51, 251, 231, 157, 29, 50, 172, 79],
        ),
        (
            events::RewardsRestored::DISCRIMINATOR,
            [33, 182, 43, 161, 23, 168, 2, 227],
        ),
        (
            events::RewardsBurned::DISCRIMINATOR,
            [195, 242, 17, 168, 51, 177, 192, 67],
        ),
        (
            events::ExcessSwept::DISCRIMINATOR,
            [231, 176, 175, 65, 146, 2, 209, 157],
        ),
    ];
    for (found, expected) in expected {
        assert_eq!(found, expected);
    }
    let event = events::RewardClaimed {
        record: key(1),
        actor: key(2),
        device: key(3),
        party: key(4),
        wallet: key(5),
        destination: key(6),
        amount_io: 7,
        claimed_io: events::U64Change { old: 8, new: 9 },
        forfeited_io: 10,
        lifetime_io: 11,
        root_seq: 12,
        seq: 13,
        at: 14,
    };
    let mut found = Vec::new();
    event.serialize(&mut found).expect("fits");
    assert_eq!(found, Counting::from(1).put(&[32; 6]).put(&[8; 8]).bytes);
}

#[test]
fn addresses_follow_their_seeds() {
    let find = |seeds: &[&[u8]]| Pubkey::find_program_address(seeds, &rewards::ID).0;
    assert_eq!(
        addresses::rewards::block(258),
        find(&[b"block", &[2, 1, 0, 0, 0, 0, 0, 0]])
    );
    assert_eq!(addresses::rewards::roots(), find(&[b"roots"]));
    assert_eq!(
        addresses::rewards::claim_record(&key(1), &key(2)),
        find(&[b"claim", &[1; 32], &[2; 32]])
    );
    assert_eq!(addresses::rewards::caller(), find(&[b"caller"]));
}
