//! What waits for nobody but a crank: rent that goes back, and periods that end by themselves.
//!
//! Mechanism: twice in each UTC hour ([`Passes`](super::passes::Passes)) the accounts that wait are
//! read and cranked, a bounded number of each kind at a time, in turns over those that are due; a kind
//! that fails stops no other. Place of use: the reports loop. Invariant: each of these instructions may
//! be sent by anyone, chooses neither amount nor destination, and is refused by its program when it is
//! early; so a wrong guess here costs a simulation. A row is tried once: what is still due in the next
//! hour is a row of that hour.

use std::time::Instant;

use ion_client::instructions::{self, registry as reg, staking::StakedDevice};
use ion_economics::{
    block::BlockState,
    booking::{BookingStatus, Currency},
    params::{
        Program as Consumer, booking as booking_param, registry as registry_param,
        rewards as rewards_param,
    },
    units::UnixSeconds,
};
use registry::state::Params;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use super::{VerifierError, attest::Bench, crank::Mints, state::Verifier};
use crate::chain_view::{HourChain, Leftovers, RootsView, TokenView, read};

const HOUR: i64 = 3_600;
/// How long an exemption that is over is kept: verifiers still look at the day it held on.
const EXEMPTION_KEPT: i64 = 2 * 86_400;
/// Token accounts asked for in one go.
const TOKENS_PER_READING: usize = 1_000;

/// What one hourly pass looks at.
pub(super) struct Pass {
    /// Accounts that wait.
    pub found: Leftovers,
    /// Devices, classes, stakes and exemptions.
    pub chain: HourChain,
    /// Mints of both currencies.
    pub mints: Mints,
    /// Chain time.
    pub now: i64,
    /// Its hour.
    pub hour: u64,
    /// Most rows of a kind.
    most: usize,
}

impl Pass {
    /// A device as the staking instructions name it.
    pub fn staked(&self, device: &Pubkey) -> Option<StakedDevice> {
        let account = self.chain.devices.get(&device.to_bytes())?;
        Some(StakedDevice {
            device: *device,
            class: account.class,
        })
    }

    /// The mint of a currency.
    pub fn mint(&self, currency: u8) -> Option<Pubkey> {
        Currency::from_u8(currency).map(|currency| self.mints.of(currency))
    }

    /// At most the allowed number of what is due; where there is more, others in each hour, so that
    /// nothing that is refused again and again keeps the rest waiting.
    pub fn some_of<T>(&self, due: impl IntoIterator<Item = T>) -> Vec<T> {
        in_turns(due.into_iter().collect(), self.most, self.hour)
    }
}

fn in_turns<T>(mut due: Vec<T>, most: usize, hour: u64) -> Vec<T> {
    if due.len() > most {
        let length = due.len() as u64;
        let start = hour.wrapping_mul(most as u64).checked_rem(length);
        due.rotate_left(start.and_then(|at| usize::try_from(at).ok()).unwrap_or(0));
        due.truncate(most);
    }
    due
}

impl Verifier {
    /// One round: a pass, when one is due in this hour.
    pub async fn crank_leftovers(&self, bench: &mut Bench, now: i64) -> Result<(), VerifierError> {
        let Ok(hour) = u64::try_from(now.div_euclid(HOUR)) else {
            return Ok(());
        };
        let wait = self.after_all_turns(&format!("leftovers/{hour}"));
        if !bench.passes.is_due(hour, wait, Instant::now()) {
            return Ok(());
        }
        let made = self.look_for_leftovers(now, hour).await;
        bench.passes.note(made.is_ok(), Instant::now());
        made
    }

    /// One pass. Error: the first of its steps that failed; the others are made.
    async fn look_for_leftovers(&self, now: i64, hour: u64) -> Result<(), VerifierError> {
        let (found, chain) = read(&self.ledger, |ledger| {
            Ok((ledger.leftovers()?, ledger.hour_chain()?))
        })
        .await?;
        let pass = Pass {
            found,
            chain,
            mints: self.mints().await?,
            now,
            hour,
            most: usize::try_from(self.settings.cranks.per_hour).unwrap_or(usize::MAX),
        };
        let steps = [
            self.close_polls(&pass).await,
            self.close_bookings(&pass).await,
            self.close_decisions(&pass).await,
            self.attend_stakes(&pass).await,
            self.attend_cases(&pass).await,
            self.close_blocks(&pass).await,
            self.sweep_vaults(&pass).await,
        ];
        steps.into_iter().collect()
    }

