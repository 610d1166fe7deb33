//! Proves what a leaf says at an accepted root (economics §7.5).

use anchor_lang::prelude::*;
use ion_claims::{LeafAmounts, Proof};
use ion_merkle::earnings::{EarningsLeaf, EarningsTree};
use registry::ChainHasher;

use crate::{
    constants::*,
    error::RewardsError,
    events::{RewardLeafProven, U64Change},
    state::{ClaimRecord, RootRing},
};

/// Arguments of `prove_leaf`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ProveLeafArgs {
    /// Sequence of the root.
    pub seq: u64,
    /// Place of the leaf in the tree, from 0.
    pub index: u64,
    /// Lifetime in the leaf, IO base units.
    pub lifetime_io: u64,
    /// Siblings from the leaf upwards; levels at which the node has none are left out.
    pub siblings: Vec<[u8; 32]>,
}

/// Caller: anyone; device and party of the leaf are those of the record.
#[event_cpi]
#[derive(Accounts)]
pub struct ProveLeaf<'info> {
    pub prover: Signer<'info>,

    #[account(address = ROOTS @ RewardsError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,

    /// Only `open_claim` makes accounts of this type, one per device and party.
    #[account(mut)]
    pub record: Box<Account<'info, ClaimRecord>>,
}

/// Stores the lifetime that the leaf has at this root: for slash cases when it is the newest root, for
/// paying when it is the newest matured one.
///
/// Errors: `WrongRoots`, `UnknownRoot`, `RootVetoed`, `InvalidProof`, `StaleRoot`,
/// `ArithmeticOverflow`.
pub fn handle_prove_leaf(ctx: Context<ProveLeaf>, args: ProveLeafArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = &mut *ctx.accounts;
    let record = &mut accounts.record;
    let old = (record.ledger.newest.seq, record.ledger.matured.seq);
    {
        let roots = accounts.roots.load()?;
        let root = roots.ring.root(args.seq).map_err(RewardsError::from)?;
        let leaf = EarningsLeaf {
            device: record.device.to_bytes(),
            party: record.party.to_bytes(),
            lifetime_io: args.lifetime_io,
            lifetime_usdc: 0,
            arrears_usd_micros: 0,
        };
        let proof = Proof {
            index: args.index,
            siblings: &args.siblings,
        };
        require!(
            root.contains::<ChainHasher>(EarningsTree::Reward, &ROOTS.to_bytes(), &leaf, proof),
            RewardsError::InvalidProof
        );
        let amounts = LeafAmounts {
            lifetime_io: args.lifetime_io,
            lifetime_usdc: 0,
            arrears_usd_micros: 0,
        };
        record
            .ledger
            .prove(&roots.ring, root, amounts, now)
            .map_err(RewardsError::from)?;
    }
    let seq = record.next_event()?;

    let record = &ctx.accounts.record;
    emit_cpi!(RewardLeafProven {
        record: record.key(),
        actor: ctx.accounts.prover.key(),
        device: record.device,
        party: record.party,
        root_seq: args.seq,
        lifetime_io: args.lifetime_io,
        newest_seq: U64Change {
            old: old.0,
            new: record.ledger.newest.seq,
        },
        matured_seq: U64Change {
            old: old.1,
            new: record.ledger.matured.seq,
        },
        seq,
        at: now,
    });
    Ok(())
}
