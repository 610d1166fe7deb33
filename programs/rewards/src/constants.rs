//! Seeds and hard bounds of the schedule.

use anchor_lang::prelude::*;

/// Seed of [`crate::state::Emission`].
#[constant]
pub const EMISSION_SEED: &[u8] = b"emission";
/// Seed of the IO vault that block rewards are claimed from.
#[constant]
pub const DISTRIBUTION_SEED: &[u8] = b"distribution";

/// Most IO that may ever exist, base units: 800,000,000 IO (economics §1.1).
pub const IO_SUPPLY_CAP: u64 = 80_000_000_000_000_000;
/// Layout version written into new accounts.
pub const ACCOUNT_VERSION: u8 = 1;
