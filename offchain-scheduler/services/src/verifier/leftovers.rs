//! Accounts whose time is over: rent that goes back, and periods that end by themselves.
//!
//! Mechanism: once per UTC hour the accounts that wait for nobody but a crank are read and cranked,
//! a bounded number at a time. Place of use: the reports loop. Invariant: each of these instructions
//! may be sent by anyone, chooses neither amount nor destination, and is refused by its program when
//! it is early; so a wrong guess here costs a simulation.

use ion_client::instructions::{self, staking::CaseKey};
use ion_economics::{
    block::BlockState,
    booking::BookingStatus,
    params::{
        Program as Consumer, booking as booking_param, registry as registry_param,
        rewards as rewards_param,
    },
    slash::CaseState,
    stake::PositionState,
};
use registry::state::Params;
use solana_pubkey::Pubkey;

use super::{VerifierError, attest::Bench, state::Verifier};
use crate::chain_view::{Leftovers, RootsView, read};

const HOUR: i64 = 3_600;
/// Most accounts of a kind per round: the rest waits for the next hour.
const MOST: usize = 64;

impl Verifier {
    /// One round, in the first pass of each hour.
    pub async fn crank_leftovers(&self, bench: &mut Bench, now: i64) -> Result<(), VerifierError> {
        let Ok(hour) = u64::try_from(now.div_euclid(HOUR)) else {
            return Ok(());
        };
        if bench.cleaned == Some(hour) {
            return Ok(());
        }
        let found = read(&self.ledger, |ledger| ledger.leftovers()).await?;
        self.close_polls(&found, now, hour).await?;
        self.close_bookings(now, hour).await?;
        self.end_exits(now, hour).await?;
        self.end_cases(&found, now, hour).await?;
        self.close_blocks(&found, now, hour).await?;
        bench.cleaned = Some(hour);
        Ok(())
    }

    async fn params_of(&self, consumer: Consumer) -> Result<Params, VerifierError> {
        Ok(read(&self.ledger, move |ledger| ledger.params(consumer)).await?)
    }

    async fn close_polls(
        &self,
        found: &Leftovers,
        now: i64,
        hour: u64,
    ) -> Result<(), VerifierError> {
        let keep = self
            .params_of(Consumer::Registry)
            .await?
            .value(&registry_param::POLL_KEEP, now);
        let over = found
            .polls
            .iter()
            .filter(|poll| now > poll.kept_since.saturating_add(keep));
        for poll in over.take(MOST) {
            let work =
                || instructions::registry::close_poll(&self.address(), &poll.address, &poll.payer);
            self.crank("close_poll", &poll.address.to_string(), hour, work)
                .await?;
        }
        Ok(())
    }

    /// Records that are earned and priced, and settled bookings whose balances are pulled.
    async fn close_bookings(&self, now: i64, hour: u64) -> Result<(), VerifierError> {
        let snapshot = self.snapshot();
        let over = snapshot
            .records
            .iter()
            .filter(|(_, record)| record.is_priced && record.is_all_earned());
        for (address, record) in over.take(MOST) {
            let work = || {
                instructions::booking::close_record(
                    &self.address(),
                    &record.booking,
                    record.seq,
                    &record.payer,
                )
            };
            let subject = Pubkey::new_from_array(*address).to_string();
            self.crank("close_record", &subject, hour, work).await?;
        }
        let params = self.params_of(Consumer::Booking).await?;
        let ttl = params.value(&booking_param::QUOTE_TTL, now);
        let report_ttl = params.value(&booking_param::REPORT_TTL, now);
        let (io_mint, usdc_mint) = read(&self.ledger, |ledger| ledger.mints()).await?;
        let over = snapshot.bookings.iter().filter(|(_, booking)| {
            BookingStatus::from_u8(booking.status) == Some(BookingStatus::Settled)
                && booking.escrow_ledger().is_ok_and(|left| left == 0)
                // Rent of replacement lines goes to the scheduler, who closes those itself.
                && booking.failover_rent == 0
                && now > booking.booked_at.saturating_add(ttl.saturating_mul(2))
                && (booking.last_report_at == 0
                    || now > booking.last_report_at.saturating_add(report_ttl))
        });
        for (address, booking) in over.take(MOST) {
            let key = Pubkey::new_from_array(*address);
            let mint = match ion_economics::booking::Currency::from_u8(booking.currency) {
                Some(ion_economics::booking::Currency::Usdc) => usdc_mint,
                Some(ion_economics::booking::Currency::Io) => io_mint,
                None => continue,
            };
            let work = || {
                let extras = instructions::booking::CloseExtras::default();
                instructions::booking::close(&self.address(), &key, &mint, &booking.renter, &extras)
            };
            self.crank("close", &key.to_string(), hour, work).await?;
        }
        Ok(())
    }

