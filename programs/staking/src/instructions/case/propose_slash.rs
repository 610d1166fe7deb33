//! Opens a slash case: one atomic instruction (economics §5.3).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ion_economics::{
    slash::{check_time, Offence},
    stake::Ledger,
    units::{Io, UnixSeconds},
};
use registry::state::{Config, Params, PauseBit, Poll, Roles};

use super::{
    callee::*,
    citation::Citation,
    hold::Shows,
    leg,
    plan::{Basis, Plan},
};
use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, CaseOpened, LedgerChange, PositionChange, StakeSeized},
    instructions::{book::*, vault},
    state::{Case, SlashDay, SlashTerms},
};

/// Arguments of `propose_slash`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ProposeSlashArgs {
    /// `ion_economics::slash::Offence`: 2, 3, 4, 5, 6, and 7 for 3b.
    pub code: u8,
    /// Attested hash of the cited report; for code 6 the evidence hash.
    pub offence_id: [u8; 32],
    /// Number of the part: 0, or the parts of this offence so far.
    pub part: u16,
    /// When the offence was committed, Unix seconds.
    pub offence_at: i64,
    /// Charge, bps of the requirement, at most the table's; 0 for code 6.
    pub bps: u16,
    /// Code 4: rewards of the breach window, 1e-8 IO; 0 for other codes.
    pub window_io: u64,
    /// Hash of the evidence bundle.
    pub evidence_hash: [u8; 32],
    /// The report that shows the offence.
    pub citation: Citation,
    /// Records of which parties are shown.
    pub shows: Shows,
}

/// Caller: the slasher, who pays the rent of the case. Remaining accounts: the claim records named in
/// `shows`, then the `CoPosition` of every co-staker that loses stake, in slot order; all writable.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: ProposeSlashArgs)]
pub struct ProposeSlash<'info> {
    #[account(mut, address = roles.slasher.current @ StakingError::NotSlasher)]
    pub slasher: Signer<'info>,

    #[account(address = CONFIG_ADDRESS @ StakingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    pub roles: Box<Account<'info, Roles>>,

    #[account(address = config.io_mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    #[account(mut)]
    pub slash_day: Box<Account<'info, SlashDay>>,

    pub book: Book<'info>,

    #[account(
        mut,
        seeds = [STAKE_VAULT_SEED, book.stake.key().as_ref()],
        bump = book.stake.vault_bump,
    )]
    pub vault: Box<Account<'info, TokenAccount>>,

    #[account(
        init,
        payer = slasher,
        space = Case::SPACE,
        seeds = [
            CASE_SEED,
            book.stake.device.as_ref(),
            args.offence_id.as_ref(),
            args.part.to_le_bytes().as_ref(),
        ],
        bump,
    )]
    pub case: Box<Account<'info, Case>>,

    #[account(
        init,
        payer = slasher,
        seeds = [CASE_VAULT_SEED, case.key().as_ref()],
        bump,
        token::mint = io_mint,
        token::authority = case,
    )]
    pub case_vault: Box<Account<'info, TokenAccount>>,

    /// Part 0 of the same offence; none for part 0.
    #[account(
        mut,
        constraint = first.device == book.stake.device && first.offence_id == args.offence_id
            && first.part == 0 @ StakingError::WrongFirstPart,
    )]
    pub first: Option<Box<Account<'info, Case>>>,

    /// An earlier case of code 4 that makes this one a repeat.
    #[account(constraint = earlier.device == book.stake.device @ StakingError::WrongEarlierCase)]
    pub earlier: Option<Box<Account<'info, Case>>>,

    /// The identity is compared by the citation's check.
    pub poll: Option<AccountLoader<'info, Poll>>,

    /// Parameters of the registry; code 5.
    pub registry_params: Option<Box<Account<'info, Params>>>,

    pub callees: Callees<'info>,

    pub token_program: Program<'info, Token>,
    pub system_program: Program<'info, System>,
}

impl<'info> ProposeSlash<'info> {
    fn validate(&self, args: &ProposeSlashArgs, now: UnixSeconds) -> Result<()> {
        // config, roles
        require!(
            !self.config.is_paused(PauseBit::SlashPropose, now.get()),
            StakingError::Paused
        );
        require_keys_neq!(
            self.roles.arbiter.current,
            self.slasher.key(),
            StakingError::SlasherIsArbiter
        );
        // slash_day
        require!(
            self.slash_day.day == now.day_index(),
            StakingError::WrongDay
        );
        // first
        require!(
            self.first.is_some() == (args.part > 0),
            StakingError::WrongFirstPart
        );
        require!(args.evidence_hash != [0; 32], StakingError::EmptyEvidence);
        Ok(())
    }
}

