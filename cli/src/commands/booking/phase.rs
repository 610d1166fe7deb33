//! The verbs that move a booking from one state to the next: `cancel`, `expire`, `start`, `terminate`,
//! `end`, `settle`, `close`.

use ::booking::state::Booking;
use clap::Args;
use ion_client::{accounts, addresses, instructions::booking as build};
use ion_economics::{
    booking::{BookingStatus, LineStatus},
    units::DAY,
};
use registry::state::Roles;
use solana_pubkey::Pubkey;

use super::show::{find, state, unit};
use crate::{
    amount::Amount,
    context::Context,
    failure::{Failure, Outcome},
    time::{show_duration, show_time},
    write::{Write, deadline},
};

/// A booking on the command line.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// Booking id (32 hex digits) or address
    booking: String,
}

macro_rules! verb {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Args)]
        #[command(after_help = concat!("Example:\n  ", $example))]
        pub struct $name {
            #[command(flatten)]
            target: Target,
        }
    };
}

verb!(
    /// Arguments of `booking cancel`.
    CancelArgs, "ion booking cancel 0a1b2c..."
);
verb!(
    /// Arguments of `booking expire`.
    ExpireArgs, "ion booking expire 0a1b2c..."
);
verb!(
    /// Arguments of `booking start`.
    StartArgs, "ion booking start 0a1b2c... -k scheduler.json"
);
verb!(
    /// Arguments of `booking terminate`.
    TerminateArgs, "ion booking terminate 0a1b2c..."
);
verb!(
    /// Arguments of `booking end`.
    EndArgs, "ion booking end 0a1b2c..."
);
verb!(
    /// Arguments of `booking settle`.
    SettleArgs, "ion booking settle 0a1b2c..."
);
verb!(
    /// Arguments of `booking close`.
    CloseArgs, "ion booking close 0a1b2c..."
);

/// Devices that the booking holds, in line order.
fn hired(booking: &Booking) -> Vec<Pubkey> {
    booking
        .lines
        .iter()
        .filter(|line| line.status == LineStatus::Hired as u8)
        .map(|line| line.device)
        .collect()
}

fn name(booking: &Booking) -> String {
    hex::encode(booking.id)
}

fn paid(booking: &Booking) -> Amount {
    Amount {
        base: booking.paid,
        unit: unit(booking.currency),
    }
}

fn mint(ctx: &Context, booking: &Booking) -> Outcome<Pubkey> {
    booking
        .mint(&ctx.config()?)
        .map_err(|error| Failure::chain("the booking cannot be read", error))
}

impl CancelArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.target.booking)?;
        let instruction = build::cancel(&ctx.wallet()?, &address, booking.op_seq, &hired(&booking));
        let is_full = booking.paid == booking.total;
        let kept = booking
            .lines
            .iter()
            .fold(0_u64, |sum, line| sum.saturating_add(line.reservation));
        let kept = if is_full { kept } else { 0 };
        let unit = unit(booking.currency);
        Write::new(format!("Cancel booking {}", name(&booking)), instruction)
            .effect("paid", paid(&booking))
            .effect("reservation_fee_kept", Amount { base: kept, unit })
            .effect(
                "refund",
                Amount {
                    base: booking.paid.saturating_sub(kept),
                    unit,
                },
            )
            .effect("refund_to", booking.payer)
            .warning("pull the refund with ion booking refund")
            .run(ctx, |ctx| state(ctx, &address))
    }
}

impl ExpireArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.target.booking)?;
        let by = ctx.payer_wallet()?;
        // A paid booking that was not started in time has an instruction of its own.
        let instruction = if booking.status == BookingStatus::Paid as u8 {
            build::cancel_unstarted(&by, &address, &hired(&booking))
        } else {
            build::expire(&by, &address, &hired(&booking))
        };
        Write::new(
            format!(
                "End booking {}, which was not paid, locked or started in time",
                name(&booking)
            ),
            instruction,
        )
        .effect("refund", paid(&booking))
        .effect("refund_to", booking.payer)
        .effect("deadline", deadline(booking.deadline, ctx.now()?))
        .run(ctx, |ctx| state(ctx, &address))
    }
}

