//! Gives a leg back to its party (economics §5.4).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, TransferChecked};
use ion_economics::{
    slash::PARTIES,
    stake::RestoredTo,
    units::{Io, UnixSeconds},
};

use super::{callee::*, hold::Tree, leg};
use crate::{
    checks,
    constants::*,
    count,
    error::StakingError,
    events::{emit, LedgerChange, LegRestored, PositionChange, StakeRestored, U64Change},
    instructions::book::*,
    state::{Case, CaseParty, CaseSeeds, CoPosition},
};

/// Arguments of `restore_leg`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RestoreLegArgs {
    /// Number of the leg: 0 to 4 stake of the owner and the slots; then per party the hold on block
    /// rewards and the hold on payouts, 5 to 14.
    pub leg: u8,
}

/// Caller: anyone. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct RestoreLeg<'info> {
    /// CHECK: the registry's configuration, compared here; only the called programs read it.
    #[account(address = CONFIG_ADDRESS @ StakingError::WrongConfig)]
    pub config: UncheckedAccount<'info>,

    #[account(address = case_vault.mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    /// The device in it is writable where the last case of code 6 ends.
    pub book: Book<'info>,

    #[account(mut, constraint = case.device == book.stake.device @ StakingError::WrongCase)]
    pub case: Box<Account<'info, Case>>,

    /// Part 0 of the offence; none where the case is part 0.
    #[account(
        mut,
        constraint = first.is_first_of(&case) @ StakingError::WrongFirstPart,
    )]
    pub first: Option<Box<Account<'info, Case>>>,

    #[account(
        mut,
        seeds = [CASE_VAULT_SEED, case.key().as_ref()],
        bump = case.vault_bump,
    )]
    pub case_vault: Box<Account<'info, TokenAccount>>,

    #[account(
        mut,
        seeds = [STAKE_VAULT_SEED, book.stake.key().as_ref()],
        bump = book.stake.vault_bump,
    )]
    pub vault: Box<Account<'info, TokenAccount>>,

    /// The co-staker's position; stake legs 1 to 4.
    #[account(
        mut,
        constraint = position.device == case.device @ StakingError::WrongPosition,
    )]
    pub position: Option<Box<Account<'info, CoPosition>>>,

    /// CHECK: the claim record of the party; owner, type and party are compared before the call. Legs
    /// 5 to 14.
    #[account(mut)]
    pub record: Option<UncheckedAccount<'info>>,

    pub callees: Callees<'info>,

    pub token_program: Program<'info, Token>,
}

/// Which leg a number names.
#[derive(Clone, Copy)]
pub(super) enum Named {
    /// Stake of the party at this place.
    Stake(usize),
    /// Hold of the party at this place.
    Hold(usize, Tree),
}

/// Errors: `NoSuchLeg`.
pub(super) fn named(leg: u8) -> Result<Named> {
    let leg = usize::from(leg);
    if leg < PARTIES {
        return Ok(Named::Stake(leg));
    }
    let hold = leg.saturating_sub(PARTIES); // not below 0: checked above
    let tree = if hold % 2 == 0 {
        Tree::Reward
    } else {
        Tree::Payout
    };
    require!(hold / 2 < PARTIES, StakingError::NoSuchLeg);
    Ok(Named::Hold(hold / 2, tree))
}

/// The party at a place and the wallet its rewards belong to.
///
/// Errors: `NoSuchLeg`.
pub(super) fn party(case: &Case, place: usize) -> Result<(CaseParty, Pubkey)> {
    let party = case
        .parties()
        .get(place)
        .copied()
        .ok_or(StakingError::NoSuchLeg)?;
    let wallet = if place == 0 { case.owner } else { party.wallet };
    Ok((party, wallet))
}

