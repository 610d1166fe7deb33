//! Events of an epoch.

use anchor_lang::prelude::*;

use super::U64Change;

/// The account of a day was created.
#[event]
pub struct EpochOpened {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// Most availability obligations of the day, 1e-6 USD; 0 = none set.
    pub max_obligation_usd_micros: u64,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Earned money reached the fee vault and waits in the epoch for sealing.
#[event]
pub struct RevenueDeposited {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// Mint of the money: USDC or IO.
    pub mint: Pubkey,
    /// Account the tokens came from.
    pub source: Pubkey,
    /// Base units that arrived.
    pub amount: u64,
    /// Device that earned it; the default key where no single device did.
    pub device: Pubkey,
    /// Owner of that device; the default key where no single device did.
    pub owner: Pubkey,
    /// Hire that falls due with it, 1e-6 USD.
    pub hire_usd_micros: u64,
    /// USDC revenue of the day in base units.
    pub revenue_usdc: U64Change,
    /// IO revenue of the day in base units.
    pub revenue_io: U64Change,
    /// Hire due of the day, 1e-6 USD.
    pub hire_due_usd_micros: U64Change,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A day is over.
#[event]
pub struct EpochEnded {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// Most availability obligations of the day, 1e-6 USD; stamped here when it was not set at the
    /// opening.
    pub max_obligation_usd_micros: U64Change,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The attested totals of a day are known; its class rows follow.
#[event]
pub struct EpochReportAccepted {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// Availability obligations, 1e-6 USD.
    pub avail_usd_micros: u64,
    /// Floors taken in the sum.
    pub floors: u64,
    /// Class rows that follow.
    pub class_count: u16,
    /// Link before the first row.
    pub class_rows: [u8; 32],
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
    /// Whether nothing is left to show.
    pub is_complete: bool,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A class row that was shown.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowShown {
    /// Number of the class.
    pub class: u16,
    /// Processors that count.
    pub processors: u32,
    /// Verified processor-minutes.
    pub processor_minutes: u64,
    /// Availability rate of the day, 1e-6 USD per processor-hour.
    pub avail_rate_usd_micros: u64,
}

/// Class rows of a report were checked.
#[event]
pub struct EpochRowsApplied {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// The rows, in order.
    pub rows: Vec<RowShown>,
    /// Rows applied so far.
    pub row_cursor: u16,
    /// Sum of what the rows are worth, 1e-6 USD.
    pub row_sum_usd_micros: U64Change,
    /// Whether the report is complete.
    pub is_complete: bool,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// An attested report was dropped because it could not be completed in time; the day waits for one of
/// the next sequence.
#[event]
pub struct EpochReportVoided {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// The poll that attests the dropped report.
    pub poll: Pubkey,
    /// The attested payload hash.
    pub payload_hash: [u8; 32],
    /// Reports of the day that were voided.
    pub voided_reports: U64Change,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
