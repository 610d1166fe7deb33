//! One queued decision of governance (economics §13.7).

use anchor_lang::prelude::*;
use ion_economics::{
    governance::{self, ActionInput, ActionStatus, ActionWindow},
    units::UnixSeconds,
};

use super::{ClassTerms, RoleKind, VerifierSet};
use crate::{constants::*, error::RegistryError, hash::ChainHasher};

/// A key per line, at most 20.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct VerifierKeys {
    /// Members in the order of their slots.
    #[max_len(20)]
    pub keys: Vec<Pubkey>,
    /// Votes needed, above half.
    pub threshold: u8,
}

/// What an action does, with all its terms. The encoding is canonical Borsh; kinds are only added
/// at the end.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Sets a parameter within its hard bounds.
    SetParam {
        /// `ion_economics::params::Program`.
        program: u8,
        /// Slot in that program's parameters.
        slot: u8,
        /// New value in the parameter's unit.
        value: i64,
    },
    /// Makes a processor class; executed by `create_class`.
    CreateClass {
        /// Number of the class; must be free.
        id: u16,
        /// Name, UTF-8, zero padded.
        name: [u8; CLASS_NAME_LEN],
        /// Its terms, in force at once.
        terms: ClassTerms,
    },
    /// Replaces the terms of a class.
    SetClass {
        /// Number of the class.
        id: u16,
        /// New terms.
        terms: ClassTerms,
    },
    /// Proposes a key for a role; it takes over when it accepts.
    SetRole {
        /// The role.
        role: RoleKind,
        /// The key.
        key: Pubkey,
    },
    /// Replaces the verifier set.
    SetVerifierSet {
        /// The new set.
        set: VerifierKeys,
    },
    /// Ends genesis, one way: from then on every action waits for the timelock.
    SealGenesis,
    /// Blocks a device.
    BlockDevice {
        /// Account of the device.
        device: Pubkey,
    },
    /// Unblocks a device.
    UnblockDevice {
        /// Account of the device.
        device: Pubkey,
    },
    /// Ends a device.
    TerminateDevice {
        /// Account of the device.
        device: Pubkey,
    },
    /// Sets the engine's rates of a class; applied by the engine, which bounds the steps.
    SetClassRates {
        /// Number of the class.
        class: u16,
        /// Rate of availability, 1e-6 USD per processor-hour.
        avail_rate_usd_micros: u64,
        /// Rate of hire, 1e-6 USD per processor-hour; with the above at most the list price.
        hire_rate_usd_micros: u64,
        /// List price, 1e-6 USD per processor-hour, above 0.
        list_price_usd_micros: u64,
        /// Most processors that are paid for availability, above 0.
        max_processors: u32,
    },
    /// Fixes the hour from which mode `Ide` holds; applied by the engine.
    ScheduleSwitch,
    /// Adjusts a counter of records; applied by the booking program.
    AdjustTne {
        /// The counter.
        counter: TneCounter,
        /// Signed amount, 1e-8 IO, not 0.
        amount_io: i64,
        /// SHA-256 of the published reason, not zeros.
        reason_hash: [u8; 32],
    },
}

/// Adjustment counter of the records (economics §9.2); grows only at the end.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum TneCounter {
    /// `adj_estimated`.
    Estimated = 0,
    /// `adj_settled`.
    Settled = 1,
}

/// Program that applies an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applier {
    /// The registry, by `execute_action` or `create_class`.
    Registry,
    /// The engine, by `consume_action`.
    Ide,
    /// The booking program, by `consume_action`.
    Booking,
}

impl ActionKind {
    /// Who applies the action (economics §1.7 F4).
    pub(crate) fn applier(&self) -> Applier {
        match self {
            Self::SetParam { .. }
            | Self::CreateClass { .. }
            | Self::SetClass { .. }
            | Self::SetRole { .. }
            | Self::SetVerifierSet { .. }
            | Self::SealGenesis
            | Self::BlockDevice { .. }
            | Self::UnblockDevice { .. }
            | Self::TerminateDevice { .. } => Applier::Registry,
            Self::SetClassRates { .. } | Self::ScheduleSwitch => Applier::Ide,
            Self::AdjustTne { .. } => Applier::Booking,
        }
    }

    /// Whether the action waits for `mode_timelock`.
    pub fn is_mode_switch(&self) -> bool {
        matches!(self, Self::ScheduleSwitch)
    }

