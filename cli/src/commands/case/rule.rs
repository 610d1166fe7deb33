//! `ion case rule`.

use clap::Args;
use ion_client::instructions::staking;

use super::{
    book::{Book, Phase},
    evidence::{StatementArgs, StoreArgs, keep},
};
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::Cell,
    share,
    write::Write,
};

/// Arguments of `case rule`.
#[derive(Debug, Args)]
#[command(
    after_help = "The ruling gives its reasons: a text or files, put into the store under their hash.

Examples of slash cases:
  ion case rule 5Yc... --uphold --text 'the outage lasted nine hours' --store ./evidence
  ion case rule 5Yc... --overturn --attach ruling.pdf
  ion case rule 5Yc... --burn 25% --text 'a quarter, since the notice came late'"
)]
pub struct RuleArgs {
    /// Address of the case
    case: String,

    #[command(flatten)]
    decision: Decision,

    /// The share is in basis points
    #[arg(long, requires = "burn")]
    raw: bool,

    #[command(flatten)]
    statement: StatementArgs,

    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Decision {
    /// Everything is burned
    #[arg(long)]
    uphold: bool,

    /// Everything goes back
    #[arg(long)]
    overturn: bool,

    /// This share of each leg is burned, the rest goes back
    #[arg(long, value_name = "SHARE")]
    burn: Option<String>,
}

impl RuleArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.case)?;
        let wallet = ctx.wallet()?;
        let phase = book.phase()?;
        if phase != Phase::Appealed {
            return Err(Failure::chain(
                "there is nothing to rule on",
                format!("the case is {}", phase.name()),
            )
            .next(phase.next()));
        }
        if wallet != book.case.arbiter {
            return Err(Failure::chain(
                "this key cannot rule",
                format!("the arbiter of this case is {}", book.case.arbiter),
            )
            .next("sign with that key; a later arbiter rules on later cases"));
        }
        let uphold_bps = match &self.decision.burn {
            Some(text) => share::parse(text, self.raw)?,
            None if self.decision.uphold => 10_000,
            None => 0,
        };
        let store = self.store.required()?;
        let (bytes, hash) = self.statement.encode(&wallet, &book.case.device)?;
        if !ctx.args.dry_run {
            keep(store.as_ref(), &hash, &bytes)?;
        }
        let key = book.key(ctx)?;
        Write::new(
            format!("Rule on case {}", book.address),
            staking::rule(&wallet, &key, uphold_bps, hash),
        )
        .effect("burned_share", Cell::Bps(uphold_bps.into()))
        .effect("reasons_hash", hex::encode(hash))
        .run(ctx, |ctx| Book::find(ctx, &self.case)?.record())
    }
}
