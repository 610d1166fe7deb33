//! Every way in which the registry refuses.

use anchor_lang::prelude::*;
use ion_economics::{
    device::DeviceError, exemption::ExemptionError, governance::GovernanceError, math::MathError,
    params::ParamError, poll::PollError,
};

/// Errors of the registry program.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum RegistryError {
    /// 6000 (0x1770)
    #[msg("Remove the accounts that this instruction does not name")]
    UnexpectedAccounts,
    /// 6001 (0x1771)
    #[msg("Sign with the program's upgrade authority")]
    NotUpgradeAuthority,
    /// 6002 (0x1772)
    #[msg("Pass the data account of this program")]
    WrongProgramData,
    /// 6003 (0x1773)
    #[msg("Use an IO mint with 8 decimals and no freeze authority")]
    BadIoMint,
    /// 6004 (0x1774)
    #[msg("Use a USDC mint with 6 decimals")]
    BadUsdcMint,
    /// 6005 (0x1775)
    #[msg("Give a key that is not empty")]
    EmptyKey,
    /// 6006 (0x1776)
    #[msg("Give slasher and arbiter different keys")]
    SlasherIsArbiter,
    /// 6007 (0x1777)
    #[msg("Give 3 to 20 verifiers and a threshold above half of them")]
    InvalidVerifierSet,
    /// 6008 (0x1778)
    #[msg("Name each verifier once")]
    DuplicateVerifier,
    /// 6009 (0x1779)
    #[msg("Give the id of the program that the configuration names")]
    WrongConsumer,
    /// 6010 (0x177a)
    #[msg("Name a program and a slot that hold a parameter")]
    UnknownParam,
    /// 6011 (0x177b)
    #[msg("Choose a value within the hard bounds of the parameter")]
    ParamOutOfBounds,
    /// 6012 (0x177c)
    #[msg("Keep the lower limit at or below the upper one")]
    ParamsOutOfOrder,
    /// 6013 (0x177d)
    #[msg("Wait until the announced changes of this program are in force")]
    PendingParamsFull,
    /// 6014 (0x177e)
    #[msg("Wait until the announced change is in force, or announce a milder one")]
    RaiseInsideGrace,
    /// 6015 (0x177f)
    #[msg("Sign with the governance key")]
    NotGovernance,
    /// 6016 (0x1780)
    #[msg("Sign with the guardian key")]
    NotGuardian,
    /// 6017 (0x1781)
    #[msg("Sign with the governance or the guardian key")]
    NotGovernanceOrGuardian,
    /// 6018 (0x1782)
    #[msg("The guardian cannot cancel its own replacement; ask governance")]
    GuardianReplacement,
    /// 6019 (0x1783)
    #[msg("Execute the action when its timelock is over")]
    TimelockNotOver,
    /// 6020 (0x1784)
    #[msg("The time to execute the action is over; queue it again")]
    ActionExpired,
    /// 6021 (0x1785)
    #[msg("The action was executed before")]
    ActionAlreadyExecuted,
    /// 6022 (0x1786)
    #[msg("The action was cancelled; queue it again")]
    ActionAlreadyCancelled,
    /// 6023 (0x1787)
    #[msg("Close the action when it is executed, cancelled or expired")]
    ActionStillOpen,
    /// 6024 (0x1788)
    #[msg("The action was queued before genesis was sealed; queue it again")]
    QueuedBeforeSeal,
    /// 6025 (0x1789)
    #[msg("Pass the account that the action changes")]
    MissingTarget,
    /// 6026 (0x178a)
    #[msg("Pass exactly the account that the action names")]
    WrongTarget,
    /// 6027 (0x178b)
    #[msg("Execute the creation of a class with create_class")]
    UseCreateClass,
    /// 6028 (0x178c)
    #[msg("The action does not create a class; use execute_action")]
    NotCreateClass,
    /// 6029 (0x178d)
    #[msg("Genesis is sealed already")]
    GenesisSealed,
    /// 6030 (0x178e)
    #[msg("Devices can register once genesis is sealed")]
    GenesisOpen,
    /// 6031 (0x178f)
    #[msg("Sign with the key that was proposed for the role")]
    NotProposedKey,
    /// 6032 (0x1790)
    #[msg("Give a class name in UTF-8, padded with zeros")]
    InvalidClassName,
    /// 6033 (0x1791)
    #[msg("Choose a multiplier of at most 100.0")]
    MultiplierOutOfBounds,
    /// 6034 (0x1792)
    #[msg("Give an unsupported class the multiplier 0")]
    UnsupportedClassMultiplier,
    /// 6035 (0x1793)
    #[msg("Choose a ceiling of at most 100 percent, or 255 for none")]
    CeilingOutOfBounds,
    /// 6036 (0x1794)
    #[msg("Give a class with a multiplier a floor price above 0")]
    MissingFloorPrice,
    /// 6037 (0x1795)
    #[msg("Registration of devices is paused; try later")]
    RegistrationPaused,
    /// 6038 (0x1796)
    #[msg("Choose a processor class with a multiplier above 0")]
    ClassNotLive,
    /// 6039 (0x1797)
    #[msg("Register 1 to 64 processors per device")]
    QtyOutOfBounds,
    /// 6040 (0x1798)
    #[msg("Sign with the wallet that owns the device")]
    NotDeviceOwner,
    /// 6041 (0x1799)
    #[msg("Let the new device key sign too")]
    NewKeyMustSign,
    /// 6042 (0x179a)
    #[msg("Name at least one change")]
    NothingToChange,
    /// 6043 (0x179b)
    #[msg("Give a time that is not negative")]
    NegativeTime,
    /// 6044 (0x179c)
    #[msg("The status of the device does not allow this")]
    DeviceStatusForbids,
    /// 6045 (0x179d)
    #[msg("The device is hired; wait for the end of the booking")]
    DeviceHired,
    /// 6046 (0x179e)
    #[msg("The device is terminated")]
    DeviceTerminated,
    /// 6047 (0x179f)
    #[msg("The device is not up")]
    DeviceNotUp,
    /// 6048 (0x17a0)
    #[msg("The device account holds impossible values; report this")]
    CorruptDevice,
    /// 6049 (0x17a1)
    #[msg("The action account holds impossible values; report this")]
    CorruptAction,
    /// 6050 (0x17a2)
    #[msg("Only the booking program can lock and unlock devices")]
    NotBookingProgram,
    /// 6051 (0x17a3)
    #[msg("Pass 1 to 8 devices")]
    DeviceCountOutOfBounds,
    /// 6052 (0x17a4)
    #[msg("Pass each device once")]
    DuplicateDevice,
    /// 6053 (0x17a5)
    #[msg("Pass writable accounts of devices")]
    NotADevice,
    /// 6054 (0x17a6)
    #[msg("The device is not held by this booking")]
    NotHiredByBooking,
    /// 6055 (0x17a7)
    #[msg("Name a report kind that exists")]
    UnknownReportKind,
    /// 6056 (0x17a8)
    #[msg("Sign with a key of the current verifier set")]
    UnknownVerifier,
    /// 6057 (0x17a9)
    #[msg("The report is attested; votes no longer move")]
    PollAttested,
    /// 6058 (0x17aa)
    #[msg("This verifier votes for this payload already")]
    VoteUnchanged,
    /// 6059 (0x17ab)
    #[msg("Vote for the hash of a payload, not for zeros")]
    EmptyPayloadHash,
    /// 6060 (0x17ac)
    #[msg("The votes belong to a newer verifier set")]
    StaleVerifierSet,
    /// 6061 (0x17ad)
    #[msg("Wait until the poll no longer needs to be kept")]
    PollKept,
    /// 6062 (0x17ae)
    #[msg("Return the rent to the account that paid it")]
    WrongRentPayer,
    /// 6063 (0x17af)
    #[msg("Pass the poll of this kind, subject and sequence")]
    WrongPollIdentity,
    /// 6064 (0x17b0)
    #[msg("The report is not attested yet")]
    ReportNotAttested,
    /// 6065 (0x17b1)
    #[msg("The payload is not the attested one")]
    PayloadMismatch,
    /// 6066 (0x17b2)
    #[msg("The report is too old; use a newer one")]
    ReportExpired,
    /// 6067 (0x17b3)
    #[msg("The proof does not lead to the attested root")]
    InvalidProof,
    /// 6068 (0x17b4)
    #[msg("A leaf of this hour or a later one was applied before")]
    LeafNotNewer,
    /// 6069 (0x17b5)
    #[msg("The report is of an hour that has not begun")]
    HourInFuture,
    /// 6070 (0x17b6)
    #[msg("The leaf holds a value outside its range")]
    LeafOutOfRange,
    /// 6071 (0x17b7)
    #[msg("The same pause cannot be set again yet")]
    PauseNotRearmed,
    /// 6072 (0x17b8)
    #[msg("This pause is not set")]
    NotPaused,
    /// 6073 (0x17b9)
    #[msg("A number left its range; nothing was changed")]
    ArithmeticOverflow,
    /// 6074 (0x17ba)
    #[msg("Pass only the account that the action changes")]
    UnneededTarget,
    /// 6075 (0x17bb)
    #[msg("A slash case of the device is open; unblock it when the case has ended")]
    CaseOpen,
    /// 6076 (0x17bc)
    #[msg("Only the staking program can do this")]
    NotStakingProgram,
    /// 6077 (0x17bd)
    #[msg("Only the engine program can do this")]
    NotIdeProgram,
    /// 6078 (0x17be)
    #[msg("Only the program that applies this kind of action can consume it")]
    NotActionConsumer,
    /// 6079 (0x17bf)
    #[msg("Send the instruction of the program that applies this action")]
    UseConsumer,
    /// 6080 (0x17c0)
    #[msg("Give the payload that was queued")]
    ActionPayloadMismatch,
    /// 6081 (0x17c1)
    #[msg("The switch to the engine is fixed already")]
    SwitchAlreadySet,
    /// 6082 (0x17c2)
    #[msg("Set the engine's rates of every class with a multiplier first")]
    ClassRatesMissing,
    /// 6083 (0x17c3)
    #[msg(
        "Give a list price and processors above 0, and rates that together stay within the price"
    )]
    InvalidClassRates,
    /// 6084 (0x17c4)
    #[msg("Give an amount that is not 0 and the hash of a reason")]
    InvalidAdjustment,
    /// 6085 (0x17c5)
    #[msg("Sign with the exemption admin's or the governance key")]
    NotExemptionAdmin,
    /// 6086 (0x17c6)
    #[msg("Only governance exempts from staking, pow_failed and block")]
    ExemptionFlagReserved,
    /// 6087 (0x17c7)
    #[msg("Name at least one exemption flag, and only flags that exist")]
    InvalidExemptionFlags,
    /// 6088 (0x17c8)
    #[msg("Choose a window within exemption_max")]
    ExemptionWindowOutOfBounds,
    /// 6089 (0x17c9)
    #[msg("Wait until another exemption ends; as many live as may")]
    ExemptionCapReached,
    /// 6090 (0x17ca)
    #[msg("The device has more processors than one exemption covers")]
    ExemptionTooLarge,
    /// 6091 (0x17cb)
    #[msg("A blocked or terminated device is exempt from nothing")]
    DeviceCannotBeExempt,
    /// 6092 (0x17cc)
    #[msg("The exemption is over or was cancelled before")]
    ExemptionOver,
    /// 6093 (0x17cd)
    #[msg("Close the exemption when it is over or cancelled")]
    ExemptionStillRuns,
    /// 6094 (0x17ce)
    #[msg("Give the hash of a reason, not zeros")]
    EmptyReason,
    /// 6095 (0x17cf)
    #[msg("Move the parameter by at most its step in one decision")]
    ParamStepTooLarge,
    /// 6096 (0x17d0)
    #[msg("Create the parameters of every program and a live class before the seal")]
    GenesisIncomplete,
    /// 6097 (0x17d1)
    #[msg("No key is proposed for the role")]
    NoRoleProposed,
}

