//! From a signed request to a quote on chain.

use std::sync::Arc;

use booking::{CreateQuoteArgs, constants, state::Quote};
use ion_chain::Outbox;
use ion_client::{
    addresses, errors,
    instructions::booking::{self as instructions, QuotedDevice},
};
use ion_economics::{
    booking::{BookingStatus, Currency},
    params::booking as params,
};
use ion_placement::{Colocation, Decision, MAX_LINES, Outcome, Placement, Request, Shape};
use ion_protocol::{
    Domain, MAX_QUOTE_REQUEST_BYTES, MAX_REGION_BYTES, QuoteAnswer, QuoteRequest, QuotedLine,
    Realm, open,
};
use ion_store::outbox::{Key, State};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use tokio::sync::Notify;

use super::{
    Desk, Facts, NewQuote, Planner, QuoteError, QuoteState, SchedulerChain, settings::QuoteSection,
    steps::CREATE_QUOTE,
};
use crate::chain_view::read;

/// How often a placement is made anew when its devices were reserved for another renter meanwhile.
const PLACEMENTS: u32 = 4;
/// Most processors of a device.
const MAX_QTY: usize = ion_economics::device::MAX_QTY as usize;

/// Makes quotes. One per process.
pub struct Quoting {
    /// Reading side of the chain.
    pub chain: Arc<dyn SchedulerChain>,
    /// The scheduler's tables.
    pub desk: Desk,
    /// Transactions on their way.
    pub outbox: Outbox,
    /// Wakes the sender.
    pub nudge: Arc<Notify>,
    /// Cluster and program that requests are bound to.
    pub realm: Realm,
    /// Address of the scheduler's key.
    pub scheduler: Pubkey,
    /// Oracle account of the IO price.
    pub price_account: Option<Pubkey>,
    /// Places requests.
    pub planner: Arc<Planner>,
    /// Bounds of the answers.
    pub settings: QuoteSection,
}

impl Quoting {
    /// Answers a request with a quote that is on chain.
    ///
    /// Errors: in order of checks those of the envelope, `BadRequest`, `NoIoQuotes`, `OpenBooking`,
    /// `NoFit`, `Refused`, `Late`; `Chain`, `Store`, `Outbox` at any point.
    pub async fn quote(&self, body: &[u8]) -> Result<QuoteAnswer, QuoteError> {
        let now = read(&self.chain, |chain| chain.now()).await?;
        let opened = open::<QuoteRequest>(
            body,
            MAX_QUOTE_REQUEST_BYTES,
            Domain::QuoteRequest,
            &self.realm,
            now,
        )?;
        let renter = Pubkey::new_from_array(opened.subject);
        let request = opened.message;
        self.check(&request)?;
        self.desk
            .accept_sequence(&renter, opened.sequence)
            .await??;

        let (new, placement) = self.place(&renter, &request).await?;
        let devices: Vec<QuotedDevice> = new
            .devices
            .iter()
            .map(|device| QuotedDevice {
                device: *device,
                class: request.class,
            })
            .collect();
        let args = CreateQuoteArgs {
            id: new.id,
            group: [0; 16],
            renter,
            payer: Pubkey::new_from_array(request.payer),
            currency: request.currency,
            source: 0,
            flags: flags(&request),
            minutes: request.minutes,
            // At most MAX_LINES by the placement.
            lines: u8::try_from(placement.devices.len()).unwrap_or(u8::MAX),
        };
        let price = self
            .price_account
            .filter(|_| request.currency == Currency::Io as u8);
        let stamp = read(&self.chain, move |chain| chain.stamp(now)).await?;
        let instruction =
            instructions::create_quote_in(stamp, &self.scheduler, price.as_ref(), &devices, args);
        let quote = self.post(CREATE_QUOTE, &new, instruction).await?;
        Ok(answer(&new, &quote))
    }

