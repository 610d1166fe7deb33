//! Terms of a booking: the parameters in force when it was quoted.

use ion_client::audit::BookingTerms;
use ion_economics::{booking::Currency, params::booking as params};

use super::params::ParamHistory;
use crate::{Index, IndexError};

/// The terms of a booking whose account is known.
pub(super) async fn of(
    index: &Index,
    account: &booking::state::Booking,
    quoted_at: i64,
) -> Result<BookingTerms, IndexError> {
    let history = ParamHistory::load(index).await?;
    let bps = |param| u16::try_from(history.value(param, quoted_at)).unwrap_or_default();
    let payment_fee_bps = match account.currency() {
        Ok(Currency::Usdc) => bps(&params::USDC_FEE_BPS),
        _ => 0,
    };
    Ok(BookingTerms {
        reservation_fee_bps: bps(&params::RESERVATION_FEE_BPS),
        payment_fee_bps,
        supplier_fee_bps: account.supplier_fee_bps,
        nonrefundable_minutes: account.nonrefundable_minutes.into(),
        fault_credit_minutes: account.fault_credit_minutes.into(),
    })
}