/// What the two events of a proposal say.
struct Opened {
    case: CaseOpened,
    stake: StakeSeized,
}

impl<'info> ProposeSlash<'info> {
    /// Checks everything that needs no division and returns what the proposal stands on.
    #[inline(never)]
    fn basis(
        &self,
        args: &ProposeSlashArgs,
        offence: Offence,
        before: &Ledger,
        records: &'info [AccountInfo<'info>],
        now: UnixSeconds,
    ) -> Result<Box<Basis>> {
        self.validate(args, now)?;
        let terms = SlashTerms::read(&self.book.params, now)?;
        check_time(
            offence,
            UnixSeconds::new(args.offence_at),
            now,
            terms.max_offence_age,
        )
        .map_err(StakingError::from)?;
        let shown = args.citation.check(
            offence,
            &self.book.stake.device,
            args.offence_at,
            &args.evidence_hash,
            self.poll.as_ref(),
            self.registry_params.as_deref(),
        )?;
        require!(
            shown.offence_id == args.offence_id,
            StakingError::WrongOffenceId
        );
        self.check_first(args, offence)?;
        let (facts, rewards) = self.facts(args, before, records, now)?;
        Ok(Box::new(Basis {
            shown,
            terms,
            facts,
            rewards,
        }))
    }

    /// Everything but the events.
    #[inline(never)]
    fn open(
        &mut self,
        args: &ProposeSlashArgs,
        bumps: (u8, u8),
        remaining: &'info [AccountInfo<'info>],
        now: UnixSeconds,
    ) -> Result<Box<Opened>> {
        let offence = Offence::from_code(args.code).map_err(StakingError::from)?;
        let (records, positions) = args.shows.split(remaining)?;
        let before = Box::new(self.book.stake.ledger()?);
        let basis = self.basis(args, offence, &before, records, now)?;
        let plan = self.plan(args, &basis, offence, now)?;
        let after = self.apply(&plan, &before, args.offence_at, now)?;
        self.record(args, &plan, &basis, bumps, now)?;
        leg::open_legs(positions, &self.case)?;
        self.callees.hold(
            &args.shows,
            records,
            &plan.division,
            self.config.as_ref().as_ref(),
        )?;
        self.seize()?;
        if offence == Offence::Spoofing {
            let case = self.case.key();
            self.callees
                .block_device(self.config.as_ref().as_ref(), &self.book.device, case)?;
        }
        self.events(&plan, &before, &after, now)
    }

    fn seize(&self) -> Result<()> {
        if self.case.seized_io == 0 {
            return Ok(());
        }
        vault::pay(
            Io::from_base_units(self.case.seized_io),
            &self.book.stake,
            &self.vault,
            &self.case_vault,
            &self.io_mint,
            &self.token_program,
        )
    }

    #[inline(never)]
    fn events(
        &self,
        plan: &Plan,
        before: &Ledger,
        after: &Ledger,
        now: UnixSeconds,
    ) -> Result<Box<Opened>> {
        Ok(Box::new(Opened {
            case: self.opened(now),
            stake: StakeSeized {
                stake: self.book.stake.key(),
                case: self.case.key(),
                amount_io: self.case.seized_io,
                rolling_bps: plan.rolling_bps,
                ledger: LedgerChange::between(before, after, now)?,
                positions: PositionChange::all(before, after),
                seq: self.book.stake.event_seq,
                at: now.get(),
            },
        }))
    }
}

/// Opens a case, moves the seized principal into the case's own vault and holds the rewards. Nothing
/// is burned yet.
///
/// Errors: `NotSlasher`, `SlasherIsArbiter`, `Paused`, `WrongDay`, `UnknownOffence`,
/// `OffenceInFuture`, `OffenceTooOld`, `OutageTooShort`, those of [`Citation`], `WrongOffenceId`,
/// `WrongFirstPart`, `WrongPart`, `WrongWindow`, `DisputeWon`, `WrongEarlierCase`, `ChargeAboveTable`,
/// `ReliabilityChargedLately`, `DayExhausted`, `NothingToCharge`, `WrongPosition`, `WrongRecord`,
/// `MissingProgram`, `UnexpectedAccounts`, those of the called programs.
#[inline(never)]
pub fn handle_propose_slash<'info>(
    ctx: Context<'info, ProposeSlash<'info>>,
    args: ProposeSlashArgs,
) -> Result<()> {
    let now = checks::now()?;
    let bumps = (ctx.bumps.case, ctx.bumps.case_vault);
    let opened = ctx
        .accounts
        .open(&args, bumps, ctx.remaining_accounts, now)?;
    emit(&ctx.accounts.event_authority, &opened.case)?;
    emit(&ctx.accounts.event_authority, &opened.stake)?;
    Ok(())
}
