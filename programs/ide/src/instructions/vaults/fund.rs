//! Takes a gift into the vaults (economics §1.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Token, TokenAccount, TransferChecked};
use ion_economics::math;

use crate::{
    constants::*,
    error::IdeError,
    events::{change, VaultFunded},
    state::{Currency, Vaults},
};

/// Arguments of `fund`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct FundArgs {
    /// Base units of the mint, above 0.
    pub amount: u64,
}

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct Fund<'info> {
    pub funder: Signer<'info>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    /// Its mint is the token program's to check.
    #[account(mut, token::authority = funder)]
    pub source: Box<Account<'info, TokenAccount>>,

    /// CHECK: the reward vault for IO, the USDC fee vault for USDC, in `currency`.
    #[account(mut)]
    pub vault: UncheckedAccount<'info>,

    /// CHECK: one of the two mints of the configuration, in `currency`.
    pub mint: UncheckedAccount<'info>,

    pub token_program: Program<'info, Token>,
}

impl Fund<'_> {
    fn validate(&self, args: &FundArgs) -> Result<()> {
        // args
        require!(args.amount > 0, IdeError::ZeroAmount);
        Ok(())
    }

    /// Which of the two mints this is, with the vault that belongs to it.
    fn currency(&self) -> Result<Currency> {
        let mint = self.mint.key();
        let (currency, vault) = if mint == self.config.usdc_mint {
            (Currency::Usdc, self.vaults.fee_usdc)
        } else {
            require_keys_eq!(mint, self.config.io_mint, IdeError::WrongMint);
            (Currency::Io, self.vaults.reward_vault)
        };
        require_keys_eq!(self.vault.key(), vault, IdeError::WrongVaultAccount);
        Ok(currency)
    }

    fn take(&self, currency: Currency, amount: u64) -> Result<()> {
        token::transfer_checked(
            CpiContext::new(
                self.token_program.key(),
                TransferChecked {
                    from: self.source.to_account_info(),
                    mint: self.mint.to_account_info(),
                    to: self.vault.to_account_info(),
                    authority: self.funder.to_account_info(),
                },
            ),
            amount,
            currency.decimals(),
        )
    }
}

/// Adds IO to the reward vault or USDC to the fee vault, ledger included. It is no revenue: it pays
/// obligations and counts in no ratio and no surplus.
///
/// Errors: `WrongConfig`, `WrongVaults`, `ZeroAmount`, `WrongMint`, `WrongVaultAccount`,
/// `ArithmeticOverflow`; the token program's for a funder without the tokens.
pub fn handle_fund(ctx: Context<Fund>, args: FundArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(&args)?;
    let currency = ctx.accounts.currency()?;
    let vaults = &mut ctx.accounts.vaults;
    let (y1, yu) = (vaults.y1_io, vaults.yu_usdc);
    let ledger = match currency {
        Currency::Io => &mut vaults.y1_io,
        Currency::Usdc => &mut vaults.yu_usdc,
    };
    *ledger = math::add(*ledger, args.amount).map_err(IdeError::from)?;
    let seq = vaults.next_event()?;
    ctx.accounts.take(currency, args.amount)?;

    let vaults = &ctx.accounts.vaults;
    emit_cpi!(VaultFunded {
        vaults: vaults.key(),
        funder: ctx.accounts.funder.key(),
        mint: ctx.accounts.mint.key(),
        amount: args.amount,
        y1_io: change(y1, vaults.y1_io),
        yu_usdc: change(yu, vaults.yu_usdc),
        seq,
        at: now,
    });
    Ok(())
}
