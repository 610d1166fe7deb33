//! `ion quote create`.

use booking::{
    CreateQuoteArgs,
    constants::{FLAG_FAILOVER, FLAG_GANG},
};
use clap::{Args, ValueEnum};
use ion_client::{
    addresses,
    instructions::booking::{self as build, QuotedDevice},
};
use ion_economics::booking::{Currency, PaySource, Stamp};
use rand::RngCore;

use super::show::state;
use crate::{
    amount::Unit,
    commands::{booking::show::parse_id, device},
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::Cell,
    time::{parse_minutes, show_duration},
    write::Write,
};

/// Currency of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CurrencyName {
    /// USDC tokens
    Usdc,
    /// IO tokens, priced by the oracle
    Io,
}

impl CurrencyName {
    /// The currency on chain.
    pub const fn on_chain(self) -> Currency {
        match self {
            Self::Usdc => Currency::Usdc,
            Self::Io => Currency::Io,
        }
    }

    /// Unit of its amounts.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Usdc => Unit::Usdc,
            Self::Io => Unit::Io,
        }
    }
}

/// Arguments of `quote create`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion quote create --renter 7Xw... --minutes 3h --currency usdc DEVICE DEVICE -k scheduler.json"
)]
pub struct CreateArgs {
    /// Devices in line order, 1 to 8; ids or addresses
    #[arg(required = true, num_args = 1..=8)]
    devices: Vec<String>,

    /// Who may book it
    #[arg(long, value_name = "KEY")]
    renter: String,

    /// Who pays and is refunded [default: the renter]
    #[arg(long, value_name = "KEY")]
    payer: Option<String>,

    /// Minutes of each line: 180, 180min, 3h, 2d
    #[arg(long, value_parser = parse_minutes)]
    minutes: u32,

    /// Currency of the price
    #[arg(long, value_enum, default_value = "usdc")]
    currency: CurrencyName,

    /// Account of the oracle's price update, needed for a price in IO
    #[arg(long, value_name = "KEY")]
    price_update: Option<String>,

    /// All lines end when one fails
    #[arg(long)]
    gang: bool,

    /// A failed line may be replaced
    #[arg(long)]
    failover: bool,

    /// The payment mirrors a card or credit payment
    #[arg(long)]
    mirror: bool,

    /// Group of bookings of one cluster, 32 hex digits
    #[arg(long, value_name = "HEX")]
    group: Option<String>,

    /// Id of the quote, 32 hex digits [default: the chain's time and a random number]
    #[arg(long, value_name = "HEX")]
    id: Option<String>,
}

impl CreateArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let renter = parse_key(&self.renter, "renter")?;
        let payer = self
            .payer
            .as_deref()
            .map(|text| parse_key(text, "payer"))
            .transpose()?
            .unwrap_or(renter);
        let price_update = self
            .price_update
            .as_deref()
            .map(|text| parse_key(text, "account of the price update"))
            .transpose()?;
        if self.currency == CurrencyName::Io && price_update.is_none() {
            return Err(Failure::usage(
                "a price in IO needs the oracle",
                "--price-update is missing",
            )
            .next("give the account of a fresh price update, or take --currency usdc"));
        }
        let now = ctx.now()?;
        let id = match &self.id {
            Some(text) => sixteen(text, "id")?,
            None => fresh_id(now),
        };
        let stamp = build::stamp_at(&ctx.config()?, now);
        let group = self
            .group
            .as_deref()
            .map(|text| sixteen(text, "group"))
            .transpose()?
            .unwrap_or_default();

        let mut lines = Vec::new();
        for text in &self.devices {
            let (address, device) = device::show::find(ctx, text)?;
            lines.push(QuotedDevice {
                device: address,
                class: device.class,
            });
        }
        let flags =
            if self.gang { FLAG_GANG } else { 0 } | if self.failover { FLAG_FAILOVER } else { 0 };
        let source = if self.mirror {
            PaySource::Mirror
        } else {
            PaySource::Wallet
        };
        let count = u8::try_from(lines.len()).unwrap_or(u8::MAX);
        let instruction = build::create_quote_in(
            stamp,
            &ctx.wallet()?,
            price_update.as_ref(),
            &lines,
            CreateQuoteArgs {
                id,
                group,
                renter,
                payer,
                currency: self.currency.on_chain() as u8,
                source: source as u8,
                flags,
                minutes: self.minutes,
                lines: count,
            },
        );
        let address = addresses::booking::quote(&id);
        let duration = show_duration(i64::from(self.minutes) * 60);
        Write::new(
            format!(
                "Quote {count} device(s) for {duration} in {}",
                self.currency.unit().symbol()
            ),
            instruction,
        )
        .effect("quote", address)
        .effect("id", hex::encode(id))
        .effect("renter", renter)
        .effect("payer", payer)
        .effect("priced_by", priced_by(stamp))
        .effect(
            "devices",
            Cell::Texts(lines.iter().map(|line| line.device.to_string()).collect()),
        )
        .warning("lives about a minute and reserves nothing")
        .run(ctx, |ctx| state(ctx, &address))
    }
}

/// Whose price a quote of this reward mode takes.
pub(super) const fn priced_by(stamp: Stamp) -> &'static str {
    match stamp {
        Stamp::Schedule => "the owners' asks",
        Stamp::Ide => "the list prices of the classes",
    }
}

/// Sixteen bytes in hexadecimal.
///
/// Errors: usage.
pub(super) fn sixteen(text: &str, what: &str) -> Outcome<[u8; 16]> {
    parse_id(text).ok_or_else(|| {
        Failure::usage(
            format!("the {what} is not understood"),
            "it has 32 hex digits",
        )
    })
}

/// Creation time (i64, little endian) and a random nonce of 8 bytes.
pub(super) fn fresh_id(now: i64) -> [u8; 16] {
    let mut id = [0; 16];
    let (time, nonce) = id.split_at_mut(8);
    time.copy_from_slice(&now.to_le_bytes());
    rand::thread_rng().fill_bytes(nonce);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_id_carries_the_time_and_a_nonce() {
        let first = fresh_id(1_800_000_000);
        assert_eq!(::booking::state::created_at(&first), 1_800_000_000);
        assert_ne!(first, fresh_id(1_800_000_000));
    }
}
