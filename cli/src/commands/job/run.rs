//! `ion job run`.

use std::path::PathBuf;

use ::booking::state::Booking;
use clap::Args;
use ion_economics::booking::LineStatus;
use ion_protocol::{Domain, JobOrder};
use rand::RngCore;
use solana_pubkey::Pubkey;

use super::{
    agent::{AgentArgs, NoAnswer},
    order::{Known, default_file, keep, read},
    outcome::{SaveArgs, state_name},
    wait::{Patience, wait},
    work::{WorkArgs, check, describe},
};
use crate::{
    commands::{
        booking::show::{find, parse_id},
        device,
    },
    context::Context,
    failure::{Failure, Outcome},
    output::{Format, Record},
    sealed::sealed,
};

/// Arguments of `job run`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion job run 0a1b2c... --agent http://10.0.0.5:7200 --left a.csv --right b.csv --wait --save c.csv\n  ion job run 0a1b2c... --random 512x512x512 --seed 7 --wait    # with ION_AGENT set\n  ion job run 0a1b2c... --image docker.io/library/alpine@sha256:4b7c... --cpu-millis 500 -- echo hello\n  ion job run --order job-0f3a5b7c9d1e2f30.order                # sends the same order again\n\nThe order is signed with the renter's key and kept in a file before it is sent. Sent twice it is one job. Nothing is sent to the chain."
)]
pub struct RunArgs {
    /// Booking id (32 hex digits) or address; it must be running
    #[arg(required_unless_present = "order")]
    booking: Option<String>,

    /// Device of the booking to work on [default: its only hired one]
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,

    #[command(flatten)]
    work: WorkArgs,

    /// Time for the work in seconds
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,

    /// Tells orders of the same work apart, 32 hex digits [default: drawn, and shown]
    #[arg(long, value_name = "HEX")]
    nonce: Option<String>,

    /// Sends the order of this file again, as it is
    #[arg(long, value_name = "FILE", conflicts_with_all = ["booking", "device", "nonce", "seconds", "save_order", "left", "right", "random", "seed", "image", "cpu_millis", "memory_mib", "gpus", "network", "command"])]
    order: Option<PathBuf>,

    /// Where the order is kept [default: job-<start of its id>.order here]
    #[arg(long, value_name = "FILE")]
    save_order: Option<PathBuf>,

    #[command(flatten)]
    agent: AgentArgs,

    /// Waits for the end and shows the result, checked
    #[arg(long)]
    wait: bool,

    #[command(flatten)]
    patience: Patience,

    #[command(flatten)]
    save: SaveArgs,
}

impl RunArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        if !self.wait && !self.save.is_empty() {
            return Err(
                Failure::usage("there is no result to save yet", "--wait is missing")
                    .next("add --wait, or give --save to ion job wait or ion job result"),
            );
        }
        let order = match &self.order {
            Some(path) => read(path)?,
            None => self.make(ctx)?,
        };
        let id = order.id();
        let path = self
            .order
            .as_ref()
            .or(self.save_order.as_ref())
            .map_or_else(|| default_file(&id), PathBuf::clone);
        let shown = Record::new()
            .with("order", hex::encode(id))
            .with("kept_in", path.display().to_string())
            .with("device", Pubkey::new_from_array(order.device))
            .with("booking", Pubkey::new_from_array(order.booking))
            .with("work", describe(&order.work))
            .with("seconds", order.seconds)
            .with("nonce", hex::encode(order.nonce));
        if ctx.args.dry_run {
            ctx.print(&shown.with("state", "not sent"));
            return Ok(());
        }
        // Kept and shown before anything is sent: with either a lost reply can be asked for again.
        if self.order.is_none() {
            keep(&path, &sealed(ctx, Domain::JobOrder, &order)?, &order)?;
        }
        eprint!("{}", shown.to_text());
        let state = self
            .agent
            .place(ctx, &order)
            .map_err(|answer| retry(answer, &path))?;
        if self.wait {
            let known = Known::from(order);
            return wait(ctx, &self.agent, &known, &self.patience, &self.save);
        }
        ctx.print(&shown.with("state", state_name(&state)));
        if ctx.format() == Format::Text {
            eprintln!("Its result: ion job wait {}", path.display());
        }
        Ok(())
    }

    /// A new order.
    fn make(&self, ctx: &Context) -> Outcome<JobOrder> {
        let nonce = match &self.nonce {
            Some(text) => parse_id(text).ok_or_else(|| {
                Failure::usage("the nonce is not understood", "it has 32 hex digits")
            })?,
            None => {
                let mut nonce = [0; 16];
                rand::thread_rng().fill_bytes(&mut nonce);
                nonce
            }
        };
        let mut order = JobOrder {
            device: [0; 32],
            booking: [0; 32],
            nonce,
            seconds: self.seconds,
            work: self.work.read()?,
        };
        check(&order)?;
        let (address, booking) = find(ctx, self.booking.as_deref().unwrap_or_default())?;
        order.booking = address.to_bytes();
        order.device = self.device(ctx, &booking)?.to_bytes();
        Ok(order)
    }

    fn device(&self, ctx: &Context, booking: &Booking) -> Outcome<Pubkey> {
        let hired: Vec<Pubkey> = booking
            .lines
            .iter()
            .filter(|line| line.status == LineStatus::Hired as u8)
            .map(|line| line.device)
            .collect();
        let named = self
            .device
            .as_deref()
            .map(|text| device::show::find(ctx, text).map(|(address, _)| address))
            .transpose()?;
        match (named, hired.as_slice()) {
            (Some(device), all) if all.contains(&device) => Ok(device),
            (Some(device), _) => Err(Failure::chain(
                "the booking does not hold this device",
                format!("{device} is on no hired line"),
            )
            .next("ion booking show ID lists the lines")),
            (None, [only]) => Ok(*only),
            (None, []) => Err(Failure::chain(
                "the booking holds no device",
                "none of its lines is hired",
            )
            .next("ion booking show ID shows why")),
            (None, several) => {
                let names: Vec<String> = several.iter().map(Pubkey::to_string).collect();
                Err(
                    Failure::usage("the booking holds several devices", names.join(", "))
                        .next("name one with --device"),
                )
            }
        }
    }
}

/// A failure to place an order, with how to send the same one again.
fn retry(answer: NoAnswer, path: &std::path::Path) -> Failure {
    match answer {
        NoAnswer::ForNow(failure) => {
            let advice = failure.next.clone().unwrap_or_default();
            failure.next(format!(
                "{advice}; then ion job run --order {} sends the same order",
                path.display()
            ))
        }
        NoAnswer::Refused(failure) => failure,
    }
}
