//! `ion offer list`.

use std::{cmp::Ordering, collections::BTreeSet};

use clap::{Args, ValueEnum};
use ion_client::accounts;
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use staking::state::Offer;

use super::{
    estimate::{self, Estimator},
    show,
};
use crate::{
    amount::{Amount, Unit},
    commands::stake::book::{self, Book},
    context::Context,
    failure::{Failure, Outcome},
    output::Record,
    share,
};

/// Arguments of `offer list`.
#[derive(Debug, Args)]
#[command(
    after_help = format!("{}\n\nExamples of co-staking:\n  ion offer list --class 20 --max-amount 800 --sort share\n  ion offer list --min-share 25 --min-reliability 98 --output json", estimate::HELP)
)]
pub struct ListArgs {
    /// Only devices of this class
    #[arg(long)]
    class: Option<u16>,

    /// Only offers of at least this much IO
    #[arg(long, value_name = "AMOUNT")]
    min_amount: Option<String>,

    /// Only offers of at most this much IO
    #[arg(long, value_name = "AMOUNT")]
    max_amount: Option<String>,

    /// Only offers of at least this share of the block rewards, percent
    #[arg(long, value_name = "PERCENT")]
    min_share: Option<String>,

    /// Only devices of at least this reliability, percent
    #[arg(long, value_name = "PERCENT")]
    min_reliability: Option<String>,

    /// Order: best share, smallest amount, best reliability, or class number first
    #[arg(long, value_enum, default_value_t = Sort::Share)]
    sort: Sort,

    /// Turn the order around
    #[arg(long)]
    reverse: bool,

    /// Also offers that nobody can take now, with the reason
    #[arg(long)]
    all: bool,
}

/// Orders of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sort {
    /// Best share first
    Share,
    /// Smallest amount first
    Amount,
    /// Best reliability first
    Reliability,
    /// By class number
    Class,
}

/// What offers are judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Traits {
    class: u16,
    amount_io: u64,
    share_bps: u16,
    reliability_bps: u16,
    device: Pubkey,
    seq: u64,
}

/// Bounds that an offer must meet; the default lets all through.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    class: Option<u16>,
    amount_io: (u64, u64),
    min_share_bps: u16,
    min_reliability_bps: u16,
}

impl Wanted {
    fn takes(&self, traits: &Traits) -> bool {
        let (least, most) = self.amount_io;
        self.class.is_none_or(|class| class == traits.class)
            && (least..=most).contains(&traits.amount_io)
            && traits.share_bps >= self.min_share_bps
            && traits.reliability_bps >= self.min_reliability_bps
    }
}

impl Sort {
    /// Order of two offers; ties by device and number, so that the list is the same each time.
    fn order(self, a: &Traits, b: &Traits, reverse: bool) -> Ordering {
        let order = match self {
            Self::Share => b.share_bps.cmp(&a.share_bps),
            Self::Amount => a.amount_io.cmp(&b.amount_io),
            Self::Reliability => b.reliability_bps.cmp(&a.reliability_bps),
            Self::Class => a.class.cmp(&b.class),
        };
        let order = if reverse { order.reverse() } else { order };
        order.then(a.device.cmp(&b.device)).then(a.seq.cmp(&b.seq))
    }
}

