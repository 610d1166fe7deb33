//! `ion gov veto`.

use clap::{Args, ValueEnum};
use ion_claims::{Root, RootState};
use ion_client::{accounts, addresses, instructions};

use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
    write::{Write, deadline},
};

/// Which tree.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tree {
    /// What devices earned of the hourly blocks
    Reward,
    /// What the engine owes suppliers
    Payout,
}

impl Tree {
    const fn name(self) -> &'static str {
        match self {
            Self::Reward => "reward tree",
            Self::Payout => "payout tree",
        }
    }

    fn root(self, ctx: &Context, seq: u64) -> Outcome<Root> {
        let found = match self {
            Self::Reward => {
                let roots: rewards::state::RootRing =
                    accounts::fetch(&ctx.chain, &addresses::rewards::roots())?;
                roots.ring.root(seq).copied()
            }
            Self::Payout => {
                let roots: ide::state::RootRing =
                    accounts::fetch(&ctx.chain, &addresses::ide::roots())?;
                roots.ring.root(seq).copied()
            }
        };
        found.map_err(|_| {
            Failure::chain(
                "there is no such root",
                format!("the ring of the {} holds no root {seq}", self.name()),
            )
        })
    }
}

/// What `veto` takes.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion gov veto reward 4711 -k guardian.json\n\nTakes an accepted root out of use before it matures; nothing was paid from it. The guardian may do it three times in thirty days, governance any number of times. Verifiers raise an alarm for roots that they cannot recompute and name the number."
)]
pub struct VetoArgs {
    /// The tree
    #[arg(value_enum)]
    tree: Tree,
    /// Number of the root
    seq: u64,
}

impl VetoArgs {
    /// Takes the root out of use.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let now = ctx.now()?;
        let root = self.tree.root(ctx, self.seq)?;
        let authority = ctx.wallet()?;
        let instruction = match self.tree {
            Tree::Reward => instructions::rewards::veto_root(&authority, self.seq),
            Tree::Payout => instructions::ide::veto_root(&authority, self.seq),
        };
        Write::new(
            format!("Veto root {} of the {}", self.seq, self.tree.name()),
            instruction,
        )
        .effect("root", hex::encode(root.hash))
        .effect("accepted", Cell::time_or_nothing(root.accepted_at))
        .effect("would_pay_from", deadline(root.mature_at, now))
        .warning("what was proven at it has to be proven at the next one")
        .run(ctx, |ctx| {
            let after = self.tree.root(ctx, self.seq)?;
            let is_vetoed = after.state(ctx.now()?) == RootState::Vetoed;
            Ok(Record::new()
                .with("seq", self.seq.to_string())
                .with("vetoed", is_vetoed.to_string())
                .with("vetoed_at", Cell::time_or_nothing(after.vetoed_at)))
        })
    }
}
