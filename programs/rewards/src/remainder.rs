//! The way of IO from the distribution vault into the reward vault, through `ide`.

use anchor_lang::prelude::*;
use ide::{DepositRemainderArgs, RemainderKind};
use registry::constants::CALLER_SEED;

use crate::constants::{CALLER_BUMP, EMISSION_SEED};

/// Accounts of a call to `ide`.
pub(crate) struct RemainderCall<'info> {
    /// Address with which this program signs.
    pub caller: AccountInfo<'info>,
    /// The schedule; authority of the distribution vault.
    pub emission: AccountInfo<'info>,
    /// Bump of the schedule.
    pub emission_bump: u8,
    /// The distribution vault.
    pub distribution: AccountInfo<'info>,
    /// The reward vault.
    pub reward_vault: AccountInfo<'info>,
    /// The IO mint.
    pub io_mint: AccountInfo<'info>,
    /// Registry's Config.
    pub config: AccountInfo<'info>,
    /// Ledgers of the vaults.
    pub vaults: AccountInfo<'info>,
    /// The token program.
    pub token_program: AccountInfo<'info>,
    /// Event authority of ide.
    pub event_authority: AccountInfo<'info>,
    /// The ide program.
    pub program: AccountInfo<'info>,
}

impl RemainderCall<'_> {
    /// Deposits IO into the reward vault; `ide` makes the transfer. No call for 0.
    pub(crate) fn deposit(self, amount_io: u64, kind: RemainderKind, hour: u64) -> Result<()> {
        if amount_io == 0 {
            return Ok(());
        }
        ide::cpi::deposit_remainder(
            CpiContext::new_with_signer(
                ide::ID,
                ide::cpi::accounts::DepositRemainder {
                    caller: self.caller,
                    source_authority: self.emission,
                    source: self.distribution,
                    reward_vault: self.reward_vault,
                    io_mint: self.io_mint,
                    config: self.config,
                    vaults: self.vaults,
                    token_program: self.token_program,
                    event_authority: self.event_authority,
                    program: self.program,
                },
                &[
                    &[CALLER_SEED, &[CALLER_BUMP]],
                    &[EMISSION_SEED, &[self.emission_bump]],
                ],
            ),
            DepositRemainderArgs {
                amount_io,
                kind,
                hour,
            },
        )
    }
}
