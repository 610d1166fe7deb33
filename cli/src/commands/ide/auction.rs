//! `ion ide auction` and `ion ide fill`.

use clap::Args;
use ide::state::{Auction, AuctionState, LotKind, Vaults};
use ion_client::{
    accounts, addresses,
    instructions::ide::{self as ix, FillRoute},
};
use ion_economics::units::DAY;

use super::engine;
use crate::{
    amount::{Amount, Unit},
    context::{Context, parse_key, token_account},
    failure::{Failure, Outcome},
    output::{Cell, Record},
    write::Write,
};

/// Arguments of `ide auction list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion ide auction list --last 5")]
pub struct ListArgs {
    /// Lots to show
    #[arg(long, default_value_t = 10)]
    last: u64,
}

/// Arguments of `ide fill`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion ide fill 1000 --min 148 --price-update 7Xw...\n\nThe bid rises from 2 % below the oracle's floor to 1 % above its price over the life of a lot; IO is burned in the same instruction."
)]
pub struct FillArgs {
    /// Most IO to sell
    amount: String,

    /// Least USDC to receive for it
    #[arg(long)]
    min: String,

    /// Account of the oracle's price update
    #[arg(long)]
    price_update: String,
}

fn find(ctx: &Context, seq: u64) -> Outcome<Auction> {
    Ok(accounts::fetch(&ctx.chain, &addresses::ide::auction(seq))?)
}

/// The lot that is not ended.
fn running(ctx: &Context) -> Outcome<Auction> {
    let engine = engine(ctx)?;
    if engine.open_lot == 0 {
        return Err(
            Failure::chain("no auction is open", "the last one has ended")
                .next("ion ide auction open puts the next lot up for sale"),
        );
    }
    find(ctx, engine.auction_seq)
}

fn row(auction: &Auction) -> Record {
    Record::new()
        .with("number", auction.seq)
        .with(
            "state",
            match auction.state {
                AuctionState::Open => "open",
                AuctionState::SoldOut => "sold out",
                AuctionState::Ended => "ended",
            },
        )
        .with(
            "for",
            match auction.kind {
                LotKind::Burn => "burning",
                LotKind::Reserve => "the reserve",
            },
        )
        .with("lot", Amount::usdc(auction.lot_usdc))
        .with("left", Amount::usdc(auction.remaining_usdc))
        .with("bought", Amount::io(auction.bought_io))
        .with("fills", u64::from(auction.fills))
        .with("ends_at", Cell::Time(auction.ends_at))
}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let newest = engine(ctx)?.auction_seq;
        let oldest = newest.saturating_sub(self.last).saturating_add(1);
        let mut rows = Vec::new();
        for seq in (oldest.max(1)..=newest).rev() {
            rows.push(row(&find(ctx, seq)?));
        }
        ctx.print(&Record::new().with("auctions", rows));
        Ok(())
    }
}

/// Opens the next lot for burning.
pub fn open(ctx: &Context) -> Outcome<()> {
    let seq = engine(ctx)?.auction_seq.saturating_add(1);
    let vaults: Vaults = accounts::fetch(&ctx.chain, &addresses::ide::vaults())?;
    Write::new(
        format!("Put lot {seq} of the buyback up for sale"),
        ix::open_auction(&ctx.payer_wallet()?, seq, LotKind::Burn),
    )
    .effect("earmarked", Amount::usdc(vaults.buyback_usdc))
    .run(ctx, |ctx| Ok(row(&find(ctx, seq)?)))
}

/// Ends the running auction.
pub fn end(ctx: &Context) -> Outcome<()> {
    let auction = running(ctx)?;
    let seq = auction.seq;
    Write::new(format!("End auction {seq}"), ix::end_auction(seq))
        .effect("unsold", Amount::usdc(auction.remaining_usdc))
        .effect("ends_at", Cell::Time(auction.ends_at))
        .run(ctx, |ctx| Ok(row(&find(ctx, seq)?)))
}

impl FillArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let read = |text: &str, unit| {
            Amount::parse(text, unit, ctx.args.raw)
                .map_err(|error| Failure::usage("the amount is not understood", error))
        };
        let (io, least) = (read(&self.amount, Unit::Io)?, read(&self.min, Unit::Usdc)?);
        let price = parse_key(&self.price_update, "account of the price update")?;
        let auction = running(ctx)?;
        let config = ctx.config()?;
        let seller = ctx.wallet()?;
        let day = u64::try_from(ctx.now()?.div_euclid(DAY)).unwrap_or_default();
        let route = FillRoute {
            seller,
            seq: auction.seq,
            day,
            price,
            io_mint: config.io_mint,
            usdc_mint: config.usdc_mint,
        };
        let purse = token_account(&seller, &config.usdc_mint);
        let before = accounts::token_balance(&ctx.chain, &purse).unwrap_or_default();
        Write::new(
            format!("Sell IO to auction {}", auction.seq),
            ix::fill_auction(&route, io.base, least.base),
        )
        .after(ctx.open_epoch(day)?)
        .after(ctx.create_token_account(&seller, &config.usdc_mint)?)
        .effect("sells_at_most", io)
        .effect("receives_at_least", least)
        .effect("left_in_the_lot", Amount::usdc(auction.remaining_usdc))
        .run(ctx, move |ctx| {
            let after = accounts::token_balance(&ctx.chain, &purse)?;
            Ok(row(&find(ctx, auction.seq)?)
                .with("received", Amount::usdc(after.saturating_sub(before))))
        })
    }
}
