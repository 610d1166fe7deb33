//! What an epoch keeps of its sealing: payments and the parameters it was sealed with
//! (economics §10.3, §12).

use anchor_lang::prelude::*;
use ion_economics::ide::{EpochRules, HealthRules, Order};

/// What the ledgers paid for one kind of obligation.
#[zero_copy]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Value paid, 1e-6 USD.
    pub paid_usd_micros: u64,
    /// IO from the reward vault, base units.
    pub reward_io: u64,
    /// USDC from the fee vault, base units.
    pub usdc: u64,
    /// IO from the fee vault, base units.
    pub fee_io: u64,
}

impl Payment {
    /// Nothing paid.
    pub const NONE: Self = Self {
        paid_usd_micros: 0,
        reward_io: 0,
        usdc: 0,
        fee_io: 0,
    };

    /// From the rule's type.
    pub const fn from_rule(payment: &ion_economics::ide::Payment) -> Self {
        Self {
            paid_usd_micros: payment.usd_micros,
            reward_io: payment.reward_io,
            usdc: payment.usdc,
            fee_io: payment.fee_io,
        }
    }
}

/// Parameters that an epoch was sealed with (economics §12).
#[zero_copy]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct SealRules {
    /// Line of Deficit, bps.
    pub psi_deficit_bps: u32,
    /// Line of Critical, bps.
    pub psi_critical_bps: u32,
    /// Line of Normal, bps.
    pub psi_normal_bps: u32,
    /// Greatest ratio of a day in the average, bps.
    pub psi_cap_bps: u32,
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
    /// Order of the ledgers: 0 rewards first, 1 fees first.
    pub order: u8,
    /// Days in a row that move the status.
    pub psi_epochs: u8,
}

impl SealRules {
    /// Not sealed.
    pub const NONE: Self = Self {
        psi_deficit_bps: 0,
        psi_critical_bps: 0,
        psi_normal_bps: 0,
        psi_cap_bps: 0,
        burn_bps: 0,
        unemitted_burn_bps: 0,
        carry_days: 0,
        reserve_max_days: 0,
        critical_days: 0,
        order: 0,
        psi_epochs: 0,
    };

    /// As the rule's type.
    pub const fn to_rule(&self) -> EpochRules {
        EpochRules {
            order: Order::from_param(self.order as i64),
            burn_bps: self.burn_bps,
            unemitted_burn_bps: self.unemitted_burn_bps,
            carry_days: self.carry_days,
            reserve_max_days: self.reserve_max_days,
            health: HealthRules {
                deficit_bps: self.psi_deficit_bps,
                critical_bps: self.psi_critical_bps,
                normal_bps: self.psi_normal_bps,
                epochs: self.psi_epochs,
                cap_bps: self.psi_cap_bps,
                critical_days: self.critical_days,
            },
        }
    }
}
