//! `ion offer accept`.

use ::staking::{
    AcceptOfferArgs,
    state::{CoStaker, Offer},
};
use clap::Args;
use ion_client::{accounts, addresses, instructions::staking};
use ion_economics::stake::{Ledger, exit};

use super::{estimate::Estimator, show};
use crate::{
    amount::{Amount, Unit},
    commands::{position, stake::book::Book},
    context::{Context, token_account},
    failure::{Failure, Outcome},
    output::Cell,
    share,
    time::show_duration,
    write::{Write, deadline},
};

/// Arguments of `offer accept`.
#[derive(Debug, Args)]
#[command(
    after_help = "The terms that are shown are signed: an offer taken back and made anew with other terms is not taken.
With -y nobody looks, so --seq, --amount and --share must name the terms you agree to.

Examples of co-staking:
  ion offer accept 7Xw...
  ion offer accept 7Xw... --seq 3 --amount 800 --share 25 -y"
)]
pub struct AcceptArgs {
    /// Device id or address
    device: String,

    /// Number of the offer you agree to [default: the open one]
    #[arg(long)]
    seq: Option<u64>,

    /// Amount you agree to, IO
    #[arg(long, value_name = "AMOUNT")]
    amount: Option<String>,

    /// Share of the block rewards you agree to, percent
    #[arg(long, value_name = "PERCENT")]
    share: Option<String>,
}

/// Terms that the call names.
#[derive(Clone, Copy, Debug)]
struct Agreed {
    seq: Option<u64>,
    amount_io: Option<u64>,
    share_bps: Option<u16>,
}

impl Agreed {
    /// Errors: program, when the offer has other terms.
    fn check(&self, offer: &Offer) -> Outcome<()> {
        let is_same = self.seq.is_none_or(|seq| seq == offer.seq)
            && self
                .amount_io
                .is_none_or(|amount| amount == offer.amount_io)
            && self.share_bps.is_none_or(|share| share == offer.share_bps);
        if is_same {
            return Ok(());
        }
        Err(changed(format!(
            "offer {} asks for {} and gives {}.{:02} %",
            offer.seq,
            Amount::io(offer.amount_io),
            offer.share_bps / 100,
            offer.share_bps % 100
        )))
    }

    fn exactly(offer: &Offer) -> Self {
        Self {
            seq: Some(offer.seq),
            amount_io: Some(offer.amount_io),
            share_bps: Some(offer.share_bps),
        }
    }
}

fn changed(why: String) -> Failure {
    Failure::chain("the offer has other terms than those agreed to", why)
        .next("look at it again: ion offer show DEVICE")
}

impl AcceptArgs {
    fn agreed(&self, ctx: &Context) -> Outcome<Agreed> {
        let raw = ctx.args.raw;
        let amount = self.amount.as_deref();
        let share = self.share.as_deref();
        let is_complete = self.seq.is_some() && amount.is_some() && share.is_some();
        if ctx.args.yes && !ctx.args.dry_run && !ctx.args.is_printed() && !is_complete {
            return Err(Failure::usage(
                "the terms are not named",
                "with -y nobody sees the terms before they are signed",
            )
            .next("add --seq, --amount and --share as ion offer show DEVICE gives them"));
        }
        Ok(Agreed {
            seq: self.seq,
            amount_io: amount
                .map(|text| Amount::parse(text, Unit::Io, raw))
                .transpose()?
                .map(|amount| amount.base),
            share_bps: share.map(|text| share::parse(text, raw)).transpose()?,
        })
    }

    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let agreed = self.agreed(ctx)?;
        let book = Book::find(ctx, &self.device)?;
        let address = book.address;
        // The open offer, whatever its number: an agreed number that is not it has changed.
        let offer = show::find(ctx, &book, None)?;
        agreed.check(&offer)?;
        let terms = show::terms(&offer)?;
        let shown = Agreed::exactly(&offer);

        let config = ctx.config()?;
        let wallet = ctx.wallet()?;
        let holder =
            accounts::find::<CoStaker>(&ctx.chain, &addresses::staking::co_staker(&wallet))?;
        let live = holder.as_ref().map_or(0, |holder| holder.live_positions);
        let open = match holder {
            Some(_) => None,
            None => Some(staking::open_costaker(&ctx.payer_wallet()?, &wallet)),
        };
        let amount = Amount::io(offer.amount_io);
        // A refusal is left to the simulation, which names the program's error.
        let after = show::taken(&book, &terms, &wallet, live).ok();
        let unlock = after.and_then(|after| earliest_unlock(&book, &after, offer.seq));
        let now = book.now();
        let estimated = Estimator::load(ctx)?.cell(ctx, &book.device, offer.share_bps)?;