    /// Puts one hourly crank into the outbox, when it is this verifier's turn.
    pub(super) async fn crank_hourly(
        &self,
        pass: &Pass,
        kind: &'static str,
        subject: impl std::fmt::Display,
        work: impl FnOnce() -> Instruction,
    ) -> Result<(), VerifierError> {
        self.crank(kind, &subject.to_string(), pass.hour, work)
            .await
    }

    /// The token accounts at some addresses, in order.
    pub(super) async fn tokens(
        &self,
        addresses: &[Pubkey],
    ) -> Result<Vec<Option<TokenView>>, VerifierError> {
        let mut found = Vec::with_capacity(addresses.len());
        for part in addresses.chunks(TOKENS_PER_READING) {
            let part = part.to_vec();
            found.extend(read(&self.ledger, move |ledger| ledger.tokens(&part)).await?);
        }
        Ok(found)
    }

    async fn params_of(&self, consumer: Consumer) -> Result<Params, VerifierError> {
        Ok(read(&self.ledger, move |ledger| ledger.params(consumer)).await?)
    }

    async fn close_polls(&self, pass: &Pass) -> Result<(), VerifierError> {
        let params = self.params_of(Consumer::Registry).await?;
        let keep = params.value(&registry_param::POLL_KEEP, pass.now);
        let over = pass
            .found
            .polls
            .iter()
            .filter(|poll| pass.now > poll.kept_since.saturating_add(keep));
        for poll in pass.some_of(over) {
            let work = || reg::close_poll(&self.address(), &poll.address, &poll.payer);
            self.crank_hourly(pass, "close_poll", poll.address, work)
                .await?;
        }
        Ok(())
    }

    /// Records that are earned and priced, pay that found no account, and settled bookings whose
    /// balances are pulled.
    async fn close_bookings(&self, pass: &Pass) -> Result<(), VerifierError> {
        let snapshot = self.snapshot();
        let over = snapshot
            .records
            .iter()
            .filter(|(_, record)| record.is_priced && record.is_all_earned());
        for (address, record) in pass.some_of(over) {
            let work = || {
                instructions::booking::close_record(
                    &self.address(),
                    &record.booking,
                    record.seq,
                    &record.payer,
                )
            };
            let subject = Pubkey::new_from_array(*address);
            self.crank_hourly(pass, "close_record", subject, work)
                .await?;
        }
        self.pull_pay(pass).await?;
        let params = self.params_of(Consumer::Booking).await?;
        let ttl = params.value(&booking_param::QUOTE_TTL, pass.now);
        let report_ttl = params.value(&booking_param::REPORT_TTL, pass.now);
        let over = snapshot.bookings.iter().filter(|(_, booking)| {
            BookingStatus::from_u8(booking.status) == Some(BookingStatus::Settled)
                && booking.escrow_ledger().is_ok_and(|left| left == 0)
                // Rent of replacement lines goes to the scheduler; without one it waits for one.
                && (booking.failover_rent == 0 || pass.found.scheduler != Pubkey::default())
                && pass.now > booking.booked_at.saturating_add(ttl.saturating_mul(2))
                && (booking.last_report_at == 0
                    || pass.now > booking.last_report_at.saturating_add(report_ttl))
        });
        let over = pass.some_of(over);
        let escrows: Vec<Pubkey> = over.iter().map(|(_, booking)| booking.escrow).collect();
        let gifts = self.tokens(&escrows).await?;
        for ((address, booking), escrow) in over.into_iter().zip(gifts) {
            let key = Pubkey::new_from_array(*address);
            let Some(mint) = pass.mint(booking.currency) else {
                continue;
            };
            let has_gift = escrow.is_some_and(|escrow| escrow.amount > 0);
            let extras = instructions::booking::CloseExtras {
                excess: Currency::from_u8(booking.currency).filter(|_| has_gift),
                scheduler: (booking.failover_rent > 0).then_some(pass.found.scheduler),
            };
            let work = || {
                instructions::booking::close(&self.address(), &key, &mint, &booking.renter, &extras)
            };
            self.crank_hourly(pass, "close", key, work).await?;
        }
        Ok(())
    }

