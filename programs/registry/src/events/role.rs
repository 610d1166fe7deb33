//! Events of roles.

use anchor_lang::prelude::*;

use super::KeyChange;
use crate::state::RoleKind;

/// The roles were created.
#[event]
#[derive(Clone, Debug)]
pub struct RolesInitialized {
    /// The roles.
    pub roles: Pubkey,
    /// Upgrade authority that signed.
    pub actor: Pubkey,
    /// Holder of the role.
    pub governance: Pubkey,
    /// Holder of the role.
    pub guardian: Pubkey,
    /// Holder of the role.
    pub slasher: Pubkey,
    /// Holder of the role.
    pub arbiter: Pubkey,
    /// Holder of the role.
    pub scheduler: Pubkey,
    /// Holder of the role.
    pub exemption_admin: Pubkey,
    /// Event number of the roles.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Governance proposed a key for a role.
#[event]
#[derive(Clone, Debug)]
pub struct RoleProposed {
    /// The roles.
    pub roles: Pubkey,
    /// Action that was executed.
    pub action: Pubkey,
    /// Who executed it.
    pub actor: Pubkey,
    /// The role.
    pub role: RoleKind,
    /// Key that holds it until the proposed one accepts.
    pub current: Pubkey,
    /// The proposed key; the default key = none.
    pub proposed: KeyChange,
    /// Event number of the roles.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The proposal of a role's next holder was taken back.
#[event]
#[derive(Clone, Debug)]
pub struct RoleRetracted {
    /// The roles.
    pub roles: Pubkey,
    /// Governance or guardian.
    pub actor: Pubkey,
    /// The role.
    pub role: RoleKind,
    /// Key that keeps it.
    pub current: Pubkey,
    /// The proposed key; the default key = none.
    pub proposed: KeyChange,
    /// Event number of the roles.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A key took over a role.
#[event]
#[derive(Clone, Debug)]
pub struct RoleAccepted {
    /// The roles.
    pub roles: Pubkey,
    /// The key that accepted.
    pub actor: Pubkey,
    /// The role.
    pub role: RoleKind,
    /// Holder of the role.
    pub current: KeyChange,
    /// Event number of the roles.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
