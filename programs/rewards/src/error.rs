//! What the schedule refuses.

use anchor_lang::prelude::*;
use ion_claims::ClaimsError;
use ion_economics::{
    block::BlockError, emission::EmissionError, math::MathError, reward::RewardError,
};

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
    /// Nothing is to be moved.
    #[msg("The amount must be above zero")]
    ZeroAmount, // 6013 0x177d
    /// The account does not hold this program's parameters.
    #[msg("Pass the registry's parameter account of the rewards program")]
    WrongParams, // 6014 0x177e
    /// The account is not the registry's roles.
    #[msg("Pass the registry's roles account")]
    WrongRoles, // 6015 0x177f
    /// The account is not the schedule.
    #[msg("Pass the Emission account")]
    WrongEmission, // 6016 0x1780
    /// The account is not the ring of roots.
    #[msg("Pass the RootRing account of the reward tree")]
    WrongRoots, // 6017 0x1781
    /// The account is not the distribution vault.
    #[msg("Pass the distribution vault")]
    WrongDistribution, // 6018 0x1782
    /// The account is not the reward vault.
    #[msg("Pass the reward vault of the engine")]
    WrongRewardVault, // 6019 0x1783
    /// The account is not this program's caller address.
    #[msg("Pass the caller address of the rewards program")]
    WrongCaller, // 6020 0x1784
    /// The hour is not the next one.
    #[msg("Blocks are released in order: pass the next hour")]
    WrongHour, // 6021 0x1785
    /// The hour or the slack after it is not over.
    #[msg("The hour is not over: release it later")]
    BlockNotReleasable, // 6022 0x1786
    /// A block of mode `Ide` got no accounts of the engine.
    #[msg("Pass the ledgers, the epoch and the program of the engine")]
    EngineAccountsMissing, // 6023 0x1787
    /// The block no longer waits for a summary.
    #[msg("The block is already completed, failed or final")]
    BlockNotProcessing, // 6024 0x1788
    /// An earlier block still waits.
    #[msg("Complete or fail the block of the hour before first")]
    EarlierBlockOpen, // 6025 0x1789
    /// The verifiers still have time.
    #[msg("The block fails only after its deadline")]
    DeadlineNotOver, // 6026 0x178a
    /// A summary of the hour is attested.
    #[msg("The hour has an attested summary: complete the block with it")]
    SummaryAttested, // 6027 0x178b
    /// The counts of the summary contradict each other.
    #[msg("Nominated devices must be the sum of succeeded and failed, and no more may be paid than succeeded")]
    CountsContradict, // 6028 0x178c
    /// More is allocated than a pool holds.
    #[msg("The summary allocates more than the pool holds")]
    AllocationAbovePool, // 6029 0x178d
    /// A pool is left unallocated beyond rounding.
    #[msg("The summary leaves more of the pool than rounding explains")]
    AllocationBelowPool, // 6030 0x178e
    /// The block's state names none.
    #[msg("The block account is damaged")]
    CorruptBlock, // 6031 0x178f
    /// The poll is of another report.
    #[msg("Pass the poll of this report: kind, subject and sequence must match")]
    WrongReport, // 6032 0x1790
    /// The report is not attested.
    #[msg("The verifiers have not attested this report yet")]
    ReportNotAttested, // 6033 0x1791
    /// The payload is not the attested one.
    #[msg("Pass the fields whose hash the verifiers attested")]
    WrongPayload, // 6034 0x1792
    /// The report is too old.
    #[msg("The report's time is over: the verifiers must attest a new one")]
    ReportExpired, // 6035 0x1793
    /// The block is kept longer.
    #[msg("The block can be closed only after its retention time")]
    BlockKept, // 6036 0x1794
    /// The account is not the one that paid the rent.
    #[msg("Pass the wallet that paid the rent")]
    WrongRentPayer, // 6037 0x1795
    /// The reached block has no final share.
    #[msg("The root must reach to a completed or failed block")]
    BlockNotFinal, // 6038 0x1796
    /// The block is not the one the root reaches to.
    #[msg("Pass the block of the root's last hour")]
    WrongThroughBlock, // 6039 0x1797
    /// The root's total is not what the blocks allocated.
    #[msg("The sum of lifetimes must equal the cumulative allocation at the root's last hour")]
    TotalNotAllocated, // 6040 0x1798
    /// The sequence is not above that of the last root.
    #[msg("Pass a report with a higher sequence")]
    SeqNotNewer, // 6041 0x1799
    /// The root does not reach further.
    #[msg("A root that is not vetoed already reaches this hour")]
    ThroughNotNewer, // 6042 0x179a
    /// The last root is too recent.
    #[msg("Wait for the interval after the last accepted root")]
    RootTooSoon, // 6043 0x179b
    /// No place is free.
    #[msg("All places hold pending roots or the newest matured one: wait or veto")]
    RingFull, // 6044 0x179c
    /// The ring holds no such root.
    #[msg("The ring holds no root with this sequence")]
    UnknownRoot, // 6045 0x179d
    /// The root is vetoed.
    #[msg("This root is vetoed: use a later one")]
    RootVetoed, // 6046 0x179e
    /// The root has matured.
    #[msg("A matured root can no longer be vetoed")]
    RootMatured, // 6047 0x179f
    /// The guardian used all its vetoes.
    #[msg("The guardian's vetoes of 30 days are used: governance may veto")]
    GuardianVetoesSpent, // 6048 0x17a0
    /// The signer may not veto.
    #[msg("Only the guardian or governance may veto a root")]
    NotVetoer, // 6049 0x17a1
    /// The proof does not lead to the root.
    #[msg("Pass the leaf and proof of this record in this root")]
    InvalidProof, // 6050 0x17a2
    /// A newer value is already proven.
    #[msg("A value of a newer root is already proven")]
    StaleRoot, // 6051 0x17a3
    /// No root has matured.
    #[msg("No root has matured yet: claim after the first maturity")]
    NoMaturedRoot, // 6052 0x17a4
    /// The leaf is not proven at the newest matured root.
    #[msg("Prove the leaf at the newest matured root first")]
    StaleProof, // 6053 0x17a5
    /// Nothing is left to claim.
    #[msg("Everything of the newest matured root is claimed or held")]
    NothingToClaim, // 6054 0x17a6
    /// The device is not the record's.
    #[msg("Pass the device of the claim record")]
    WrongDevice, // 6055 0x17a7
    /// The account is not the party's.
    #[msg("Pass the associated token account of the party's wallet, or any of its accounts when it signs")]
    WrongDestination, // 6056 0x17a8
    /// The token account is not of IO.
    #[msg("Pass a token account of the IO mint")]
    WrongTokenMint, // 6057 0x17a9
    /// The caller is not the staking program.
    #[msg("Only the staking program may hold or burn rewards")]
    NotStakingCaller, // 6058 0x17aa
    /// The number of records is out of bounds.
    #[msg("Pass 1 to 5 records, one per amount")]
    RecordCountOutOfBounds, // 6059 0x17ab
    /// An account is no writable claim record.
    #[msg("Pass writable claim records of this program")]
    NotARecord, // 6060 0x17ac
    /// A record is given twice.
    #[msg("Pass each record once")]
    DuplicateRecord, // 6061 0x17ad
    /// A hold exceeds what is unclaimed.
    #[msg("Hold at most what is unclaimed at the newest accepted root")]
    HoldAboveUnclaimed, // 6062 0x17ae
    /// More is dropped or burned than is held.
    #[msg("The record holds less than that")]
    AboveHeld, // 6063 0x17af
    /// No root that covers the hold has matured.
    #[msg("Wait until the root of the hold or a later one has matured")]
    HoldNotMatured, // 6064 0x17b0
    /// Claimed and burned exceed the lifetime.
    #[msg("Claimed and burned would exceed the lifetime")]
    ClaimAboveLifetime, // 6065 0x17b1
    /// The vault holds no excess.
    #[msg("The vault holds nothing beyond its ledger")]
    NothingToSweep, // 6066 0x17b2
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

