//! How a case ends: `ion case withdraw | finalize | restore | burn-rewards | pay-renter | sweep`.

use clap::Args;
use ion_client::{accounts, addresses, instructions::staking};
use ion_economics::slash::{LEGS, PARTIES};

use super::book::{Book, Phase};
use crate::{
    amount::Amount,
    context::{Context, token_account},
    failure::{Failure, Outcome},
    time::show_time,
    write::Write,
};

/// Arguments of `case withdraw`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples of slash cases:\n  ion case withdraw 5Yc... --keypair slasher.json"
)]
pub struct WithdrawArgs {
    /// Address of the case
    case: String,
}

impl WithdrawArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.case)?;
        Write::new(
            format!("Withdraw case {}", book.address),
            staking::withdraw_case(&ctx.wallet()?, &book.address),
        )
        .effect("goes_back", Amount::io(book.case.seized_io))
        .run(ctx, |ctx| Book::find(ctx, &self.case)?.record())
    }
}

/// Arguments of `case finalize`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without an appeal in its window a case stands; with an appeal the ruling counts, and without a ruling
in time everything goes back.

Examples of slash cases:
  ion case finalize 5Yc..."
)]
pub struct FinalizeArgs {
    /// Address of the case
    case: String,
}

impl FinalizeArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.case)?;
        let early = |what: &str, until: i64| {
            Failure::chain(
                "the outcome is not due yet",
                format!("{what} can come until {}", show_time(until)),
            )
            .next("run it afterwards")
        };
        match book.phase()? {
            Phase::Window => return Err(early("an appeal", book.case.window_end)),
            Phase::Appealed => return Err(early("a ruling", book.case.ruling_end)),
            Phase::Decided | Phase::Finished => {
                return Err(Failure::chain(
                    "the outcome is fixed already",
                    "nothing is left to decide",
                )
                .next("ion case show CASE shows what is still to be given back"));
            }
            Phase::WindowOver | Phase::RulingOverdue | Phase::Ruled => {}
        }
        let config = ctx.config()?;
        let key = book.key(ctx)?;
        Write::new(
            format!("Fix the outcome of case {}", book.address),
            staking::finalize_case(&config.io_mint, &key, &book.case, book.now),
        )
        .effect("seized", Amount::io(book.case.seized_io))
        .run(ctx, |ctx| Book::find(ctx, &self.case)?.record())
    }
}

/// Arguments of `case restore`.
#[derive(Debug, Args)]
#[command(
    after_help = "What goes back joins the stake it came from: active, cooling with its old end, or free at once where
that stake is gone.

Examples of slash cases:
  ion case restore 5Yc...
  ion case restore 5Yc... --leg 0"
)]
pub struct RestoreArgs {
    /// Address of the case
    case: String,

    /// Number of the leg [default: the first that waits; run again for the next]
    #[arg(long)]
    leg: Option<u8>,
}

impl RestoreArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.case)?;
        let mut legs = book.case.legs().map_err(|error| broken(&error))?;
        let due = (0..LEGS)
            .find_map(|leg| legs.restore(leg).ok().map(|amount| (leg, amount)))
            .filter(|_| book.phase().is_ok_and(|phase| phase == Phase::Decided));
        let (leg, amount) = match (self.leg, due) {
            (Some(leg), _) => (leg, None),
            (None, Some((leg, amount))) => (leg_number(leg), Some(amount.base_units())),
            (None, None) => {
                return Err(Failure::chain(
                    "there is nothing to give back",
                    format!("the case is {}", book.phase()?.name()),
                )
                .next(book.phase()?.next()));
            }
        };
        let config = ctx.config()?;
        let key = book.key(ctx)?;
        let mut write = Write::new(
            format!("Give back leg {leg} of case {}", book.address),
            staking::restore_leg(&config.io_mint, &key, &book.case, leg),
        );
        if let Some((party, what, _)) = book.leg_of(usize::from(leg)) {
            write = write.effect("to_wallet", party.wallet).effect("of", what);
        }
        if let Some(amount) = amount {
            write = write.effect("amount", Amount::io(amount));
        }
        write.run(ctx, |ctx| Book::find(ctx, &self.case)?.record())
    }
}

