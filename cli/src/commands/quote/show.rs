//! `ion quote show`.

use booking::state::Quote;
use clap::Args;
use ion_client::{
    accounts::{self, AccountError},
    addresses,
};
use solana_pubkey::Pubkey;

use crate::{
    amount::Amount,
    commands::booking::show::{parse_id, unit},
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `quote show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion quote show 0a1b2c...")]
pub struct ShowArgs {
    /// Quote id (32 hex digits) or address of its account
    quote: String,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, quote) = find(ctx, &self.quote)?;
        ctx.print(&record(&address, &quote));
        Ok(())
    }
}

/// Finds a quote by its id or address.
///
/// Errors: usage, rpc, program when there is none.
pub fn find(ctx: &Context, text: &str) -> Outcome<(Pubkey, Quote)> {
    let address = match parse_id(text) {
        Some(id) => addresses::booking::quote(&id),
        None => parse_key(text, "quote")
            .map_err(|failure| failure.next("give the id (32 hex digits) or the address"))?,
    };
    match accounts::find::<Quote>(&ctx.chain, &address) {
        Ok(Some(quote)) => Ok((address, quote)),
        Ok(None) | Err(AccountError::WrongOwner { .. }) => Err(Failure::chain(
            "the quote was not found",
            format!("there is no quote at {address}"),
        )
        .next("a quote lives one minute; ask the scheduler for a new one")),
        Err(error) => Err(error.into()),
    }
}

/// The state of a quote after a write; a note when it is closed.
///
/// Errors: rpc.
pub fn state(ctx: &Context, address: &Pubkey) -> Outcome<Record> {
    match accounts::find::<Quote>(&ctx.chain, address)? {
        Some(quote) => Ok(record(address, &quote)),
        None => Ok(Record::new()
            .with("quote", *address)
            .with("state", "closed")),
    }
}

/// A quote as a record.
pub fn record(address: &Pubkey, quote: &Quote) -> Record {
    let unit = unit(quote.currency);
    let amount = |base| Amount { base, unit };
    let lines: Vec<Record> = quote
        .lines
        .iter()
        .enumerate()
        .map(|(number, line)| {
            Record::new()
                .with("line", number as u64)
                .with("device", line.device)
                .with("class", line.class)
                .with("qty", line.qty)
                .with("rate_per_processor_hour", Amount::usd(line.rate_usd_micros))
                .with("compute", amount(line.compute))
                .with("reservation_fee", amount(line.reservation))
                .with("payment_fee", amount(line.payment))
        })
        .collect();
    Record::new()
        .with("quote", *address)
        .with("id", hex::encode(quote.id))
        .with("renter", quote.renter)
        .with("payer", quote.payer)
        .with("currency", unit.symbol())
        .with("minutes", quote.minutes)
        .with("total", amount(quote.total))
        .with("used", quote.is_used)
        .with("expires_at", Cell::Time(quote.expires_at))
        .with("supplier_fee", Cell::Bps(quote.supplier_fee_bps.into()))
        .with("lines", lines)
}
