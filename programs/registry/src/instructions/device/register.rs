//! Registers a device (economics §2.2, §13.1).

use anchor_lang::prelude::*;
use ion_economics::device::{DeviceStatus, MAX_QTY};

use crate::{
    constants::*,
    error::RegistryError,
    events::DeviceRegistered,
    state::{Config, Device, PauseBit, ProcessorClass},
};

/// Arguments of `register_device`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RegisterDeviceArgs {
    /// Identical processors, 1 to 64.
    pub qty: u8,
    /// Wallet that earnings go to.
    pub payout_wallet: Pubkey,
    /// Price asked, 1e-6 USD per processor-hour.
    pub ask_usd_micros: u64,
    /// Last moment a booking may run to, Unix seconds; 0 = no limit.
    pub open_until: i64,
}

/// Caller: the owner together with the device key, which shows that the agent holds it.
#[event_cpi]
#[derive(Accounts)]
pub struct RegisterDevice<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    pub owner: Signer<'info>,

    pub device_key: Signer<'info>,

    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,

    #[account(seeds = [CLASS_SEED, &class.id.to_le_bytes()], bump = class.bump)]
    pub class: Box<Account<'info, ProcessorClass>>,

    #[account(
        init,
        payer = payer,
        space = Device::SPACE,
        seeds = [DEVICE_SEED, device_key.key().as_ref()],
        bump,
    )]
    pub device: Box<Account<'info, Device>>,

    pub system_program: Program<'info, System>,
}

impl RegisterDevice<'_> {
    fn validate(&self, args: &RegisterDeviceArgs, now: i64) -> Result<()> {
        // args
        require!(
            (1..=MAX_QTY).contains(&args.qty),
            RegistryError::QtyOutOfBounds
        );
        require_keys_neq!(
            args.payout_wallet,
            Pubkey::default(),
            RegistryError::EmptyKey
        );
        require!(args.open_until >= 0, RegistryError::NegativeTime);
        // config
        require!(self.config.is_genesis_sealed(), RegistryError::GenesisOpen);
        require!(
            !self.config.is_paused(PauseBit::Register, now),
            RegistryError::RegistrationPaused
        );
        // class
        require!(
            self.class.reward_multiplier(now) > 0,
            RegistryError::ClassNotLive
        );
        Ok(())
    }
}

/// Creates the device in `Pending`.
///
/// Errors: `QtyOutOfBounds`, `EmptyKey`, `NegativeTime`, `GenesisOpen`, `RegistrationPaused`,
/// `ClassNotLive`.
pub fn handle_register_device(
    ctx: Context<RegisterDevice>,
    args: RegisterDeviceArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(&args, now)?;
    let device_key = ctx.accounts.device_key.key();
    ctx.accounts.device.set_inner(Device {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.device,
        id: device_key,
        owner: ctx.accounts.owner.key(),
        payout_wallet: args.payout_wallet,
        device_key,
        class: ctx.accounts.class.id,
        qty: args.qty,
        status: DeviceStatus::Pending.code(),
        connectivity_tier: 0,
        supplier_tier: 0,
        reliability_bps: 0,
        readiness_flags: 0,
        hired_by: Pubkey::default(),
        onboarded_at: 0,
        ask_usd_micros: args.ask_usd_micros,
        open_until: args.open_until,
        last_leaf_hour: 0,
        event_seq: 1,
        block_holds: 0,
        _reserved: [0; 63],
    });

    let device = &ctx.accounts.device;
    emit_cpi!(DeviceRegistered {
        device: device.key(),
        owner: device.owner,
        payer: ctx.accounts.payer.key(),
        device_key,
        payout_wallet: device.payout_wallet,
        class: device.class,
        qty: device.qty,
        status: device.status,
        ask_usd_micros: device.ask_usd_micros,
        open_until: device.open_until,
        seq: device.event_seq,
        at: now,
    });
    Ok(())
}
