//! What carries over from epoch to epoch (economics §10.4, §10.7).

use anchor_lang::prelude::*;
use ion_economics::{
    ide::{Health, History, Status, WINDOW},
    math,
};

use crate::error::IdeError;

/// No lot is open.
pub const NO_LOT: u8 = 0;

/// Singleton at `["engine"]`. Written when a day is reported or sealed and when an auction opens or
/// ends; no user instruction writes it.
#[account(zero_copy)]
#[derive(InitSpace, Debug)]
#[repr(C)]
pub struct Engine {
    /// UTC day index of the next epoch to seal.
    pub next_day: u64,
    /// Last day of mode `Ide` whose report is complete; 0 = none.
    pub reported_day: u64,
    /// When the last epoch was sealed, Unix seconds; 0 = none.
    pub sealed_at: i64,
    /// IO paid by all epochs, base units.
    pub cumulative_io: u64,
    /// USDC paid by all epochs, base units.
    pub cumulative_usdc: u64,
    /// Arrears, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// Burn that found no money, 1e-6 USD; added to the next epoch.
    pub burn_due_usd_micros: u64,
    /// IO revenue of epochs sealed without price, base units; joins the next epoch.
    pub carried_revenue_io: u64,
    /// Average ratio in 1e-6 bps.
    pub ema_fp: u64,
    /// Epochs of mode `Ide` sealed.
    pub ide_epochs: u64,
    /// Number of the last auction; 0 = none.
    pub auction_seq: u64,
    /// The next auction opens no earlier, Unix seconds: the end of the last one.
    pub next_auction_at: i64,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// Obligations of the last 30 epochs of mode `Ide`, 1e-6 USD.
    pub obligations: [u64; 30],
    /// Emission of the same epochs, IO base units.
    pub emissions: [u64; 30],
    /// `ion_economics::ide::Status`.
    pub status: u8,
    /// Whether there is an average.
    pub has_ema: u8,
    /// Days in a row below the Deficit line.
    pub below: u8,
    /// Days in a row at or above the Normal line.
    pub above: u8,
    /// Kind of the open lot; 0 = none is open.
    pub open_lot: u8,
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Filler, 0.
    pub _padding: u8,
    /// When the report of `reported_day` was complete, Unix seconds; 0 = none.
    pub reported_at: i64,
    /// For later fields.
    pub _reserved: [u8; 112],
}

const _: () = assert!(Engine::INIT_SPACE == 13 * 8 + 2 * 240 + 7 + 1 + 8 + 112);
const _: () = assert!(core::mem::size_of::<Engine>() == Engine::INIT_SPACE);
const _: () = assert!(WINDOW == 30);

impl Engine {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = Engine::DISCRIMINATOR.len() + Engine::INIT_SPACE;

    /// Writes the start into a zeroed account.
    pub(crate) fn start(&mut self, bump: u8, first_day: u64) {
        self.next_day = first_day;
        self.version = crate::constants::ACCOUNT_VERSION;
        self.bump = bump;
    }

    /// The last days by the rule's type.
    pub fn history(&self) -> History {
        History {
            obligations: self.obligations,
            emissions: self.emissions,
            epochs: self.ide_epochs,
        }
    }

    /// Health by the rule's type.
    ///
    /// Errors: `CorruptState`.
    pub fn health(&self) -> Result<Health> {
        Ok(Health {
            status: Status::from_code(self.status).ok_or(IdeError::CorruptState)?,
            ema_fp: (self.has_ema != 0).then_some(self.ema_fp),
            below: self.below,
            above: self.above,
        })
    }

    pub(crate) fn set_history(&mut self, history: &History) {
        self.obligations = history.obligations;
        self.emissions = history.emissions;
        self.ide_epochs = history.epochs;
    }

    pub(crate) fn set_health(&mut self, health: &Health) {
        self.status = health.status.code();
        self.has_ema = u8::from(health.ema_fp.is_some());
        self.ema_fp = health.ema_fp.unwrap_or(0);
        self.below = health.below;
        self.above = health.above;
    }

    /// Oldest day of mode `Ide` whose report is not complete; the engine starts to pay with
    /// `first_ide_day`.
    pub fn unreported_from(&self, first_ide_day: u64) -> u64 {
        // no overflow: a day index is far below
        first_ide_day.max(self.reported_day.saturating_add(1))
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(IdeError::from)?;
        Ok(self.event_seq)
    }
}
