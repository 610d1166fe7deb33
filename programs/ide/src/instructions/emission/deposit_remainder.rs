//! Takes what a block leaves over into the reward vault (economics §1.7 F1, §7.4, §10.2).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, TransferChecked};

use crate::{
    constants::*,
    error::IdeError,
    events::{RemainderDeposited, U64Change},
    state::{Currency, Vaults},
};

/// Where the tokens of a `deposit_remainder` come from; grows only at the end.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum RemainderKind {
    /// What a block of mode `Schedule` did not allocate.
    Block = 0,
    /// Tokens that somebody sent to the distribution vault outside of an instruction.
    Excess = 1,
}

/// Arguments of `deposit_remainder`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct DepositRemainderArgs {
    /// IO base units, above 0.
    pub amount_io: u64,
    /// Where they come from.
    pub kind: RemainderKind,
    /// Hour index of the block; 0 for `Excess`.
    pub hour: u64,
}

/// Caller: the rewards program, which signs with its caller address and with the authority of the
/// account the tokens come from. The transfer is made here, so that the ledger never grows without
/// tokens.
#[event_cpi]
#[derive(Accounts)]
pub struct DepositRemainder<'info> {
    #[account(address = config.rewards_caller @ IdeError::NotRewardsCaller)]
    pub caller: Signer<'info>,

    pub source_authority: Signer<'info>,

    /// Its mint is the token program's to check.
    #[account(mut, token::authority = source_authority)]
    pub source: Box<Account<'info, TokenAccount>>,

    /// CHECK: the IO vault of the ledger, by the address stored in it.
    #[account(mut, address = vaults.reward_vault @ IdeError::WrongRewardVault)]
    pub reward_vault: UncheckedAccount<'info>,

    #[account(address = config.io_mint @ IdeError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    pub token_program: Program<'info, Token>,
}

impl DepositRemainder<'_> {
    fn take(&self, amount: u64) -> Result<()> {
        token::transfer_checked(
            CpiContext::new(
                self.token_program.key(),
                TransferChecked {
                    from: self.source.to_account_info(),
                    mint: self.io_mint.to_account_info(),
                    to: self.reward_vault.to_account_info(),
                    authority: self.source_authority.to_account_info(),
                },
            ),
            amount,
            Currency::Io.decimals(),
        )
    }
}

/// Moves IO into the reward vault and credits ledger Y1 at once. It is no allowance of an epoch.
///
/// Errors: `NotRewardsCaller`, `WrongConfig`, `WrongVaults`, `WrongRewardVault`, `WrongMint`,
/// `ZeroAmount`, `ArithmeticOverflow`.
pub fn handle_deposit_remainder(
    ctx: Context<DepositRemainder>,
    args: DepositRemainderArgs,
) -> Result<()> {
    require!(args.amount_io > 0, IdeError::ZeroAmount);
    let vaults = &mut ctx.accounts.vaults;
    let old = vaults.y1_io;
    vaults.credit_y1(args.amount_io)?;
    let (new, seq) = (vaults.y1_io, vaults.next_event()?);
    ctx.accounts.take(args.amount_io)?;

    emit_cpi!(RemainderDeposited {
        vaults: ctx.accounts.vaults.key(),
        source: ctx.accounts.source.key(),
        amount_io: args.amount_io,
        kind: args.kind as u8,
        hour: args.hour,
        y1_io: U64Change { old, new },
        seq,
        at: Clock::get()?.unix_timestamp,
    });
    Ok(())
}
