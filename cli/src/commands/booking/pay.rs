//! `ion booking pay` and `ion booking lock`.

use ::booking::state::{Booking, Line};
use clap::Args;
use ion_client::instructions::booking as build;
use ion_economics::booking::LineStatus;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use super::show::{find, state, unit};
use crate::{
    amount::Amount,
    context::{Context, token_account},
    failure::{Failure, Outcome},
    write::{Write, deadline},
};

/// Lines that one `lock_lines` takes.
const LINES_PER_LOCK: usize = 4;

/// Arguments of `booking pay`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion booking pay 0a1b2c...            # all that is still owed\n  ion booking pay 0a1b2c... --amount 5 --no-lock"
)]
pub struct PayArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Pay only this much [default: all that is owed]
    #[arg(long)]
    amount: Option<String>,

    /// Token account to pay from [default: the wallet's associated one]
    #[arg(long, value_name = "KEY")]
    from: Option<String>,

    /// Do not lock the devices in the same transaction
    #[arg(long)]
    no_lock: bool,
}

impl PayArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let unit = unit(booking.currency);
        let owed = Amount {
            base: booking.total.saturating_sub(booking.paid),
            unit,
        };
        let amount = match &self.amount {
            Some(text) => Amount::parse(text, unit, ctx.args.raw)?,
            None => owed,
        };
        if owed.base == 0 {
            return Err(Failure::chain(
                "nothing is owed",
                format!(
                    "the booking is paid: {}",
                    Amount {
                        base: booking.paid,
                        unit
                    }
                ),
            )
            .next("ion booking lock locks the devices if they are not locked yet"));
        }
        let wallet = ctx.wallet()?;
        let config = ctx.config()?;
        let mint = booking
            .mint(&config)
            .map_err(|error| Failure::chain("the booking cannot be read", error))?;
        let source = match &self.from {
            Some(text) => crate::context::parse_key(text, "token account")?,
            None => token_account(&wallet, &mint),
        };
        let instruction = build::pay(
            &wallet,
            &mint,
            &address,
            &source,
            amount.base,
            booking.op_seq,
        );
        let is_full = amount.base >= owed.base;
        let now = ctx.now()?;
        let mut write = Write::new(
            format!("Pay {amount} for booking {}", hex::encode(booking.id)),
            instruction,
        )
        .effect("from_account", source)
        .effect("owed_now", owed)
        .effect(
            "owed_afterwards",
            Amount {
                base: owed.base.saturating_sub(amount.base),
                unit,
            },
        )
        .effect("pay_until", deadline(booking.deadline, now))
        .effect("refunds_go_to", booking.payer);
        // Paid in full, few lines: the devices are locked at once, so that nobody takes them between.
        if is_full && !self.no_lock && booking.lines.len() <= LINES_PER_LOCK {
            let reserved: Vec<&Line> = booking.lines.iter().collect();
            write = write
                .and(lock(ctx, &address, &reserved)?)
                .effect("locks_devices", booking.lines.len() as u64);
        }
        write.run(ctx, |ctx| state(ctx, &address))
    }
}

/// Arguments of `booking lock`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion booking lock 0a1b2c...")]
pub struct LockArgs {
    /// Booking id (32 hex digits) or address
    booking: String,
}

impl LockArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let waiting: Vec<&Line> = waiting(&booking);
        if waiting.is_empty() {
            return Err(
                Failure::chain("nothing to lock", "no line waits for a lock")
                    .next("ion booking show ID"),
            );
        }
        let batch = waiting.get(..LINES_PER_LOCK).unwrap_or(&waiting);
        let instruction = lock(ctx, &address, batch)?;
        let write = Write::new(
            format!(
                "Lock {} device(s) of booking {}",
                batch.len(),
                hex::encode(booking.id)
            ),
            instruction,
        )
        .warning(
            "a device found unavailable makes the whole booking refundable (ion booking expire)",
        );
        write.run(ctx, |ctx| state(ctx, &address))
    }
}

fn waiting(booking: &Booking) -> Vec<&Line> {
    booking
        .lines
        .iter()
        .filter(|line| line.status == LineStatus::Reserved as u8)
        .collect()
}

fn lock(ctx: &Context, booking: &Pubkey, lines: &[&Line]) -> Outcome<Instruction> {
    let devices: Vec<build::QuotedDevice> = lines
        .iter()
        .map(|line| build::QuotedDevice {
            device: line.device,
            class: line.class,
        })
        .collect();
    Ok(build::lock_lines(&ctx.payer_wallet()?, booking, &devices))
}
