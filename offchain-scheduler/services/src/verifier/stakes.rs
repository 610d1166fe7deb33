//! Stakes that time has changed: exits, passed waits, offers nobody can take, positions to pay out and
//! to put away (economics §3.3, §4.1, §13.3).

use ion_client::instructions::staking as ix;
use ion_economics::{
    stake::{Ledger, PositionState, PositionStatus, View, offer},
    units::UnixSeconds,
};
use solana_pubkey::Pubkey;
use staking::state::{CoPosition, DeviceStake, Offer};

use super::{VerifierError, leftovers::Pass, state::Verifier};

/// What is due for the account of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PositionDue {
    /// Its money goes to its wallet.
    PayOut,
    /// It has none and no case can give it any.
    PutAway,
}

impl Pass {
    /// The world as the stake rules see it for a device.
    fn view(&self, device: &Pubkey) -> Option<View> {
        let account = self.chain.devices.get(&device.to_bytes())?;
        let class = self.chain.classes.get(&account.class)?;
        let now = UnixSeconds::new(self.now);
        staking::state::view(account, class, &self.chain.staking_params, now).ok()
    }

    fn stake(&self, device: &Pubkey) -> Option<&DeviceStake> {
        self.chain.stakes.get(&device.to_bytes())
    }

    /// Whether nobody can take the offer any more.
    fn is_void(&self, made: &Offer) -> bool {
        let reason = || {
            let ledger = self.stake(&made.device)?.ledger().ok()?;
            let terms = made.terms().ok()?;
            offer::invalidity(&ledger, &terms, &self.view(&made.device)?).ok()?
        };
        reason().is_some()
    }

    fn due_for(&self, position: &CoPosition) -> Option<PositionDue> {
        let ledger = self.stake(&position.device)?.ledger().ok()?;
        let slot = ledger.position(position.seq);
        let status = slot.map(|slot| slot.status(UnixSeconds::new(self.now)));
        match status {
            Some(PositionStatus::Withdrawable) => Some(PositionDue::PayOut),
            None | Some(PositionStatus::Empty | PositionStatus::Zeroed) => {
                if position.restored_io > 0 {
                    Some(PositionDue::PayOut)
                } else {
                    (position.open_legs == 0).then_some(PositionDue::PutAway)
                }
            }
            Some(
                PositionStatus::Active | PositionStatus::Waiting(_) | PositionStatus::Cooling(_),
            ) => None,
        }
    }
}

/// Sequences of the positions whose wait has passed.
fn passed_waits(stake: &DeviceStake, now: i64) -> Vec<u64> {
    stake
        .positions
        .iter()
        .filter(|slot| slot.state == PositionState::Wait.code() && now >= slot.cooldown_starts_at)
        .map(|slot| slot.seq)
        .collect()
}

/// Whether a refresh would write anything: a device has become short, or is so no more, or the totals
/// count what is gone.
fn is_stale(stake: &DeviceStake, view: &View) -> bool {
    let Ok(before) = stake.ledger() else {
        return false;
    };
    let Ok(after) = before.refresh(view) else {
        return false;
    };
    let counted = after.eligible(view.now).map(|io| io.base_units());
    let untouched = Ledger {
        touched_at: before.touched_at,
        ..after
    };
    untouched != before || counted.is_ok_and(|counted| counted != stake.counted_io)
}

impl Verifier {
    /// One round over stakes, offers and positions.
    pub(super) async fn attend_stakes(&self, pass: &Pass) -> Result<(), VerifierError> {
        self.end_exits(pass).await?;
        self.refresh_stakes(pass).await?;
        self.close_offers(pass).await?;
        self.attend_positions(pass).await
    }

    /// Waits of co-staking positions that have passed.
    async fn end_exits(&self, pass: &Pass) -> Result<(), VerifierError> {
        let over = pass.chain.stakes.values().flat_map(|stake| {
            let passed = passed_waits(stake, pass.now);
            passed.into_iter().map(|seq| (stake.device, seq))
        });
        for (device, seq) in pass.some_of(over) {
            let Some(staked) = pass.staked(&device) else {
                continue;
            };
            let work = || ix::advance_exit(&staked, seq);
            self.crank_hourly(pass, "advance_exit", format!("{device}/{seq}"), work)
                .await?;
        }
        Ok(())
    }

    /// Devices whose requirement has changed, or whose grace is over. Where a wait has passed
    /// `advance_exit` does the same.
    async fn refresh_stakes(&self, pass: &Pass) -> Result<(), VerifierError> {
        let stale = pass.chain.stakes.values().filter(|stake| {
            passed_waits(stake, pass.now).is_empty()
                && pass
                    .view(&stake.device)
                    .is_some_and(|view| is_stale(stake, &view))
        });
        for stake in pass.some_of(stale) {
            let Some(staked) = pass.staked(&stake.device) else {
                continue;
            };
            let work = || ix::refresh_stake(&staked);
            self.crank_hourly(pass, "refresh_stake", stake.device, work)
                .await?;
        }
        Ok(())
    }

    async fn close_offers(&self, pass: &Pass) -> Result<(), VerifierError> {
        let void = pass.found.offers.iter().filter(|made| pass.is_void(made));
        for made in pass.some_of(void) {
            let Some(staked) = pass.staked(&made.device) else {
                continue;
            };
            let subject = format!("{}/{}", made.device, made.seq);
            let work = || ix::close_offer(&staked, made.seq, &made.payer);
            self.crank_hourly(pass, "close_offer", subject, work)
                .await?;
        }
        Ok(())
    }

    /// Positions that wait for nothing any more: paid out to their wallet, then put away.
    async fn attend_positions(&self, pass: &Pass) -> Result<(), VerifierError> {
        let due = pass.found.positions.iter().filter_map(|position| {
            let due = pass.due_for(position)?;
            Some((position, due))
        });
        for (position, due) in pass.some_of(due) {
            let Some(staked) = pass.staked(&position.device) else {
                continue;
            };
            let (wallet, seq) = (&position.wallet, position.seq);
            let subject = format!("{}/{seq}", position.device);
            match due {
                PositionDue::PayOut => {
                    let Some(to) = self.purse(wallet, &pass.mints.io).await? else {
                        continue;
                    };
                    let work = || ix::withdraw_position(wallet, &pass.mints.io, &to, &staked, seq);
                    self.crank_hourly(pass, "withdraw_position", subject, work)
                        .await?;
                }
                PositionDue::PutAway => {
                    let work = || ix::close_position(wallet, &staked, seq, &position.payer);
                    self.crank_hourly(pass, "close_position", subject, work)
                        .await?;
                }
            }
        }
        Ok(())
    }
}
