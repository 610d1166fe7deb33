//! What the schedule refuses.

use anchor_lang::prelude::*;
use ion_economics::{emission::EmissionError, math::MathError};

/// Errors of the schedule.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum RewardsError {
    /// A fixed instruction got further accounts.
    #[msg("This instruction takes no further accounts: remove them")]
    UnexpectedAccounts, // 6000 0x1770
    /// The account is not this program's data account.
    #[msg("Pass the ProgramData account of this program")]
    WrongProgramData, // 6001 0x1771
    /// The signer may not upgrade this program.
    #[msg("Only the program's upgrade authority may do this")]
    NotUpgradeAuthority, // 6002 0x1772
    /// The mint is not the one the registry names.
    #[msg("Pass the mint that the registry's configuration names")]
    WrongMint, // 6003 0x1773
    /// The IO mint does not count in 1e-8.
    #[msg("The IO mint must have 8 decimals")]
    WrongIoDecimals, // 6004 0x1774
    /// The USDC mint does not count in 1e-6.
    #[msg("The USDC mint must have 6 decimals")]
    WrongUsdcDecimals, // 6005 0x1775
    /// Somebody can freeze IO accounts.
    #[msg("Remove the freeze authority of the IO mint first")]
    FreezeAuthorityPresent, // 6006 0x1776
    /// The signer cannot hand the mint over.
    #[msg("The present mint authority of IO must sign")]
    NotMintAuthority, // 6007 0x1777
    /// Supply and schedule together exceed the cap.
    #[msg("Supply and emission still to come exceed 800,000,000 IO")]
    SupplyAboveCap, // 6008 0x1778
    /// The hour lies before the schedule.
    #[msg("The start hour lies before July 2024, the first month of the schedule")]
    HourBeforeSchedule, // 6009 0x1779
    /// More is released than the schedule has.
    #[msg("Released and earlier emission exceed 300,000,000 IO")]
    EmissionAboveCap, // 6010 0x177a
    /// An amount or time does not fit its type.
    #[msg("A sum leaves the range of its type")]
    ArithmeticOverflow, // 6011 0x177b
    /// The account is not the registry's configuration.
    #[msg("Pass the registry's configuration account")]
    WrongConfig, // 6012 0x177c
}

impl From<MathError> for RewardsError {
    fn from(error: MathError) -> Self {
        match error {
            MathError::Overflow | MathError::DivisionByZero => Self::ArithmeticOverflow,
        }
    }
}

impl From<EmissionError> for RewardsError {
    fn from(error: EmissionError) -> Self {
        match error {
            EmissionError::BeforeSchedule => Self::HourBeforeSchedule,
            EmissionError::NoSuchHour => Self::ArithmeticOverflow,
            EmissionError::Math(error) => error.into(),
        }
    }
}