impl From<BlockError> for RewardsError {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::NotProcessing => Self::BlockNotProcessing,
            BlockError::NotReleasable => Self::BlockNotReleasable,
            BlockError::DeadlineNotOver => Self::DeadlineNotOver,
            BlockError::CountsContradict => Self::CountsContradict,
            BlockError::BlockKept => Self::BlockKept,
            BlockError::Math(error) => error.into(),
        }
    }
}

impl From<RewardError> for RewardsError {
    fn from(error: RewardError) -> Self {
        match error {
            RewardError::AllocationAbovePool => Self::AllocationAbovePool,
            RewardError::AllocationBelowPool => Self::AllocationBelowPool,
            RewardError::UnknownPool | RewardError::UnknownTier | RewardError::ScoreAboveSum => {
                Self::CorruptBlock
            }
            RewardError::Math(error) => error.into(),
        }
    }
}

impl From<ClaimsError> for RewardsError {
    fn from(error: ClaimsError) -> Self {
        match error {
            ClaimsError::SeqNotNewer => Self::SeqNotNewer,
            ClaimsError::ThroughNotNewer => Self::ThroughNotNewer,
            ClaimsError::RootTooSoon => Self::RootTooSoon,
            ClaimsError::RingFull => Self::RingFull,
            ClaimsError::UnknownRoot => Self::UnknownRoot,
            ClaimsError::RootVetoed => Self::RootVetoed,
            ClaimsError::RootMatured => Self::RootMatured,
            ClaimsError::GuardianVetoesSpent => Self::GuardianVetoesSpent,
            ClaimsError::InvalidProof => Self::InvalidProof,
            ClaimsError::StaleRoot => Self::StaleRoot,
            ClaimsError::NoMaturedRoot => Self::NoMaturedRoot,
            ClaimsError::StaleProof => Self::StaleProof,
            ClaimsError::NothingToClaim => Self::NothingToClaim,
            ClaimsError::HoldAboveUnclaimed => Self::HoldAboveUnclaimed,
            ClaimsError::AboveHeld => Self::AboveHeld,
            ClaimsError::HoldNotMatured => Self::HoldNotMatured,
            ClaimsError::Overflow => Self::ArithmeticOverflow,
        }
    }
}
