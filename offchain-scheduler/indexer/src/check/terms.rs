//! Terms of a booking: the parameters in force when it was quoted.

use ion_client::audit::BookingTerms;
use ion_economics::{
    booking::Currency,
    params::{Param, booking as params},
};
use serde_json::Value;
use sqlx::Row;

use crate::{Index, IndexError};

/// A parameter at a time: its last change that was in force, else its value at genesis.
async fn at(index: &Index, param: &Param, at: i64) -> Result<i64, IndexError> {
    let mut value = param.default;
    for name in ["ParamsInitialized", "ParamChanged"] {
        let rows = sqlx::query("SELECT body FROM events WHERE name = $1 ORDER BY ordinal")
            .bind(name)
            .fetch_all(index.store().pool())
            .await?;
        for row in rows {
            let text: String = row.try_get(0)?;
            let body: Value = serde_json::from_str(&text).unwrap_or_default();
            if number(&body["consumer"]) != Some(param.program.to_u8().into()) {
                continue;
            }
            let changed = match name {
                "ParamsInitialized" => number(&body["values"][usize::from(param.slot)]),
                _ => number(&body["value"]["new"]).filter(|_| {
                    number(&body["slot"]) == Some(param.slot.into())
                        && number(&body["effective_at"]).is_some_and(|from| from <= at)
                }),
            };
            value = changed.unwrap_or(value);
        }
    }
    Ok(value)
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// The terms of a booking whose account is known.
pub(super) async fn of(
    index: &Index,
    account: &booking::state::Booking,
    quoted_at: i64,
) -> Result<BookingTerms, IndexError> {
    let bps = |value: i64| u16::try_from(value).unwrap_or_default();
    let payment_fee_bps = match account.currency() {
        Ok(Currency::Usdc) => bps(at(index, &params::USDC_FEE_BPS, quoted_at).await?),
        _ => 0,
    };
    Ok(BookingTerms {
        reservation_fee_bps: bps(at(index, &params::RESERVATION_FEE_BPS, quoted_at).await?),
        payment_fee_bps,
        supplier_fee_bps: account.supplier_fee_bps,
        nonrefundable_minutes: account.nonrefundable_minutes.into(),
        fault_credit_minutes: account.fault_credit_minutes.into(),
    })
}
