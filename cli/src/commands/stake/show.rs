//! `ion stake show`.

use clap::Args;
use ion_client::{accounts, addresses};
use registry::state::{Device, Params, ProcessorClass};
use solana_pubkey::Pubkey;

use super::book::{Book, refused};
use crate::{
    amount::Amount,
    commands::{device, position::show::status_name},
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `stake show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion stake show 7Xw... --output json")]
pub struct ShowArgs {
    /// Device id or address
    device: String,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, _) = device::show::find(ctx, &self.device)?;
        ctx.print(&state(ctx, &address)?);
        Ok(())
    }
}

/// All that is known of a device's stake.
pub struct Facts {
    /// The accounts.
    pub book: Book,
    /// What the device needs, 1e-8 IO.
    pub required_io: u64,
    /// What counts now, 1e-8 IO.
    pub eligible_io: u64,
    /// What the owner may take out at once, 1e-8 IO.
    pub overflow_io: u64,
    /// Time of the chain.
    pub now: i64,
}

/// Reads the stake of a device and what its rules say of it (economics §3.1, §3.2).
///
/// Errors: rpc; program when there is no stake account.
pub fn facts(ctx: &Context, address: &Pubkey) -> Outcome<Facts> {
    let book = Book::at(ctx, address)?;
    let required = book.view.requirement.current;
    let overflow = book
        .ledger
        .overflow(required, book.view.co_cap)
        .map_err(|error| refused(error.into()))?;
    Ok(Facts {
        required_io: required.base_units(),
        eligible_io: book.eligible_io()?,
        overflow_io: overflow.base_units(),
        now: book.now(),
        book,
    })
}

/// What a device needs now, 1e-8 IO (economics §3.1).
///
/// Errors: rpc; program when the device or its class is gone.
pub fn required_io(ctx: &Context, address: &Pubkey) -> Outcome<u64> {
    let device: Device = accounts::fetch(&ctx.chain, address)?;
    let class: ProcessorClass =
        accounts::fetch(&ctx.chain, &addresses::registry::class(device.class))?;
    let values: Params = accounts::fetch(&ctx.chain, &addresses::registry::params(&staking::ID))?;
    staking::state::required_at(&device, &class, &values, ctx.now()?)
        .map(|required| required.base_units())
        .map_err(|error| Failure::chain("the requirement cannot be computed", error))
}

/// The stake of a device as a record.
///
/// Errors: as [`facts`].
pub fn state(ctx: &Context, address: &Pubkey) -> Outcome<Record> {
    let facts = facts(ctx, address)?;
    let stake = &facts.book.stake;
    let now = facts.book.view.now;
    let positions: Vec<Record> = stake
        .positions
        .iter()
        .zip(&facts.book.ledger.positions)
        .filter(|(slot, _)| slot.wallet != Pubkey::default())
        .map(|(slot, position)| {
            Record::new()
                .with("offer", slot.seq)
                .with("wallet", slot.wallet)
                .with("amount", Amount::io(slot.amount_io))
                .with("share", Cell::Bps(slot.share_bps.into()))
                .with("status", status_name(Some(position.status(now))))
                .with("counted", Amount::io(position.eligible(now).base_units()))
                .with(
                    "unlocks_at",
                    position
                        .unlocks_at()
                        .map_or(Cell::Nothing, |at| Cell::Time(at.get())),
                )
        })
        .collect();
    Ok(Record::new()
        .with("device", *address)
        .with("stake", addresses::staking::device_stake(address))
        .with("wallet", Cell::key_or_nothing(stake.wallet))
        .with("required", Amount::io(facts.required_io))
        .with("eligible", Amount::io(facts.eligible_io))
        .with("is_sufficient", facts.eligible_io >= facts.required_io)
        .with("active", Amount::io(stake.active_io))
        .with("withdrawable_overflow", Amount::io(facts.overflow_io))
        .with("cooling", Amount::io(stake.cooling_io))
        .with(
            "cooldown_ends_at",
            Cell::time_or_nothing(stake.cooldown_ends_at),
        )
        .with("restored", Amount::io(stake.restored_io))
        .with(
            "underfunded_since",
            facts
                .book
                .underfunded_since()?
                .map_or(Cell::Nothing, Cell::Time),
        )
        .with(
            "open_offer",
            if stake.open_offer_seq == 0 {
                Cell::Nothing
            } else {
                stake.open_offer_seq.into()
            },
        )
        .with("open_cases", stake.open_cases)
        .with("positions", positions))
}
