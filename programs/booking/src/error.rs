//! What the booking program refuses, and why.

use anchor_lang::prelude::*;
use ion_economics::{
    billing::BillingError, booking::BookingRuleError, math::MathError, price::PriceError,
};

/// Errors of the booking program.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum BookingError {
    #[msg("this instruction takes no further accounts")]
    ExtraAccounts, // 6000 0x1770
    #[msg("an amount does not fit; use smaller numbers")]
    MathOverflow, // 6001 0x1771
    #[msg("a divisor is zero")]
    DivisionByZero, // 6002 0x1772
    #[msg("this is not the registry's configuration account")]
    WrongConfig, // 6003 0x1773
    #[msg("this is not the parameter account of this program")]
    WrongParams, // 6004 0x1774
    #[msg("this is not the parameter account of the staking program")]
    WrongStakingParams, // 6005 0x1775
    #[msg("this is not the registry's roles account")]
    WrongRoles, // 6006 0x1776
    #[msg("only the scheduler of the roles account may do this")]
    NotScheduler, // 6007 0x1777
    #[msg("only the renter of the booking may do this")]
    NotRenter, // 6008 0x1778
    #[msg("only the payer named in the quote may pay")]
    NotPayer, // 6009 0x1779
    #[msg("use the mint of the booking's currency")]
    WrongMint, // 6010 0x177a
    #[msg("use the totals shard of this booking")]
    WrongShard, // 6011 0x177b
    #[msg("there are 16 shards, numbered from 0")]
    UnknownShard, // 6012 0x177c
    #[msg("booking is paused; exits, refunds and endings stay open")]
    Paused, // 6013 0x177d
    #[msg("this is not the address with which booking signs")]
    WrongCaller, // 6014 0x177e

    #[msg("a quote has 1 to 8 lines")]
    LineCount, // 6015 0x177f
    #[msg("give device and class of each line, and nothing else")]
    LineAccounts, // 6016 0x1780
    #[msg("a device may stand in one line of a quote only")]
    DuplicateDevice, // 6017 0x1781
    #[msg("the class account is not the class of the device")]
    WrongClass, // 6018 0x1782
    #[msg("the creation time in the quote id is too far from now")]
    QuoteIdTime, // 6019 0x1783
    #[msg("a quote with this id exists; take another nonce")]
    QuoteExists, // 6020 0x1784
    #[msg("there is no currency of this number")]
    UnknownCurrency, // 6021 0x1785
    #[msg("there is no payment source of this number")]
    UnknownSource, // 6022 0x1786
    #[msg("there is no flag of this number")]
    UnknownFlag, // 6023 0x1787
    #[msg("the minutes are outside the allowed range")]
    MinutesOutOfRange, // 6024 0x1788
    #[msg("the device is not up")]
    DeviceNotUp, // 6025 0x1789
    #[msg("the device is hired")]
    DeviceHired, // 6026 0x178a
    #[msg("the device has no ask price")]
    AskNotSet, // 6027 0x178b
    #[msg("the class has no floor price yet")]
    FloorNotSet, // 6028 0x178c
    #[msg("the ask price is below the floor of the class")]
    AskBelowFloor, // 6029 0x178d
    #[msg("the owner does not let the device out for that long")]
    DeviceNotOpen, // 6030 0x178e
    #[msg("a booking of the schedule mode cannot be extended once the incentive engine pays")]
    NotScheduleHour, // 6031 0x178f
    #[msg("an IO quote needs the oracle account")]
    OracleMissing, // 6032 0x1790
    #[msg("the oracle account has the wrong owner, type or feed")]
    BadOracleAccount, // 6033 0x1791
    #[msg("the oracle's price is unverified, too old, from the future, out of range or too uncertain; wait for another or book in USDC")]
    OracleUnusable, // 6034 0x1792
    #[msg("the quote is of another kind")]
    WrongQuoteKind, // 6035 0x1793

    #[msg("the quote was used")]
    QuoteUsed, // 6036 0x1794
    #[msg("the quote's time is over, or its reward mode has ended; ask for another")]
    QuoteExpired, // 6037 0x1795
    #[msg("the quote is open: it closes when used or expired")]
    QuoteOpen, // 6038 0x1796
    #[msg("rent goes back to the account that paid it")]
    WrongRentReceiver, // 6039 0x1797
    #[msg("the price is above the highest the renter accepts")]
    TotalAboveMax, // 6040 0x1798

    #[msg("the operation sequence is not the next one of the booking; read it again")]
    WrongOpSeq, // 6041 0x1799
    #[msg("the booking is in a state that does not allow this")]
    WrongState, // 6042 0x179a
    #[msg("the deadline has passed")]
    DeadlinePassed, // 6043 0x179b
    #[msg("the deadline has not passed")]
    DeadlineNotPassed, // 6044 0x179c
    #[msg("the amount is zero")]
    ZeroAmount, // 6045 0x179d
    #[msg("the token account holds less than the amount")]
    InsufficientFunds, // 6046 0x179e
    #[msg("the token account does not belong to the payer")]
    WrongSource, // 6047 0x179f

    #[msg("give device, stake and class of one to four lines, and nothing else")]
    LockAccounts, // 6048 0x17a0
    #[msg("the device is in no line of this booking")]
    WrongDevice, // 6049 0x17a1
    #[msg("the line is not waiting for a lock")]
    LineNotReserved, // 6050 0x17a2
    #[msg("the stake account is not the stake of the device")]
    WrongStake, // 6051 0x17a3
    #[msg("a line was found unavailable; let the booking expire")]
    LockFailed, // 6052 0x17a4
    #[msg("give the devices of all hired lines in line order, and nothing else")]
    DeviceAccounts, // 6053 0x17a5

    #[msg("the record is not the next one of the booking")]
    WrongRecord, // 6054 0x17a6
    #[msg("the report is not attested")]
    ReportNotAttested, // 6055 0x17a7
    #[msg("the report is too old")]
    ReportExpired, // 6056 0x17a8
    #[msg("a work report has at most 65,536 leaves")]
    TooManyLeaves, // 6057 0x17a9
    #[msg("the proof does not lead to the report's root")]
    InvalidProof, // 6058 0x17aa
    #[msg("a boundary record is not the final one, and the final one not a boundary record")]
    WrongRecordKind, // 6059 0x17ab
    #[msg("the time of the record has not come")]
    RecordEarly, // 6060 0x17ac
    #[msg("served minutes are above the minutes hired or elapsed")]
    MinutesAboveHired, // 6061 0x17ad
    #[msg("served minutes are below those of an earlier record")]
    MinutesFell, // 6062 0x17ae
    #[msg("served minutes of a line that does not exist")]
    UnknownLineServed, // 6063 0x17af

    #[msg("the record belongs to another booking")]
    WrongRecordBooking, // 6064 0x17b0
    #[msg("the booking has no such line")]
    UnknownLine, // 6065 0x17b1
    #[msg("the line of this record was earned")]
    AlreadyEarned, // 6066 0x17b2
    #[msg("the renter can still challenge the record")]
    ChallengeOpen, // 6067 0x17b3
    #[msg("pay goes to the device's payout wallet: its associated account, or any account of it when it signs")]
    WrongPayDestination, // 6068 0x17b4
    #[msg("the pay cannot be delivered yet; it is credited to be pulled after the waiting time")]
    PayUndeliverable, // 6069 0x17b5
    #[msg("this is not the fee vault of the booking's currency")]
    WrongFeeVault, // 6070 0x17b6
    #[msg("only the payout wallet of the device may pull its pay")]
    NotPayoutWallet, // 6071 0x17b7
    #[msg(
        "the refund goes to the payer: its associated account, or any account of it when it signs"
    )]
    WrongRefundDestination, // 6072 0x17b8
    #[msg("there is nothing to pull")]
    NothingToPull, // 6073 0x17b9
    #[msg("records or lines still wait for their pay")]
    PayOpen, // 6074 0x17ba
    #[msg("balances of the booking wait to be pulled")]
    BalancesOpen, // 6075 0x17bb
    #[msg("the booking can close later: its id or its last report is still fresh")]
    CloseEarly, // 6076 0x17bc
    #[msg("this is not the vault that takes tokens sent by strangers")]
    WrongExcessVault, // 6077 0x17bd
    #[msg("the record is still to be earned or priced")]
    RecordOpen, // 6078 0x17be
    #[msg("the record has its price")]
    AlreadyPriced, // 6079 0x17bf

    #[msg("the accounts of the booking do not add up; nothing was changed")]
    LedgerMismatch, // 6080 0x17c0
    #[msg("a stored value is out of range; nothing was changed")]
    CorruptState, // 6081 0x17c1
    #[msg("fold the day that this shard would overwrite first")]
    DayNotFolded, // 6082 0x17c2
    #[msg("the day is not over")]
    DayNotOver, // 6083 0x17c3
    #[msg("the shard was folded into this day")]
    ShardFolded, // 6084 0x17c4
    #[msg("give one to sixteen shards, each once, and nothing else")]
    ShardAccounts, // 6085 0x17c5
    #[msg("a line keeps at most four purchases apart")]
    TooManySegments, // 6086 0x17c6
    #[msg("a purchase has at least one minute")]
    ZeroMinutes, // 6087 0x17c7
    #[msg("the poll is of another report")]
    WrongReport, // 6088 0x17c8
    #[msg("the payload is not the attested one")]
    WrongPayload, // 6089 0x17c9
    #[msg("this is not the booking's escrow account")]
    WrongEscrow, // 6090 0x17ca
    #[msg("the stake of the device cannot be computed")]
    StakeUnreadable, // 6091 0x17cb

    #[msg("the arbiter can still rule on the record")]
    RulingOpen, // 6092 0x17cc
    #[msg("too many challenges of this booking were lost; the right to challenge has ended")]
    TooManyLostChallenges, // 6093 0x17cd
    #[msg("only the arbiter of the roles account may rule")]
    NotArbiter, // 6094 0x17ce
    #[msg("a ruling leaves at most the recorded minutes")]
    RulingAddsMinutes, // 6095 0x17cf
    #[msg("the hired lines are not those of the quote; ask for another")]
    LinesChanged, // 6096 0x17d0
    #[msg("the quote is for another booking")]
    WrongBooking, // 6097 0x17d1
    #[msg("the class has no rates for this day")]
    RatesNotSet, // 6098 0x17d2
    #[msg("availability and hire rate of the class are above its list price")]
    RatesAboveList, // 6099 0x17d3
    #[msg("the action is not a correction of the totals")]
    WrongAction, // 6100 0x17d4
    #[msg("a correction may not exceed the supply of IO")]
    AdjustmentTooLarge, // 6101 0x17d5
    #[msg("corrections are kept in the first shard")]
    WrongAdjustmentShard, // 6102 0x17d6

    #[msg("a report with this sequence or a later one was accepted for the booking")]
    FaultSeqUsed, // 6103 0x17d7
    #[msg("there is no fault of this kind")]
    UnknownFault, // 6104 0x17d8
    #[msg("the fault lies outside the time of the line")]
    FaultTime, // 6105 0x17d9
    #[msg("the line cannot be replaced: not wanted, no slot, no replacement or no minute left")]
    NotReplaceable, // 6106 0x17da
    #[msg("a replacement has the class and size of the line and asks at most its rate")]
    WrongReplacement, // 6107 0x17db
    #[msg("the replacement is not free, not open until the end or not staked in full")]
    ReplacementUnavailable, // 6108 0x17dc
    #[msg("bookings of one group start together; give all of them, and only them")]
    WrongGroup, // 6109 0x17dd
    #[msg("the last byte of a group id is its number of bookings, 2 to 8")]
    GroupSize, // 6110 0x17de
}

