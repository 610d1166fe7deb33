//! `ion booking show`, and how a booking is found and shown everywhere.

use booking::state::{Booking, Line, WorkRecord};
use clap::Args;
use ion_client::{
    accounts::{self, AccountError},
    addresses,
};
use ion_economics::booking::{BookingStatus, Currency, LineStatus, RecordStatus};
use solana_pubkey::Pubkey;

use crate::{
    amount::{Amount, Unit},
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Characters of an id in hexadecimal.
const ID_HEX: usize = 32;

/// Arguments of `booking show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion booking show 0a1b2c... --output json  # the id in hex, or the account's address"
)]
pub struct ShowArgs {
    /// Booking id (32 hex digits) or address of its account
    booking: String,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        ctx.print(&record(&address, &booking).with("records", records(ctx, &address, &booking)?));
        Ok(())
    }
}

/// Reads an id of 16 bytes in hexadecimal.
pub fn parse_id(text: &str) -> Option<[u8; 16]> {
    if text.len() != ID_HEX {
        return None;
    }
    hex::decode(text).ok()?.try_into().ok()
}

/// Address of a booking by its id or address; nothing is read.
///
/// Errors: usage.
pub fn address(text: &str) -> Outcome<Pubkey> {
    match parse_id(text) {
        Some(id) => Ok(addresses::booking::booking(&id)),
        None => parse_key(text, "booking")
            .map_err(|failure| failure.next("give the id (32 hex digits) or the address")),
    }
}

/// Finds a booking by its id or address.
///
/// Errors: usage, rpc, program when there is none.
pub fn find(ctx: &Context, text: &str) -> Outcome<(Pubkey, Booking)> {
    let address = address(text)?;
    match accounts::find::<Booking>(&ctx.chain, &address) {
        Ok(Some(booking)) => Ok((address, booking)),
        Ok(None) | Err(AccountError::WrongOwner { .. }) => Err(Failure::chain(
            "the booking was not found",
            format!("there is no booking at {address}"),
        )
        .next("ion booking list shows all open bookings; a closed one is in ion tne show --booking ID")),
        Err(error) => Err(error.into()),
    }
}

/// The state of a booking after a write; a note when it is closed.
///
/// Errors: rpc.
pub fn state(ctx: &Context, address: &Pubkey) -> Outcome<Record> {
    match accounts::find::<Booking>(&ctx.chain, address)? {
        Some(booking) => Ok(record(address, &booking)),
        None => Ok(Record::new()
            .with("booking", *address)
            .with("state", "closed")),
    }
}

/// Unit of a stored currency.
pub fn unit(currency: u8) -> Unit {
    match Currency::from_u8(currency) {
        Some(Currency::Io) => Unit::Io,
        _ => Unit::Usdc,
    }
}

/// Name of a stored status.
pub fn status_name(code: u8) -> String {
    BookingStatus::from_u8(code).map_or_else(
        || format!("unknown ({code})"),
        |status| format!("{status:?}"),
    )
}

fn line_record(number: usize, line: &Line, unit: Unit) -> Record {
    let amount = |base| Amount { base, unit };
    let hired: u64 = line
        .segments
        .iter()
        .map(|segment| u64::from(segment.minutes))
        .sum();
    let compute = line
        .segments
        .iter()
        .fold(0_u64, |sum, segment| sum.saturating_add(segment.amount));
    Record::new()
        .with("line", number as u64)
        .with("device", line.device)
        .with(
            "status",
            LineStatus::from_u8(line.status)
                .map_or_else(|| line.status.to_string(), |status| format!("{status:?}")),
        )
        .with("qty", line.qty)
        .with("rate_per_processor_hour", Amount::usd(line.rate_usd_micros))
        .with("hired_minutes", hired)
        .with("recorded_minutes", line.recorded_minutes)
        .with("compute", amount(compute))
        .with("billed", amount(line.billed))
        .with("earned", amount(line.earned))
        .with("supplier_fee", amount(line.fee_taken))
        .with("refunded", amount(line.refunded))
        .with("pay_due", amount(line.pay_due))
}

/// A booking as a record.
pub fn record(address: &Pubkey, booking: &Booking) -> Record {
    let unit = unit(booking.currency);
    let amount = |base| Amount { base, unit };
    let lines: Vec<Record> = booking
        .lines
        .iter()
        .enumerate()
        .map(|(number, line)| line_record(number, line, unit))
        .collect();
    Record::new()
        .with("booking", *address)
        .with("id", hex::encode(booking.id))
        .with("status", status_name(booking.status))
        .with("renter", booking.renter)
        .with("payer", booking.payer)
        .with("currency", unit.symbol())
        .with("minutes", booking.minutes)
        .with("total", amount(booking.total))
        .with("paid", amount(booking.paid))
        .with("payment_fee", amount(booking.payment_fee))
        .with("refund_due", amount(booking.refund_due))
        .with("refunds_pulled", amount(booking.refunds_pulled))
        .with("fees_kept", amount(booking.fees_kept))
        .with("fees_deposited", amount(booking.fees_deposited))
        .with("booked_at", Cell::time_or_nothing(booking.booked_at))
        .with("deadline", Cell::time_or_nothing(booking.deadline))
        .with("started_at", Cell::time_or_nothing(booking.started_at))
        .with("ends_at", Cell::time_or_nothing(booking.ends_at))
        .with("lock_failed", booking.lock_failed)
        .with("op_seq", booking.op_seq)
        .with("next_record", booking.next_record)
        .with("open_records", booking.open_records)
        .with("lines", lines)
}

/// Work records of a booking that still exist.
///
/// Errors: rpc.
pub fn records(ctx: &Context, address: &Pubkey, booking: &Booking) -> Outcome<Vec<Record>> {
    let unit = unit(booking.currency);
    let mut rows = Vec::new();
    for seq in 0..booking.next_record {
        let key = addresses::booking::work_record(address, seq);
        let Some(work) = accounts::find::<WorkRecord>(&ctx.chain, &key)? else {
            continue;
        };
        let status = RecordStatus::from_u8(work.status);
        rows.push(
            Record::new()
                .with("record", work.seq)
                .with(
                    "status",
                    status.map_or_else(|| work.status.to_string(), |status| format!("{status:?}")),
                )
                .with("final", work.is_final)
                .with(
                    "billed",
                    Amount {
                        base: work.billed,
                        unit,
                    },
                )
                .with(
                    "earned",
                    Amount {
                        base: work.earned,
                        unit,
                    },
                )
                .with("io_amount", Amount::io(work.io_amount))
                .with("priced", work.is_priced)
                .with(
                    "challenge_until",
                    Cell::time_or_nothing(work.challenge_until),
                ),
        );
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_is_32_hex_digits() {
        assert_eq!(parse_id(&"0f".repeat(16)), Some([15; 16]));
        assert_eq!(parse_id(&"0f".repeat(15)), None);
        assert_eq!(parse_id(&"zz".repeat(16)), None);
    }

    #[test]
    fn address_of_an_id_is_its_account() {
        let id = [7; 16];
        assert_eq!(
            address(&hex::encode(id)).ok(),
            Some(addresses::booking::booking(&id))
        );
        let key = Pubkey::new_from_array([9; 32]);
        assert_eq!(address(&key.to_string()).ok(), Some(key));
        assert!(address("nonsense").is_err());
    }
}
