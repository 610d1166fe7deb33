//! One UTC day of the engine (economics §1.6, §10.2, §13.7).

use anchor_lang::prelude::*;
use ion_economics::{
    math,
    units::{IO_DECIMALS, USDC_DECIMALS},
};
use ion_merkle::epoch::report_seq;

use super::{Payment, SealRules};
use crate::error::IdeError;

/// Where an epoch stands; stored as its number, grows only at the end.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochState {
    /// Takes money of its day.
    Accruing = 0,
    /// The day is over.
    Ended = 1,
    /// Its obligations are known.
    Reported = 2,
    /// Its money has joined the ledgers and its obligations are paid.
    Sealed = 3,
    /// Nothing depends on it any more.
    Closed = 4,
}

impl EpochState {
    /// The stored number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Accruing => 0,
            Self::Ended => 1,
            Self::Reported => 2,
            Self::Sealed => 3,
            Self::Closed => 4,
        }
    }
}

/// Account at `["epoch", day]`. Amounts wait here until the day is sealed; nothing of them is in a
/// ledger before. Zero-copy, fields in the order of their alignment: every deposit of a day writes
/// it.
#[account(zero_copy)]
#[derive(InitSpace, Debug)]
#[repr(C)]
pub struct Epoch {
    /// UTC day index.
    pub day: u64,
    /// When the account was opened, Unix seconds.
    pub opened_at: i64,
    /// When the day was ended, Unix seconds; 0 = not yet.
    pub ended_at: i64,
    /// When the report was complete, Unix seconds; 0 = not yet.
    pub reported_at: i64,
    /// When the epoch was sealed, Unix seconds; 0 = not yet.
    pub sealed_at: i64,
    /// Most availability obligations, 1e-6 USD, as of the opening; 0 = none set.
    pub max_obligation_usd_micros: u64,

    /// Emission of the hours of the day, IO base units.
    pub emission_io: u64,
    /// Revenue of the day, USDC base units.
    pub revenue_usdc: u64,
    /// Revenue of the day, IO base units.
    pub revenue_io: u64,
    /// Hire of the records earned in the day, 1e-6 USD.
    pub hire_due_usd_micros: u64,

    /// Availability obligations of the report, 1e-6 USD.
    pub avail_usd_micros: u64,
    /// Floors taken in the report's sum.
    pub floors: u64,
    /// Sum over the revealed rows of the report, 1e-6 USD.
    pub row_sum_usd_micros: u64,

    /// All obligations of the day, 1e-6 USD.
    pub obligation_usd_micros: u64,
    /// Sealing price, 1e-12 USD per IO; 0 = sealed without price.
    pub price_p12: u64,
    /// Floor price, 1e-12 USD per IO.
    pub floor_p12: u64,
    /// Paid for the obligations of the day.
    pub paid_obligation: Payment,
    /// Paid for arrears.
    pub paid_arrears: Payment,
    /// Obligations of the day that stayed unpaid, 1e-6 USD.
    pub short_usd_micros: u64,
    /// Arrears after the epoch, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// Revenue above obligations and arrears, 1e-6 USD.
    pub surplus_usd_micros: u64,
    /// Burn carried to the next epoch, 1e-6 USD.
    pub burn_due_usd_micros: u64,
    /// IO burned from the fee vault, base units.
    pub burned_io: u64,
    /// USDC earmarked for buyback, base units.
    pub earmarked_usdc: u64,
    /// IO retired from the reward vault, base units.
    pub retired_io: u64,
    /// USDC spent by auction fills of the day, base units.
    pub repurchase_usdc: u64,
    /// IO bought by auction fills of the day, base units.
    pub repurchase_io: u64,
    /// IO paid by all epochs up to this one, base units.
    pub cumulative_io: u64,
    /// USDC paid by all epochs up to this one, base units.
    pub cumulative_usdc: u64,
    /// Ledger Y1 after the epoch, IO base units.
    pub y1_io: u64,
    /// Ledger Yu after the epoch, USDC base units.
    pub yu_usdc: u64,
    /// Ledger Yi after the epoch, IO base units.
    pub yi_io: u64,
    /// IO revenue of epochs sealed without price that joined this one, base units.
    pub carried_in_io: u64,
    /// Recognised revenue, 1e-6 USD.
    pub revenue_usd_micros: u64,
    /// Burn wanted, with what was carried and the excess of the reserve, 1e-6 USD.
    pub burn_usd_micros: u64,
    /// Average ratio after the epoch in 1e-6 bps; 0 before the first.
    pub ema_fp: u64,
    /// Worth of the fee vault after the burn, 1e-6 USD.
    pub reserve_usd_micros: u64,
    /// Mean obligation of the last 30 epochs, this one included, 1e-6 USD.
    pub mean_obligation_usd_micros: u64,
    /// Number of the last event of this account.
    pub event_seq: u64,

    /// Who paid the rent and gets it back.
    pub payer: Pubkey,
    /// Hash that the rows of the report still to come must have.
    pub row_hash: [u8; 32],
    /// One bit per hour whose emission was deposited.
    pub hours_deposited: u32,
    /// Revenue over obligations in bps; 0 when sealed without price.
    pub psi_bps: u32,
    /// Parameters it was sealed with.
    pub rules: SealRules,
    /// Class rows of the report.
    pub class_count: u16,
    /// Class rows revealed.
    pub row_cursor: u16,
    /// Class of the last revealed row.
    pub last_class: u16,
    /// Where the epoch stands, by [`EpochState::code`].
    pub state: u8,
    /// Mode it was sealed in: 0 schedule, 1 engine.
    pub mode: u8,
    /// Status after the epoch, `ion_economics::ide::Status`.
    pub status: u8,
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Reports of the day that were voided; part of the sequence of the next one.
    pub voided_reports: u8,
    /// For later fields.
    pub _reserved: [u8; 64],
}

