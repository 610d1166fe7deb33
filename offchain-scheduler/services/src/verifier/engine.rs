//! The daily loop of the engine: days are opened, ended, reported and sealed, lots are put up for
//! sale and ended (economics §10, §13.7).

use std::collections::BTreeSet;

use ide::{
    constants::{ALL_HOURS, HOURS_PER_DAY},
    state::{AuctionState, Epoch, EpochState, LotKind, NO_LOT},
};
use ion_client::instructions::ide as ix;
use ion_economics::{
    ide::auction::lot,
    params::{Param, Program as Consumer, ide as param},
};
use registry::state::Params;

use super::{VerifierError, epochs::EngineBench, state::Verifier};
use crate::chain_view::{EngineState, VerifierSetView, read};

pub(super) const DAY: i64 = 86_400;
/// Days worked on at a time, from the first that is not sealed.
const DAYS_IN_WORK: u64 = 8;
/// Time before midnight from which the next day is opened.
const OPEN_BEFORE: i64 = 3_600;
/// Pause between two attempts to seal a day whose price cannot be used. A refused row is not tried
/// again, so each attempt is a row of its own.
const SEAL_PAUSE: i64 = 300;
/// Pause between two attempts to open a lot.
const AUCTION_PAUSE: i64 = 600;

/// What the engine looks like to this verifier.
pub(super) struct EngineInWork<'a> {
    /// The engine with its ledgers.
    pub state: EngineState,
    /// Parameters of the ide program.
    pub params: Params,
    /// Parameters of the registry, which hold the limits of eligibility.
    pub limits: Params,
    /// The verifier set.
    pub set: &'a VerifierSetView,
    /// Chain time.
    pub now: i64,
}

impl EngineInWork<'_> {
    /// Whether the engine pays a day.
    pub(super) fn is_ide(&self, day: u64) -> bool {
        day.saturating_mul(HOURS_PER_DAY) >= self.state.ide_from_hour
    }

    /// The day whose report is complete next.
    pub(super) fn unreported_from(&self) -> u64 {
        self.state
            .engine
            .unreported_from(self.state.first_ide_day())
    }

    pub(super) fn value(&self, param: &Param) -> i64 {
        self.params.value(param, self.now)
    }

    fn money(&self, param: &Param) -> u64 {
        u64::try_from(self.value(param)).unwrap_or_default()
    }
}

impl Verifier {
    /// One round over the engine: cranks, epoch reports, payout roots.
    pub async fn attend_engine(
        &self,
        bench: &mut EngineBench,
        now: i64,
    ) -> Result<(), VerifierError> {
        let snapshot = self.snapshot();
        let (Some(set), Ok(today)) = (
            snapshot.verifiers.clone(),
            u64::try_from(now.div_euclid(DAY)),
        ) else {
            return Ok(());
        };
        let Some(state) = read(&self.ledger, |ledger| ledger.engine()).await? else {
            return Ok(());
        };
        let (params, limits) = read(&self.ledger, |ledger| {
            Ok((
                ledger.params(Consumer::Ide)?,
                ledger.params(Consumer::Registry)?,
            ))
        })
        .await?;
        let view = EngineInWork {
            state,
            params,
            limits,
            set: &set,
            now,
        };
        let first = view.state.engine.next_day;
        let is_late = now.rem_euclid(DAY) >= DAY.saturating_sub(OPEN_BEFORE);
        let mut days: BTreeSet<u64> = (first..=today)
            .take_while(|day| *day < first.saturating_add(DAYS_IN_WORK))
            .collect();
        days.insert(today);
        days.extend(is_late.then(|| today.saturating_add(1)));
        days.retain(|day| *day >= first);
        bench.forget_before(first);
        let help = "Ended days of the engine that are not sealed.";
        let waiting = today.saturating_sub(first);
        self.metrics
            .set("verifier_epochs_unsealed", help, &[], waiting);
        for day in days {
            match read(&self.ledger, move |ledger| ledger.epoch(day)).await? {
                Some(epoch) => self.attend_day(bench, &view, &epoch).await?,
                None => {
                    self.is_epoch_open(day).await?;
                }
            }
        }
        self.attend_auctions(&view).await?;
        self.attest_payouts(bench, &view).await
    }

    async fn attend_day(
        &self,
        bench: &mut EngineBench,
        view: &EngineInWork<'_>,
        epoch: &Epoch,
    ) -> Result<(), VerifierError> {
        let is_over = end_of(epoch.day).is_some_and(|end| view.now >= end);
        let is_ide = view.is_ide(epoch.day);
        let is = |state: EpochState| epoch.state == state.code();
        if is(EpochState::Accruing) && is_over {
            return self
                .crank("end_epoch", "ide", epoch.day, || ix::end_epoch(epoch.day))
                .await;
        }
        if is(EpochState::Ended) && is_ide {
            return self.attest_epoch(bench, view, epoch).await;
        }
        let is_ready = if is_ide {
            is(EpochState::Reported) && epoch.hours_deposited == ALL_HOURS
        } else {
            is(EpochState::Ended)
        };
        if is_ready && epoch.day == view.state.engine.next_day {
            self.seal(view, epoch.day).await?;
        }
        Ok(())
    }

    /// Asks for the sealing with the oracle's account; without one in the settings somebody else
    /// seals. Never without price: what the program does once the oracle was silent for too long
    /// happens with the account as well.
    async fn seal(&self, view: &EngineInWork<'_>, day: u64) -> Result<(), VerifierError> {
        let Some(price) = self.price_account() else {
            return Ok(());
        };
        if !self.exists(price).await? {
            return Ok(());
        }
        let (io_mint, usdc_mint) = read(&self.ledger, |ledger| ledger.mints()).await?;
        let attempt = view.now.div_euclid(SEAL_PAUSE);
        self.crank("seal_epoch", &format!("ide/{attempt}"), day, || {
            ix::seal_epoch(day, Some(price), &io_mint, &usdc_mint)
        })
        .await
    }

    /// Ends the lot whose time is over or that is sold out; opens the next one of the burn.
    async fn attend_auctions(&self, view: &EngineInWork<'_>) -> Result<(), VerifierError> {
        let engine = &view.state.engine;
        if engine.open_lot != NO_LOT {
            let seq = engine.auction_seq;
            let auction = read(&self.ledger, move |ledger| ledger.auction(seq)).await?;
            let is_over = auction.is_some_and(|auction| {
                auction.state == AuctionState::SoldOut
                    || (auction.state == AuctionState::Open && view.now > auction.ends_at)
            });
            if is_over {
                self.crank("end_auction", "ide", seq, || ix::end_auction(seq))
                    .await?;
            }
            return Ok(());
        }
        let earmark = view.state.vaults.buyback_usdc;
        let (cap, least) = (
            view.money(&param::AUCTION_CAP),
            view.money(&param::AUCTION_MIN),
        );
        if view.now < engine.next_auction_at || lot(earmark, cap, least).is_none() {
            return Ok(());
        }
        let seq = engine.auction_seq.saturating_add(1);
        let attempt = view.now.div_euclid(AUCTION_PAUSE);
        self.crank("open_auction", &format!("ide/{attempt}"), seq, || {
            ix::open_auction(&self.address(), seq, LotKind::Burn)
        })
        .await
    }
}

/// First second after a day, Unix seconds.
pub(super) fn end_of(day: u64) -> Option<i64> {
    i64::try_from(day)
        .ok()?
        .checked_add(1)
        .and_then(|next| next.checked_mul(DAY))
}
