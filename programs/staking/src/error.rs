//! What the staking program refuses, and what to do about it.

use anchor_lang::prelude::*;
use ion_economics::{math::MathError, slash::SlashRuleError, stake::StakeRuleError};

/// Errors of the staking program. Numbers are never reused.
#[error_code]
pub enum StakingError {
    /// Arithmetic has no result.
    #[msg("an amount or time does not fit its type")]
    ArithmeticOverflow, // 6000 0x1770
    /// Extra accounts.
    #[msg("the instruction takes no further accounts: leave them out")]
    UnexpectedAccounts, // 6001 0x1771
    /// Pause bit.
    #[msg("entries are paused: try again when the pause has lapsed; exits stay open")]
    Paused, // 6002 0x1772
    /// Foreign device.
    #[msg("the device stake belongs to another device: pass its own device")]
    WrongDevice, // 6003 0x1773
    /// Foreign class.
    #[msg("the class is not the device's: pass the class named in the device")]
    WrongClass, // 6004 0x1774
    /// Foreign parameters.
    #[msg("the parameters are not those of the staking program")]
    WrongParams, // 6005 0x1775
    /// Foreign shard.
    #[msg("the totals are not the shard of this device")]
    WrongShard, // 6006 0x1776
    /// Shard number.
    #[msg("the shard number is above 15")]
    UnknownShard, // 6007 0x1777
    /// Foreign mint.
    #[msg("the mint is not IO")]
    WrongMint, // 6008 0x1778
    /// Token account of somebody else.
    #[msg("the token account is not the signer's or not of IO")]
    WrongTokenAccount, // 6009 0x1779
    /// Wallet is not the recorded one.
    #[msg("this device's stake belongs to another wallet: sign with the recorded stake wallet")]
    WrongStakeWallet, // 6010 0x177a
    /// First stake from a foreign wallet.
    #[msg("the first stake from a wallet that is not the owner needs the owner's signature too")]
    OwnerSignatureMissing, // 6011 0x177b
    /// The signer given as owner is not the owner.
    #[msg("the signer given as owner is not the device's owner")]
    WrongOwner, // 6012 0x177c
    /// Not the holder of the position.
    #[msg("the position belongs to another wallet")]
    WrongCoStaker, // 6013 0x177d
    /// The offer is not of this device.
    #[msg("the offer belongs to another device")]
    WrongOffer, // 6014 0x177e
    /// The position is not of this device.
    #[msg("the position belongs to another device")]
    WrongPosition, // 6015 0x177f
    /// Rent would go elsewhere.
    #[msg("rent goes back to the wallet that paid it")]
    WrongPayer, // 6016 0x1780
    /// Destination can be reached by others.
    #[msg("the destination has a delegate or close authority: pass a plain account of the wallet")]
    EncumberedDestination, // 6017 0x1781
    /// Deposit too small.
    #[msg("the deposit is below the minimum")]
    AmountBelowMinimum, // 6018 0x1782
    /// Amount zero.
    #[msg("the amount is zero")]
    ZeroAmount, // 6019 0x1783
    /// Principal cooling.
    #[msg("the stake is cooling: withdraw it when the cooldown is over, then stake anew")]
    StakeCooling, // 6020 0x1784
    /// Device terminated.
    #[msg("the device is terminated")]
    DeviceTerminated, // 6021 0x1785
    /// Device blocked.
    #[msg("the device is blocked: overflow stays until it is unblocked; a full exit is open")]
    DeviceBlocked, // 6022 0x1786
    /// Device hired.
    #[msg("the device is hired: exit when the booking has ended")]
    DeviceHired, // 6023 0x1787
    /// Device not up.
    #[msg("the device is not up")]
    DeviceNotUp, // 6024 0x1788
    /// Class withdrawn.
    #[msg("the processor class is withdrawn: no new stake or co-stake, exits need no wait")]
    ClassWithdrawn, // 6025 0x1789
    /// Above the overflow.
    #[msg("only what is above the requirement can leave at once: use begin_unstake for the rest")]
    ExceedsOverflow, // 6026 0x178a
    /// Nothing staked.
    #[msg("there is no active stake to take out")]
    NothingStaked, // 6027 0x178b
    /// Offer open.
    #[msg("an offer of the device is open: retract it first")]
    OfferOpen, // 6028 0x178c
    /// Cooldown running.
    #[msg("the cooldown has not ended")]
    CooldownNotOver, // 6029 0x178d
    /// Nothing to pay out.
    #[msg("nothing is withdrawable")]
    NothingToWithdraw, // 6030 0x178e
    /// Stake below the requirement.
    #[msg("the device's stake is below its requirement")]
    BelowRequirement, // 6031 0x178f
    /// Position active.
    #[msg("the device has an active co-staker already")]
    PositionActive, // 6032 0x1790
    /// Offer too small.
    #[msg("the offered amount is below the minimum")]
    OfferBelowMinimum, // 6033 0x1791
    /// Offer too large.
    #[msg("the offered amount is above the co-stake cap of the device")]
    OfferAboveCap, // 6034 0x1792
    /// Share out of range.
    #[msg("the share is outside the allowed range")]
    ShareOutOfRange, // 6035 0x1793
    /// Offer expired.
    #[msg("the offer has expired")]
    OfferExpired, // 6036 0x1794
    /// Terms differ.
    #[msg("the offer's terms are not the ones signed for: read it again")]
    TermsMismatch, // 6037 0x1795
    /// Self co-staking.
    #[msg("a device's own wallets cannot co-stake on it")]
    SelfCoStake, // 6038 0x1796
    /// Slots full.
    #[msg("all co-stake slots of the device are taken: pay a withdrawable position out first")]
    NoFreeSlot, // 6039 0x1797
    /// Position limit of the wallet.
    #[msg("the wallet holds as many live positions as it may: withdraw one first")]
    TooManyPositions, // 6040 0x1798
    /// Offer is good.
    #[msg("the offer is still good: only its maker can retract it")]
    OfferStillValid, // 6041 0x1799
    /// No such position.
    #[msg("no slot of the device holds this position")]
    PositionNotFound, // 6042 0x179a
    /// Position not active.
    #[msg("the position is not active: its exit runs already")]
    PositionNotActive, // 6043 0x179b
    /// Position not waiting.
    #[msg("the position is not in its waiting period")]
    PositionNotWaiting, // 6044 0x179c
    /// Wait running.
    #[msg("the waiting period has not ended")]
    WaitNotOver, // 6045 0x179d
    /// Position holds principal.
    #[msg("the position still holds money: withdraw it first")]
    PositionNotEmpty, // 6046 0x179e
    /// Case leg open.
    #[msg("a slash case still has a leg of this position")]
    CaseLegOpen, // 6047 0x179f
    /// Broken book.
    #[msg("the stake account contradicts itself: report this")]
    BrokenLedger, // 6048 0x17a0
    /// Foreign configuration.
    #[msg("the configuration is not the registry's")]
    WrongConfig, // 6049 0x17a1
    /// Another day.
    #[msg("the slash day is not today's: open it with open_slash_day")]
    WrongDay, // 6050 0x17a2
    /// Shards missing.
    #[msg("pass all 16 shards of the totals in order")]
    ShardsIncomplete, // 6051 0x17a3
    /// Signer is not the slasher.
    #[msg("only the slasher may do this")]
    NotSlasher, // 6052 0x17a4
    /// Signer is not the captured arbiter.
    #[msg("only the arbiter recorded in the case rules on it")]
    NotArbiter, // 6053 0x17a5
    /// One key for both.
    #[msg("a case cannot be proposed and ruled on with one key")]
    SlasherIsArbiter, // 6054 0x17a6
    /// Not a party.
    #[msg("only the owner, the stake wallet or a co-staker with a leg may appeal")]
    NotAParty, // 6055 0x17a7
    /// No evidence.
    #[msg("an evidence hash of zeros says nothing")]
    EmptyEvidence, // 6056 0x17a8
    /// Unknown code.
    #[msg("no case is made of this offence code: 2 to 6, and 7 for 3b")]
    UnknownOffence, // 6057 0x17a9
    /// Charge too high.
    #[msg("the charge is above the offence table")]
    ChargeAboveTable, // 6058 0x17aa
    /// Future offence.
    #[msg("the offence is in the future")]
    OffenceInFuture, // 6059 0x17ab
    /// Old offence.
    #[msg("the offence is older than max_offence_age")]
    OffenceTooOld, // 6060 0x17ac
    /// Outage too short.
    #[msg("the outage cannot have lasted that long yet")]
    OutageTooShort, // 6061 0x17ad
    /// Citation does not fit.
    #[msg("the offence needs another citation: a fault report for 2, 3 and 3b, a device leaf for 4 and 5")]
    WrongCitation, // 6062 0x17ae
    /// Time differs.
    #[msg("the cited report shows another time")]
    WrongOffenceTime, // 6063 0x17af
    /// Id differs.
    #[msg("the offence id is the attested hash of the cited report, for code 6 the evidence hash")]
    WrongOffenceId, // 6064 0x17b0
    /// Leaf not in the report.
    #[msg("the leaf is not in the cited report")]
    InvalidProof, // 6065 0x17b1
    /// Reliability is fine.
    #[msg("the reliability in the leaf is not below the floor")]
    ReliabilityNotLow, // 6066 0x17b2
    /// Too early again.
    #[msg("low reliability is charged again only after three further epochs")]
    ReliabilityChargedLately, // 6067 0x17b3
    /// Foreign part 0.
    #[msg("a further part shows part 0 of the same offence, and part 0 shows none")]
    WrongFirstPart, // 6068 0x17b4
    /// Gap in the parts.
    #[msg("the part is not the next one of this offence")]
    WrongPart, // 6069 0x17b5
    /// Window differs.
    #[msg("a window belongs to code 4 and stays as in part 0")]
    WrongWindow, // 6070 0x17b6
    /// Dispute won.
    #[msg("a party has won the dispute: this offence cannot be charged again at this severity")]
    DisputeWon, // 6071 0x17b7
    /// No repeat.
    #[msg("the case shown is no earlier breach of the device within 30 days")]
    WrongEarlierCase, // 6072 0x17b8
    /// Day exhausted.
    #[msg("the network cap of the day is used up: propose on a later day")]
    DayExhausted, // 6073 0x17b9
    /// Nothing to charge.
    #[msg("a further part would take nothing")]
    NothingToCharge, // 6074 0x17ba
    /// Program account missing.
    #[msg("pass the called program with its accounts")]
    MissingProgram, // 6075 0x17bb
    /// Foreign claim record.
    #[msg("the claim record is not this party's")]
    WrongRecord, // 6076 0x17bc
    /// Window over.
    #[msg("the appeal window has ended")]
    WindowOver, // 6077 0x17bd
    /// Window open.
    #[msg("the appeal window has not ended")]
    WindowNotOver, // 6078 0x17be
    /// Not in its window.
    #[msg("the case is past its appeal window state")]
    NotInWindow, // 6079 0x17bf
    /// No appeal.
    #[msg("no appeal waits for a ruling")]
    NotAppealed, // 6080 0x17c0
    /// Ruling too late.
    #[msg("the ruling deadline has passed: the case is restored")]
    RulingTooLate, // 6081 0x17c1
    /// Ruling pending.
    #[msg("the arbiter may still rule")]
    RulingPending, // 6082 0x17c2
    /// Outcome open.
    #[msg("the outcome of the case is not fixed")]
    CaseOpen, // 6083 0x17c3
    /// Outcome fixed.
    #[msg("the outcome of the case is fixed already")]
    CaseDecided, // 6084 0x17c4
    /// No such leg.
    #[msg("nothing of this leg is to be done")]
    NoSuchLeg, // 6085 0x17c5
    /// Leg done.
    #[msg("the leg is done already")]
    LegDone, // 6086 0x17c6
    /// Restore first.
    #[msg("give back the restored part of the hold first")]
    RestoreFirst, // 6087 0x17c7
    /// Broken case.
    #[msg("the case account contradicts itself: report this")]
    BrokenCase, // 6088 0x17c8
    /// Foreign case.
    #[msg("the case is not of this device")]
    WrongCase, // 6089 0x17c9
    /// Nothing due.
    #[msg("nothing is due to the renter")]
    NothingDue, // 6090 0x17ca
    /// Foreign caller address.
    #[msg("the caller address is not the one this program signs with")]
    WrongCaller, // 6091 0x17cb
}

