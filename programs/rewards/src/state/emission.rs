//! How far the schedule has run (economics §1.6, §6.3).

use anchor_lang::prelude::*;
use ion_economics::{emission, math, reward::Pools};

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
    /// Hour index of the next block that is completed or fails; stands still from the first hour
    /// that pays by the engine on.
    pub next_final_hour: u64,
    /// Worker emission of the blocks that wait for their summary, IO base units.
    pub pending_io: u64,
    /// Allocated to devices by all completed blocks, IO base units.
    pub allocated_io: u64,
    /// Safety shares of all blocks, IO base units; they stay in the distribution vault.
    pub safety_io: u64,
    /// Paid to parties, IO base units.
    pub claimed_io: u64,
    /// Burned for slash cases, IO base units.
    pub burned_io: u64,
    /// For later fields.
    pub _reserved: [u8; 80],
}

const _: () = assert!(Emission::INIT_SPACE == 3 + 32 + 11 * 8 + 80);

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

    /// Counts a released hour. `parts` is `None` where nothing of it goes to the distribution vault.
    ///
    /// Errors: `EmissionAboveCap`, `ArithmeticOverflow`.
    pub(crate) fn release(&mut self, emission_io: u64, parts: Option<&Pools>) -> Result<()> {
        let add = |a, b| math::add(a, b).map_err(RewardsError::from);
        self.released_io = add(self.released_io, emission_io)?;
        self.next_hour = add(self.next_hour, 1)?;
        if let Some(parts) = parts {
            self.pending_io = add(self.pending_io, parts.worker.base_units())?;
            self.safety_io = add(self.safety_io, parts.safety.base_units())?;
        }
        self.unreleased()?;
        Ok(())
    }

    /// Counts a completed or failed block; returns the allocation of all blocks up to it.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn settle(&mut self, worker_io: u64, allocated_io: u64) -> Result<u64> {
        self.pending_io = math::sub(self.pending_io, worker_io).map_err(RewardsError::from)?;
        self.allocated_io =
            math::add(self.allocated_io, allocated_io).map_err(RewardsError::from)?;
        self.next_final_hour = math::add(self.next_final_hour, 1).map_err(RewardsError::from)?;
        Ok(self.allocated_io)
    }

    /// What the distribution vault must hold (economics §14 I05): worker emission of waiting blocks,
    /// what is allocated and neither claimed nor burned, and the safety shares; IO base units. No
    /// leaf, however large, reaches what waits or the safety shares (I18, in sum).
    ///
    /// Errors: `ClaimAboveLifetime`, `ArithmeticOverflow`.
    pub fn owed_io(&self) -> Result<u64> {
        let gone = math::add(self.claimed_io, self.burned_io).map_err(RewardsError::from)?;
        let unclaimed =
            math::sub(self.allocated_io, gone).map_err(|_| RewardsError::ClaimAboveLifetime)?;
        Ok(math::add(self.pending_io, unclaimed)
            .and_then(|held| math::add(held, self.safety_io))
            .map_err(RewardsError::from)?)
    }

    /// Claims and burns of all leaves together stay within the sum of the newest matured root (economics
    /// §14 I18): leaves that say more than their root's sum cannot draw on later blocks.
    ///
    /// Errors: `ClaimAboveLifetime`, `ArithmeticOverflow`.
    pub fn check_within(&self, lifetimes_io: u64) -> Result<()> {
        let gone = math::add(self.claimed_io, self.burned_io).map_err(RewardsError::from)?;
        require!(gone <= lifetimes_io, RewardsError::ClaimAboveLifetime);
        Ok(())
    }

    /// Advances the event counter and returns the new number.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(RewardsError::from)?;
        Ok(self.event_seq)
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
            next_final_hour: 477_720,
            pending_io: 0,
            allocated_io: 0,
            safety_io: 0,
            claimed_io: 0,
            burned_io: 0,
            _reserved: [0; 80],
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

    #[test]
    fn e46_release_above_the_cap_is_refused_whatever_the_table_says() {
        let mut last = emission(emission::TOTAL - 5, 0);
        last.release(5, None).unwrap();
        assert_eq!((last.released_io, last.next_hour), (5, 477_721));
        assert_eq!(
            last.release(1, None).unwrap_err(),
            error!(RewardsError::EmissionAboveCap)
        );
    }

    #[test]
    fn the_vault_owes_what_waits_and_what_is_allocated() {
        let io = ion_economics::units::Io::from_base_units;
        let bps = |bps| ion_economics::units::Bps::new(bps).unwrap();
        let mut emission = emission(0, 0);
        let parts = Pools::split(io(10_000), bps(500), bps(9_500)).unwrap();
        emission.release(10_000, Some(&parts)).unwrap();
        assert_eq!(
            (
                emission.pending_io,
                emission.safety_io,
                emission.owed_io().unwrap()
            ),
            (9_500, 500, 10_000)
        );
        assert_eq!(emission.settle(9_500, 9_400).unwrap(), 9_400);
        assert_eq!(emission.next_final_hour, 477_721);
        assert_eq!(emission.owed_io().unwrap(), 9_900);
        emission.claimed_io = 9_000;
        emission.burned_io = 400;
        assert_eq!(emission.owed_io().unwrap(), 500);
        // what waits and the safety share are nobody's to claim
        emission.burned_io = 401;
        assert_eq!(
            emission.owed_io().unwrap_err(),
            error!(RewardsError::ClaimAboveLifetime)
        );
        emission.burned_io = 400;
        assert_eq!(
            emission.settle(1, 0).unwrap_err(),
            error!(RewardsError::ArithmeticOverflow)
        );
    }

    #[test]
    fn every_hour_of_all_240_months_through_the_ledger_sums_to_the_cap() {
        use ion_economics::{
            emission::{emission_of_hour, pre_released, END_HOUR, FIRST_HOUR, MONTHS, TABLE},
            units::{Bps, Io},
        };
        let (safety, enterprise) = (Bps::new(1_234).unwrap(), Bps::new(9_500).unwrap());
        let mut state = emission(0, 0);
        let mut supply = IO_SUPPLY_CAP - emission::TOTAL;
        let mut months = [0_u64; MONTHS];
        // A day beyond the schedule, in which nothing is emitted.
        for hour in FIRST_HOUR..END_HOUR + 24 {
            assert_eq!(state.next_hour, hour);
            state.invariant(supply).unwrap();
            let amount = emission_of_hour(hour).unwrap();
            let parts = Pools::split(Io::from_base_units(amount), safety, enterprise).unwrap();
            state.release(amount, Some(&parts)).unwrap();
            supply += amount;
            assert_eq!(
                state.released_io,
                pre_released(hour + 1).unwrap(),
                "hour {hour}"
            );
            if hour < END_HOUR {
                let at = ion_economics::calendar::month_hour(u32::try_from(hour).unwrap());
                months[usize::try_from(at.month - 1).unwrap()] += amount;
            }
            let worker = parts.worker.base_units();
            state.settle(worker, worker - worker % 7).unwrap();
        }
        assert_eq!(months, TABLE);
        assert_eq!(
            (state.released_io, supply),
            (emission::TOTAL, IO_SUPPLY_CAP)
        );
        assert_eq!(state.pending_io, 0);
        // One unit more is refused, whatever the hour.
        assert_eq!(
            state.release(1, None).unwrap_err(),
            error!(RewardsError::EmissionAboveCap)
        );
    }
}
