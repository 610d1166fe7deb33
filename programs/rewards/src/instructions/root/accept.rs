//! Accepts an attested root of the reward tree (economics §7.5).

use anchor_lang::prelude::*;
use ion_claims::{NewRoot, RootTimes};
use ion_economics::{
    params::rewards::{BLOCK_RENT_AFTER, REPORT_TTL, REWARD_MATURITY, ROOT_INTERVAL},
    poll::check_usable,
    units::UnixSeconds,
};
use ion_merkle::{earnings::RewardRoot, report::ReportKind};
use registry::state::{Params, Poll};

use crate::{
    checks,
    constants::*,
    error::RewardsError,
    events::RewardRootAccepted,
    state::{Block, RootRing},
};

/// Arguments of `accept_root`: the payload that the verifiers attested.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct AcceptRootArgs {
    /// Sequence of the report.
    pub seq: u64,
    /// Root of the tree.
    pub root: [u8; 32],
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// Last hour index whose rewards the lifetimes contain.
    pub through_hour: u64,
    /// Sum of the lifetimes, IO base units.
    pub lifetime_io: u64,
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
}

/// Caller: anyone; the report fixes everything.
#[event_cpi]
#[derive(Accounts)]
pub struct AcceptRoot<'info> {
    pub cranker: Signer<'info>,

    #[account(address = PARAMS @ RewardsError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    /// The identity is compared in the handler; only `open_poll` makes accounts of this type, each at
    /// the address of its identity.
    pub poll: AccountLoader<'info, Poll>,

    /// Block of the root's last hour, compared in the handler; blocks are settled in order, so all
    /// before it are too.
    pub block: Box<Account<'info, Block>>,

    #[account(mut, address = ROOTS @ RewardsError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,
}

impl AcceptRoot<'_> {
    fn validate(&self, args: &AcceptRootArgs, now: i64) -> Result<()> {
        // poll
        let payload = RewardRoot {
            root: args.root,
            leaf_count: args.leaf_count,
            through_hour: args.through_hour,
            lifetime_io: args.lifetime_io,
            bundle: args.bundle,
        }
        .encode();
        let (attested_at, _) = checks::attested(
            &*self.poll.load()?,
            ReportKind::RewardRoot,
            &ROOTS,
            args.seq,
            &payload,
        )?;
        check_usable(
            Some(UnixSeconds::new(attested_at)),
            self.params.value(&REPORT_TTL, now),
            UnixSeconds::new(now),
        )
        .map_err(|_| RewardsError::ReportExpired)?;
        // block
        require_eq!(
            self.block.hour,
            args.through_hour,
            RewardsError::WrongThroughBlock
        );
        require!(
            self.block.block_state()?.is_summarised(),
            RewardsError::BlockNotFinal
        );
        require_eq!(
            args.lifetime_io,
            self.block.cumulative_allocated_io,
            RewardsError::TotalNotAllocated
        );
        Ok(())
    }
}

/// Stores a root whose total is what the blocks through its last hour allocated; it pays once it has
/// matured.
///
/// Errors: `WrongReport`, `ReportNotAttested`, `WrongPayload`, `ReportExpired`,
/// `WrongThroughBlock`, `BlockNotFinal`, `TotalNotAllocated`, `SeqNotNewer`, `ThroughNotNewer`,
/// `RootTooSoon`, `RingFull`, `WrongParams`, `WrongRoots`, `CorruptBlock`, `ArithmeticOverflow`.
pub fn handle_accept_root(ctx: Context<AcceptRoot>, args: AcceptRootArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(&args, now)?;

    let params = &ctx.accounts.params;
    let times = RootTimes {
        maturity: params.value(&REWARD_MATURITY, now),
        interval: params.value(&ROOT_INTERVAL, now),
    };
    let new = NewRoot {
        seq: args.seq,
        through: args.through_hour,
        leaf_count: args.leaf_count,
        lifetime_io: args.lifetime_io,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
        hash: args.root,
    };
    let (mature_at, dropped_seq, seq) = {
        let mut roots = ctx.accounts.roots.load_mut()?;
        roots.keep_checkpoint(params.value(&BLOCK_RENT_AFTER, now), now);
        let (root, dropped) = roots
            .ring
            .accept(&new, times, now)
            .map_err(RewardsError::from)?;
        (root.mature_at, dropped, roots.next_event()?)
    };

    emit_cpi!(RewardRootAccepted {
        roots: ctx.accounts.roots.key(),
        actor: ctx.accounts.cranker.key(),
        poll: ctx.accounts.poll.key(),
        root_seq: args.seq,
        through_hour: args.through_hour,
        leaf_count: args.leaf_count,
        lifetime_io: args.lifetime_io,
        root: args.root,
        bundle: args.bundle,
        mature_at,
        dropped_seq,
        seq,
        at: now,
    });
    Ok(())
}
