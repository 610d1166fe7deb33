//! `ion case appeal`.

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
    time::show_time,
    write::Write,
};

/// Arguments of `case appeal`.
#[derive(Debug, Args)]
#[command(
    after_help = "Owner, stake wallet, or a co-staker who lost something in the case may appeal. What you say is put
into the store under its hash, and the hash goes into the case. If the arbiter stays silent until the
ruling is due, everything goes back.

Examples of slash cases:
  ion case appeal 5Yc... --text 'power was out in the whole district' --attach notice.pdf --store ./evidence"
)]
pub struct AppealArgs {
    /// Address of the case
    case: String,

    #[command(flatten)]
    statement: StatementArgs,

    #[command(flatten)]
    store: StoreArgs,
}

impl AppealArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.case)?;
        let wallet = ctx.wallet()?;
        if !book.case.is_party(&wallet) {
            return Err(Failure::chain(
                "this key cannot appeal",
                format!("{wallet} lost nothing in the case and is not the owner"),
            )
            .next("sign with the owner's, the stake wallet's or the co-staker's key"));
        }
        match book.phase()? {
            Phase::Window => {}
            Phase::WindowOver => {
                return Err(Failure::chain(
                    "it is too late to appeal",
                    format!("the window ended {}", show_time(book.case.window_end)),
                ));
            }
            other => {
                return Err(Failure::chain(
                    "the case cannot be appealed",
                    format!("it is {}", other.name()),
                )
                .next(other.next()));
            }
        }
        let store = self.store.required()?;
        let (bytes, hash) = self.statement.encode(&wallet, &book.case.device)?;
        if !ctx.args.dry_run {
            keep(store.as_ref(), &hash, &bytes)?;
        }
        Write::new(
            format!("Appeal against case {}", book.address),
            staking::appeal(&wallet, &book.address, hash),
        )
        .effect("evidence_hash", hex::encode(hash))
        .effect("evidence_bytes", Cell::Count(bytes.len() as u64))
        .effect("arbiter", book.case.arbiter)
        .run(ctx, |ctx| Book::find(ctx, &self.case)?.record())
    }
}