impl From<MathError> for StakingError {
    fn from(error: MathError) -> Self {
        match error {
            MathError::Overflow | MathError::DivisionByZero => Self::ArithmeticOverflow,
        }
    }
}

impl From<StakeRuleError> for StakingError {
    fn from(error: StakeRuleError) -> Self {
        use StakeRuleError as E;
        match error {
            E::Math(error) => error.into(),
            E::AmountBelowMinimum => Self::AmountBelowMinimum,
            E::ZeroAmount => Self::ZeroAmount,
            E::StakeCooling => Self::StakeCooling,
            E::DeviceTerminated => Self::DeviceTerminated,
            E::DeviceBlocked => Self::DeviceBlocked,
            E::DeviceHired => Self::DeviceHired,
            E::DeviceNotUp => Self::DeviceNotUp,
            E::ClassWithdrawn => Self::ClassWithdrawn,
            E::ExceedsOverflow => Self::ExceedsOverflow,
            E::NothingStaked => Self::NothingStaked,
            E::OfferOpen => Self::OfferOpen,
            E::CooldownNotOver => Self::CooldownNotOver,
            E::NothingToWithdraw => Self::NothingToWithdraw,
            E::BelowRequirement => Self::BelowRequirement,
            E::PositionActive => Self::PositionActive,
            E::OfferBelowMinimum => Self::OfferBelowMinimum,
            E::OfferAboveCap => Self::OfferAboveCap,
            E::ShareOutOfRange => Self::ShareOutOfRange,
            E::OfferExpired => Self::OfferExpired,
            E::TermsMismatch => Self::TermsMismatch,
            E::SelfCoStake => Self::SelfCoStake,
            E::NoFreeSlot => Self::NoFreeSlot,
            E::TooManyPositions => Self::TooManyPositions,
            E::OfferStillValid => Self::OfferStillValid,
            E::PositionNotFound => Self::PositionNotFound,
            E::PositionNotActive => Self::PositionNotActive,
            E::PositionNotWaiting => Self::PositionNotWaiting,
            E::WaitNotOver => Self::WaitNotOver,
            E::PositionNotEmpty => Self::PositionNotEmpty,
            E::BrokenLedger => Self::BrokenLedger,
        }
    }
}

impl From<SlashRuleError> for StakingError {
    fn from(error: SlashRuleError) -> Self {
        use SlashRuleError as E;
        match error {
            E::Math(error) => error.into(),
            E::Stake(error) => error.into(),
            E::UnknownOffence => Self::UnknownOffence,
            E::AboveTable => Self::ChargeAboveTable,
            E::OffenceInFuture => Self::OffenceInFuture,
            E::OffenceTooOld => Self::OffenceTooOld,
            E::OutageTooShort => Self::OutageTooShort,
            E::WindowOver => Self::WindowOver,
            E::WindowNotOver => Self::WindowNotOver,
            E::NotInWindow => Self::NotInWindow,
            E::NotAppealed => Self::NotAppealed,
            E::RulingTooLate => Self::RulingTooLate,
            E::RulingPending => Self::RulingPending,
            E::CaseOpen => Self::CaseOpen,
            E::CaseDecided => Self::CaseDecided,
            E::NoSuchLeg => Self::NoSuchLeg,
            E::LegDone => Self::LegDone,
            E::RestoreFirst => Self::RestoreFirst,
            E::BrokenCase => Self::BrokenCase,
        }
    }
}
