//! Events of what carries over from epoch to epoch.

use anchor_lang::prelude::*;

use super::U64Change;
use crate::state::{Payment, SealRules};

/// The engine and the ring of payout roots exist.
#[event]
pub struct EngineInitialized {
    /// The Engine account.
    pub engine: Pubkey,
    /// The ring of payout roots.
    pub roots: Pubkey,
    /// Who paid the rent.
    pub authority: Pubkey,
    /// UTC day index of the first epoch to seal.
    pub next_day: u64,
    /// Event number of the engine.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A payment of a sealing.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentMade {
    /// Value paid, 1e-6 USD.
    pub paid_usd_micros: u64,
    /// IO from the reward vault, base units.
    pub reward_io: u64,
    /// USDC from the fee vault, base units.
    pub usdc: u64,
    /// IO from the fee vault, base units.
    pub fee_io: u64,
}

impl From<&Payment> for PaymentMade {
    fn from(payment: &Payment) -> Self {
        Self {
            paid_usd_micros: payment.paid_usd_micros,
            reward_io: payment.reward_io,
            usdc: payment.usdc,
            fee_io: payment.fee_io,
        }
    }
}

/// Parameters of a sealing.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RulesApplied {
    /// Order of the ledgers: 0 rewards first, 1 fees first.
    pub order: u8,
    /// Share of the surplus that is burned, bps.
    pub burn_bps: u16,
    /// Share of unspent emission that is retired, bps.
    pub unemitted_burn_bps: u16,
    /// Days of mean emission the reward vault carries.
    pub carry_days: u16,
    /// Days of mean obligation above which the fee vault is burned down.
    pub reserve_max_days: u16,
    /// Days of mean obligation below which the status is Critical.
    pub critical_days: u16,
    /// Line of Deficit, bps.
    pub psi_deficit_bps: u32,
    /// Line of Critical, bps.
    pub psi_critical_bps: u32,
    /// Line of Normal, bps.
    pub psi_normal_bps: u32,
    /// Days in a row that move the status.
    pub psi_epochs: u8,
    /// Greatest ratio of a day in the average, bps.
    pub psi_cap_bps: u32,
}

impl From<&SealRules> for RulesApplied {
    fn from(rules: &SealRules) -> Self {
        Self {
            order: rules.order,
            burn_bps: rules.burn_bps,
            unemitted_burn_bps: rules.unemitted_burn_bps,
            carry_days: rules.carry_days,
            reserve_max_days: rules.reserve_max_days,
            critical_days: rules.critical_days,
            psi_deficit_bps: rules.psi_deficit_bps,
            psi_critical_bps: rules.psi_critical_bps,
            psi_normal_bps: rules.psi_normal_bps,
            psi_epochs: rules.psi_epochs,
            psi_cap_bps: rules.psi_cap_bps,
        }
    }
}

/// A day was sealed: every input and output of the rule, so that anyone can compute it again.
#[event]
pub struct EpochSealed {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// 0 schedule, 1 engine.
    pub mode: u8,
    /// Parameters.
    pub rules: RulesApplied,
    /// Price of released IO, 1e-12 USD; 0 = sealed without price.
    pub price_p12: u64,
    /// Price of recognised and burned IO, 1e-12 USD.
    pub floor_p12: u64,
    /// Emission of the day, IO base units.
    pub emission_io: u64,
    /// Revenue of the day, USDC base units.
    pub revenue_usdc: u64,
    /// Revenue of the day, IO base units, without what was carried in.
    pub revenue_io: u64,
    /// IO revenue carried from epoch to epoch for want of a price, base units.
    pub carried_revenue_io: U64Change,
    /// Obligations, 1e-6 USD.
    pub obligation_usd_micros: u64,
    /// Recognised revenue, 1e-6 USD.
    pub revenue_usd_micros: u64,
    /// Paid for the obligations of the day.
    pub paid_obligation: PaymentMade,
    /// Paid for arrears.
    pub paid_arrears: PaymentMade,
    /// Obligations left unpaid, 1e-6 USD.
    pub short_usd_micros: u64,
    /// Arrears, 1e-6 USD.
    pub arrears_usd_micros: U64Change,
    /// Surplus, 1e-6 USD.
    pub surplus_usd_micros: u64,
    /// Burn wanted, 1e-6 USD.
    pub burn_usd_micros: u64,
    /// Burn carried from epoch to epoch, 1e-6 USD.
    pub burn_due_usd_micros: U64Change,
    /// IO burned from the fee vault, base units.
    pub burned_io: u64,
    /// USDC earmarked for buyback, base units.
    pub earmarked_usdc: u64,
    /// IO retired from the reward vault, base units.
    pub retired_io: u64,
    /// Ledger Y1, IO base units.
    pub y1_io: U64Change,
    /// Ledger Yu, USDC base units.
    pub yu_usdc: U64Change,
    /// Ledger Yi, IO base units.
    pub yi_io: U64Change,
    /// USDC earmarked in all, base units.
    pub buyback_usdc: U64Change,
    /// IO paid by all epochs, base units.
    pub cumulative_io: U64Change,
    /// USDC paid by all epochs, base units.
    pub cumulative_usdc: U64Change,
    /// Revenue over obligations, bps; 0 when sealed without price.
    pub psi_bps: u32,
    /// Average ratio in 1e-6 bps; 0 before the first.
    pub ema_fp: U64Change,
    /// Worth of the fee vault, 1e-6 USD.
    pub reserve_usd_micros: u64,
    /// Mean obligation of the last 30 epochs, 1e-6 USD.
    pub mean_obligation_usd_micros: u64,
    /// Status before: 0 normal, 1 deficit, 2 critical.
    pub old_status: u8,
    /// Status after.
    pub new_status: u8,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The hour from which the engine pays is fixed.
#[event]
pub struct SwitchScheduled {
    /// The queued decision.
    pub action: Pubkey,
    /// First hour index of mode `Ide`.
    pub ide_from_hour: u64,
    /// Event number of the engine.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
