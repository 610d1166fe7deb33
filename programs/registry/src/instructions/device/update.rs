//! Changes what the owner decides about a device (economics §2.2, §13.1).

use anchor_lang::prelude::*;
use ion_economics::device::DeviceInput;

use crate::{
    constants::*,
    error::RegistryError,
    events::{DeviceUpdated, I64Change, KeyChange, U64Change},
    state::Device,
};

/// Arguments of `update_device`; `None` keeps a value.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct UpdateDeviceArgs {
    /// Wallet that earnings go to.
    pub payout_wallet: Option<Pubkey>,
    /// Price asked, 1e-6 USD per processor-hour.
    pub ask_usd_micros: Option<u64>,
    /// Last moment a booking may run to, Unix seconds; 0 = no limit.
    pub open_until: Option<i64>,
}

/// Caller: the owner. A new device key signs too.
#[event_cpi]
#[derive(Accounts)]
pub struct UpdateDevice<'info> {
    pub owner: Signer<'info>,

    #[account(
        mut,
        seeds = [DEVICE_SEED, device.id.as_ref()],
        bump = device.bump,
        has_one = owner @ RegistryError::NotDeviceOwner,
    )]
    pub device: Box<Account<'info, Device>>,

    /// The key that replaces the device key, if it is to change.
    pub new_device_key: Option<Signer<'info>>,
}

impl UpdateDevice<'_> {
    fn validate(&self, args: &UpdateDeviceArgs) -> Result<()> {
        require!(
            args.payout_wallet.is_some()
                || args.ask_usd_micros.is_some()
                || args.open_until.is_some()
                || self.new_device_key.is_some(),
            RegistryError::NothingToChange
        );
        if let Some(wallet) = args.payout_wallet {
            require_keys_neq!(wallet, Pubkey::default(), RegistryError::EmptyKey);
        }
        if let Some(until) = args.open_until {
            require!(until >= 0, RegistryError::NegativeTime);
        }
        Ok(())
    }
}

/// Changes ask, `open_until`, payout wallet or device key. No quote and no booked minute changes:
/// they carry their own terms.
///
/// Errors: `NotDeviceOwner`, `NothingToChange`, `EmptyKey`, `NegativeTime`, `DeviceTerminated`.
pub fn handle_update_device(ctx: Context<UpdateDevice>, args: UpdateDeviceArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let now = Clock::get()?.unix_timestamp;
    let new_key = ctx.accounts.new_device_key.as_ref().map(|key| key.key());
    let device = &mut ctx.accounts.device;
    device.apply(DeviceInput::Update, now)?;

    let payout_wallet = args.payout_wallet.map(|new| KeyChange {
        old: core::mem::replace(&mut device.payout_wallet, new),
        new,
    });
    let device_key = new_key.map(|new| KeyChange {
        old: core::mem::replace(&mut device.device_key, new),
        new,
    });
    let ask_usd_micros = args.ask_usd_micros.map(|new| U64Change {
        old: core::mem::replace(&mut device.ask_usd_micros, new),
        new,
    });
    let open_until = args.open_until.map(|new| I64Change {
        old: core::mem::replace(&mut device.open_until, new),
        new,
    });
    device.invariant()?;
    let seq = device.next_event()?;
    let key = device.key();
    emit_cpi!(DeviceUpdated {
        device: key,
        actor: ctx.accounts.owner.key(),
        payout_wallet,
        device_key,
        ask_usd_micros,
        open_until,
        seq,
        at: now,
    });
    Ok(())
}