impl<'info> RestoreLeg<'info> {
    /// Puts a stake leg back into the book or into a balance.
    #[inline(never)]
    fn restore_stake(
        &mut self,
        place: usize,
        amount: Io,
        now: UnixSeconds,
    ) -> Result<StakeRestored> {
        let (party, _) = party(&self.case, place)?;
        let before = self.book.stake.ledger()?;
        let view = self.book.view(now)?;
        let old_restored = self.book.stake.positions_restored_io;
        let after = if place == 0 {
            let (after, _) = before
                .restore_owner(amount, &view)
                .map_err(StakingError::from)?;
            after
        } else {
            let position = self.position.as_mut().ok_or(StakingError::WrongPosition)?;
            require!(position.seq == party.seq, StakingError::WrongPosition);
            position.open_legs = count::down(position.open_legs)?;
            let (after, to) = before
                .restore_position(party.seq, amount, &view)
                .map_err(StakingError::from)?;
            if to == RestoredTo::Balance {
                position.restored_io = count::sum(position.restored_io, amount.base_units())?;
                let stake = &mut self.book.stake;
                stake.positions_restored_io =
                    count::sum(stake.positions_restored_io, amount.base_units())?;
            }
            after
        };
        let seq = self.book.apply(&after, now)?;
        let stake = &mut self.book.stake;
        let has_restored = stake.positions_restored_io > old_restored;
        stake.mark_restored(party.seq, has_restored);
        self.case.restored_io = count::sum(self.case.restored_io, amount.base_units())?;
        Ok(StakeRestored {
            stake: stake.key(),
            case: self.case.key(),
            amount_io: amount.base_units(),
            ledger: LedgerChange::between(&before, &after, now)?,
            positions: PositionChange::all(&before, &after),
            positions_restored_io: U64Change {
                old: old_restored,
                new: stake.positions_restored_io,
            },
            seq,
            at: now.get(),
        })
    }

    fn pay_back(&self, amount: Io) -> Result<()> {
        let seeds = CaseSeeds::of(&self.case);
        token::transfer_checked(
            CpiContext::new_with_signer(
                self.token_program.key(),
                TransferChecked {
                    from: self.case_vault.to_account_info(),
                    mint: self.io_mint.to_account_info(),
                    to: self.vault.to_account_info(),
                    authority: self.case.to_account_info(),
                },
                &[&seeds.seeds(&self.case)],
            ),
            amount.base_units(),
            self.io_mint.decimals,
        )
    }
}

/// Gives one leg back, or what a partial ruling leaves of it: principal into the state the party's
/// stake is in now, withdrawable at once where there is none; of a hold `forfeited` falls and no token
/// moves. The step that ends the last open case forgets the wallet of an owner who has left.
///
/// Errors: `CaseOpen`, `NoSuchLeg`, `LegDone`, `WrongFirstPart`, `WrongPosition`, `WrongRecord`,
/// `MissingProgram`.
pub fn handle_restore_leg(ctx: Context<RestoreLeg>, args: RestoreLegArgs) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    require!(
        accounts.case.clock()?.state.is_decided(),
        StakingError::CaseOpen
    );
    let named = named(args.leg)?;
    let mut legs = accounts.case.legs()?;
    let amount = legs
        .restore(usize::from(args.leg))
        .map_err(StakingError::from)?;
    accounts.case.set_legs(&legs);
    leg::settle(
        &mut accounts.case,
        accounts.first.as_deref_mut().map(|first| &mut **first),
        &mut accounts.book.stake,
    )?;
    let restored = match named {
        Named::Stake(place) => Some(accounts.restore_stake(place, amount, now)?),
        Named::Hold(..) => None,
    };
    let unblock = leg::finish(&mut accounts.case, &mut accounts.book.stake)?;
    let seq = accounts.case.next_event()?;

    let place = match named {
        Named::Stake(place) => {
            accounts.pay_back(amount)?;
            place
        }
        Named::Hold(place, tree) => {
            let (_, wallet) = party(&accounts.case, place)?;
            accounts.callees.release(
                tree,
                needed(accounts.record.as_ref())?,
                &accounts.case.device,
                &wallet,
                amount.base_units(),
                &accounts.config,
            )?;
            place
        }
    };
    if let Some(unblock) = unblock {
        let case = accounts.case.key();
        accounts
            .callees
            .unblock_device(&accounts.config, &accounts.book.device, case, unblock)?;
    }

    let event = LegRestored {
        case: ctx.accounts.case.key(),
        leg: args.leg,
        party: party(&ctx.accounts.case, place)?.1,
        amount_io: amount.base_units(),
        is_finished: ctx.accounts.case.is_finished,
        seq,
        at: now.get(),
    };
    emit(&ctx.accounts.event_authority, &event)?;
    if let Some(restored) = restored {
        emit(&ctx.accounts.event_authority, &restored)?;
    }
    Ok(())
}
