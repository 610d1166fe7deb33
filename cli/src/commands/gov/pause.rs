//! `ion gov pause` and `ion gov unpause`.

use clap::{Args, ValueEnum};
use ion_client::{accounts, addresses, instructions};
use ion_economics::params::registry::{PAUSE_MAX, PAUSE_REARM};
use registry::state::{Config, Params, PauseBit};

use crate::{
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
    write::{Write, deadline},
};

/// An entry that can be stopped.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Entry {
    /// New devices
    Register,
    /// Deposits of stake
    StakeIn,
    /// Creation and acceptance of offers
    Offers,
    /// Quote, book, pay, extend, start, failover
    Booking,
    /// New slash cases
    SlashPropose,
    /// Opening and filling of auctions
    Auction,
}

impl Entry {
    const fn bit(self) -> PauseBit {
        match self {
            Self::Register => PauseBit::Register,
            Self::StakeIn => PauseBit::StakeIn,
            Self::Offers => PauseBit::Offers,
            Self::Booking => PauseBit::Booking,
            Self::SlashPropose => PauseBit::SlashPropose,
            Self::Auction => PauseBit::Auction,
        }
    }
}

/// What both verbs take.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion gov pause booking -k guardian.json\n  ion gov unpause booking -k guardian.json"
)]
pub struct PauseArgs {
    /// The entry
    #[arg(value_enum)]
    entry: Entry,
}

impl PauseArgs {
    /// Stops the entry for a while.
    pub fn set(&self, ctx: &Context) -> Outcome<()> {
        let bit = self.entry.bit();
        let now = ctx.now()?;
        let values: Params =
            accounts::fetch(&ctx.chain, &addresses::registry::params(&registry::ID))?;
        let until = now.saturating_add(values.value(&PAUSE_MAX, now));
        let rearm = until.saturating_add(values.value(&PAUSE_REARM, now));
        Write::new(
            format!("Pause {bit:?}"),
            instructions::registry::pause(&ctx.wallet()?, bit),
        )
        .effect("paused_until", deadline(until, now))
        .effect("can_be_set_again_from", deadline(rearm, now))
        .warning("no exit, claim, appeal, refund or veto stops")
        .run(ctx, |ctx| state(ctx, bit))
    }

    /// Opens the entry before the pause lapses.
    pub fn clear(&self, ctx: &Context) -> Outcome<()> {
        let bit = self.entry.bit();
        Write::new(
            format!("Lift the pause of {bit:?}"),
            instructions::registry::unpause(&ctx.wallet()?, bit),
        )
        .warning("the time before which it cannot be set again stays")
        .run(ctx, |ctx| state(ctx, bit))
    }
}

fn state(ctx: &Context, bit: PauseBit) -> Outcome<Record> {
    let config: Config = ctx.config()?;
    let pause = config.pauses.get(bit.index()).copied();
    let time = |at: Option<i64>| at.map_or(Cell::Nothing, Cell::time_or_nothing);
    Ok(Record::new()
        .with("entry", format!("{bit:?}"))
        .with("paused_until", time(pause.map(|pause| pause.paused_until)))
        .with("rearm_at", time(pause.map(|pause| pause.rearm_at))))
}
