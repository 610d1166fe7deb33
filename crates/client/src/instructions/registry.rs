//! Instructions of the registry.

use anchor_lang::{InstructionData, ToAccountMetas};
use ion_economics::params::Program as Consumer;
use ion_merkle::report::ReportKind;
use registry::{
    AcceptRoleArgs, ApplyDeviceLeafArgs, InitParamsArgs, InitializeArgs, LockDevicesArgs,
    OpenPollArgs, PauseArgs, QueueActionArgs, RegisterDeviceArgs, UnlockDevicesArgs, UnpauseArgs,
    UpdateDeviceArgs, VoteReportArgs, accounts, instruction,
    state::{ActionKind, PauseBit, RoleKind},
};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::addresses;

fn build(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    Instruction {
        program_id: registry::ID,
        accounts: accounts.to_account_metas(None),
        data: data.data(),
    }
}

/// Creates configuration, roles, verifier set and the registry's own parameters. Signer: the
/// program's upgrade authority, which pays.
pub fn initialize(
    authority: &Pubkey,
    io_mint: &Pubkey,
    usdc_mint: &Pubkey,
    args: InitializeArgs,
) -> Instruction {
    build(
        accounts::Initialize {
            authority: *authority,
            program_data: addresses::program_data(&registry::ID),
            io_mint: *io_mint,
            usdc_mint: *usdc_mint,
            config: addresses::registry::config(),
            roles: addresses::registry::roles(),
            verifiers: addresses::registry::verifier_set(),
            params: addresses::registry::params(&registry::ID),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::Initialize { args },
    )
}

/// Creates the parameters of a consuming program other than the registry. Signer: the program's
/// upgrade authority, which pays.
pub fn init_params(authority: &Pubkey, consumer: Consumer, program: &Pubkey) -> Instruction {
    build(
        accounts::InitParams {
            authority: *authority,
            program_data: addresses::program_data(&registry::ID),
            config: addresses::registry::config(),
            params: addresses::registry::params(program),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::InitParams {
            args: InitParamsArgs {
                consumer: consumer.to_u8(),
                program: *program,
            },
        },
    )
}

/// Queues a decision. `id` is `Config::next_action_id`. Signers: the governance key and the payer of
/// the rent.
pub fn queue_action(
    payer: &Pubkey,
    governance: &Pubkey,
    id: u64,
    payload: ActionKind,
) -> Instruction {
    build(
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

/// Id of the program that a parameter's consumer is.
pub fn consumer_program(consumer: Consumer) -> Pubkey {
    match consumer {
        Consumer::Registry => registry::ID,
        Consumer::Staking => staking::ID,
        Consumer::Rewards => rewards::ID,
        Consumer::Ide => ide::ID,
        Consumer::Booking => booking::ID,
    }
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
    }
    build(metas, instruction::ExecuteAction {})
}

/// Carries out the creation of a processor class. Signer: the payer of its rent, anyone.
pub fn create_class(payer: &Pubkey, id: u64, class: u16) -> Instruction {
    build(
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

/// Stops an entry for a while. Signer: the guardian.
pub fn pause(guardian: &Pubkey, bit: PauseBit) -> Instruction {
    build(
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

/// Registers a device of a class. Signers: the payer of the rent, the owner, the device key.
pub fn register_device(
    payer: &Pubkey,
    owner: &Pubkey,
    device_key: &Pubkey,
    class: u16,
    args: RegisterDeviceArgs,
) -> Instruction {
    build(
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

/// Opens the poll of a report. Signer: the payer of the rent, anyone.
pub fn open_poll(payer: &Pubkey, kind: ReportKind, subject: &Pubkey, seq: u64) -> Instruction {
    build(
        accounts::OpenPoll {
            payer: *payer,
            verifiers: addresses::registry::verifier_set(),
            poll: addresses::registry::poll(kind, subject, seq),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::OpenPoll {
            args: OpenPollArgs {
                kind: kind.to_u8(),
                subject: *subject,
                seq,
            },
        },
    )
}

/// Votes for a payload hash in a poll (its account). Signer: a verifier of the current set.
pub fn vote_report(verifier: &Pubkey, poll: &Pubkey, payload_hash: [u8; 32]) -> Instruction {
    build(
        accounts::VoteReport {
            verifier: *verifier,
            verifiers: addresses::registry::verifier_set(),
            poll: *poll,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::VoteReport {
            args: VoteReportArgs { payload_hash },
        },
    )
}

/// Returns the rent of a poll (its account) to its payer. Signer: anyone.
pub fn close_poll(cranker: &Pubkey, poll: &Pubkey, payer: &Pubkey) -> Instruction {
    build(
        accounts::ClosePoll {
            cranker: *cranker,
            params: addresses::registry::params(&registry::ID),
            poll: *poll,
            payer: *payer,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::ClosePoll {},
    )
}
