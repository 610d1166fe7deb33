//! `ion co-stake withdraw`.

use clap::Args;
use ion_client::instructions::staking;
use ion_economics::stake::PositionStatus;

use crate::{
    amount::Amount,
    commands::{
        position::find::{Held, PositionArgs},
        stake,
    },
    context::{Context, token_account},
    failure::{Failure, Outcome},
    time::{show_duration, show_time},
    write::Write,
};

/// Arguments of `co-stake withdraw`.
#[derive(Debug, Args)]
#[command(
    after_help = "The money goes to the token account of the position's wallet, whoever sends this.\n\nExamples of co-staking:\n  ion co-stake withdraw 7Xw...\n  ion co-stake withdraw 7Xw... --seq 3 --keep-account"
)]
pub struct WithdrawArgs {
    #[command(flatten)]
    position: PositionArgs,

    /// Leave the position's account open; its rent stays in it
    #[arg(long)]
    keep_account: bool,
}

impl WithdrawArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let held = self.position.find(ctx)?;
        let account = &held.account;
        let (address, seq, wallet) = (held.book.address, account.seq, account.wallet);
        let principal = payable(&held)?;
        let total = principal.saturating_add(account.restored_io);
        if total == 0 {
            return Err(Failure::chain(
                "there is nothing to withdraw",
                format!("position {seq} on device {address} holds no money"),
            )
            .next("ion co-stake close gives the rent of its account back"));
        }
        let config = ctx.config()?;
        let destination = token_account(&wallet, &config.io_mint);
        let create = ctx.create_token_account(&wallet, &config.io_mint)?;
        // What a case may still restore needs the account; otherwise its rent comes back at once.
        let closes = !self.keep_account && account.open_legs == 0;
        let mut write = Write::new(
            format!(
                "Withdraw {} of position {seq} on device {address}",
                Amount::io(total)
            ),
            staking::withdraw_position(
                &wallet,
                &config.io_mint,
                &destination,
                &held.book.staked(),
                seq,
            ),
        )
        .after(create)
        .effect("to_wallet", wallet)
        .effect("to_account", destination)
        .effect("principal", Amount::io(principal))
        .effect("restored", Amount::io(account.restored_io))
        .effect("closes_the_position", closes);
        if closes {
            write = write
                .and(staking::close_position(
                    &wallet,
                    &held.book.staked(),
                    seq,
                    &account.payer,
                ))
                .effect("rent_back_to", account.payer);
        }
        write.run(ctx, |ctx| stake::show::state(ctx, &address))
    }
}

/// Principal that can be paid out now, 1e-8 IO.
///
/// Errors: program, when the exit has not begun or runs, and nothing was restored.
fn payable(held: &Held) -> Outcome<u64> {
    let wait = |until: i64, what: &str| {
        let left = show_duration(until.saturating_sub(held.book.now()));
        Failure::chain(
            "the position cannot be withdrawn yet",
            format!("the {what} lasts {left} more"),
        )
    };
    let unlock = held.slot().and_then(|slot| slot.unlocks_at());
    let later = unlock.map_or_else(String::new, |at| {
        format!(
            "the cooldown ends {}; run \"ion co-stake withdraw\" then",
            show_time(at.get())
        )
    });
    let refusal = match held.status() {
        Some(PositionStatus::Withdrawable) => {
            return Ok(held.slot().map_or(0, |slot| slot.amount.base_units()));
        }
        Some(PositionStatus::Waiting(until)) => wait(until.get(), "wait").next(later),
        Some(PositionStatus::Cooling(until)) => wait(until.get(), "cooldown").next(later),
        Some(PositionStatus::Active) => Failure::chain(
            "the position cannot be withdrawn yet",
            "it is active: its exit has not begun",
        )
        .next("begin it: ion co-stake unstake DEVICE"),
        Some(PositionStatus::Zeroed | PositionStatus::Empty) | None => return Ok(0),
    };
    Err(refusal)
}