    /// Waits of co-staking positions that have passed.
    async fn end_exits(&self, now: i64, hour: u64) -> Result<(), VerifierError> {
        let chain = read(&self.ledger, |ledger| ledger.hour_chain()).await?;
        for (address, stake) in &chain.stakes {
            let Some(device) = chain.devices.get(address) else {
                continue;
            };
            let device = instructions::staking::StakedDevice {
                device: Pubkey::new_from_array(*address),
                class: device.class,
            };
            for slot in &stake.positions {
                if slot.state != PositionState::Wait.code() || now < slot.cooldown_starts_at {
                    continue;
                }
                let work = || instructions::staking::advance_exit(&device, slot.seq);
                let subject = format!("{}/{}", device.device, slot.seq);
                self.crank("advance_exit", &subject, hour, work).await?;
            }
        }
        Ok(())
    }

    /// Slash cases whose appeal or ruling period is over, or whose outcome waits to be carried out.
    async fn end_cases(&self, found: &Leftovers, now: i64, hour: u64) -> Result<(), VerifierError> {
        let snapshot = self.snapshot();
        let (io_mint, _) = read(&self.ledger, |ledger| ledger.mints()).await?;
        let over = found
            .cases
            .iter()
            .filter(|(_, case)| match CaseState::from_code(case.state) {
                Ok(CaseState::Window) => now > case.window_end,
                Ok(CaseState::Appealed) => now > case.ruling_end,
                Ok(CaseState::Upheld | CaseState::Partial) => true,
                Ok(CaseState::Restored | CaseState::Burned) | Err(_) => false,
            });
        for (address, case) in over.take(MOST) {
            let Some(device) = snapshot.devices.get(&case.device.to_bytes()) else {
                continue;
            };
            let key = CaseKey {
                device: instructions::staking::StakedDevice {
                    device: case.device,
                    class: device.class,
                },
                offence_id: case.offence_id,
                part: case.part,
            };
            let work = || instructions::staking::finalize_case(&io_mint, &key, case, now);
            self.crank("finalize_case", &address.to_string(), hour, work)
                .await?;
        }
        Ok(())
    }

    async fn close_blocks(
        &self,
        found: &Leftovers,
        now: i64,
        hour: u64,
    ) -> Result<(), VerifierError> {
        let after = self
            .params_of(Consumer::Rewards)
            .await?
            .value(&rewards_param::BLOCK_RENT_AFTER, now);
        let roots = read(&self.ledger, |ledger| ledger.roots()).await?;
        let over = found.blocks.iter().filter(|block| {
            let since = match block.state {
                BlockState::Processing => None,
                BlockState::Final | BlockState::Exhausted => Some(block.released_at),
                BlockState::Completed | BlockState::Failed => matured_through(&roots, block.hour),
            };
            since.is_some_and(|since| now > since.saturating_add(after))
        });
        for block in over.take(MOST) {
            let work =
                || instructions::rewards::close_block(&self.address(), &block.payer, block.hour);
            self.crank("close_block", &block.hour.to_string(), hour, work)
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
        .filter(|root| !root.is_vetoed && root.through_hour >= hour)
        .map(|root| root.mature_at)
        .min()
}
