//! Burns held payouts of a finished slash case (economics §5.4, §16.5).

use anchor_lang::prelude::*;
use anchor_spl::token::Token;
use ion_claims::Hold;
use ion_economics::math;

use super::records;
use crate::{
    constants::*,
    error::IdeError,
    events::HoldsBurned,
    state::{RootRing, Vaults},
    tokens::VaultSigner,
};

/// One hold to burn.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurnHold {
    /// What is left of the hold, IO base units, above 0.
    pub amount_io: u64,
    /// Sequence of the root that it was proven at.
    pub root_seq: u64,
    /// When the case was proposed, Unix seconds.
    pub proposed_at: i64,
}

/// Arguments of `burn_forfeited`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BurnForfeitedArgs {
    /// One hold per record, in the order of the records.
    pub holds: Vec<BurnHold>,
}

/// Caller: the staking program. Further accounts: the claim records, writable.
#[event_cpi]
#[derive(Accounts)]
pub struct BurnForfeited<'info> {
    #[account(address = config.staking_caller @ IdeError::NotStakingCaller)]
    pub caller: Signer<'info>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = ROOTS @ IdeError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,

    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.pay_io @ IdeError::WrongVaultAccount)]
    pub pay_io: UncheckedAccount<'info>,

    /// CHECK: the mint of the configuration, by address.
    #[account(mut, address = config.io_mint @ IdeError::WrongMint)]
    pub io_mint: UncheckedAccount<'info>,

    pub token_program: Program<'info, Token>,
}

/// Burns of each hold what its leaf still has at the newest matured root and drops the rest.
///
/// Errors: `NotStakingCaller`, `WrongConfig`, `WrongRoots`, `WrongVaults`, `WrongVaultAccount`,
/// `WrongMint`, `RecordAccounts`, `ZeroAmount`, `NoMaturedRoot`, `HoldNotMatured`, `StaleProof`,
/// `AboveHeld`, `ClaimAboveLifetime`, `ArithmeticOverflow`.
pub fn handle_burn_forfeited<'info>(
    ctx: Context<'info, BurnForfeited<'info>>,
    args: BurnForfeitedArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut accounts = records::load(ctx.remaining_accounts, args.holds.len())?;
    let mut changes = Vec::with_capacity(accounts.len());
    let mut burned = 0_u64;
    {
        let roots = ctx.accounts.roots.load()?;
        for (record, hold) in accounts.iter_mut().zip(&args.holds) {
            require!(hold.amount_io > 0, IdeError::ZeroAmount);
            let hold = Hold {
                amount_io: hold.amount_io,
                root_seq: hold.root_seq,
                proposed_at: hold.proposed_at,
            };
            changes.push(records::update(record, |record| {
                let amount = record
                    .ledger
                    .burn(&roots.ring, hold, now)
                    .map_err(IdeError::from)?;
                if amount > 0 && !record.ledger.is_within_lifetime() {
                    return Err(IdeError::ClaimAboveLifetime);
                }
                burned = math::add(burned, amount).map_err(IdeError::from)?;
                Ok(())
            })?);
        }
    }
    let vaults = &mut ctx.accounts.vaults;
    vaults.payable_io = math::sub(vaults.payable_io, burned).map_err(IdeError::from)?;
    VaultSigner {
        vaults: ctx.accounts.vaults.to_account_info(),
        bump: ctx.accounts.vaults.bump,
        token_program: ctx.accounts.token_program.key(),
    }
    .burn(&ctx.accounts.io_mint, &ctx.accounts.pay_io, burned)?;

    emit_cpi!(HoldsBurned {
        records: changes,
        amount_io: burned,
        at: now,
    });
    Ok(())
}
