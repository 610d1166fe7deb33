//! Instructions that only another program of the network may send.

use crate::addresses;
use crate::instructions::build;
use ::registry::{
    BlockDeviceArgs, ConsumeActionArgs, UnblockDeviceArgs, accounts, instruction, state::ActionKind,
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Blocks a device (its account) for a slash case. Signer: the staking program's caller address.
pub fn block_device(caller: &Pubkey, device: &Pubkey, case: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::BlockDevice {
            caller: *caller,
            config: addresses::registry::config(),
            device: *device,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::BlockDevice {
            args: BlockDeviceArgs { case: *case },
        },
    )
}

/// Ends the block that slash cases held on a device (its account). Signer: as [`block_device`].
pub fn unblock_device(
    caller: &Pubkey,
    device: &Pubkey,
    case: &Pubkey,
    restored: bool,
) -> Instruction {
    build(
        registry::ID,
        accounts::UnblockDevice {
            caller: *caller,
            config: addresses::registry::config(),
            device: *device,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::UnblockDevice {
            args: UnblockDeviceArgs {
                case: *case,
                restored,
            },
        },
    )
}

/// Uses up a queued decision that another program applies. Signer: the caller address of that
/// program.
pub fn consume_action(caller: &Pubkey, id: u64, payload: ActionKind) -> Instruction {
    let class = match &payload {
        ActionKind::SetClassRates { class, .. } => Some(addresses::registry::class(*class)),
        _ => None,
    };
    build(
        registry::ID,
        accounts::ConsumeAction {
            caller: *caller,
            config: addresses::registry::config(),
            action: addresses::registry::action(id),
            class,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::ConsumeAction {
            args: ConsumeActionArgs { payload },
        },
    )
}

/// Fixes the hour from which mode `Ide` holds. Signer: the engine's caller address.
pub fn set_switch_hour(caller: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::SetSwitchHour {
            caller: *caller,
            config: addresses::registry::config(),
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::SetSwitchHour {},
    )
}
