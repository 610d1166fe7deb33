//! Bookings: quotes, an hour of work with crashes in it, settlement, a cancellation.

use anyhow::{Context, Result};
use booking::state::Booking;
use ion_client::{accounts, addresses};
use ion_economics::{
    booking::BookingStatus,
    units::{DAY, HOUR},
};

use super::{
    HIRED, MINUTE, OUTAGE_AT, OUTAGE_MINUTES, QTY, SERVICE_DEADLINE, Story, VERIFIER_DEAD,
};
use crate::{
    narration::{io, usdc},
    process::wait_for,
};

impl Story<'_> {
    /// Asks the scheduler for a quote of the whole device; its id and the text of it.
    fn quote(&self, minutes: i64, currency: &str) -> Result<([u8; 16], String)> {
        let quote = self.network.cli.run(
            "renter",
            &[
                "quote",
                "request",
                "--scheduler",
                &self.services.scheduler_url,
                "--class",
                &self.class.to_string(),
                "--gpus",
                QTY,
                "--minutes",
                &minutes.to_string(),
                "--currency",
                currency,
            ],
        )?;
        let text = quote["id"].as_str().context("the quote has no id")?;
        let id = hex::decode(text)?
            .try_into()
            .map_err(|_| anyhow::anyhow!("quote id {text}"))?;
        Ok((id, text.to_owned()))
    }

    pub(super) fn book(&mut self) -> Result<[u8; 16]> {
        self.narrator
            .chapter("A renter asks for a quote and books it in USDC");
        let cli = &self.network.cli;
        let (id, text) = self.quote(HIRED, "usdc")?;
        self.narrator.say(&format!(
            "quote {text} placed on the device by the scheduler"
        ));
        let booked = cli.run("renter", &["booking", "create", &text])?;
        self.tell("booked", &booked);
        let paid = cli.run("renter", &["booking", "pay", &text])?;
        self.tell(
            &format!(
                "{} paid into the escrow, device locked",
                usdc(self.booking(&id)?.total)
            ),
            &paid,
        );
        Ok(id)
    }

    pub(super) fn run_hour(&mut self, id: &[u8; 16]) -> Result<()> {
        self.narrator
            .chapter("The scheduler starts it; an hour of work, minute by minute");
        let running = wait_for(
            "the scheduler to start the booking",
            SERVICE_DEADLINE,
            || {
                let booking = self.booking(id)?;
                Ok((booking.status()? == BookingStatus::Running).then_some(booking))
            },
        )?;
        self.narrator
            .say(&format!("running until {}", running.ends_at));
        for minute in 0..HIRED {
            match minute {
                OUTAGE_AT => {
                    self.services.agent.kill()?;
                    self.narrator
                        .say(&format!("minute {minute}: the agent is killed"));
                }
                _ if minute == OUTAGE_AT + OUTAGE_MINUTES => {
                    self.services.start_agent()?;
                    self.services
                        .wait_for_heartbeat(&self.device, self.network.now()?.div_euclid(MINUTE))?;
                    self.narrator.say(&format!("minute {minute}: it is back"));
                }
                _ if minute == VERIFIER_DEAD.start => {
                    self.services.kill_verifier(2)?;
                    self.narrator.say(&format!(
                        "minute {minute}: a verifier is killed; two are enough"
                    ));
                }
                _ if minute == VERIFIER_DEAD.end => {
                    self.services.restart_verifier(2)?;
                    self.narrator.say(&format!(
                        "minute {minute}: it is back and goes on where it was"
                    ));
                }
                _ => {}
            }
            self.step()?;
        }
        // To the report of the hour in which the booking ended.
        while self.network.now()? < running.ends_at {
            self.step()?;
        }
        let closed = running.ends_at.div_euclid(HOUR) * HOUR + HOUR + 7 * MINUTE;
        while self.network.now()? < closed {
            self.step()?;
        }
        self.post_price()?;
        let recorded = wait_for("the work record", SERVICE_DEADLINE, || {
            let booking = self.booking(id)?;
            let status = booking.status()?;
            Ok(
                matches!(status, BookingStatus::Settling | BookingStatus::Settled)
                    .then_some(booking),
            )
        })?;
        for line in &recorded.lines {
            self.narrator.say(&format!(
                "work report attested, leaf applied: {} of {HIRED} minutes served, {} billed, {} refunded",
                line.recorded_minutes,
                usdc(line.billed),
                usdc(line.refunded),
            ));
        }
        Ok(())
    }

    pub(super) fn settle(&mut self, id: &[u8; 16]) -> Result<()> {
        self.narrator.chapter("A day later nobody has challenged the record: the supplier is paid, fees are deposited");
        self.network.pass(DAY + MINUTE)?;
        let settled = wait_for("the booking to settle", SERVICE_DEADLINE, || {
            let booking = self.booking(id)?;
            Ok(
                (booking.status()? == BookingStatus::Settled && booking.refund_due == 0)
                    .then_some(booking),
            )
        })?;
        let earned: u64 = settled.lines.iter().map(|line| line.earned).sum();
        let fees: u64 = settled.lines.iter().map(|line| line.fee_taken).sum();
        self.narrator.say(&format!(
            "supplier earned {}, {} of it fees",
            usdc(earned),
            usdc(fees)
        ));
        self.narrator.say(&format!(
            "{} of renter fees in the fee vault, {} back to the renter",
            usdc(settled.fees_kept),
            usdc(settled.refunds_pulled)
        ));
        Ok(())
    }

    pub(super) fn cancelled_io_booking(&mut self) -> Result<[u8; 16]> {
        self.narrator.chapter(
            "The renter books in IO at the oracle's price, the scheduler dies, the renter cancels",
        );
        self.services
            .wait_for_heartbeat(&self.device, self.network.now()?.div_euclid(MINUTE))?;
        self.post_price()?;
        let id = self.book_and_cancel()?;
        let booking = wait_for("the cancelled booking to settle", SERVICE_DEADLINE, || {
            let booking = self.booking(&id)?;
            Ok(
                (booking.status()? == BookingStatus::Settled && booking.refund_due == 0)
                    .then_some(booking),
            )
        })?;
        self.narrator.say(&format!(
            "{} back to the renter, {} reservation fee kept",
            io(booking.refunds_pulled),
            io(booking.fees_kept)
        ));
        Ok(id)
    }

    fn book_and_cancel(&mut self) -> Result<[u8; 16]> {
        let cli = &self.network.cli;
        let (id, text) = self.quote(90, "io")?;
        // The scheduler must not start it before the renter changes its mind.
        self.services.scheduler.kill()?;
        let booked = cli.run("renter", &["booking", "create", &text])?;
        self.tell("booked", &booked);
        let paid = cli.run("renter", &["booking", "pay", &text])?;
        self.tell(
            &format!(
                "{} paid at the lower bound of the price",
                io(self.booking(&id)?.total)
            ),
            &paid,
        );
        let cancelled = cli.run("renter", &["booking", "cancel", &text])?;
        self.tell(
            "cancelled before its start: the reservation fee stays",
            &cancelled,
        );
        self.services.start_scheduler()?;
        Ok(id)
    }

    /// The booking ends as an account; the verifiers' housekeeping may have been faster.
    pub(super) fn close(&mut self, id: &[u8; 16]) -> Result<()> {
        let address = addresses::booking::booking(id);
        let text = hex::encode(id);
        let cli = &self.network.cli;
        let found: Option<Booking> = accounts::find(&self.network.chain, &address)?;
        let sent = match found {
            Some(booking) if booking.open_records > 0 => cli
                .run(
                    "auditor",
                    &["booking", "close-record", &text, "--record", "0"],
                )
                .and_then(|_| cli.run("auditor", &["booking", "close", &text])),
            Some(_) => cli.run("auditor", &["booking", "close", &text]),
            None => {
                self.narrator
                    .say("a verifier closed the booking, its rent is back with the renter");
                return Ok(());
            }
        };
        match sent {
            Ok(closed) => self.tell("booking closed, its rent back with the renter", &closed),
            Err(error) => {
                let left: Option<Booking> = accounts::find(&self.network.chain, &address)?;
                if left.is_some() {
                    return Err(error);
                }
                self.narrator
                    .say("a verifier closed the booking at the same moment");
            }
        }
        Ok(())
    }
}
