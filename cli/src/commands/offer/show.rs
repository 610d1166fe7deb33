//! `ion offer show`, and how an offer is found and described everywhere.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::stake::{
    Ledger, StakeResult, StakeRuleError,
    offer::{self, Invalidity, OfferTerms, Parties, SeenTerms},
};
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use staking::state::Offer;

use super::estimate::{self, Estimator};
use crate::{
    amount::Amount,
    commands::{
        device::show::status_name,
        stake::book::{Book, words},
    },
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `offer show`.
#[derive(Debug, Args)]
#[command(
    after_help = format!("{}\n\nExample of co-staking:\n  ion offer show 7Xw... --output json", estimate::HELP)
)]
pub struct ShowArgs {
    /// Device id or address
    device: String,

    /// Number of the offer [default: the open one]
    #[arg(long)]
    seq: Option<u64>,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.device)?;
        let offer = find(ctx, &book, self.seq)?;
        let terms = terms(&offer)?;
        let config = ctx.config()?;
        let invalid = invalidity(&book, &terms)?;
        let estimator = Estimator::load(ctx)?;
        let record = record(&book, &offer)?
            .with(
                "address",
                addresses::staking::offer(&book.address, offer.seq),
            )
            .with("made_by", offer.payer)
            .with("created_at", Cell::Time(offer.created_at))
            .with("can_be_closed_by_anyone", invalid.is_some())
            .with(
                "entries_are_paused",
                config.is_paused(PauseBit::Offers, book.now()),
            )
            .with(
                "required",
                Amount::io(book.view.requirement.current.base_units()),
            )
            .with("counted", Amount::io(book.eligible_io()?))
            .with(
                "largest_co_stake",
                Amount::io(book.view.co_cap.base_units()),
            )
            .with("open_cases", book.stake.open_cases)
            .with(
                "estimate",
                estimator.explained().with(
                    "per_block",
                    estimator.cell(ctx, &book.device, offer.share_bps)?,
                ),
            );
        ctx.print(&record);
        Ok(())
    }
}

/// Finds an offer of a device: the one of that number, else the open one.
///
/// Errors: rpc; program when there is none.
pub fn find(ctx: &Context, book: &Book, seq: Option<u64>) -> Outcome<Offer> {
    let none = |why: String| {
        Failure::chain("the offer was not found", why).next("ion offer list shows open offers")
    };
    let seq = match seq {
        Some(seq) => seq,
        None if book.stake.has_open_offer() => book.stake.open_offer_seq,
        None => return Err(none(format!("device {} has no open offer", book.address))),
    };
    let address = addresses::staking::offer(&book.address, seq);
    accounts::find(&ctx.chain, &address)?.ok_or_else(|| {
        none(format!(
            "offer {seq} of device {} is not open: it was filled, taken back or closed, or never made",
            book.address
        ))
    })
}

/// The terms of an offer.
///
/// Errors: program, when the account is broken.
pub fn terms(offer: &Offer) -> Outcome<OfferTerms> {
    offer
        .terms()
        .map_err(|error| Failure::chain("the offer cannot be read", error))
}

/// The book after `co_staker`, who holds `live_positions`, takes the offer, or why it cannot.
pub fn taken(
    book: &Book,
    terms: &OfferTerms,
    co_staker: &Pubkey,
    live_positions: u64,
) -> StakeResult<Ledger> {
    offer::accept(
        &book.ledger,
        terms,
        &SeenTerms {
            seq: terms.seq,
            amount: terms.amount,
            share_bps: terms.share.get(),
        },
        &Parties {
            co_staker: co_staker.as_array(),
            owner: book.device.owner.as_array(),
            stake_wallet: book.stake.wallet.as_array(),
            payout_wallet: book.device.payout_wallet.as_array(),
        },
        live_positions,
        &book.view,
    )
}

/// Why nobody can take the offer now; `None` while somebody can.
pub fn obstacle(book: &Book, terms: &OfferTerms) -> Option<StakeRuleError> {
    // A fresh key stands for a holder without positions and without a part in the device.
    taken(book, terms, &Pubkey::new_unique(), 0).err()
}

/// Why anyone may close the offer.
///
/// Errors: program, when the stake is broken.
pub fn invalidity(book: &Book, terms: &OfferTerms) -> Outcome<Option<Invalidity>> {
    offer::invalidity(&book.ledger, terms, &book.view)
        .map_err(crate::commands::stake::book::refused)
}

/// An offer as a record, the same for the list and the single view.
///
/// Errors: program, when the account is broken.
pub fn record(book: &Book, offer: &Offer) -> Outcome<Record> {
    let status = obstacle(book, &terms(offer)?).map_or_else(|| "open".to_owned(), words);
    Ok(Record::new()
        .with("device", book.address)
        .with("offer", offer.seq)
        .with("class", book.device.class)
        .with("qty", book.device.qty)
        .with("amount", Amount::io(offer.amount_io))
        .with("share", Cell::Bps(offer.share_bps.into()))
        .with("reliability", Cell::Bps(book.device.reliability_bps.into()))
        .with("device_status", status_name(book.device.status))
        .with("hired", book.device.is_hired())
        .with("expires_at", Cell::time_or_nothing(offer.expires_at))
        .with("status", status))
}

/// The open offer of a device after a change, or that there is none.
///
/// Errors: rpc; program when there is no stake account.
pub fn state(ctx: &Context, device: &Pubkey) -> Outcome<Record> {
    let book = Book::at(ctx, device)?;
    if !book.stake.has_open_offer() {
        return Ok(Record::new()
            .with("device", *device)
            .with("open_offer", Cell::Nothing)
            .with("last_offer", book.stake.offer_seq));
    }
    record(&book, &find(ctx, &book, None)?)
}