impl From<MathError> for BookingError {
    fn from(error: MathError) -> Self {
        match error {
            MathError::Overflow => Self::MathOverflow,
            MathError::DivisionByZero => Self::DivisionByZero,
        }
    }
}

impl From<BillingError> for BookingError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Math(error) => error.into(),
            BillingError::TooManySegments => Self::TooManySegments,
            BillingError::ZeroMinutes => Self::ZeroMinutes,
            BillingError::MinutesAboveHired => Self::MinutesAboveHired,
            BillingError::MinutesFell => Self::MinutesFell,
        }
    }
}

impl From<BookingRuleError> for BookingError {
    fn from(error: BookingRuleError) -> Self {
        match error {
            BookingRuleError::Math(error) => error.into(),
            BookingRuleError::WrongState => Self::WrongState,
            BookingRuleError::DeadlinePassed => Self::DeadlinePassed,
            BookingRuleError::DeadlineNotPassed => Self::DeadlineNotPassed,
            BookingRuleError::LockFailed => Self::LockFailed,
            BookingRuleError::PayOpen => Self::PayOpen,
            BookingRuleError::WrongOpSeq => Self::WrongOpSeq,
            BookingRuleError::ChallengeOpen => Self::ChallengeOpen,
            BookingRuleError::WrongRecord => Self::WrongRecord,
            BookingRuleError::WrongRecordKind => Self::WrongRecordKind,
            BookingRuleError::RecordEarly => Self::RecordEarly,
            BookingRuleError::RulingOpen => Self::RulingOpen,
            BookingRuleError::TooManyLostChallenges => Self::TooManyLostChallenges,
            BookingRuleError::MinutesOutOfRange => Self::MinutesOutOfRange,
        }
    }
}

impl From<PriceError> for BookingError {
    fn from(error: PriceError) -> Self {
        match error {
            PriceError::Unusable(_) => Self::OracleUnusable,
            PriceError::Math(error) => error.into(),
        }
    }
}