impl From<MathError> for RegistryError {
    fn from(rule: MathError) -> Self {
        match rule {
            MathError::Overflow | MathError::DivisionByZero => Self::ArithmeticOverflow,
        }
    }
}

impl From<DeviceError> for RegistryError {
    fn from(rule: DeviceError) -> Self {
        match rule {
            DeviceError::UnknownStatus => Self::CorruptDevice,
            DeviceError::NotAllowedInStatus => Self::DeviceStatusForbids,
            DeviceError::Hired => Self::DeviceHired,
            DeviceError::Terminated => Self::DeviceTerminated,
            DeviceError::UnknownHolds => Self::CorruptDevice,
            DeviceError::CaseOpen => Self::CaseOpen,
        }
    }
}

impl From<ExemptionError> for RegistryError {
    fn from(rule: ExemptionError) -> Self {
        match rule {
            ExemptionError::InvalidFlags => Self::InvalidExemptionFlags,
            ExemptionError::GovernanceOnly => Self::ExemptionFlagReserved,
            ExemptionError::WindowOutOfBounds => Self::ExemptionWindowOutOfBounds,
            ExemptionError::TooManyProcessors => Self::ExemptionTooLarge,
            ExemptionError::CapReached => Self::ExemptionCapReached,
            ExemptionError::DeviceOut => Self::DeviceCannotBeExempt,
            ExemptionError::Over => Self::ExemptionOver,
            ExemptionError::StillRuns => Self::ExemptionStillRuns,
            ExemptionError::Math(math) => math.into(),
        }
    }
}

