//! From a signed request for more minutes to an extension quote on chain.

use booking::{QuoteExtensionArgs, state::Booking};
use ion_client::{
    accounts::AccountError,
    addresses,
    instructions::booking::{self as instructions, QuotedDevice},
};
use ion_economics::{
    booking::{BookingStatus, Currency, LineStatus, Stamp},
    params::booking as params,
};
use ion_protocol::{Domain, ExtensionRequest, MAX_EXTENSION_REQUEST_BYTES, QuoteAnswer, open};
use solana_pubkey::Pubkey;

use super::{
    NewQuote, QuoteError, Quoting,
    quoting::{answer, quote_id},
    steps::QUOTE_EXTENSION,
};
use crate::chain_view::{ViewError, read};

impl Quoting {
    /// Answers a renter's request for more minutes of its booking with a quote that is on chain. The
    /// program prices the hired lines at their rates of now and bounds the minutes.
    ///
    /// Errors: in order of checks those of the envelope, `UnknownBooking`, `NotRenter`, `BadRequest`,
    /// `NoIoQuotes`, `Refused`, `Late`; `Chain`, `Store`, `Outbox` at any point.
    pub async fn extension(&self, body: &[u8]) -> Result<QuoteAnswer, QuoteError> {
        // The clock first: no deadline is judged by a clock that is ahead of the account.
        let now = read(&self.chain, |chain| chain.now()).await?;
        let opened = open::<ExtensionRequest>(
            body,
            MAX_EXTENSION_REQUEST_BYTES,
            Domain::ExtensionRequest,
            &self.realm,
            now,
        )?;
        let renter = Pubkey::new_from_array(opened.subject);
        let address = Pubkey::new_from_array(opened.message.booking);
        self.desk
            .accept_sequence(&renter, opened.sequence)
            .await??;
        let booking = match read(&self.chain, move |chain| chain.booking(&address)).await {
            Ok(Some(booking)) => booking,
            // the address is the renter's word: it may name anything
            Ok(None)
            | Err(ViewError::Account(
                AccountError::WrongOwner { .. } | AccountError::Undecodable { .. },
            )) => return Err(QuoteError::UnknownBooking(address)),
            Err(error) => return Err(error.into()),
        };
        let terms = terms(&booking, &renter, now)?;
        if terms.currency == Currency::Io && self.price_account.is_none() {
            return Err(QuoteError::NoIoQuotes);
        }

        let id = quote_id(now);
        let new = NewQuote {
            id,
            address: addresses::booking::quote(&id),
            renter,
            decision: serde_json::json!({ "extends": address.to_string() }).to_string(),
            devices: Vec::new(),
            now,
            // Until the quote's own end is known: it is made at most the wait from now.
            expires_at: now
                .saturating_add(params::QUOTE_TTL.default)
                .saturating_add(i64::try_from(self.settings.wait.as_secs()).unwrap_or(i64::MAX)),
        };
        self.desk.remember(&new).await?;
        let price = self
            .price_account
            .filter(|_| terms.currency == Currency::Io);
        let instruction = instructions::quote_extension(
            &self.scheduler,
            &address,
            terms.stamp,
            price.as_ref(),
            &terms.hired,
            QuoteExtensionArgs {
                id,
                minutes: opened.message.minutes,
            },
        );
        let quote = self.post(QUOTE_EXTENSION, &new, instruction).await?;
        Ok(QuoteAnswer {
            booking: address.to_string(),
            ..answer(&new, &quote)
        })
    }
}

/// What an extension is quoted over.
#[derive(Debug, PartialEq, Eq)]
struct Terms {
    currency: Currency,
    stamp: Stamp,
    /// Hired lines in line order.
    hired: Vec<QuotedDevice>,
}

/// Only the renter asks, and only while the booking runs with no line waiting for a replacement.
fn terms(booking: &Booking, renter: &Pubkey, now: i64) -> Result<Terms, QuoteError> {
    if booking.renter != *renter {
        return Err(QuoteError::NotRenter);
    }
    let unreadable = QuoteError::BadRequest("booking: of a version this scheduler does not know");
    let (Some(status), Some(currency), Some(stamp)) = (
        BookingStatus::from_u8(booking.status),
        Currency::from_u8(booking.currency),
        Stamp::from_u8(booking.stamp),
    ) else {
        return Err(unreadable);
    };
    if status != BookingStatus::Running || now >= booking.ends_at {
        return Err(QuoteError::BadRequest("booking: it is not running"));
    }
    let has = |status: LineStatus| move |line: &&booking::state::Line| line.status == status as u8;
    if booking
        .lines
        .iter()
        .any(|line| has(LineStatus::Failing)(&line))
    {
        return Err(QuoteError::BadRequest(
            "booking: a failed line waits for its replacement",
        ));
    }
    Ok(Terms {
        currency,
        stamp,
        hired: booking
            .lines
            .iter()
            .filter(has(LineStatus::Hired))
            .map(|line| QuotedDevice {
                device: line.device,
                class: line.class,
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use anchor_lang::AnchorDeserialize;

    use super::*;

    fn zeroed<T: AnchorDeserialize>() -> T {
        T::deserialize(&mut &[0u8; 4_096][..]).unwrap()
    }

    fn line(byte: u8, status: LineStatus) -> booking::state::Line {
        booking::state::Line {
            device: Pubkey::new_from_array([byte; 32]),
            class: 7,
            status: status as u8,
            ..zeroed()
        }
    }

    fn running(lines: Vec<booking::state::Line>) -> Booking {
        Booking {
            renter: Pubkey::new_from_array([9; 32]),
            currency: Currency::Io as u8,
            stamp: Stamp::Ide as u8,
            status: BookingStatus::Running as u8,
            ends_at: 1_000,
            lines,
            ..zeroed()
        }
    }

    fn refusal(booking: &Booking, renter: u8, now: i64) -> String {
        terms(booking, &Pubkey::new_from_array([renter; 32]), now)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn hired_lines_are_quoted_in_the_mode_and_currency_of_the_booking() {
        let booking = running(vec![
            line(1, LineStatus::Hired),
            line(2, LineStatus::Failed),
            line(3, LineStatus::Hired),
        ]);
        let terms = terms(&booking, &booking.renter, 999).unwrap();
        assert_eq!((terms.currency, terms.stamp), (Currency::Io, Stamp::Ide));
        let devices: Vec<u8> = terms
            .hired
            .iter()
            .map(|line| line.device.to_bytes()[0])
            .collect();
        assert_eq!(devices, [1, 3]);
    }

    #[test]
    fn only_the_renter_of_a_running_booking_is_answered() {
        let booking = running(vec![line(1, LineStatus::Hired)]);
        assert!(refusal(&booking, 8, 999).contains("another renter"));
        assert!(refusal(&booking, 9, 1_000).contains("not running"));
        let closing = Booking {
            status: BookingStatus::Closing as u8,
            ..booking
        };
        assert!(refusal(&closing, 9, 999).contains("not running"));
    }

    #[test]
    fn line_that_waits_for_its_replacement_holds_the_extension_up() {
        let booking = running(vec![
            line(1, LineStatus::Hired),
            line(2, LineStatus::Failing),
        ]);
        assert!(refusal(&booking, 9, 999).contains("waits for its replacement"));
    }
}
