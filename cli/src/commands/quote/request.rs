//! `ion quote request`: asks a scheduler to place a cluster and post a quote for it.
//!
//! The request is signed with the renter's key and bound to the cluster; nothing is sent on chain by
//! this command.

use std::time::Duration;

use borsh::BorshSerialize;
use clap::Args;
use ion_protocol::{Domain, ErrorBody, MAX_REGION_BYTES, QUOTE_PATH, QuoteAnswer, QuoteRequest};

use super::create::CurrencyName;
use crate::{
    amount::{Amount, Unit},
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::{Cell, Record},
    sealed::sealed,
    time::parse_minutes,
};

/// How long a scheduler may take: the answer comes when the quote is confirmed on chain.
const ANSWER_DEADLINE: Duration = Duration::from_secs(60);

/// Arguments of `quote request`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion quote request --scheduler http://127.0.0.1:7300 --class 20 --gpus 8 --minutes 3h\n\nThen: ion booking create ID, ion booking pay ID"
)]
pub struct RequestArgs {
    /// Address of the scheduler
    #[arg(long, env = "ION_SCHEDULER", value_name = "URL")]
    scheduler: String,

    /// Number of the processor class (ion class list)
    #[arg(long)]
    class: u16,

    /// Processors, exactly; 1 to 512
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=512))]
    gpus: u16,

    /// Booked time: 180, 180min, 3h, 2d
    #[arg(long, value_parser = parse_minutes)]
    minutes: u32,

    /// Currency of the price
    #[arg(long, value_enum, default_value = "usdc")]
    currency: CurrencyName,

    /// Who pays and is refunded [default: the renter]
    #[arg(long, value_name = "KEY")]
    payer: Option<String>,

    /// All lines end when one fails
    #[arg(long)]
    gang: bool,

    /// A failed device may be replaced
    #[arg(long)]
    failover: bool,

    /// Highest price in USD per processor and hour
    #[arg(long, value_name = "USD")]
    max_price: Option<String>,

    /// Region that every device must be in
    #[arg(long)]
    region: Option<String>,

    /// Every device must be able to compute confidentially
    #[arg(long)]
    confidential: bool,

    /// What the devices must share
    #[arg(long, value_enum, default_value = "any")]
    colocation: ColocationName,

    /// Lowest connectivity tier, 0 to 4
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=4))]
    min_connectivity_tier: u8,

    /// Lowest supplier tier
    #[arg(long, default_value_t = 0)]
    min_supplier_tier: u8,

    /// Lowest reliability score in basis points
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=10_000))]
    min_reliability_bps: u16,
}

/// What the devices of a cluster must share, as the scheduler numbers it.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum ColocationName {
    /// Nothing
    Any = 0,
    /// The region
    Region = 1,
    /// The supplier
    Supplier = 2,
}

impl RequestArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let message = self.message(ctx)?;
        let answer = ask(
            ctx,
            &self.scheduler,
            QUOTE_PATH,
            Domain::QuoteRequest,
            &message,
        )?;
        ctx.print(&record(&answer, self.currency.unit()));
        if ctx.format() == crate::output::Format::Text {
            eprintln!("Book it in time: ion booking create {}", answer.id);
        }
        Ok(())
    }

    fn message(&self, ctx: &Context) -> Outcome<QuoteRequest> {
        let payer = match &self.payer {
            Some(text) => parse_key(text, "payer")?,
            None => ctx.wallet()?,
        };
        if self
            .region
            .as_ref()
            .is_some_and(|region| region.len() > MAX_REGION_BYTES)
        {
            return Err(Failure::usage(
                "the region is too long",
                format!("it has at most {MAX_REGION_BYTES} bytes"),
            ));
        }
        let max_price = self
            .max_price
            .as_deref()
            .map(|text| Amount::parse(text, Unit::Usd, ctx.args.raw))
            .transpose()?;
        Ok(QuoteRequest {
            currency: self.currency.on_chain() as u8,
            gang: self.gang,
            failover: self.failover,
            min_connectivity_tier: self.min_connectivity_tier,
            min_supplier_tier: self.min_supplier_tier,
            min_reliability_bps: self.min_reliability_bps,
            max_price_usd_micros: max_price.map(|price| price.base),
            region: self.region.clone(),
            confidential: self.confidential,
            colocation: self.colocation as u8,
            ..QuoteRequest::new(payer.to_bytes(), self.class, self.gpus, self.minutes)
        })
    }
}

/// Signs a request with the renter's key, for this cluster, and asks the scheduler.
///
/// Errors: rpc when the scheduler does not answer, program with its reason when it says no.
pub(super) fn ask<T: BorshSerialize>(
    ctx: &Context,
    scheduler: &str,
    path: &str,
    domain: Domain,
    message: &T,
) -> Outcome<QuoteAnswer> {
    let url = format!("{}{path}", scheduler.trim_end_matches('/'));
    let envelope = sealed(ctx, domain, message)?;
    let body = borsh::to_vec(&envelope)
        .map_err(|error| Failure::usage("the request cannot be encoded", error))?;
    post(&url, body)
}

fn post(url: &str, body: Vec<u8>) -> Outcome<QuoteAnswer> {
    let unreachable = |error: &dyn std::fmt::Display| {
        Failure::rpc(format!("the scheduler {url} does not answer"), error)
            .next("check --scheduler and that the scheduler runs")
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| unreachable(&error))?;
    let (status, text) = runtime
        .block_on(async {
            let client = reqwest::Client::builder()
                .timeout(ANSWER_DEADLINE)
                .build()?;
            let answer = client.post(url).body(body).send().await?;
            Ok::<_, reqwest::Error>((answer.status(), answer.text().await?))
        })
        .map_err(|error| unreachable(&error))?;
    if status.is_success() {
        return serde_json::from_str(&text)
            .map_err(|error| Failure::chain("the scheduler's answer is not understood", error));
    }
    let refusal = serde_json::from_str::<ErrorBody>(&text).map_or_else(
        |_| format!("status {status}"),
        |body| format!("{} ({})", body.message, body.error),
    );
    Err(Failure::chain("the scheduler gave no quote", refusal)
        .next("change the request, or try again when devices are free (ion device list --free)"))
}

/// A scheduler's answer as a record.
pub(super) fn record(answer: &QuoteAnswer, unit: Unit) -> Record {
    let amount = |text: &str| match text.parse() {
        Ok(base) => Cell::Amount(Amount { base, unit }),
        Err(_) => Cell::Nothing,
    };
    let lines: Vec<Record> = answer
        .lines
        .iter()
        .enumerate()
        .map(|(number, line)| {
            let rate = line.rate_usd_micros.parse().map(Amount::usd);
            Record::new()
                .with("line", number as u64)
                .with("device", line.device.as_str())
                .with("qty", line.qty)
                .with(
                    "rate_per_processor_hour",
                    rate.map_or(Cell::Nothing, Cell::Amount),
                )
                .with("compute", amount(&line.compute))
                .with("reservation_fee", amount(&line.reservation))
                .with("payment_fee", amount(&line.payment))
        })
        .collect();
    Record::new()
        .with("id", answer.id.as_str())
        .with("quote", answer.quote.as_str())
        .with("booking", answer.booking.as_str())
        .with("renter", answer.renter.as_str())
        .with("payer", answer.payer.as_str())
        .with("currency", unit.symbol())
        .with("minutes", answer.minutes)
        .with("total", amount(&answer.total))
        .with("expires_at", Cell::Time(answer.expires_at))
        .with("lines", lines)
}