impl StartArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.target.booking)?;
        let instruction = build::start(&ctx.wallet()?, &address, booking.op_seq);
        let now = ctx.now()?;
        let seconds = i64::from(booking.minutes).saturating_mul(60);
        Write::new(format!("Start booking {}", name(&booking)), instruction)
            .effect("duration", show_duration(seconds))
            .effect("ends", deadline(now.saturating_add(seconds), now))
            .effect("start_until", deadline(booking.deadline, now))
            .run(ctx, |ctx| state(ctx, &address))
    }
}

impl TerminateArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.target.booking)?;
        let instruction =
            build::terminate(&ctx.wallet()?, &address, booking.op_seq, &hired(&booking));
        let now = ctx.now()?;
        let run = now.saturating_sub(booking.started_at).max(0);
        let floor = i64::from(booking.nonrefundable_minutes).saturating_mul(60);
        let left = booking.ends_at.saturating_sub(now).max(0);
        let mut write = Write::new(format!("End booking {} now", name(&booking)), instruction)
            .effect("has_run", show_duration(run))
            .effect("not_used", show_duration(left))
            .effect("refund_to", booking.payer)
            .warning("what was not served is refunded after the final work record");
        if run < floor {
            write = write.warning(format!(
                "the first {} are billed in any case",
                show_duration(floor)
            ));
        }
        write.run(ctx, |ctx| state(ctx, &address))
    }
}

impl EndArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.target.booking)?;
        let now = ctx.now()?;
        if booking.status == BookingStatus::Running as u8 && now < booking.ends_at {
            let left = show_duration(booking.ends_at.saturating_sub(now));
            return Err(Failure::chain("the booking is still running", format!("it has {left} left")).next(format!(
                "run \"ion booking end\" after {}; the renter can end it now with ion booking terminate",
                show_time(booking.ends_at)
            )));
        }
        let instruction = build::end(&ctx.payer_wallet()?, &address, &hired(&booking));
        Write::new(
            format!("End booking {}, whose time is over", name(&booking)),
            instruction,
        )
        .effect("frees_devices", hired(&booking).len() as u64)
        .run(ctx, |ctx| state(ctx, &address))
    }
}

impl SettleArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.target.booking)?;
        let day = u64::try_from(ctx.now()?.div_euclid(DAY)).unwrap_or_default();
        let currency = booking
            .currency()
            .map_err(|error| Failure::chain("the booking cannot be read", error))?;
        let instruction = build::settle(
            &ctx.payer_wallet()?,
            &address,
            currency,
            &mint(ctx, &booking)?,
            day,
        );
        let kept = Amount {
            base: booking.fees_kept,
            unit: unit(booking.currency),
        };
        Write::new(format!("Settle booking {}", name(&booking)), instruction)
            .after(ctx.open_epoch(day)?)
            .effect("fees_to_the_fee_vault", kept)
            .run(ctx, |ctx| state(ctx, &address))
    }
}

impl CloseArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.target.booking)?;
        let currency = booking
            .currency()
            .map_err(|error| Failure::chain("the booking cannot be read", error))?;
        let has_gifts = accounts::token_balance(&ctx.chain, &booking.escrow)? > 0;
        let scheduler = if booking.failover_rent > 0 {
            let roles: Roles = accounts::fetch(&ctx.chain, &addresses::registry::roles())?;
            Some(roles.scheduler.current)
        } else {
            None
        };
        let instruction = build::close(
            &ctx.payer_wallet()?,
            &address,
            &mint(ctx, &booking)?,
            &booking.renter,
            &build::CloseExtras {
                excess: has_gifts.then_some(currency),
                scheduler,
            },
        );
        Write::new(format!("Close booking {}", name(&booking)), instruction)
            .effect("rent_to", booking.renter)
            .warning("the record stays in the chain's events: ion tne show --booking ID")
            .run(ctx, |ctx| state(ctx, &address))
    }
}