        let write = Write::new(
            format!(
                "Co-stake {amount} on device {address} for {}.{:02} % of its block rewards (offer {})",
                offer.share_bps / 100,
                offer.share_bps % 100,
                offer.seq
            ),
            staking::accept_offer(
                &wallet,
                &config.io_mint,
                &token_account(&wallet, &config.io_mint),
                &book.staked(),
                &offer.payer,
                AcceptOfferArgs {
                    offer_seq: offer.seq,
                    amount_io: offer.amount_io,
                    share_bps: offer.share_bps,
                },
            ),
        )
        .after(open)
        .effect("offer", offer.seq)
        .effect("locks", amount)
        .effect("from_wallet", wallet)
        .effect("share_of_block_rewards", Cell::Bps(offer.share_bps.into()))
        .effect("estimate_per_block", estimated)
        .effect("position", addresses::staking::co_position(&address, offer.seq))
        .effect("positions_of_this_wallet_afterwards", live.saturating_add(1))
        .effect("positions_allowed", book.view.params.max_positions)
        .effect(
            "back_at_the_earliest",
            unlock.map_or(Cell::Nothing, |at| deadline(at, now)),
        )
        .warning(lock_words(&book)?)
        .warning(format!(
            "the owner can leave whenever the device is not hired, without asking you: that ends your position too, and both principals cool down together for {}",
            show_duration(exit::cooldown(&book.view))
        ))
        .warning("what can be lost: a slash case over the device's conduct while you are in can take part of your principal, all of it for fake hardware")
        .warning("no reward is promised: the share applies to what the device is paid, which may be nothing")
        .guarded(|ctx| {
            let book = Book::at(ctx, &address)?;
            if book.stake.open_offer_seq != offer.seq {
                return Err(changed(format!(
                    "offer {} is not open any more",
                    offer.seq
                )));
            }
            shown.check(&show::find(ctx, &book, None)?)
        });
        write.run(ctx, |ctx| position::show::state(ctx, &address, offer.seq))
    }
}

/// When the principal would be free if the co-staker left at once.
fn earliest_unlock(book: &Book, after: &Ledger, seq: u64) -> Option<i64> {
    let left = after.co_unstake(seq, &book.view).ok()?;
    Some(left.position(seq)?.unlocks_at()?.get())
}

/// How long the principal is bound, in words.
fn lock_words(book: &Book) -> Outcome<String> {
    let terms = exit::co_staker(&book.view, None).map_err(crate::commands::stake::book::refused)?;
    let wait = terms.wait.map_or_else(
        || "without wait".to_owned(),
        |wait| format!("after a wait of {}", show_duration(wait)),
    );
    Ok(format!(
        "locked until you end it (ion co-stake unstake): it earns nothing from then on, and {wait} and a cooldown of {} it comes back; that cannot be cancelled",
        show_duration(terms.cooldown)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_pubkey::Pubkey;

    fn offer() -> Offer {
        Offer {
            version: 1,
            bump: 255,
            device: Pubkey::new_from_array([1; 32]),
            payer: Pubkey::new_from_array([2; 32]),
            seq: 3,
            amount_io: 80_000_000_000,
            share_bps: 2_500,
            created_at: 0,
            expires_at: 0,
            _reserved: [0; 32],
        }
    }

    #[test]
    fn terms_that_differ_in_any_part_are_refused() {
        let same = Agreed::exactly(&offer());
        assert!(same.check(&offer()).is_ok());
        let open = Agreed {
            seq: None,
            amount_io: None,
            share_bps: None,
        };
        assert!(open.check(&offer()).is_ok());
        for other in [
            Agreed {
                seq: Some(4),
                ..same
            },
            Agreed {
                amount_io: Some(80_000_000_001),
                ..same
            },
            Agreed {
                share_bps: Some(2_499),
                ..same
            },
        ] {
            let failure = other.check(&offer()).expect_err("other terms");
            assert!(
                failure.why.contains("800 IO and gives 25.00 %"),
                "{}",
                failure.why
            );
        }
    }
}
