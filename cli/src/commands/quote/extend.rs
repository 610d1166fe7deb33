//! `ion quote extend`.

use booking::{QuoteExtensionArgs, state::Booking};
use clap::Args;
use ion_client::{
    addresses,
    instructions::booking::{self as build, QuotedDevice},
};
use ion_economics::booking::{LineStatus, Stamp};
use ion_protocol::{Domain, EXTENSION_PATH, ExtensionRequest};
use solana_pubkey::Pubkey;

use super::{
    create::{fresh_id, priced_by, sixteen},
    request::{ask, record},
    show::state,
};
use crate::{
    commands::booking::show::{find, unit},
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::Format,
    time::{parse_minutes, show_duration},
    write::{Write, deadline},
};

/// Arguments of `quote extend`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion quote extend 0a1b2c... --minutes 1d --scheduler http://127.0.0.1:7300   # the renter\n  ion quote extend 0a1b2c... --minutes 1d -k scheduler.json                 # the scheduler itself\n\nThen the renter: ion booking extend ID --quote QUOTE"
)]
pub struct ExtendArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Minutes to add to every hired line: 180, 180min, 3h, 2d
    #[arg(long, value_parser = parse_minutes)]
    minutes: u32,

    /// Asks this scheduler instead of posting the quote with the scheduler's own key
    #[arg(long, value_name = "URL", conflicts_with_all = ["price_update", "id"])]
    scheduler: Option<String>,

    /// Account of the oracle's price update, needed for a booking in IO
    #[arg(long, value_name = "KEY")]
    price_update: Option<String>,

    /// Id of the quote, 32 hex digits [default: the chain's time and a random number]
    #[arg(long, value_name = "HEX")]
    id: Option<String>,
}

impl ExtendArgs {
    /// The renter asks a scheduler, which posts the quote.
    fn request(
        &self,
        ctx: &Context,
        scheduler: &str,
        address: &Pubkey,
        booking: &Booking,
    ) -> Outcome<()> {
        let message = ExtensionRequest {
            booking: address.to_bytes(),
            minutes: self.minutes,
        };
        let answer = ask(
            ctx,
            scheduler,
            EXTENSION_PATH,
            Domain::ExtensionRequest,
            &message,
        )?;
        ctx.print(&record(&answer, unit(booking.currency)));
        if ctx.format() == Format::Text {
            eprintln!(
                "Take it in time: ion booking extend {} --quote {}",
                hex::encode(booking.id),
                answer.id
            );
        }
        Ok(())
    }

    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        if let Some(scheduler) = &self.scheduler {
            return self.request(ctx, scheduler, &address, &booking);
        }
        let price_update = self
            .price_update
            .as_deref()
            .map(|text| parse_key(text, "account of the price update"))
            .transpose()?;
        let id = match &self.id {
            Some(text) => sixteen(text, "id")?,
            None => fresh_id(ctx.now()?),
        };
        let stamp = Stamp::from_u8(booking.stamp).ok_or_else(|| {
            Failure::chain(
                "the booking cannot be read",
                format!("unknown reward mode {}", booking.stamp),
            )
        })?;
        let hired: Vec<QuotedDevice> = booking
            .lines
            .iter()
            .filter(|line| line.status == LineStatus::Hired as u8)
            .map(|line| QuotedDevice {
                device: line.device,
                class: line.class,
            })
            .collect();
        let instruction = build::quote_extension(
            &ctx.wallet()?,
            &address,
            stamp,
            price_update.as_ref(),
            &hired,
            QuoteExtensionArgs {
                id,
                minutes: self.minutes,
            },
        );
        let quote = addresses::booking::quote(&id);
        let seconds = i64::from(self.minutes).saturating_mul(60);
        Write::new(
            format!(
                "Quote {} more for booking {}",
                show_duration(seconds),
                hex::encode(booking.id)
            ),
            instruction,
        )
        .effect("quote", quote)
        .effect("id", hex::encode(id))
        .effect("devices", hired.len() as u64)
        .effect("priced_by", priced_by(stamp))
        .effect(
            "new_end",
            deadline(booking.ends_at.saturating_add(seconds), ctx.now()?),
        )
        .warning("lives about a minute and reserves nothing")
        .run(ctx, |ctx| state(ctx, &quote))
    }
}