impl ListArgs {
    fn wanted(&self, ctx: &Context) -> Outcome<Wanted> {
        let raw = ctx.args.raw;
        let amount = |text: &Option<String>, absent: u64| -> Outcome<u64> {
            match text {
                Some(text) => Ok(Amount::parse(text, Unit::Io, raw)?.base),
                None => Ok(absent),
            }
        };
        let least = |text: &Option<String>| match text {
            Some(text) => share::parse(text, raw),
            None => Ok(0),
        };
        let (from, to) = (
            amount(&self.min_amount, 0)?,
            amount(&self.max_amount, u64::MAX)?,
        );
        if from > to {
            return Err(Failure::usage(
                "no amount is wanted",
                "--min-amount is above --max-amount",
            )
            .next("swap them"));
        }
        Ok(Wanted {
            class: self.class,
            amount_io: (from, to),
            min_share_bps: least(&self.min_share)?,
            min_reliability_bps: least(&self.min_reliability)?,
        })
    }

    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let wanted = self.wanted(ctx)?;
        let offers: Vec<Offer> = accounts::all(&ctx.chain)?
            .into_iter()
            .map(|(_, offer)| offer)
            .collect();
        let devices: BTreeSet<Pubkey> = offers.iter().map(|offer| offer.device).collect();
        let books = book::read_all(ctx, &devices)?;
        let mut found: Vec<(Traits, &Offer, &Book)> = Vec::new();
        for offer in &offers {
            let Some(book) = books.get(&offer.device) else {
                continue;
            };
            let traits = Traits {
                class: book.device.class,
                amount_io: offer.amount_io,
                share_bps: offer.share_bps,
                reliability_bps: book.device.reliability_bps,
                device: offer.device,
                seq: offer.seq,
            };
            let is_shown = self.all || show::obstacle(book, &show::terms(offer)?).is_none();
            if is_shown && wanted.takes(&traits) {
                found.push((traits, offer, book));
            }
        }
        found.sort_by(|(a, ..), (b, ..)| self.sort.order(a, b, self.reverse));
        let estimator = Estimator::load(ctx)?;
        let rows = found
            .iter()
            .map(|(_, offer, book)| {
                let estimate = estimator.cell(ctx, &book.device, offer.share_bps)?;
                Ok(show::record(book, offer)?.with("estimate_per_block", estimate))
            })
            .collect::<Outcome<Vec<Record>>>()?;
        let paused = ctx.config()?.is_paused(PauseBit::Offers, ctx.now()?);
        ctx.print(
            &Record::new()
                .with("count", rows.len() as u64)
                .with("entries_are_paused", paused)
                .with("offers", rows)
                .with("estimate", estimator.explained()),
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Wanted = Wanted {
        class: None,
        amount_io: (0, u64::MAX),
        min_share_bps: 0,
        min_reliability_bps: 0,
    };

    fn traits(class: u16, amount_io: u64, share_bps: u16, reliability_bps: u16) -> Traits {
        Traits {
            class,
            amount_io,
            share_bps,
            reliability_bps,
            device: Pubkey::new_from_array([7; 32]),
            seq: amount_io,
        }
    }

    #[test]
    fn bounds_include_their_ends() {
        let offer = traits(20, 100, 2_500, 9_800);
        assert!(ANY.takes(&offer));
        let all_at_once = Wanted {
            class: Some(20),
            amount_io: (100, 100),
            min_share_bps: 2_500,
            min_reliability_bps: 9_800,
        };
        assert!(all_at_once.takes(&offer));
        for refused in [
            Wanted {
                class: Some(21),
                ..ANY
            },
            Wanted {
                amount_io: (101, u64::MAX),
                ..ANY
            },
            Wanted {
                amount_io: (0, 99),
                ..ANY
            },
            Wanted {
                min_share_bps: 2_501,
                ..ANY
            },
            Wanted {
                min_reliability_bps: 9_801,
                ..ANY
            },
        ] {
            assert!(!refused.takes(&offer), "{refused:?}");
        }
    }

    #[test]
    fn order_puts_the_best_first_and_breaks_ties_the_same_way() {
        let a = traits(20, 100, 2_500, 9_000);
        let b = traits(10, 200, 5_000, 9_900);
        let sorted = |sort: Sort, reverse: bool| {
            let mut both = [a, b];
            both.sort_by(|x, y| sort.order(x, y, reverse));
            both[0]
        };
        assert_eq!(sorted(Sort::Share, false), b);
        assert_eq!(sorted(Sort::Amount, false), a);
        assert_eq!(sorted(Sort::Reliability, false), b);
        assert_eq!(sorted(Sort::Class, false), b);
        assert_eq!(sorted(Sort::Share, true), a);

        let equal = Traits { seq: 1, ..a };
        assert_eq!(Sort::Share.order(&equal, &a, false), Ordering::Less);
        assert_eq!(Sort::Share.order(&equal, &a, true), Ordering::Less);
    }
}
