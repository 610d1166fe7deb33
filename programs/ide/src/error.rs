//! What the engine refuses.

use anchor_lang::prelude::*;
use ion_economics::math::MathError;

/// Errors of the engine.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum IdeError {
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
    /// The caller is not the booking program.
    #[msg("Only the booking program may deposit revenue")]
    NotBookingCaller, // 6004 0x1774
    /// The vault is not the fee vault of the mint.
    #[msg("Pass the fee vault of the deposited mint")]
    WrongFeeVault, // 6005 0x1775
    /// Nothing is deposited.
    #[msg("The amount must be above zero")]
    ZeroAmount, // 6006 0x1776
    /// The epoch is not the one of the current day.
    #[msg("Pass the epoch of the current UTC day")]
    WrongEpochDay, // 6007 0x1777
    /// The epoch takes no more money.
    #[msg("The epoch no longer accrues: pass the epoch of the current UTC day")]
    EpochNotAccruing, // 6008 0x1778
    /// The day lies before the engine's first.
    #[msg("The day lies before the first epoch")]
    EpochBeforeStart, // 6009 0x1779
    /// The day lies too far in the future.
    #[msg("The day lies further ahead than `open_ahead` allows: open it later")]
    EpochTooFarAhead, // 6010 0x177a
    /// Hire is due in an hour that pays none.
    #[msg("Hire is due only from the switch hour on: deposit without it")]
    HireBeforeSwitch, // 6011 0x177b
    /// An amount or time does not fit its type.
    #[msg("A sum leaves the range of its type")]
    ArithmeticOverflow, // 6012 0x177c
    /// The account is not the registry's configuration.
    #[msg("Pass the registry's configuration account")]
    WrongConfig, // 6013 0x177d
    /// The account does not hold this program's parameters.
    #[msg("Pass the registry's parameter account of the engine")]
    WrongParams, // 6014 0x177e
    /// The account is not the vaults' ledger.
    #[msg("Pass the ledger account of the vaults")]
    WrongVaults, // 6015 0x177f
}

impl From<MathError> for IdeError {
    fn from(error: MathError) -> Self {
        match error {
            MathError::Overflow | MathError::DivisionByZero => Self::ArithmeticOverflow,
        }
    }
}
