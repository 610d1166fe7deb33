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
}

impl ActionKind {
    /// Bounds that can be checked when the action is queued.
    ///
    /// Errors: `UnknownParam`, `ParamOutOfBounds`, as `ClassTerms::check` and
    /// `VerifierSet::check`, `InvalidClassName`, `EmptyKey`.
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
