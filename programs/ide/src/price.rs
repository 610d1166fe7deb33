//! The oracle as the engine reads it (economics §1.5).

use anchor_lang::prelude::*;
use ion_economics::{
    params::ide as params,
    price::{self, OracleReading, Price, PriceError, PriceGuard},
};
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};
use registry::state::{Config, Params};

use crate::error::IdeError;

/// A usable price with the time it was published.
pub(crate) struct Quote {
    /// The price.
    pub price: Price,
    /// Unix seconds.
    pub publish_time: i64,
}

/// The oracle's price under every guard; `None` when it cannot be used now. An account of another
/// program, type or feed is a mistake of the sender and fails.
///
/// Errors: `BadOracleAccount`, `ArithmeticOverflow`.
pub(crate) fn read(
    account: &AccountInfo,
    config: &Config,
    values: &Params,
    max_age: i64,
    now: i64,
) -> Result<Option<Quote>> {
    require_keys_eq!(
        *account.owner,
        config.price_receiver,
        IdeError::BadOracleAccount
    );
    let data = account.try_borrow_data()?;
    let update =
        PriceUpdateV2::try_deserialize(&mut &data[..]).map_err(|_| IdeError::BadOracleAccount)?;
    let message = update.price_message;
    require!(
        message.feed_id == config.price_feed_id,
        IdeError::BadOracleAccount
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
        max_age,
        max_future: values.value(&params::MAX_FUTURE, now),
        max_conf_bps: values.value(&params::MAX_CONF_BPS, now),
        conf_k: values.value(&params::CONF_K, now),
    };
    let widest = values.value(&params::MAX_EMA_DIV_BPS, now);
    let checked = price::check(&reading, &guard, now)
        .and_then(|price| price::check_average(&price, widest).map(|()| price));
    match checked {
        Ok(price) => Ok(Some(Quote {
            price,
            publish_time: message.publish_time,
        })),
        Err(PriceError::Unusable(_)) => Ok(None),
        Err(PriceError::Math(error)) => Err(IdeError::from(error).into()),
    }
}

/// A price as it is stored: at most 10^18, so it fits.
///
/// Errors: `ArithmeticOverflow`.
pub(crate) fn stored(p12: u128) -> Result<u64> {
    u64::try_from(p12).map_err(|_| error!(IdeError::ArithmeticOverflow))
}
