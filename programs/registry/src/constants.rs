//! Seeds and hard bounds of the registry.

use anchor_lang::prelude::*;

/// Seed of [`crate::state::Config`].
#[constant]
pub const CONFIG_SEED: &[u8] = b"config";
/// Seed of [`crate::state::Params`], followed by the consuming program's id.
#[constant]
pub const PARAMS_SEED: &[u8] = b"params";
/// Seed of [`crate::state::Roles`].
#[constant]
pub const ROLES_SEED: &[u8] = b"roles";
/// Seed of [`crate::state::Action`], followed by its id (u64, little endian).
#[constant]
pub const ACTION_SEED: &[u8] = b"action";
/// Seed of [`crate::state::ProcessorClass`], followed by its id (u16, little endian).
#[constant]
pub const CLASS_SEED: &[u8] = b"class";
/// Seed of [`crate::state::Device`], followed by its id (32 bytes).
#[constant]
pub const DEVICE_SEED: &[u8] = b"device";
/// Seed of [`crate::state::Exemption`], followed by the device's address.
#[constant]
pub const EXEMPTION_SEED: &[u8] = b"exempt";
/// Seed of [`crate::state::VerifierSet`].
#[constant]
pub const VERIFIERS_SEED: &[u8] = b"verifiers";
/// Seed of [`crate::state::Poll`], followed by kind (u8), subject (32 bytes), seq (u64, little
/// endian).
#[constant]
pub const POLL_SEED: &[u8] = b"poll";
/// Seed of the address with which each program signs its calls to another program of the network.
#[constant]
pub const CALLER_SEED: &[u8] = b"caller";

/// Layout version written into new accounts.
pub const ACCOUNT_VERSION: u8 = 1;
/// Slots of a [`crate::state::Params`] account.
pub const PARAM_SLOTS: usize = 36;
/// Announced parameter changes that a [`crate::state::Params`] account can hold.
pub const PENDING_PARAMS: usize = 3;
/// Pause bits (economics §2.3).
pub const PAUSE_BITS: usize = 6;
/// Largest verifier set (economics §2.5).
pub const MAX_VERIFIERS: usize = 20;
/// Bytes of a processor class's name, UTF-8, zero padded.
pub const CLASS_NAME_LEN: usize = 32;
/// Highest multiplier, in 1e-4 (economics §12).
pub const MAX_MULTIPLIER: u32 = 1_000_000;
/// Multiplier of 1.0, in 1e-4: the least that the stake side counts (economics §3.1).
pub const MULTIPLIER_ONE: u32 = 10_000;
/// Value of a ceiling field that means "no ceiling".
pub const NO_CEILING: u8 = u8::MAX;
/// Highest ceiling, percent.
pub const MAX_CEILING_PCT: u8 = 100;
/// `Config::ide_from_hour` while no switch is scheduled.
pub const NEVER: u64 = u64::MAX;
/// Most devices of one `lock_devices` or `unlock_devices` call.
pub const MAX_LOCK_DEVICES: usize = 8;
/// Highest reliability score in bps.
pub const MAX_RELIABILITY_BPS: u16 = 10_000;
/// Most siblings of a proof in a device report: 2^32 leaves.
pub const MAX_PROOF_LEN: usize = 32;