/// Arguments of `case burn-rewards`.
#[derive(Debug, Args)]
#[command(
    after_help = "Held rewards are burned once the root they were proven at has matured.

Examples of slash cases:
  ion case burn-rewards 5Yc..."
)]
pub struct BurnRewardsArgs {
    /// Address of the case
    case: String,

    /// Number of the leg [default: the first that waits]
    #[arg(long)]
    leg: Option<u8>,
}

impl BurnRewardsArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.case)?;
        let mut legs = book.case.legs().map_err(|error| broken(&error))?;
        let due = (PARTIES..LEGS).find(|leg| legs.burn_hold(*leg).is_ok());
        let leg = match (self.leg, due) {
            (Some(leg), _) if usize::from(leg) >= PARTIES => leg,
            (Some(leg), _) => {
                return Err(Failure::usage(
                    "this leg holds no rewards",
                    format!("leg {leg} is stake"),
                )
                .next("ion case show CASE lists the legs"));
            }
            (None, Some(leg)) => leg_number(leg),
            (None, None) => {
                return Err(Failure::chain(
                    "there are no rewards to burn",
                    "no hold of the case waits for it",
                )
                .next(book.phase()?.next()));
            }
        };
        let config = ctx.config()?;
        let key = book.key(ctx)?;
        Write::new(
            format!(
                "Burn the held rewards of leg {leg} of case {}",
                book.address
            ),
            staking::burn_forfeited(&config.io_mint, &key, &book.case, leg),
        )
        .run(ctx, |ctx| Book::find(ctx, &self.case)?.record())
    }
}

/// Arguments of `case pay-renter`.
#[derive(Debug, Args)]
#[command(after_help = "Examples of slash cases:\n  ion case pay-renter 5Yc...")]
pub struct PayRenterArgs {
    /// Address of the case
    case: String,
}

impl PayRenterArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.case)?;
        if book.case.renter_due_io == 0 {
            return Err(Failure::chain(
                "there is nothing to pay",
                "the case owes its renter nothing",
            ));
        }
        let config = ctx.config()?;
        let renter = book.case.renter;
        let destination = token_account(&renter, &config.io_mint);
        let create = ctx.create_token_account(&renter, &config.io_mint)?;
        Write::new(
            format!("Pay the renter's part of case {}", book.address),
            staking::pay_renter(&config.io_mint, &book.address, &destination),
        )
        .after(create)
        .effect("to_wallet", renter)
        .effect("amount", Amount::io(book.case.renter_due_io))
        .run(ctx, |ctx| Book::find(ctx, &self.case)?.record())
    }
}

/// Arguments of `case sweep`.
#[derive(Debug, Args)]
#[command(
    after_help = "Tokens that somebody sent to the vault of a case belong to nobody in it. They go to the network's
reward vault; what the case owes stays.

Examples of slash cases:
  ion case sweep 5Yc..."
)]
pub struct SweepArgs {
    /// Address of the case
    case: String,
}

impl SweepArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.case)?;
        let vault = addresses::staking::case_vault(&book.address);
        let held = accounts::token_balance(&ctx.chain, &vault)?;
        let owed = book.case.vault_io().map_err(|error| broken(&error))?;
        let excess = held.saturating_sub(owed);
        if excess == 0 {
            return Err(Failure::chain(
                "there is nothing to sweep",
                "the vault holds what the case owes and no more",
            ));
        }
        let config = ctx.config()?;
        Write::new(
            format!("Sweep the vault of case {}", book.address),
            staking::sweep_case(&config.io_mint, &book.address),
        )
        .effect("to_the_reward_vault", Amount::io(excess))
        .effect("stays_in_the_case_vault", Amount::io(owed))
        .run(ctx, |ctx| Book::find(ctx, &self.case)?.record())
    }
}

/// Number of a leg as the instruction takes it; there are few.
fn leg_number(leg: usize) -> u8 {
    u8::try_from(leg).unwrap_or(u8::MAX)
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::chain("the case cannot be read", error)
}