    /// Brings a stored quote on chain and waits for it.
    ///
    /// Errors: `Refused`, `Late`, `Chain`, `Store`, `Outbox`.
    pub(super) async fn post(
        &self,
        kind: &str,
        new: &NewQuote,
        instruction: Instruction,
    ) -> Result<Quote, QuoteError> {
        let key = Key::new(kind, new.address, 0);
        self.outbox.enqueue(&key, &[instruction]).await?;
        self.nudge.notify_one();
        match tokio::time::timeout(self.settings.wait, self.await_quote(&key, new)).await {
            Ok(Ok(quote)) => {
                self.desk.opened(&new.id, quote.expires_at).await?;
                Ok(quote)
            }
            Ok(Err(error)) => {
                if matches!(error, QuoteError::Refused(_)) {
                    self.desk.ended(&new.id, QuoteState::Refused).await?;
                }
                Err(error)
            }
            // The row may still land: the reservation stays until its end.
            Err(_) => Err(QuoteError::Late),
        }
    }

    /// Checks that need no chain.
    fn check(&self, request: &QuoteRequest) -> Result<(), QuoteError> {
        let gpus = usize::from(request.gpus);
        if gpus == 0 || gpus > MAX_LINES * MAX_QTY {
            return Err(QuoteError::BadRequest("gpus: 1 to 512"));
        }
        if request
            .region
            .as_ref()
            .is_some_and(|region| region.len() > MAX_REGION_BYTES)
        {
            return Err(QuoteError::BadRequest("region: at most 64 bytes"));
        }
        if request.payer == [0; 32] {
            return Err(QuoteError::BadRequest("payer: an address"));
        }
        match Currency::from_u8(request.currency) {
            None => Err(QuoteError::BadRequest("currency: 0 USDC, 1 IO")),
            Some(Currency::Io) if self.price_account.is_none() => Err(QuoteError::NoIoQuotes),
            Some(Currency::Usdc | Currency::Io) => Ok(()),
        }
    }

    /// Places the request on a fresh reading of the fleet and reserves its devices.
    async fn place(
        &self,
        renter: &Pubkey,
        request: &QuoteRequest,
    ) -> Result<(NewQuote, Placement), QuoteError> {
        for _ in 0..PLACEMENTS {
            let facts = read(&self.chain, |chain| chain.facts()).await?;
            check_minutes(&facts, request)?;
            if let Some(open) = open_booking(&facts, renter) {
                return Err(QuoteError::OpenBooking(open));
            }
            let reserved = self.desk.reserved(Some(renter), facts.now).await?;
            let id = quote_id(facts.now);
            let wanted = wanted(id, request)?;
            let decision = self.planner.decide(&facts, &reserved, &wanted);
            let Outcome::Placed(placement) = decision.outcome.clone() else {
                return Err(QuoteError::NoFit(explain(&decision)));
            };
            let ttl = facts.booking_params.value(&params::QUOTE_TTL, facts.now);
            let wait = i64::try_from(self.settings.wait.as_secs()).unwrap_or(i64::MAX);
            let new = NewQuote {
                id,
                address: addresses::booking::quote(&id),
                renter: *renter,
                decision: serde_json::to_string(&decision).unwrap_or_default(),
                devices: placement
                    .devices
                    .iter()
                    .map(|chosen| Pubkey::new_from_array(chosen.device))
                    .collect(),
                now: facts.now,
                // Until the quote's own end is known: it is made at most the wait from now.
                expires_at: facts.now.saturating_add(ttl).saturating_add(wait),
            };
            if self.desk.reserve(&new).await? {
                return Ok((new, placement));
            }
        }
        Err(QuoteError::Busy)
    }

    /// Waits until the quote's account exists or its row is closed without effect.
    async fn await_quote(&self, key: &Key, new: &NewQuote) -> Result<Quote, QuoteError> {
        loop {
            let address = new.address;
            if let Some(quote) = read(&self.chain, move |chain| chain.quote(&address)).await? {
                return Ok(quote);
            }
            if let Some(row) = self.outbox.row(key).await?
                && matches!(row.state, State::Rejected | State::Poison)
            {
                let named = row.code.and_then(|code| errors::lookup(&booking::ID, code));
                let reason = named
                    .map(|(name, message)| format!("{name}: {message}"))
                    .or(row.error);
                return Err(QuoteError::Refused(reason.unwrap_or_default()));
            }
            tokio::time::sleep(self.settings.poll).await;
        }
    }
}

/// Creation time (i64, little endian) and a random nonce.
pub(super) fn quote_id(now: i64) -> [u8; 16] {
    let mut id = [0; 16];
    let (time, nonce) = id.split_at_mut(8);
    time.copy_from_slice(&now.to_le_bytes());
    nonce.copy_from_slice(&rand::random::<[u8; 8]>());
    id
}