impl From<GovernanceError> for RegistryError {
    fn from(rule: GovernanceError) -> Self {
        match rule {
            GovernanceError::TimelockNotOver => Self::TimelockNotOver,
            GovernanceError::ActionExpired => Self::ActionExpired,
            GovernanceError::AlreadyExecuted => Self::ActionAlreadyExecuted,
            GovernanceError::AlreadyCancelled => Self::ActionAlreadyCancelled,
            GovernanceError::ActionStillOpen => Self::ActionStillOpen,
            GovernanceError::RaiseInsideGrace => Self::RaiseInsideGrace,
            GovernanceError::PauseNotRearmed => Self::PauseNotRearmed,
            GovernanceError::NotPaused => Self::NotPaused,
            GovernanceError::Math(math) => math.into(),
        }
    }
}

impl From<ParamError> for RegistryError {
    fn from(rule: ParamError) -> Self {
        match rule {
            ParamError::UnknownSlot => Self::UnknownParam,
            ParamError::OutOfBounds => Self::ParamOutOfBounds,
            ParamError::StepTooLarge => Self::ParamStepTooLarge,
        }
    }
}

impl From<PollError> for RegistryError {
    fn from(rule: PollError) -> Self {
        match rule {
            PollError::AlreadyAttested => Self::PollAttested,
            PollError::VoteUnchanged => Self::VoteUnchanged,
            PollError::EmptyHash => Self::EmptyPayloadHash,
            PollError::SetOutdated => Self::StaleVerifierSet,
            PollError::IndexOutOfRange => Self::UnknownVerifier,
            PollError::NotAttested => Self::ReportNotAttested,
            PollError::ReportExpired => Self::ReportExpired,
            PollError::PollKept => Self::PollKept,
            PollError::Math(math) => math.into(),
        }
    }
}