    /// Bounds that can be checked when the action is queued.
    ///
    /// Errors: `UnknownParam`, `ParamOutOfBounds`, as `ClassTerms::check` and
    /// `VerifierSet::check`, `InvalidClassName`, `EmptyKey`, `InvalidClassRates`,
    /// `InvalidAdjustment`.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::SetParam {
                program,
                slot,
                value,
            } => find_param(*program, *slot)?
                .check(*value)
                .map_err(|rule| RegistryError::from(rule).into()),
            Self::CreateClass { id: _, name, terms } => {
                check_class_name(name)?;
                terms.check()
            }
            Self::SetClass { id: _, terms } => terms.check(),
            Self::SetRole { role: _, key } => {
                require_keys_neq!(*key, Pubkey::default(), RegistryError::EmptyKey);
                Ok(())
            }
            Self::SetVerifierSet { set } => VerifierSet::check(&set.keys, set.threshold),
            Self::SealGenesis => Ok(()),
            Self::BlockDevice { device }
            | Self::UnblockDevice { device }
            | Self::TerminateDevice { device } => {
                require_keys_neq!(*device, Pubkey::default(), RegistryError::EmptyKey);
                Ok(())
            }
            Self::SetClassRates {
                class: _,
                avail_rate_usd_micros,
                hire_rate_usd_micros,
                list_price_usd_micros,
                max_processors,
            } => {
                let paid = avail_rate_usd_micros.checked_add(*hire_rate_usd_micros);
                require!(
                    paid.is_some_and(|paid| paid <= *list_price_usd_micros)
                        && *list_price_usd_micros > 0
                        && *max_processors > 0,
                    RegistryError::InvalidClassRates
                );
                Ok(())
            }
            Self::ScheduleSwitch => Ok(()),
            Self::AdjustTne {
                counter: _,
                amount_io,
                reason_hash,
            } => {
                require!(
                    *amount_io != 0 && *reason_hash != [0; 32],
                    RegistryError::InvalidAdjustment
                );
                Ok(())
            }
        }
    }

    /// Whether the action replaces the guardian; then the guardian cannot cancel it.
    pub fn is_guardian_replacement(&self) -> bool {
        matches!(
            self,
            Self::SetRole {
                role: RoleKind::Guardian,
                key: _
            }
        )
    }

    /// SHA-256 of the domain tag and the encoded payload.
    ///
    /// Errors: those of the encoder.
    pub fn hash(&self) -> Result<[u8; 32]> {
        let mut bytes = Vec::with_capacity(Self::INIT_SPACE);
        self.serialize(&mut bytes)?;
        Ok(<ChainHasher as ion_merkle::Hasher>::hash(&[
            b"ION_ACTION_V1",
            &bytes,
        ]))
    }
}

/// The parameter that a `SetParam` names.
///
/// Errors: `UnknownParam`.
pub(crate) fn find_param(program: u8, slot: u8) -> Result<&'static ion_economics::params::Param> {
    use ion_economics::params;
    params::Program::from_u8(program)
        .and_then(|program| params::find(program, slot))
        .ok_or_else(|| error!(RegistryError::UnknownParam))
}

/// Class names are UTF-8, not empty, zero padded.
fn check_class_name(name: &[u8; CLASS_NAME_LEN]) -> Result<()> {
    let end = name
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(CLASS_NAME_LEN);
    let (text, padding) = name.split_at_checked(end).unwrap_or_default();
    require!(
        !text.is_empty()
            && core::str::from_utf8(text).is_ok()
            && padding.iter().all(|byte| *byte == 0),
        RegistryError::InvalidClassName
    );
    Ok(())
}

/// Account at `["action", id]`.
#[account]
#[derive(InitSpace, Debug)]
pub struct Action {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Number of the action, in order of queueing.
    pub id: u64,
    /// Who paid the rent and gets it back.
    pub payer: Pubkey,
    /// `ion_economics::governance::ActionStatus`.
    pub status: u8,
    /// Whether it was queued while genesis was open; such an action dies with the seal.
    pub in_genesis: bool,
    /// When it was queued, Unix seconds.
    pub queued_at: i64,
    /// From when it can be executed, Unix seconds.
    pub eta: i64,
    /// Last second in which it can be executed, Unix seconds.
    pub expires_at: i64,
    /// SHA-256 of the encoded payload with its domain tag.
    pub hash: [u8; 32],
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// What it does.
    pub payload: ActionKind,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(ActionKind::INIT_SPACE == 1 + 4 + 20 * 32 + 1);
const _: () = assert!(
    Action::INIT_SPACE == 2 + 8 + 32 + 2 + 8 + 8 + 8 + 32 + 8 + ActionKind::INIT_SPACE + 32
);

impl Action {
    /// Bytes of the account with its discriminator.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// Window of execution.
    pub fn window(&self) -> ActionWindow {
        ActionWindow {
            eta: UnixSeconds::new(self.eta),
            expires_at: UnixSeconds::new(self.expires_at),
        }
    }

    /// Status as the rule's type.
    ///
    /// Errors: `CorruptAction`.
    pub fn action_status(&self) -> Result<ActionStatus> {
        ActionStatus::from_code(self.status).ok_or_else(|| error!(RegistryError::CorruptAction))
    }

    /// Carries out an event of economics §13.7; the only place that assigns the status.
    ///
    /// Errors: `TimelockNotOver`, `ActionExpired`, `ActionAlreadyExecuted`,
    /// `ActionAlreadyCancelled`, `CorruptAction`.
    pub(crate) fn apply(&mut self, input: ActionInput, now: i64) -> Result<()> {
        let after = governance::transition(
            self.action_status()?,
            self.window(),
            input,
            UnixSeconds::new(now),
        )
        .map_err(RegistryError::from)?;
        self.status = after.code();
        Ok(())
    }

    /// Carries out the execution; an action queued before the seal is refused after it, or it would
    /// pass without a timelock.
    ///
    /// Errors: `QueuedBeforeSeal`, as [`Self::apply`].
    pub(crate) fn execute(&mut self, is_genesis_sealed: bool, now: i64) -> Result<()> {
        require!(
            !(self.in_genesis && is_genesis_sealed),
            RegistryError::QueuedBeforeSeal
        );
        self.apply(ActionInput::Execute, now)
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = self
            .event_seq
            .checked_add(1)
            .ok_or(RegistryError::ArithmeticOverflow)?;
        Ok(self.event_seq)
    }
}
