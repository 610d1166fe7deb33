//! Accepts an attested payout root (economics §7.5, §10.5).

use anchor_lang::prelude::*;
use ion_claims::{NewRoot, RootTimes};
use ion_economics::params::ide as params;
use ion_merkle::{earnings::PayoutRoot, report::ReportKind};
use registry::state::Poll;

use crate::{
    constants::*,
    error::IdeError,
    events::RootAccepted,
    state::{Epoch, EpochState, RootRing},
};

/// Arguments of `accept_payout_root`: the attested payload with its sequence.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct AcceptPayoutRootArgs {
    /// Sequence of the report.
    pub seq: u64,
    /// Root of the tree, leaf count included.
    pub root: [u8; 32],
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// Last epoch whose payments the lifetimes contain, UTC day index.
    pub through_epoch: u64,
    /// Sum of the IO lifetimes, base units.
    pub lifetime_io: u64,
    /// Sum of the USDC lifetimes, base units.
    pub lifetime_usdc: u64,
    /// Sum of the arrears, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
}

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct AcceptPayoutRoot<'info> {
    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    /// Only the registry makes accounts of this type; the identity is compared in the handler.
    pub poll: AccountLoader<'info, Poll>,

    /// The last epoch that the root contains; the day is compared in the handler.
    pub epoch: AccountLoader<'info, Epoch>,

    #[account(mut, address = ROOTS @ IdeError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,
}

impl AcceptPayoutRoot<'_> {
    /// The payload is attested and fresh, and its sums are the sealed ones, to the unit.
    fn validate(&self, args: &AcceptPayoutRootArgs, now: i64) -> Result<()> {
        // poll
        let poll = self.poll.load()?;
        require!(
            poll.kind == ReportKind::PayoutRoot.to_u8()
                && poll.subject == ROOTS
                && poll.seq == args.seq,
            IdeError::WrongReport
        );
        require!(poll.attested_at != 0, IdeError::ReportNotAttested);
        let payload = PayoutRoot {
            root: args.root,
            leaf_count: args.leaf_count,
            through_epoch: args.through_epoch,
            lifetime_io: args.lifetime_io,
            lifetime_usdc: args.lifetime_usdc,
            arrears_usd_micros: args.arrears_usd_micros,
            bundle: args.bundle,
        };
        let attested_at = poll
            .check_payload(ReportKind::PayoutRoot, &ROOTS, args.seq, &payload.encode())
            .map_err(|_| IdeError::WrongPayload)?;
        let usable_until = attested_at
            .checked_add(self.params.value(&params::REPORT_TTL, now))
            .ok_or(IdeError::ArithmeticOverflow)?;
        require_gte!(usable_until, now, IdeError::ReportExpired);
        // epoch
        let epoch = self.epoch.load()?;
        require_eq!(epoch.day, args.through_epoch, IdeError::WrongEpochDay);
        require!(
            epoch.state == EpochState::Sealed.code(),
            IdeError::EpochNotSealed
        );
        require!(
            epoch.cumulative_io == args.lifetime_io
                && epoch.cumulative_usdc == args.lifetime_usdc
                && epoch.arrears_usd_micros == args.arrears_usd_micros,
            IdeError::RootTotals
        );
        Ok(())
    }
}

/// Takes an attested root whose sums equal the sealed totals of its last epoch; it pays once it has
/// matured.
///
/// Errors: `WrongParams`, `WrongRoots`, `WrongReport`, `ReportNotAttested`, `WrongPayload`,
/// `ReportExpired`, `WrongEpochDay`, `EpochNotSealed`, `RootTotals`, `RootSeqNotNewer`,
/// `RootThroughNotNewer`, `RootTooSoon`, `RootRingFull`, `ArithmeticOverflow`.
pub fn handle_accept_payout_root(
    ctx: Context<AcceptPayoutRoot>,
    args: AcceptPayoutRootArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(&args, now)?;
    let times = RootTimes {
        maturity: ctx.accounts.params.value(&params::REWARD_MATURITY, now),
        interval: ctx.accounts.params.value(&params::ROOT_INTERVAL, now),
    };
    let (mature_at, dropped_seq, seq) = {
        let mut roots = ctx.accounts.roots.load_mut()?;
        let (root, dropped) = roots
            .ring
            .accept(
                &NewRoot {
                    seq: args.seq,
                    through: args.through_epoch,
                    leaf_count: args.leaf_count,
                    lifetime_io: args.lifetime_io,
                    lifetime_usdc: args.lifetime_usdc,
                    arrears_usd_micros: args.arrears_usd_micros,
                    hash: args.root,
                },
                times,
                now,
            )
            .map_err(IdeError::from)?;
        (root.mature_at, dropped, roots.next_event()?)
    };

    emit_cpi!(RootAccepted {
        roots: ctx.accounts.roots.key(),
        root_seq: args.seq,
        through_epoch: args.through_epoch,
        root: args.root,
        leaf_count: args.leaf_count,
        lifetime_io: args.lifetime_io,
        lifetime_usdc: args.lifetime_usdc,
        arrears_usd_micros: args.arrears_usd_micros,
        bundle: args.bundle,
        mature_at,
        dropped_seq,
        seq,
        at: now,
    });
    Ok(())
}
