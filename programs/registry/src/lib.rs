//! The registry: who and what exists, and what the verifiers saw.
//!
//! Mechanism: singletons hold configuration, parameters, roles and the verifier set, which
//! governance changes by queued actions; devices are registered by their owners and described by
//! reports; a report counts once enough verifiers vote for the same payload in its poll. Place of
//! use: the other programs read these accounts. Invariant: an attested payload never changes, and a
//! device never closes.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_arithmetic
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "test code may fail loudly"
    )
)]

use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

pub mod checks;
pub mod constants;
mod emit;
pub mod error;
pub mod events;
mod hash;
pub mod instructions;
pub mod state;

pub use emit::emit;
pub use hash::ChainHasher;
pub use instructions::*;

declare_id!("8bKn7tJg2QYxq9fnCZb56A8Vvivsbwa4cdmFEG5bTqyf");

#[cfg(not(feature = "no-entrypoint"))]
solana_security_txt::security_txt! {
    name: "Ion registry",
    project_url: "not published yet",
    contacts: "other:docs/SECURITY.md of the source",
    policy: "docs/SECURITY.md of the source",
    preferred_languages: "en"
}

/// Instructions of the registry; each is described at its handler.
#[program]
pub mod registry {
    use super::*;

    /// Creates configuration, roles, verifier set and the registry's own parameters.
    pub fn initialize(ctx: Context<Initialize>, args: InitializeArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_initialize(ctx, args)
    }

    /// Creates the parameters of one consuming program.
    pub fn init_params(ctx: Context<InitParams>, args: InitParamsArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_init_params(ctx, args)
    }

    /// Queues a decision of governance.
    pub fn queue_action(ctx: Context<QueueAction>, args: QueueActionArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_queue_action(ctx, args)
    }

    /// Carries out a queued decision.
    pub fn execute_action(ctx: Context<ExecuteAction>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_execute_action(ctx)
    }

    /// Carries out the creation of a processor class.
    pub fn create_class(ctx: Context<CreateClass>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_create_class(ctx)
    }

    /// Uses up a decision that the calling program applies.
    pub fn consume_action(ctx: Context<ConsumeAction>, args: ConsumeActionArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_consume_action(ctx, args)
    }

    /// Fixes the hour from which mode `Ide` holds.
    pub fn set_switch_hour(ctx: Context<SetSwitchHour>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_set_switch_hour(ctx)
    }

    /// Withdraws a queued decision.
    pub fn cancel_action(ctx: Context<CancelAction>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_cancel_action(ctx)
    }

    /// Returns the rent of a finished decision.
    pub fn close_action(ctx: Context<CloseAction>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_close_action(ctx)
    }

    /// Takes over a role.
    pub fn accept_role(ctx: Context<AcceptRole>, args: AcceptRoleArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_accept_role(ctx, args)
    }

    /// Takes back the proposal of a role's next holder.
    pub fn retract_role(ctx: Context<RetractRole>, args: RetractRoleArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_retract_role(ctx, args)
    }

    /// Stops an entry for a while.
    pub fn pause(ctx: Context<Pause>, args: PauseArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_pause(ctx, args)
    }

    /// Lifts a pause before its end.
    pub fn unpause(ctx: Context<Unpause>, args: UnpauseArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_unpause(ctx, args)
    }

    /// Registers a device.
    pub fn register_device(ctx: Context<RegisterDevice>, args: RegisterDeviceArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_register_device(ctx, args)
    }

    /// Changes ask, limit, payout wallet or device key.
    pub fn update_device(ctx: Context<UpdateDevice>, args: UpdateDeviceArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_update_device(ctx, args)
    }

    /// Takes a device out for a while.
    pub fn pause_device(ctx: Context<PauseDevice>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_pause_device(ctx)
    }

    /// Puts a paused device back.
    pub fn resume_device(ctx: Context<ResumeDevice>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_resume_device(ctx)
    }

    /// Ends a device.
    pub fn terminate_device(ctx: Context<TerminateDevice>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_terminate_device(ctx)
    }

    /// Blocks a device for a slash case.
    pub fn block_device(ctx: Context<BlockDevice>, args: BlockDeviceArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_block_device(ctx, args)
    }

    /// Ends the block that a slash case held.
    pub fn unblock_device(ctx: Context<UnblockDevice>, args: UnblockDeviceArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_unblock_device(ctx, args)
    }

    /// Exempts a device from eligibility rules for a while.
    pub fn grant_exemption(ctx: Context<GrantExemption>, args: GrantExemptionArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_grant_exemption(ctx, args)
    }

    /// Ends an exemption before its time.
    pub fn cancel_exemption(ctx: Context<CancelExemption>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_cancel_exemption(ctx)
    }

    /// Returns the rent of an exemption that is over.
    pub fn close_exemption(ctx: Context<CloseExemption>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_close_exemption(ctx)
    }

    /// Applies a leaf of an attested device report.
    pub fn apply_device_leaf(
        ctx: Context<ApplyDeviceLeaf>,
        args: ApplyDeviceLeafArgs,
    ) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_apply_device_leaf(ctx, args)
    }

    /// Gives devices to a booking. Remaining accounts: the devices.
    pub fn lock_devices<'info>(
        ctx: Context<'info, LockDevices<'info>>,
        args: LockDevicesArgs,
    ) -> Result<()> {
        instructions::handle_lock_devices(ctx, args)
    }

    /// Frees the devices of a booking. Remaining accounts: the devices.
    pub fn unlock_devices<'info>(
        ctx: Context<'info, UnlockDevices<'info>>,
        args: UnlockDevicesArgs,
    ) -> Result<()> {
        instructions::handle_unlock_devices(ctx, args)
    }

    /// Opens the poll of a report.
    pub fn open_poll(ctx: Context<OpenPoll>, args: OpenPollArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_open_poll(ctx, args)
    }

    /// Votes on a report.
    pub fn vote_report(ctx: Context<VoteReport>, args: VoteReportArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_vote_report(ctx, args)
    }

    /// Returns the rent of a poll.
    pub fn close_poll(ctx: Context<ClosePoll>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_close_poll(ctx)
    }
}
