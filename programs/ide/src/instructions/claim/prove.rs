//! Proves a leaf against an accepted root (economics §7.5, §10.5).

use anchor_lang::prelude::*;
use ion_claims::{LeafAmounts, Proof};
use ion_merkle::earnings::{EarningsLeaf, EarningsTree};
use registry::ChainHasher;

use crate::{
    constants::*,
    error::IdeError,
    events::{change, LeafProven},
    state::{ClaimRecord, RootRing},
};

/// Arguments of `prove_leaf`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ProveLeafArgs {
    /// Sequence of the root.
    pub root_seq: u64,
    /// Place of the leaf, from 0.
    pub index: u64,
    /// All IO ever earned, base units.
    pub lifetime_io: u64,
    /// All USDC ever earned, base units.
    pub lifetime_usdc: u64,
    /// Unpaid obligations, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// Siblings from the leaf upwards.
    pub siblings: Vec<[u8; 32]>,
}

/// Caller: anyone. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct ProveLeaf<'info> {
    #[account(address = ROOTS @ IdeError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,

    /// Device and party of the leaf are the record's own.
    #[account(mut)]
    pub record: Box<Account<'info, ClaimRecord>>,
}

/// Checks that the leaf of the record stands in the tree of a root that is not vetoed, and stores it.
///
/// Errors: `WrongRoots`, `UnknownRoot`, `InvalidProof`, `RootVetoed`, `StaleRoot`.
pub fn handle_prove_leaf(ctx: Context<ProveLeaf>, args: ProveLeafArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    require!(
        args.siblings.len() <= MAX_PAYOUT_SIBLINGS,
        IdeError::InvalidProof
    );
    let record = &mut ctx.accounts.record;
    let (newest, matured) = (record.ledger.newest.seq, record.ledger.matured.seq);
    {
        let roots = ctx.accounts.roots.load()?;
        let root = roots.ring.root(args.root_seq).map_err(IdeError::from)?;
        let leaf = EarningsLeaf {
            device: record.device.to_bytes(),
            party: record.party.to_bytes(),
            lifetime_io: args.lifetime_io,
            lifetime_usdc: args.lifetime_usdc,
            arrears_usd_micros: args.arrears_usd_micros,
        };
        let proof = Proof {
            index: args.index,
            siblings: &args.siblings,
        };
        require!(
            root.contains::<ChainHasher>(EarningsTree::Payout, &ROOTS.to_bytes(), &leaf, proof),
            IdeError::InvalidProof
        );
        let amounts = LeafAmounts {
            lifetime_io: args.lifetime_io,
            lifetime_usdc: args.lifetime_usdc,
            arrears_usd_micros: args.arrears_usd_micros,
        };
        record
            .ledger
            .prove(&roots.ring, root, amounts, now)
            .map_err(IdeError::from)?;
    }
    let seq = record.next_event()?;
    let newest_seq = change(newest, record.ledger.newest.seq);
    let matured_seq = change(matured, record.ledger.matured.seq);

    emit_cpi!(LeafProven {
        record: ctx.accounts.record.key(),
        root_seq: args.root_seq,
        lifetime_io: args.lifetime_io,
        lifetime_usdc: args.lifetime_usdc,
        arrears_usd_micros: args.arrears_usd_micros,
        newest_seq,
        matured_seq,
        seq,
        at: now,
    });
    Ok(())
}