const _: () = assert!(
    Epoch::INIT_SPACE
        == 6 * 8 + 4 * 8 + 3 * 8 // times, money of the day, report
            + 3 * 8 + 2 * 32 + 11 * 8 + 9 * 8 + 8 // sealing, events
            + 2 * 32 + 2 * 4 + 28 + 3 * 2 + 6 + 64
);
const _: () = assert!(core::mem::size_of::<Epoch>() == Epoch::INIT_SPACE);

/// Which ledger a deposit belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currency {
    /// USDC, 1e-6.
    Usdc,
    /// IO, 1e-8.
    Io,
}

impl Currency {
    /// Decimals of the mint, as genesis asserts them.
    pub const fn decimals(self) -> u8 {
        match self {
            Self::Usdc => USDC_DECIMALS,
            Self::Io => IO_DECIMALS,
        }
    }
}

impl Epoch {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = Epoch::DISCRIMINATOR.len() + Epoch::INIT_SPACE;

    /// A new epoch that takes money.
    pub fn open(bump: u8, day: u64, payer: Pubkey, limit_usd_micros: u64, now: i64) -> Self {
        Self {
            day,
            opened_at: now,
            ended_at: 0,
            reported_at: 0,
            sealed_at: 0,
            max_obligation_usd_micros: limit_usd_micros,
            emission_io: 0,
            revenue_usdc: 0,
            revenue_io: 0,
            hire_due_usd_micros: 0,
            avail_usd_micros: 0,
            floors: 0,
            row_sum_usd_micros: 0,
            obligation_usd_micros: 0,
            price_p12: 0,
            floor_p12: 0,
            paid_obligation: Payment::NONE,
            paid_arrears: Payment::NONE,
            short_usd_micros: 0,
            arrears_usd_micros: 0,
            surplus_usd_micros: 0,
            burn_due_usd_micros: 0,
            burned_io: 0,
            earmarked_usdc: 0,
            retired_io: 0,
            repurchase_usdc: 0,
            repurchase_io: 0,
            cumulative_io: 0,
            cumulative_usdc: 0,
            y1_io: 0,
            yu_usdc: 0,
            yi_io: 0,
            carried_in_io: 0,
            revenue_usd_micros: 0,
            burn_usd_micros: 0,
            ema_fp: 0,
            reserve_usd_micros: 0,
            mean_obligation_usd_micros: 0,
            event_seq: 0,
            payer,
            row_hash: [0; 32],
            hours_deposited: 0,
            psi_bps: 0,
            rules: SealRules::NONE,
            class_count: 0,
            row_cursor: 0,
            last_class: 0,
            state: EpochState::Accruing.code(),
            mode: 0,
            status: 0,
            version: crate::constants::ACCOUNT_VERSION,
            bump,
            voided_reports: 0,
            _reserved: [0; 64],
        }
    }

    /// Sequence of the report that the day waits for.
    pub const fn report_seq(&self) -> u64 {
        report_seq(self.day, self.voided_reports)
    }

    /// Adds earned money and the hire that falls due with it.
    ///
    /// Errors: `EpochNotAccruing`, `ArithmeticOverflow`.
    pub(crate) fn add_revenue(
        &mut self,
        currency: Currency,
        amount: u64,
        hire_usd_micros: u64,
    ) -> Result<()> {
        require!(
            self.state == EpochState::Accruing.code(),
            IdeError::EpochNotAccruing
        );
        let ledger = match currency {
            Currency::Usdc => &mut self.revenue_usdc,
            Currency::Io => &mut self.revenue_io,
        };
        *ledger = math::add(*ledger, amount).map_err(IdeError::from)?;
        self.hire_due_usd_micros =
            math::add(self.hire_due_usd_micros, hire_usd_micros).map_err(IdeError::from)?;
        Ok(())
    }

    /// Adds the emission of hour 0 to 23 of the day, each hour once, until the epoch is sealed.
    ///
    /// Errors: `EpochSealed`, `HourAlreadyDeposited`, `ArithmeticOverflow`.
    pub(crate) fn add_emission(&mut self, hour_of_day: u64, amount_io: u64) -> Result<()> {
        require!(
            self.state < EpochState::Sealed.code(),
            IdeError::EpochSealed
        );
        let bit = u32::try_from(hour_of_day)
            .ok()
            .and_then(|hour| 1_u32.checked_shl(hour))
            .ok_or(IdeError::ArithmeticOverflow)?;
        require!(
            self.hours_deposited & bit == 0,
            IdeError::HourAlreadyDeposited
        );
        self.hours_deposited |= bit;
        self.emission_io = math::add(self.emission_io, amount_io).map_err(IdeError::from)?;
        Ok(())
    }

    /// Forgets what the report stated and waits for the next one.
    ///
    /// Errors: `ArithmeticOverflow` after 255 of them.
    pub(crate) fn drop_report(&mut self) -> Result<()> {
        self.voided_reports = self
            .voided_reports
            .checked_add(1)
            .ok_or(IdeError::ArithmeticOverflow)?;
        self.avail_usd_micros = 0;
        self.floors = 0;
        self.row_sum_usd_micros = 0;
        self.row_hash = [0; 32];
        self.class_count = 0;
        self.row_cursor = 0;
        self.last_class = 0;
        Ok(())
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(IdeError::from)?;
        Ok(self.event_seq)
    }
}

#[cfg(test)]
mod tests;
