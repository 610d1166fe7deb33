//! Faults of lines, their replacement and their end.

use super::QuotedDevice;
use crate::addresses;
use crate::instructions::{build, with_remaining, writable};
use ::booking::{FailLineArgs, FailoverArgs, ID, ReportFaultArgs, accounts, instruction};
use ion_merkle::report::ReportKind;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Applies an attested fault of a line. Signer: anyone. `device` is that of the line.
pub fn report_fault(
    by: &Pubkey,
    booking: &Pubkey,
    device: &Pubkey,
    args: ReportFaultArgs,
) -> Instruction {
    build(
        ::booking::ID,
        accounts::ReportFault {
            by: *by,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            poll: addresses::registry::poll(ReportKind::FaultReport, booking, args.fault_seq),
            booking: *booking,
            device: *device,
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::ReportFault { args },
    )
}

/// Replaces a faulty line by a free device. Signer: the scheduler. `op_seq` is `Booking::op_seq`.
pub fn failover(
    scheduler: &Pubkey,
    booking: &Pubkey,
    line: u8,
    replacement: &QuotedDevice,
    op_seq: u32,
) -> Instruction {
    build(
        ::booking::ID,
        accounts::Failover {
            scheduler: *scheduler,
            roles: addresses::registry::roles(),
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            staking_params: addresses::registry::params(&::staking::ID),
            booking: *booking,
            device: replacement.device,
            stake: addresses::staking::device_stake(&replacement.device),
            class: addresses::registry::class(replacement.class),
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Failover {
            args: FailoverArgs { line, op_seq },
        },
    )
}

/// Ends a faulty line that nobody replaced. Signer: anyone. `hired` are the devices of all hired lines
/// in line order when the booking ends with it, else empty.
pub fn fail_line(by: &Pubkey, booking: &Pubkey, line: u8, hired: &[Pubkey]) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::FailLine {
            by: *by,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            booking: *booking,
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::FailLine {
            args: FailLineArgs { line },
        },
    );
    with_remaining(instruction, writable(hired))
}
