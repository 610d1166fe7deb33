//! Devices.

use crate::addresses;
use crate::instructions::build;
use ::registry::{
    ApplyDeviceLeafArgs, LockDevicesArgs, RegisterDeviceArgs, UnlockDevicesArgs, UpdateDeviceArgs,
    accounts, instruction,
};
use ion_merkle::report::ReportKind;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

/// Registers a device of a class. Signers: the payer of the rent, the owner, the device key.
pub fn register_device(
    payer: &Pubkey,
    owner: &Pubkey,
    device_key: &Pubkey,
    class: u16,
    args: RegisterDeviceArgs,
) -> Instruction {
    build(
        registry::ID,
        accounts::RegisterDevice {
            payer: *payer,
            owner: *owner,
            device_key: *device_key,
            config: addresses::registry::config(),
            class: addresses::registry::class(class),
            device: addresses::registry::device(device_key),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::RegisterDevice { args },
    )
}

/// Changes a device (its account). Signers: the owner, and the new device key if there is one.
pub fn update_device(
    owner: &Pubkey,
    device: &Pubkey,
    new_device_key: Option<Pubkey>,
    args: UpdateDeviceArgs,
) -> Instruction {
    build(
        registry::ID,
        accounts::UpdateDevice {
            owner: *owner,
            device: *device,
            new_device_key,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::UpdateDevice { args },
    )
}

/// Takes a device (its account) out for a while. Signer: the owner.
pub fn pause_device(owner: &Pubkey, device: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::PauseDevice {
            owner: *owner,
            device: *device,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::PauseDevice {},
    )
}

/// Puts a paused device (its account) back. Signer: the owner.
pub fn resume_device(owner: &Pubkey, device: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::ResumeDevice {
            owner: *owner,
            device: *device,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::ResumeDevice {},
    )
}

/// Ends a device (its account). Signer: the owner.
pub fn terminate_device(owner: &Pubkey, device: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::TerminateDevice {
            owner: *owner,
            device: *device,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::TerminateDevice {},
    )
}

/// Applies a leaf of the device report of `args.hour` to a device (its account). Signer: anyone.
pub fn apply_device_leaf(
    cranker: &Pubkey,
    device: &Pubkey,
    args: ApplyDeviceLeafArgs,
) -> Instruction {
    build(
        registry::ID,
        accounts::ApplyDeviceLeaf {
            cranker: *cranker,
            params: addresses::registry::params(&registry::ID),
            poll: addresses::registry::poll(ReportKind::DeviceReport, &registry::ID, args.hour),
            device: *device,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::ApplyDeviceLeaf { args },
    )
}

/// Gives devices (their accounts, 1 to 8) to a booking. Signer: the booking program's caller
/// address, so only that program can send it.
pub fn lock_devices(caller: &Pubkey, hired_by: &Pubkey, devices: &[Pubkey]) -> Instruction {
    let mut instruction = build(
        registry::ID,
        accounts::LockDevices {
            caller: *caller,
            config: addresses::registry::config(),
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::LockDevices {
            args: LockDevicesArgs {
                hired_by: *hired_by,
            },
        },
    );
    instruction.accounts.extend(
        devices
            .iter()
            .map(|device| AccountMeta::new(*device, false)),
    );
    instruction
}

/// Frees devices (their accounts, 1 to 8) of a booking. Signer: as [`lock_devices`].
pub fn unlock_devices(caller: &Pubkey, hired_by: &Pubkey, devices: &[Pubkey]) -> Instruction {
    let mut instruction = build(
        registry::ID,
        accounts::UnlockDevices {
            caller: *caller,
            config: addresses::registry::config(),
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::UnlockDevices {
            args: UnlockDevicesArgs {
                hired_by: *hired_by,
            },
        },
    );
    instruction.accounts.extend(
        devices
            .iter()
            .map(|device| AccountMeta::new(*device, false)),
    );
    instruction
}
