//! Who holds which key (economics §2).

use anchor_lang::prelude::*;

use crate::error::RegistryError;

/// One role: the key that acts and the key that may take over.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// Key that holds the role.
    pub current: Pubkey,
    /// Key that may accept the role; the default key = none.
    pub proposed: Pubkey,
}

impl Role {
    /// A role held by a key, nothing proposed.
    pub fn held_by(key: Pubkey) -> Self {
        Self {
            current: key,
            proposed: Pubkey::default(),
        }
    }
}

/// Name of a role; grows only at the end.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum RoleKind {
    /// Multisig that queues actions.
    Governance = 0,
    /// Pauses entries, cancels actions, vetoes roots.
    Guardian = 1,
    /// Proposes slash cases.
    Slasher = 2,
    /// Rules on appeals and challenged records.
    Arbiter = 3,
    /// Quotes and starts bookings.
    Scheduler = 4,
    /// Grants exemptions.
    ExemptionAdmin = 5,
}

/// Singleton at `["roles"]`.
#[account]
#[derive(InitSpace, Debug)]
pub struct Roles {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Multisig that queues actions.
    pub governance: Role,
    /// Pauses entries, cancels actions, vetoes roots.
    pub guardian: Role,
    /// Proposes slash cases.
    pub slasher: Role,
    /// Rules on appeals and challenged records.
    pub arbiter: Role,
    /// Quotes and starts bookings.
    pub scheduler: Role,
    /// Grants exemptions.
    pub exemption_admin: Role,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 64],
}

const _: () = assert!(Roles::INIT_SPACE == 1 + 1 + 6 * 64 + 8 + 64);

impl Roles {
    /// Bytes of the account with its discriminator.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// The role of a kind.
    pub fn role(&self, kind: RoleKind) -> Role {
        match kind {
            RoleKind::Governance => self.governance,
            RoleKind::Guardian => self.guardian,
            RoleKind::Slasher => self.slasher,
            RoleKind::Arbiter => self.arbiter,
            RoleKind::Scheduler => self.scheduler,
            RoleKind::ExemptionAdmin => self.exemption_admin,
        }
    }

    fn role_mut(&mut self, kind: RoleKind) -> &mut Role {
        match kind {
            RoleKind::Governance => &mut self.governance,
            RoleKind::Guardian => &mut self.guardian,
            RoleKind::Slasher => &mut self.slasher,
            RoleKind::Arbiter => &mut self.arbiter,
            RoleKind::Scheduler => &mut self.scheduler,
            RoleKind::ExemptionAdmin => &mut self.exemption_admin,
        }
    }

    /// Names the key that may accept a role.
    ///
    /// Errors: `EmptyKey`, `SlasherIsArbiter`.
    pub(crate) fn propose(&mut self, kind: RoleKind, key: Pubkey) -> Result<()> {
        require_keys_neq!(key, Pubkey::default(), RegistryError::EmptyKey);
        self.role_mut(kind).proposed = key;
        self.check_apart(kind, key)
    }

    /// Clears the key that may accept a role.
    ///
    /// Errors: `NoRoleProposed`.
    pub(crate) fn retract(&mut self, kind: RoleKind) -> Result<()> {
        let role = self.role_mut(kind);
        require_keys_neq!(
            role.proposed,
            Pubkey::default(),
            RegistryError::NoRoleProposed
        );
        role.proposed = Pubkey::default();
        Ok(())
    }

    /// Hands a role to the key that was proposed for it.
    ///
    /// Errors: `SlasherIsArbiter`.
    pub(crate) fn accept(&mut self, kind: RoleKind) -> Result<()> {
        let key = self.role(kind).proposed;
        *self.role_mut(kind) = Role::held_by(key);
        self.check_apart(kind, key)
    }

    /// Slasher and arbiter are never one key (economics §2.4 N5).
    ///
    /// Errors: `EmptyKey`, `SlasherIsArbiter`.
    pub(crate) fn invariant(&self) -> Result<()> {
        for role in [
            self.governance,
            self.guardian,
            self.slasher,
            self.arbiter,
            self.scheduler,
            self.exemption_admin,
        ] {
            require_keys_neq!(role.current, Pubkey::default(), RegistryError::EmptyKey);
        }
        require_keys_neq!(
            self.slasher.current,
            self.arbiter.current,
            RegistryError::SlasherIsArbiter
        );
        Ok(())
    }

    fn check_apart(&self, kind: RoleKind, key: Pubkey) -> Result<()> {
        match kind {
            RoleKind::Slasher => {
                require_keys_neq!(key, self.arbiter.current, RegistryError::SlasherIsArbiter);
            }
            RoleKind::Arbiter => {
                require_keys_neq!(key, self.slasher.current, RegistryError::SlasherIsArbiter);
            }
            RoleKind::Governance
            | RoleKind::Guardian
            | RoleKind::Scheduler
            | RoleKind::ExemptionAdmin => {}
        }
        Ok(())
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