fn flags(request: &QuoteRequest) -> u8 {
    let gang = if request.gang {
        constants::FLAG_GANG
    } else {
        0
    };
    let failover = if request.failover {
        constants::FLAG_FAILOVER
    } else {
        0
    };
    gang | failover
}

/// The request as placement takes it. One renter is served at a time, so the order of arrival decides
/// nothing here.
fn wanted(id: [u8; 16], request: &QuoteRequest) -> Result<Request, QuoteError> {
    let shape = Shape::Devices {
        class: request.class,
        gpus: request.gpus,
        // MAX_LINES is 8.
        lines: MAX_LINES as u8,
    };
    let colocation = match request.colocation {
        0 => Colocation::Any,
        1 => Colocation::Region,
        2 => Colocation::Supplier,
        _ => {
            return Err(QuoteError::BadRequest(
                "colocation: 0 any, 1 region, 2 supplier",
            ));
        }
    };
    Ok(Request {
        min_connectivity_tier: request.min_connectivity_tier,
        min_supplier_tier: request.min_supplier_tier,
        min_reliability_bps: request.min_reliability_bps,
        max_price_usd_micros: request.max_price_usd_micros,
        region: request.region.clone(),
        confidential: request.confidential,
        colocation,
        gang: request.gang,
        ..Request::new(id, 0, shape, request.minutes)
    })
}

fn check_minutes(facts: &Facts, request: &QuoteRequest) -> Result<(), QuoteError> {
    let value = |param| facts.booking_params.value(param, facts.now);
    let minutes = i64::from(request.minutes);
    if minutes < value(&params::MIN_MINUTES) || minutes > value(&params::MAX_MINUTES) {
        return Err(QuoteError::BadRequest(
            "minutes: outside the network's bounds",
        ));
    }
    Ok(())
}

/// A booking of the renter that still waits for its payment.
fn open_booking(facts: &Facts, renter: &Pubkey) -> Option<Pubkey> {
    let waits = |status| {
        matches!(
            BookingStatus::from_u8(status),
            Some(BookingStatus::Booked | BookingStatus::PartiallyPaid)
        )
    };
    facts
        .bookings
        .iter()
        .find(|(_, booking)| {
            booking.renter == *renter && waits(booking.status) && facts.now <= booking.deadline
        })
        .map(|(key, _)| *key)
}

/// Why nothing fits, in words of the filter.
fn explain(decision: &Decision) -> String {
    let reasons: Vec<String> = decision
        .excluded
        .iter()
        .map(|(reason, count)| {
            let name = serde_json::to_value(reason)
                .ok()
                .and_then(|name| name.as_str().map(str::to_owned));
            format!("{} by {}", count, name.unwrap_or_default())
        })
        .collect();
    let left = match decision.outcome {
        Outcome::NoFit { candidate_gpus } => candidate_gpus,
        Outcome::Placed(_) => 0,
    };
    format!(
        "{} candidates with {left} processors in total; excluded: {}",
        decision.candidates,
        if reasons.is_empty() {
            "none".to_owned()
        } else {
            reasons.join(", ")
        }
    )
}

pub(super) fn answer(new: &NewQuote, quote: &Quote) -> QuoteAnswer {
    let is_io = quote.currency == Currency::Io as u8;
    QuoteAnswer {
        id: hex::encode(new.id),
        quote: new.address.to_string(),
        booking: addresses::booking::booking(&new.id).to_string(),
        renter: quote.renter.to_string(),
        payer: quote.payer.to_string(),
        currency: if is_io { "io" } else { "usdc" }.to_owned(),
        decimals: if is_io { 8 } else { 6 },
        total: quote.total.to_string(),
        price_p12: quote.price_p12.to_string(),
        minutes: quote.minutes,
        expires_at: quote.expires_at,
        lines: quote
            .lines
            .iter()
            .map(|line| QuotedLine {
                device: line.device.to_string(),
                qty: line.qty,
                rate_usd_micros: line.rate_usd_micros.to_string(),
                compute: line.compute.to_string(),
                reservation: line.reservation.to_string(),
                payment: line.payment.to_string(),
            })
            .collect(),
    }
}
