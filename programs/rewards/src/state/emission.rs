//! How far the schedule has run (economics §1.6, §6.3).

use anchor_lang::prelude::*;
use ion_economics::{emission, math};

use crate::{constants::IO_SUPPLY_CAP, error::RewardsError};

/// Singleton at `["emission"]`; sole mint authority of IO.
#[account]
#[derive(InitSpace, Debug)]
pub struct Emission {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the distribution vault.
    pub distribution_bump: u8,
    /// Vault that block rewards are claimed from, at `["distribution"]`.
    pub distribution: Pubkey,
    /// First hour index that this chain releases; never changes.
    pub start_hour: u64,
    /// Hour index of the next block.
    pub next_hour: u64,
    /// Emission of the schedule before `start_hour`, IO base units; never changes.
    pub pre_released_io: u64,
    /// Minted by this program, IO base units.
    pub released_io: u64,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 128],
}

const _: () = assert!(Emission::INIT_SPACE == 3 + 32 + 5 * 8 + 128);

impl Emission {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = Emission::DISCRIMINATOR.len() + Emission::INIT_SPACE;

    /// Emission that is still to come, IO base units.
    ///
    /// Errors: `EmissionAboveCap`, `ArithmeticOverflow`.
    pub fn unreleased(&self) -> Result<u64> {
        let out = math::add(self.pre_released_io, self.released_io).map_err(RewardsError::from)?;
        Ok(emission::TOTAL
            .checked_sub(out)
            .ok_or(RewardsError::EmissionAboveCap)?)
    }

    /// What holds after every instruction, with the supply of the IO mint in base units: the
    /// schedule is not exceeded, and what exists and what is to come stay below the supply cap.
    ///
    /// Errors: `EmissionAboveCap`, `SupplyAboveCap`, `ArithmeticOverflow`.
    pub(crate) fn invariant(&self, supply_io: u64) -> Result<()> {
        let most = math::add(supply_io, self.unreleased()?).map_err(RewardsError::from)?;
        require_gte!(IO_SUPPLY_CAP, most, RewardsError::SupplyAboveCap);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emission(pre_released_io: u64, released_io: u64) -> Emission {
        Emission {
            version: 1,
            bump: 255,
            distribution_bump: 255,
            distribution: Pubkey::default(),
            start_hour: 477_720,
            next_hour: 477_720,
            pre_released_io,
            released_io,
            event_seq: 1,
            _reserved: [0; 128],
        }
    }

    #[test]
    fn unreleased_is_what_the_schedule_has_left() {
        assert_eq!(emission(0, 0).unreleased().unwrap(), emission::TOTAL);
        assert_eq!(emission(emission::TOTAL - 5, 5).unreleased().unwrap(), 0);
        assert_eq!(
            emission(emission::TOTAL, 1).unreleased().unwrap_err(),
            error!(RewardsError::EmissionAboveCap)
        );
        assert_eq!(
            emission(u64::MAX, 1).unreleased().unwrap_err(),
            error!(RewardsError::ArithmeticOverflow)
        );
    }

    #[test]
    fn supply_may_reach_the_cap_and_not_exceed_it() {
        let room = IO_SUPPLY_CAP - emission::TOTAL;
        assert!(emission(0, 0).invariant(room).is_ok());
        assert_eq!(
            emission(0, 0).invariant(room + 1).unwrap_err(),
            error!(RewardsError::SupplyAboveCap).with_values((IO_SUPPLY_CAP, IO_SUPPLY_CAP + 1))
        );
    }
}
