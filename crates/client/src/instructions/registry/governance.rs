//! The action queue, roles and pauses.

use super::consumer_program;
use crate::addresses;
use crate::instructions::build;
use ::registry::state::{ActionKind, PauseBit, RoleKind};
use ::registry::{
    AcceptRoleArgs, PauseArgs, QueueActionArgs, RetractRoleArgs, UnpauseArgs, accounts, instruction,
};
use ion_economics::params::Program as Consumer;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Queues a decision. `id` is `Config::next_action_id`. Signers: the governance key and the payer of
/// the rent.
pub fn queue_action(
    payer: &Pubkey,
    governance: &Pubkey,
    id: u64,
    payload: ActionKind,
) -> Instruction {
    build(
        registry::ID,
        accounts::QueueAction {
            payer: *payer,
            governance: *governance,
            roles: addresses::registry::roles(),
            config: addresses::registry::config(),
            params: addresses::registry::params(&registry::ID),
            action: addresses::registry::action(id),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::QueueAction {
            args: QueueActionArgs { payload },
        },
    )
}

/// Carries out a queued decision; the accounts follow from its payload, and the creation of a class
/// becomes `create_class`. Signer: anyone, for the creation of a class also payer of its rent.
pub fn execute_action(executor: &Pubkey, id: u64, payload: &ActionKind) -> Instruction {
    let mut metas = accounts::ExecuteAction {
        executor: *executor,
        config: addresses::registry::config(),
        registry_params: addresses::registry::params(&registry::ID),
        action: addresses::registry::action(id),
        params: None,
        class: None,
        roles: None,
        verifiers: None,
        device: None,
        event_authority: addresses::registry::event_authority(),
        program: registry::ID,
    };
    match payload {
        ActionKind::CreateClass { id: class, .. } => return create_class(executor, id, *class),
        ActionKind::SetParam { program, .. } => {
            metas.params = Consumer::from_u8(*program)
                .map(|consumer| addresses::registry::params(&consumer_program(consumer)));
        }
        ActionKind::SetClass { id: class, .. } => {
            metas.class = Some(addresses::registry::class(*class))
        }
        ActionKind::SetRole { .. } => metas.roles = Some(addresses::registry::roles()),
        ActionKind::SetVerifierSet { .. } => {
            metas.verifiers = Some(addresses::registry::verifier_set())
        }
        ActionKind::SealGenesis => {}
        ActionKind::BlockDevice { device }
        | ActionKind::UnblockDevice { device }
        | ActionKind::TerminateDevice { device } => metas.device = Some(*device),
        // applied by another program's instruction; the registry refuses it here
        ActionKind::SetClassRates { .. }
        | ActionKind::ScheduleSwitch
        | ActionKind::AdjustTne { .. } => {}
    }
    build(registry::ID, metas, instruction::ExecuteAction {})
}

/// Carries out the creation of a processor class. Signer: the payer of its rent, anyone.
pub fn create_class(payer: &Pubkey, id: u64, class: u16) -> Instruction {
    build(
        registry::ID,
        accounts::CreateClass {
            payer: *payer,
            config: addresses::registry::config(),
            action: addresses::registry::action(id),
            class: addresses::registry::class(class),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::CreateClass {},
    )
}

/// Withdraws a queued decision. Signer: governance or guardian.
pub fn cancel_action(authority: &Pubkey, id: u64) -> Instruction {
    build(
        registry::ID,
        accounts::CancelAction {
            authority: *authority,
            roles: addresses::registry::roles(),
            action: addresses::registry::action(id),
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::CancelAction {},
    )
}

/// Returns the rent of a finished decision to its payer. Signer: anyone.
pub fn close_action(cranker: &Pubkey, id: u64, payer: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::CloseAction {
            cranker: *cranker,
            action: addresses::registry::action(id),
            payer: *payer,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::CloseAction {},
    )
}

/// Takes over a role. Signer: the key proposed for it.
pub fn accept_role(proposed: &Pubkey, role: RoleKind) -> Instruction {
    build(
        registry::ID,
        accounts::AcceptRole {
            proposed: *proposed,
            roles: addresses::registry::roles(),
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::AcceptRole {
            args: AcceptRoleArgs { role },
        },
    )
}

/// Takes back the proposal of a role's next holder. Signer: governance, or the guardian unless the
/// role is its own.
pub fn retract_role(authority: &Pubkey, role: RoleKind) -> Instruction {
    build(
        registry::ID,
        accounts::RetractRole {
            authority: *authority,
            roles: addresses::registry::roles(),
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::RetractRole {
            args: RetractRoleArgs { role },
        },
    )
}

/// Stops an entry for a while. Signer: the guardian.
pub fn pause(guardian: &Pubkey, bit: PauseBit) -> Instruction {
    build(
        registry::ID,
        accounts::Pause {
            guardian: *guardian,
            roles: addresses::registry::roles(),
            params: addresses::registry::params(&registry::ID),
            config: addresses::registry::config(),
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::Pause {
            args: PauseArgs { bit },
        },
    )
}

/// Lifts a pause. Signer: guardian or governance.
pub fn unpause(authority: &Pubkey, bit: PauseBit) -> Instruction {
    build(
        registry::ID,
        accounts::Unpause {
            authority: *authority,
            roles: addresses::registry::roles(),
            config: addresses::registry::config(),
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::Unpause {
            args: UnpauseArgs { bit },
        },
    )
}