    /// Pay that `earn` could not deliver, once the payout wallet has an associated account.
    async fn pull_pay(&self, pass: &Pass) -> Result<(), VerifierError> {
        let snapshot = self.snapshot();
        let waiting = snapshot.bookings.iter().flat_map(|(address, booking)| {
            let lines = (0u8..).zip(&booking.lines);
            lines
                .filter(|(_, line)| line.pay_due > 0)
                .map(move |(number, line)| (*address, booking, number, line))
        });
        for (address, booking, number, line) in pass.some_of(waiting) {
            let (Some(mint), Some(device)) = (
                pass.mint(booking.currency),
                snapshot.devices.get(&line.device.to_bytes()),
            ) else {
                continue;
            };
            let Some(to) = self.purse(&device.payout_wallet, &mint).await? else {
                continue;
            };
            let key = Pubkey::new_from_array(address);
            let work = || {
                instructions::booking::pull_pay_due(
                    &self.address(),
                    &key,
                    number,
                    &line.device,
                    &mint,
                    &to,
                )
            };
            self.crank_hourly(pass, "pull_pay_due", format!("{key}/{number}"), work)
                .await?;
        }
        Ok(())
    }

    /// A wallet's associated account of a mint, if it is there, takes tokens and is the wallet's alone.
    pub(super) async fn purse(
        &self,
        wallet: &Pubkey,
        mint: &Pubkey,
    ) -> Result<Option<Pubkey>, VerifierError> {
        let key = anchor_spl::associated_token::get_associated_token_address(wallet, mint);
        let found = self.tokens(&[key]).await?;
        let is_good =
            found.first().copied().flatten().is_some_and(|token| {
                token.is_plain && token.owner == *wallet && token.mint == *mint
            });
        Ok(is_good.then_some(key))
    }

    /// Decisions of governance that are carried out, cancelled or expired, and exemptions that are
    /// over.
    async fn close_decisions(&self, pass: &Pass) -> Result<(), VerifierError> {
        let now = UnixSeconds::new(pass.now);
        let over = pass.found.actions.iter().filter(|action| {
            action.action_status().is_ok_and(|status| {
                ion_economics::governance::is_closable(status, action.window(), now).is_ok()
            })
        });
        for action in pass.some_of(over) {
            let work = || reg::close_action(&self.address(), action.id, &action.payer);
            self.crank_hourly(pass, "close_action", action.id, work)
                .await?;
        }
        let kept = UnixSeconds::new(pass.now.saturating_sub(EXEMPTION_KEPT));
        let over = pass.chain.exemptions.values().filter(|exemption| {
            exemption.cancelled_at <= kept.get() && exemption.to_rule().check_closable(kept).is_ok()
        });
        for exemption in pass.some_of(over) {
            let work =
                || reg::close_exemption(&self.address(), &exemption.target, &exemption.payer);
            self.crank_hourly(pass, "close_exemption", exemption.target, work)
                .await?;
        }
        Ok(())
    }

    async fn close_blocks(&self, pass: &Pass) -> Result<(), VerifierError> {
        let params = self.params_of(Consumer::Rewards).await?;
        let after = params.value(&rewards_param::BLOCK_RENT_AFTER, pass.now);
        let roots = read(&self.ledger, |ledger| ledger.roots()).await?;
        let over = pass.found.blocks.iter().filter(|block| {
            let since = match block.state {
                BlockState::Processing => None,
                BlockState::Final | BlockState::Exhausted => Some(block.released_at),
                BlockState::Completed | BlockState::Failed => matured_through(&roots, block.hour),
            };
            since.is_some_and(|since| pass.now > since.saturating_add(after))
        });
        for block in pass.some_of(over) {
            let work =
                || instructions::rewards::close_block(&self.address(), &block.payer, block.hour);
            self.crank_hourly(pass, "close_block", block.hour, work)
                .await?;
        }
        Ok(())
    }
}

/// Maturity of the first root in the ring that reaches an hour.
fn matured_through(roots: &RootsView, hour: u64) -> Option<i64> {
    roots
        .roots
        .iter()
        .filter(|root| !root.is_vetoed && root.through >= hour)
        .map(|root| root.mature_at)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_due_has_its_hour() {
        assert_eq!(in_turns(vec![1, 2, 3], 3, 9), [1, 2, 3]);
        assert!(in_turns(vec![1, 2, 3], 0, 9).is_empty());
        let mut seen: Vec<u32> = (0..5)
            .flat_map(|hour| in_turns((0..10).collect(), 2, hour))
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<u32>>());
    }
}
