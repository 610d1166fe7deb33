//! What the engine refuses.

use anchor_lang::prelude::*;
use ion_claims::ClaimsError;
use ion_economics::{
    ide::{RateError, ReportError},
    math::MathError,
};

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
    /// The caller is not the rewards program.
    #[msg("Only the rewards program may deposit emission")]
    NotRewardsCaller, // 6016 0x1780
    /// The vault is not the reward vault.
    #[msg("Pass the reward vault that the ledger names")]
    WrongRewardVault, // 6017 0x1781
    /// The hour pays suppliers directly.
    #[msg("Emission is allowance only from the switch hour on")]
    AllowanceBeforeSwitch, // 6018 0x1782
    /// The epoch is not the one of the hour.
    #[msg("Pass the epoch of the hour's UTC day")]
    WrongAllowanceDay, // 6019 0x1783
    /// The epoch's money is already divided.
    #[msg("The epoch is sealed and takes nothing more")]
    EpochSealed, // 6020 0x1784
    /// The hour's emission is already counted.
    #[msg("The emission of this hour is already deposited")]
    HourAlreadyDeposited, // 6021 0x1785
    /// The vault holds less than its ledger.
    #[msg("The reward vault must hold its ledger and all waiting emission")]
    VaultBelowLedger, // 6022 0x1786
    /// A stored value is not one that this program writes.
    #[msg("The account holds a value this program never writes")]
    CorruptState, // 6023 0x1787
    /// The day is still running.
    #[msg("The UTC day of the epoch is not over: end it later")]
    DayNotOver, // 6024 0x1788
    /// The epoch is not waiting for its report.
    #[msg("The epoch must be ended and not yet reported")]
    EpochNotEnded, // 6025 0x1789
    /// The day pays suppliers directly.
    #[msg("Only days from the switch hour on have a report")]
    NotIdeEpoch, // 6026 0x178a
    /// The report of the day before is not complete.
    #[msg("Complete the report of the day before first")]
    EarlierReportMissing, // 6027 0x178b
    /// The poll is about another report.
    #[msg("Pass the poll of this report")]
    WrongReport, // 6028 0x178c
    /// The poll has no attested payload.
    #[msg("The verifiers have not attested this report yet")]
    ReportNotAttested, // 6029 0x178d
    /// The payload is not the attested one.
    #[msg("Pass the payload that the poll attests")]
    WrongPayload, // 6030 0x178e
    /// No class rows are to be shown.
    #[msg("The report is not accepted yet or all its rows are applied")]
    NoRowsExpected, // 6031 0x178f
    /// Too few or too many rows.
    #[msg("Show 1 to 12 rows, and no more than the report has")]
    RowCount, // 6032 0x1790
    /// The accounts after the declared ones are not the rates of the rows.
    #[msg("Pass the rates account of each row, in the order of the rows")]
    RowAccounts, // 6033 0x1791
    /// The rows are not in the order of their classes.
    #[msg("Show the rows in ascending order of their classes, each class once")]
    RowOrder, // 6034 0x1792
    /// The rows do not lead to the attested hash.
    #[msg("The rows and the hash after them do not lead to the attested hash")]
    RowHash, // 6035 0x1793
    /// The class has no rates for the day.
    #[msg("The class has no rates that hold for this day")]
    RatesMissing, // 6036 0x1794
    /// The row exceeds the limits of its class.
    #[msg("The row counts more processors or minutes than its class allows")]
    RowAboveLimits, // 6037 0x1795
    /// The obligations exceed the limit of the day.
    #[msg("The obligations of the report exceed the limit of the epoch")]
    ReportAboveLimit, // 6038 0x1796
    /// The obligations exceed what the rows allow.
    #[msg("The obligations of the report exceed what its rows allow")]
    ReportAboveRows, // 6039 0x1797
    /// The obligations fall short of the rows.
    #[msg("The obligations of the report fall short of its rows by more than the floors")]
    ReportBelowRows, // 6040 0x1798
    /// The account is not the engine's.
    #[msg("Pass the engine account")]
    WrongEngine, // 6041 0x1799
    /// The epoch is not the next to seal.
    #[msg("Seal the epochs in order of their days")]
    SealOutOfOrder, // 6042 0x179a
    /// The obligations of the epoch are not known.
    #[msg("The epoch must be ended, and reported if the engine pays its day")]
    EpochNotReported, // 6043 0x179b
    /// The emission of an hour is missing.
    #[msg("Release all 24 hours of the day first")]
    AllowanceIncomplete, // 6044 0x179c
    /// The account is not the price update of the configured feed.
    #[msg("Pass a price update of the configured feed and receiver program")]
    BadOracleAccount, // 6045 0x179d
    /// The price cannot be used now.
    #[msg("The price is stale, wide, far from its average or older than the epoch: wait for a usable update")]
    OracleUnusable, // 6046 0x179e
    /// The token account is not a vault of the ledger.
    #[msg("Pass the vaults that the ledger names")]
    WrongVaultAccount, // 6047 0x179f
    /// The guardian has paused auctions.
    #[msg("Auctions are paused for a while: try again later")]
    Paused, // 6048 0x17a0
    /// An auction is open.
    #[msg("End the open auction first")]
    AuctionRunning, // 6049 0x17a1
    /// The last auction's time is not over.
    #[msg("The next auction opens when the time of the last one is over")]
    AuctionTooSoon, // 6050 0x17a2
    /// There is no lot to open.
    #[msg("Nothing is earmarked, or less than the least lot")]
    NothingToAuction, // 6051 0x17a3
    /// Lots for the reserve are off.
    #[msg("Purchases for the reserve are switched off or the status is Critical")]
    ReserveBuyDisabled, // 6052 0x17a4
    /// The auction takes no fills.
    #[msg("The auction is sold out, over or ended")]
    AuctionNotOpen, // 6053 0x17a5
    /// The auction can still be filled.
    #[msg("The auction ends when it is sold out or its time is over")]
    AuctionNotOver, // 6054 0x17a6
    /// The auction is ended.
    #[msg("This auction has already ended")]
    AuctionEnded, // 6055 0x17a7
    /// The price is older than that of the last fill.
    #[msg("Use a price update at least as new as that of the last fill")]
    PriceBeforeLastFill, // 6056 0x17a8
    /// The fill pays nothing or less than the seller wants.
    #[msg("The fill would pay nothing or less than the stated minimum")]
    BelowMinimum, // 6057 0x17a9
    /// The account is not the address this program signs with.
    #[msg("Pass the caller address of the engine")]
    WrongCaller, // 6058 0x17aa
    /// The action decides something else.
    #[msg("Pass the queued action of this kind and class")]
    WrongAction, // 6059 0x17ab
    /// The account belongs to another class.
    #[msg("Pass the accounts of the class that the action names")]
    WrongClass, // 6060 0x17ac
    /// The rates break a hard bound.
    #[msg("Availability and hire may not exceed the list price; list price and limit must be above zero")]
    RatesOutOfBounds, // 6061 0x17ad
    /// A value moves further, or in another direction, than the status allows.
    #[msg("Move each value by at most the step, in the direction the status allows")]
    RateStepTooLarge, // 6062 0x17ae
    /// The last change of the class is too recent.
    #[msg("A class changes once in seven days")]
    RateChangeTooSoon, // 6063 0x17af
    /// An unreported day needs the set that would be dropped.
    #[msg("Report the older days first: they need the oldest set of rates")]
    RatesInUse, // 6064 0x17b0
    /// The limit on obligations is not set.
    #[msg("Set `max_epoch_obligation` before the switch")]
    ObligationLimitMissing, // 6065 0x17b1
    /// The accounts are not the unsealed epochs up to today.
    #[msg("Pass every epoch from the next to seal up to today, in order")]
    NotUnsealedEpochs, // 6066 0x17b2
    /// The vault holds no more than its ledger.
    #[msg("The vault holds nothing above its ledger")]
    NothingToSweep, // 6067 0x17b3
    /// The signer may not veto.
    #[msg("Only the guardian or governance may veto a root")]
    NotGuardianOrGovernance, // 6068 0x17b4
    /// The account does not hold the roles.
    #[msg("Pass the registry's roles account")]
    WrongRoles, // 6069 0x17b5
    /// The totals of the root are not those of its epoch.
    #[msg("The sums of the root must equal the sealed totals of its epoch")]
    RootTotals, // 6070 0x17b6
    /// The epoch is not sealed.
    #[msg("The root must reach to a sealed epoch of the engine")]
    EpochNotSealed, // 6071 0x17b7
    /// The report was attested too long ago.
    #[msg("The report is no longer usable: use a newer one")]
    ReportExpired, // 6072 0x17b8
    /// The sequence is not above that of every accepted root.
    #[msg("Use a report with a higher sequence")]
    RootSeqNotNewer, // 6073 0x17b9
    /// The root reaches no further than an accepted one.
    #[msg("Accept a root that reaches further")]
    RootThroughNotNewer, // 6074 0x17ba
    /// The last root was accepted too recently.
    #[msg("Wait for the interval between two roots")]
    RootTooSoon, // 6075 0x17bb
    /// No place is free for a root.
    #[msg("Wait until a pending root matures or is vetoed")]
    RootRingFull, // 6076 0x17bc
    /// No root has this sequence.
    #[msg("The ring holds no root with this sequence")]
    UnknownRoot, // 6077 0x17bd
    /// The root is vetoed.
    #[msg("The root is vetoed and counts nowhere")]
    RootVetoed, // 6078 0x17be
    /// The root has matured.
    #[msg("The root has matured and can no longer be vetoed")]
    RootMatured, // 6079 0x17bf
    /// The guardian has no veto left.
    #[msg("The guardian used its vetoes of 30 days: governance may veto")]
    GuardianVetoesSpent, // 6080 0x17c0
    /// The proof does not lead to the root.
    #[msg("The leaf and its siblings do not lead to the root")]
    InvalidProof, // 6081 0x17c1
    /// A newer value is already proven.
    #[msg("A newer root is already proven in this record")]
    StaleRoot, // 6082 0x17c2
    /// No root has matured.
    #[msg("No payout root has matured yet")]
    NoMaturedRoot, // 6083 0x17c3
    /// The leaf is not proven at the newest matured root.
    #[msg("Prove the leaf at the newest matured root first")]
    StaleProof, // 6084 0x17c4
    /// Nothing is left to claim.
    #[msg("Nothing can be claimed at the newest matured root")]
    NothingToClaim, // 6085 0x17c5
    /// The hold exceeds what is unclaimed.
    #[msg("A hold cannot exceed what the record has unclaimed")]
    HoldAboveUnclaimed, // 6086 0x17c6
    /// More is dropped or burned than is held.
    #[msg("The record holds less than this amount")]
    AboveHeld, // 6087 0x17c7
    /// No root that covers the hold has matured.
    #[msg("Wait until a root that covers the hold has matured")]
    HoldNotMatured, // 6088 0x17c8
    /// The caller is not the staking program.
    #[msg("Only the staking program may do this")]
    NotStakingCaller, // 6089 0x17c9
    /// The accounts after the declared ones are not claim records.
    #[msg("Pass 1 to 5 writable claim records of this program, each once, one per amount")]
    RecordAccounts, // 6090 0x17ca
    /// The account is not the ring of payout roots.
    #[msg("Pass the ring of payout roots of the engine")]
    WrongRoots, // 6091 0x17cb
    /// The record belongs to another leaf.
    #[msg("Pass the claim record of this device and party")]
    WrongRecord, // 6092 0x17cc
    /// The tokens would reach another wallet.
    #[msg("Pass a token account of the wallet that is paid")]
    WrongDestination, // 6093 0x17cd
    /// The device is not the one of the record.
    #[msg("Pass the registry's account of the record's device")]
    WrongDevice, // 6094 0x17ce
    /// The record would exceed its lifetime.
    #[msg("Claimed and burned may not exceed the matured lifetime")]
    ClaimAboveLifetime, // 6095 0x17cf
    /// The report may still be completed.
    #[msg("The attested report still has time to be completed: void it after `report_ttl`")]
    ReportNotOverdue, // 6096 0x17d0
    /// A lot of the burn comes first.
    #[msg("Open the burn lot first: a reserve lot waits until no burn lot can be opened")]
    BurnLotFirst, // 6097 0x17d1
}

impl From<MathError> for IdeError {
    fn from(error: MathError) -> Self {
        match error {
            MathError::Overflow | MathError::DivisionByZero => Self::ArithmeticOverflow,
        }
    }
}

impl From<ReportError> for IdeError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::AboveLimit => Self::ReportAboveLimit,
            ReportError::AboveRows => Self::ReportAboveRows,
            ReportError::BelowRows => Self::ReportBelowRows,
        }
    }
}

impl From<RateError> for IdeError {
    fn from(error: RateError) -> Self {
        match error {
            RateError::OutOfBounds => Self::RatesOutOfBounds,
            RateError::StepTooLarge => Self::RateStepTooLarge,
            RateError::TooSoon => Self::RateChangeTooSoon,
            RateError::SetInUse => Self::RatesInUse,
            RateError::Math(error) => error.into(),
        }
    }
}

impl From<ClaimsError> for IdeError {
    fn from(error: ClaimsError) -> Self {
        match error {
            ClaimsError::SeqNotNewer => Self::RootSeqNotNewer,
            ClaimsError::ThroughNotNewer => Self::RootThroughNotNewer,
            ClaimsError::RootTooSoon => Self::RootTooSoon,
            ClaimsError::RingFull => Self::RootRingFull,
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
