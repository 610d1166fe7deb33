//! `ion co-stake list`.

use std::collections::BTreeSet;

use clap::Args;
use ion_client::{accounts, addresses};
use solana_pubkey::Pubkey;
use staking::state::{CoPosition, CoStaker};

use crate::{
    commands::{
        position::{find::Held, show},
        stake::book,
    },
    context::{Context, parse_key},
    failure::Outcome,
    output::Record,
};

/// Arguments of `co-stake list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples of co-staking:\n  ion co-stake list\n  ion co-stake list --wallet 7Xw... --output json"
)]
pub struct ListArgs {
    /// Whose positions [default: the signing key's]
    #[arg(long)]
    wallet: Option<String>,
}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let wallet = match &self.wallet {
            Some(text) => parse_key(text, "wallet")?,
            None => ctx.wallet()?,
        };
        let mut positions: Vec<CoPosition> = Vec::new();
        for (_, position) in accounts::all::<CoPosition>(&ctx.chain)? {
            if position.wallet == wallet {
                positions.push(position);
            }
        }
        positions.sort_by_key(|position| (position.accepted_at, position.device, position.seq));
        let devices: BTreeSet<Pubkey> = positions.iter().map(|each| each.device).collect();
        let mut books = book::read_all(ctx, &devices)?;
        let mut rows: Vec<Record> = Vec::new();
        for account in positions {
            if let Some(book) = books.remove(&account.device) {
                let held = Held { book, account };
                rows.push(show::line(&held));
                books.insert(held.account.device, held.book);
            }
        }
        let live = accounts::find::<CoStaker>(&ctx.chain, &addresses::staking::co_staker(&wallet))?
            .map_or(0, |holder| holder.live_positions);
        ctx.print(
            &Record::new()
                .with("wallet", wallet)
                .with("live_positions", live)
                .with("count", rows.len() as u64)
                .with("positions", rows),
        );
        Ok(())
    }
}
