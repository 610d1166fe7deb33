//! Checks that account attributes cannot say: foreign accounts, parameters, surplus accounts.

use anchor_lang::{prelude::*, Bumps};
use anchor_spl::token::TokenAccount;
use ion_economics::{
    params::{booking as params, Param},
    price::{self, OracleReading, Price, PriceError, PriceGuard},
    units::HOUR,
};
use ion_merkle::{
    fault::FaultReport,
    report::{LeafReport, ReportKind},
};
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};
use registry::state::{Config, Params, PauseBit, Poll};

use crate::error::BookingError;

/// Refuses accounts that the instruction does not name. Errors: `ExtraAccounts`.
pub(crate) fn no_extra_accounts<T: Bumps>(ctx: &Context<T>) -> Result<()> {
    require!(
        ctx.remaining_accounts.is_empty(),
        BookingError::ExtraAccounts
    );
    Ok(())
}

/// Chain time, Unix seconds.
pub(crate) fn now() -> Result<i64> {
    Ok(Clock::get()?.unix_timestamp)
}

/// Refuses an entry while the guardian's bit is set. Errors: `Paused`.
pub(crate) fn not_paused(config: &Config, now: i64) -> Result<()> {
    require!(
        !config.is_paused(PauseBit::Booking, now),
        BookingError::Paused
    );
    Ok(())
}

/// Whether the hour of `now` is paid by the incentive engine. Errors: `CorruptState`.
pub(crate) fn is_ide_now(config: &Config, now: i64) -> Result<bool> {
    let hour = u64::try_from(now.div_euclid(HOUR)).map_err(|_| BookingError::CorruptState)?;
    Ok(config.is_ide_hour(hour))
}

/// A parameter as u16 (bps, minutes). Errors: `CorruptState`.
pub(crate) fn param_u16(account: &Params, param: &Param, now: i64) -> Result<u16> {
    u16::try_from(account.value(param, now)).map_err(|_| error!(BookingError::CorruptState))
}

/// A parameter as u32 (minutes). Errors: `CorruptState`.
pub(crate) fn param_u32(account: &Params, param: &Param, now: i64) -> Result<u32> {
    u32::try_from(account.value(param, now)).map_err(|_| error!(BookingError::CorruptState))
}

/// `at` plus a duration parameter in seconds: stamped as an absolute time when the clock starts.
pub(crate) fn stamp(account: &Params, param: &Param, at: i64, now: i64) -> Result<i64> {
    at.checked_add(account.value(param, now))
        .ok_or_else(|| error!(BookingError::MathOverflow))
}

/// The oracle's price under every guard of economics §1.5. An account of another program, type or feed
/// is a mistake of the sender and fails; everything else is a state of the oracle, the inner result.
///
/// Errors: `BadOracleAccount`.
pub(crate) fn read_price(
    account: &AccountInfo,
    config: &Config,
    account_params: &Params,
    now: i64,
) -> Result<core::result::Result<Price, PriceError>> {
    require_keys_eq!(
        *account.owner,
        config.price_receiver,
        BookingError::BadOracleAccount
    );
    let data = account.try_borrow_data()?;
    let update = PriceUpdateV2::try_deserialize(&mut &data[..])
        .map_err(|_| BookingError::BadOracleAccount)?;
    let message = update.price_message;
    require!(
        message.feed_id == config.price_feed_id,
        BookingError::BadOracleAccount
    );
    let reading = OracleReading {
        price: message.price,
        conf: message.conf,
        exponent: message.exponent,
        publish_time: message.publish_time,
        ema_price: message.ema_price,
        full: update.verification_level == VerificationLevel::Full,
    };
    let guard = PriceGuard {
        max_age: account_params.value(&params::MAX_AGE, now),
        max_future: account_params.value(&params::MAX_FUTURE, now),
        max_conf_bps: account_params.value(&params::MAX_CONF_BPS, now),
        conf_k: account_params.value(&params::CONF_K, now),
    };
    Ok(price::check(&reading, &guard, now))
}

/// A price as it is stored: at most 10^18, so it fits.
pub(crate) fn stored_price(p12: u128) -> Result<u64> {
    u64::try_from(p12).map_err(|_| error!(BookingError::MathOverflow))
}

/// Checks that a poll attests this payload and that it is fresh; returns when it was attested.
///
/// Errors: `WrongReport`, `ReportNotAttested`, `WrongPayload`, `ReportExpired`.
fn attested(
    poll: &Poll,
    kind: ReportKind,
    subject: &Pubkey,
    seq: u64,
    payload: &[u8],
    account_params: &Params,
    now: i64,
) -> Result<i64> {
    require!(
        poll.kind == kind.to_u8() && poll.subject == *subject && poll.seq == seq,
        BookingError::WrongReport
    );
    require!(poll.attested_at != 0, BookingError::ReportNotAttested);
    let attested_at = poll
        .check_payload(kind, subject, seq, payload)
        .map_err(|_| BookingError::WrongPayload)?;
    require!(
        now <= stamp(account_params, &params::REPORT_TTL, attested_at, now)?,
        BookingError::ReportExpired
    );
    Ok(attested_at)
}

/// Checks that a poll attests this work report and that it is fresh; returns when it was attested.
///
/// Errors: `WrongReport`, `ReportNotAttested`, `WrongPayload`, `ReportExpired`.
pub(crate) fn attested_work_report(
    poll: &Poll,
    hour: u64,
    report: &LeafReport,
    account_params: &Params,
    now: i64,
) -> Result<i64> {
    attested(
        poll,
        ReportKind::WorkReport,
        &crate::ID,
        hour,
        &report.encode(),
        account_params,
        now,
    )
}

/// Checks that a poll attests this fault of the booking and that it is fresh.
///
/// Errors: `WrongReport`, `ReportNotAttested`, `WrongPayload`, `ReportExpired`.
pub(crate) fn attested_fault_report(
    poll: &Poll,
    booking: &Pubkey,
    seq: u64,
    report: &FaultReport,
    account_params: &Params,
    now: i64,
) -> Result<()> {
    attested(
        poll,
        ReportKind::FaultReport,
        booking,
        seq,
        &report.encode(),
        account_params,
        now,
    )
    .map(|_| ())
}

/// Whether tokens of `mint` for `wallet` can be sent to this account now.
pub(crate) fn can_receive(account: &AccountInfo, wallet: &Pubkey, mint: &Pubkey) -> bool {
    if *account.owner != anchor_spl::token::ID {
        return false;
    }
    let Ok(data) = account.try_borrow_data() else {
        return false;
    };
    TokenAccount::try_deserialize(&mut &data[..])
        .is_ok_and(|token| token.owner == *wallet && token.mint == *mint && !token.is_frozen())
}

/// Whether a token account is frozen by the authority of its mint; other tokens in it do not matter.
pub(crate) fn is_frozen(account: &AccountInfo) -> bool {
    let Ok(data) = account.try_borrow_data() else {
        return false;
    };
    TokenAccount::try_deserialize(&mut &data[..]).is_ok_and(|token| token.is_frozen())
}
