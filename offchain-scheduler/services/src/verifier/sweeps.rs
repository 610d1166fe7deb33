//! Tokens that strangers sent to vaults, moved to the engine (economics §1.6).
//!
//! Mechanism: every vault is looked at once per UTC day, in the hour that its address gives, and swept
//! when what it holds above its ledger is worth the transaction (`cranks.sweep_min_…`).

use ide::state::Waiting;
use ion_client::{
    addresses,
    instructions::{booking as booking_ix, ide as ide_ix, rewards as rewards_ix, staking as ix},
};
use ion_economics::booking::Currency;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use super::{VerifierError, engine::DAY, leftovers::Pass, state::Verifier};
use crate::chain_view::{EngineState, read};

/// Most unsealed days of the engine that one sweep names.
const MOST_DAYS: u64 = 16;

/// A vault that may hold too much.
struct Vault {
    key: Pubkey,
    owed: u64,
    kind: &'static str,
    work: Instruction,
}

/// Whether an address has its turn in this hour of the day.
fn is_hour_of(key: &Pubkey, hour: u64) -> bool {
    let [.., high, low] = key.to_bytes();
    u64::from(u16::from_be_bytes([high, low])) % 24 == hour % 24
}

impl Verifier {
    /// One round over the vaults that have their hour.
    pub(super) async fn sweep_vaults(&self, pass: &Pass) -> Result<(), VerifierError> {
        let mut vaults = self.device_vaults(pass);
        vaults.extend(self.escrows(pass));
        vaults.extend(self.engine_vaults(pass).await?);
        let keys: Vec<Pubkey> = vaults.iter().map(|vault| vault.key).collect();
        let found = self.tokens(&keys).await?;
        let cranks = &self.settings.cranks;
        let rich = vaults.into_iter().zip(found).filter(|(vault, token)| {
            token.is_some_and(|token| {
                let least = if token.mint == pass.mints.usdc {
                    cranks.sweep_min_usdc
                } else {
                    cranks.sweep_min_io
                };
                token.amount.saturating_sub(vault.owed) >= least.max(1)
            })
        });
        for (vault, _) in pass.some_of(rich) {
            self.crank_hourly(pass, vault.kind, vault.key, || vault.work)
                .await?;
        }
        Ok(())
    }

    /// Vaults of devices and of slash cases.
    fn device_vaults(&self, pass: &Pass) -> Vec<Vault> {
        let stakes = pass.chain.stakes.values();
        let stakes = stakes
            .filter(|stake| is_hour_of(&stake.device, pass.hour))
            .filter_map(|stake| {
                Some(Vault {
                    key: addresses::staking::vault(&addresses::staking::device_stake(
                        &stake.device,
                    )),
                    owed: stake.held_io().ok()?,
                    kind: "sweep_stake",
                    work: ix::sweep_excess(&pass.mints.io, &stake.device),
                })
            });
        let cases = pass.found.cases.iter();
        let cases = cases
            .filter(|(address, _)| is_hour_of(address, pass.hour))
            .filter_map(|(address, case)| {
                Some(Vault {
                    key: addresses::staking::case_vault(address),
                    owed: case.vault_io().ok()?,
                    kind: "sweep_case",
                    work: ix::sweep_case(&pass.mints.io, address),
                })
            });
        stakes.chain(cases).collect()
    }

    /// Escrows of bookings.
    fn escrows(&self, pass: &Pass) -> Vec<Vault> {
        let by = self.address();
        let snapshot = self.snapshot();
        let bookings = snapshot.bookings.iter();
        bookings
            .map(|(address, booking)| (Pubkey::new_from_array(*address), booking))
            .filter(|(key, _)| is_hour_of(key, pass.hour))
            .filter_map(|(key, booking)| {
                let currency = Currency::from_u8(booking.currency)?;
                let mint = pass.mint(booking.currency)?;
                Some(Vault {
                    key: booking.escrow,
                    owed: booking.escrow_ledger().ok()?,
                    kind: "sweep_escrow",
                    work: booking_ix::sweep_excess(&by, &key, currency, &mint),
                })
            })
            .collect()
    }

    /// The vault of the schedule and the five of the engine.
    async fn engine_vaults(&self, pass: &Pass) -> Result<Vec<Vault>, VerifierError> {
        let (schedule, engine) = read(&self.ledger, |ledger| {
            Ok((ledger.schedule()?, ledger.engine()?))
        })
        .await?;
        let mut vaults = Vec::new();
        if let Some(schedule) = schedule.filter(|one| is_hour_of(&one.distribution, pass.hour))
            && let Ok(owed) = schedule.owed_io()
        {
            vaults.push(Vault {
                key: schedule.distribution,
                owed,
                kind: "sweep_distribution",
                work: rewards_ix::sweep_excess(&self.address(), &pass.mints.io),
            });
        }
        let Some(state) = engine else {
            return Ok(vaults);
        };
        let ledgers = &state.vaults;
        let keys = [
            ledgers.reward_vault,
            ledgers.fee_usdc,
            ledgers.fee_io,
            ledgers.pay_io,
            ledgers.pay_usdc,
        ];
        let keys = keys.into_iter().filter(|key| is_hour_of(key, pass.hour));
        let keys: Vec<Pubkey> = keys.collect();
        if keys.is_empty() {
            return Ok(vaults);
        }
        let Some((days, waiting)) = self.unsealed(&state, pass.now).await? else {
            return Ok(vaults);
        };
        for key in keys {
            let Ok((currency, owed)) = ledgers.owed(&key, waiting) else {
                continue;
            };
            let mint = match currency {
                ide::state::Currency::Io => &pass.mints.io,
                ide::state::Currency::Usdc => &pass.mints.usdc,
            };
            let work = ide_ix::sweep_excess(&key, mint, &pass.mints.usdc, days.clone());
            vaults.push(Vault {
                key,
                owed,
                kind: "sweep_engine",
                work,
            });
        }
        Ok(vaults)
    }

    /// The days that are not sealed, up to today, and the revenue in them; `None` while one of them
    /// has no account, or there are too many for one transaction.
    async fn unsealed(
        &self,
        state: &EngineState,
        now: i64,
    ) -> Result<Option<(std::ops::RangeInclusive<u64>, Waiting)>, VerifierError> {
        let Ok(today) = u64::try_from(now.div_euclid(DAY)) else {
            return Ok(None);
        };
        let first = state.engine.next_day;
        if today.saturating_sub(first) >= MOST_DAYS {
            return Ok(None);
        }
        let mut waiting = Waiting {
            usdc: 0,
            io: state.engine.carried_revenue_io,
        };
        for day in first..=today {
            let Some(epoch) = read(&self.ledger, move |ledger| ledger.epoch(day)).await? else {
                return Ok(None);
            };
            waiting.usdc = waiting.usdc.saturating_add(epoch.revenue_usdc);
            waiting.io = waiting.io.saturating_add(epoch.revenue_io);
        }
        Ok(Some((first..=today, waiting)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_one_hour_of_the_day() {
        for byte in 0..=255 {
            let key = Pubkey::new_from_array([byte; 32]);
            let hours = (48..72).filter(|hour| is_hour_of(&key, *hour)).count();
            assert_eq!(hours, 1, "{byte}");
        }
    }
}
