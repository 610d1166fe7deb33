//! Rent from the chain's own sysvar: its price falls over time and is never a constant.

use anyhow::{Context, Result};
use ion_client::send::Chain;
use solana_sdk_ids::sysvar;

const ACCOUNT_OVERHEAD_BYTES: u64 = 128;

/// The chain's rent price.
#[derive(Clone, Copy, Debug)]
pub struct Rent {
    lamports_per_byte_year: u64,
    exemption_years: f64,
}

impl Rent {
    /// Reads the sysvar.
    pub fn read(chain: &dyn Chain) -> Result<Self> {
        let account = chain
            .accounts(&[sysvar::rent::ID])?
            .pop()
            .flatten()
            .context("the chain has no rent sysvar")?;
        let word = |at: usize| -> Result<[u8; 8]> {
            Ok(account
                .data
                .get(at..at + 8)
                .context("the rent sysvar is short")?
                .try_into()?)
        };
        Ok(Self {
            lamports_per_byte_year: u64::from_le_bytes(word(0)?),
            exemption_years: f64::from_le_bytes(word(8)?),
        })
    }

    /// Lamports that keep an account of `bytes` alive.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the sysvar itself states the threshold as a float"
    )]
    pub fn minimum_balance(self, bytes: usize) -> u64 {
        let per_year = (ACCOUNT_OVERHEAD_BYTES + bytes as u64) * self.lamports_per_byte_year;
        (per_year as f64 * self.exemption_years) as u64
    }
}
