//! Programs that a case calls: the registry for blocks, rewards and the engine for holds
//! (economics §1.7 F1).

use anchor_lang::prelude::*;
use registry::state::Device;

use super::leg::Unblock;
use crate::{constants::*, error::StakingError};

/// The called programs with their accounts; each only where it is called.
#[derive(Accounts)]
pub struct Callees<'info> {
    /// CHECK: the address with which this program signs, compared here.
    #[account(address = CALLER_ADDRESS @ StakingError::WrongCaller)]
    pub caller: Option<UncheckedAccount<'info>>,

    pub registry_program: Option<Program<'info, registry::program::Registry>>,

    /// CHECK: the registry checks its own event authority.
    pub registry_events: Option<UncheckedAccount<'info>>,

    pub rewards_program: Option<Program<'info, rewards::program::Rewards>>,

    pub rewards_roots: Option<AccountLoader<'info, rewards::state::RootRing>>,

    /// CHECK: the rewards program checks its own event authority.
    pub rewards_events: Option<UncheckedAccount<'info>>,

    pub ide_program: Option<Program<'info, ide::program::Ide>>,

    pub ide_roots: Option<AccountLoader<'info, ide::state::RootRing>>,

    /// CHECK: the engine checks its own event authority.
    pub ide_events: Option<UncheckedAccount<'info>>,
}

/// Seeds of the caller address.
pub(super) const CALLER_SEEDS: &[&[u8]] = &[CALLER_SEED, &[CALLER.1]];

/// An account that the call needs.
///
/// Errors: `MissingProgram`.
pub(super) fn needed<T>(account: Option<&T>) -> Result<&T> {
    account.ok_or_else(|| StakingError::MissingProgram.into())
}

impl<'info> Callees<'info> {
    /// Blocks the device for a case of code 6.
    #[inline(never)]
    pub(super) fn block_device(
        &self,
        config: &AccountInfo<'info>,
        device: &Account<'info, Device>,
        case: Pubkey,
    ) -> Result<()> {
        let program = needed(self.registry_program.as_ref())?;
        registry::cpi::block_device(
            CpiContext::new_with_signer(
                program.key(),
                registry::cpi::accounts::BlockDevice {
                    caller: needed(self.caller.as_ref())?.to_account_info(),
                    config: config.clone(),
                    device: device.to_account_info(),
                    event_authority: needed(self.registry_events.as_ref())?.to_account_info(),
                    program: program.to_account_info(),
                },
                &[CALLER_SEEDS],
            ),
            registry::BlockDeviceArgs { case },
        )
    }

    /// Tells the registry that no case of code 6 of the device is open any more.
    #[inline(never)]
    pub(super) fn unblock_device(
        &self,
        config: &AccountInfo<'info>,
        device: &Account<'info, Device>,
        case: Pubkey,
        unblock: Unblock,
    ) -> Result<()> {
        let program = needed(self.registry_program.as_ref())?;
        registry::cpi::unblock_device(
            CpiContext::new_with_signer(
                program.key(),
                registry::cpi::accounts::UnblockDevice {
                    caller: needed(self.caller.as_ref())?.to_account_info(),
                    config: config.clone(),
                    device: device.to_account_info(),
                    event_authority: needed(self.registry_events.as_ref())?.to_account_info(),
                    program: program.to_account_info(),
                },
                &[CALLER_SEEDS],
            ),
            registry::UnblockDeviceArgs {
                case,
                restored: unblock.restored,
            },
        )
    }
}
