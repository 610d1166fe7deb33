//! Events of slash cases and of the days that limit them.

use anchor_lang::prelude::*;

use super::{LedgerChange, PositionChange, U64Change, U8Change};
use crate::state::CaseParty;

/// A day of the network cap was opened.
#[event]
pub struct SlashDayOpened {
    /// The `SlashDay` account.
    pub slash_day: Pubkey,
    /// UTC day index.
    pub day: i64,
    /// Counted stake of the network, 1e-8 IO.
    pub counted_io: u64,
    /// Who paid.
    pub payer: Pubkey,
    /// Unix seconds.
    pub at: i64,
}

/// The slasher opened a case.
#[event]
pub struct CaseOpened {
    /// The `Case` account.
    pub case: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The device account.
    pub device: Pubkey,
    /// Key that proposed it.
    pub proposer: Pubkey,
    /// Key that rules on an appeal.
    pub arbiter: Pubkey,
    /// `ion_economics::slash::Offence`.
    pub code: u8,
    /// Identity of the offence.
    pub offence_id: [u8; 32],
    /// Number of the part.
    pub part: u16,
    /// The cited poll; the default key = none.
    pub poll: Pubkey,
    /// Hash of the evidence bundle.
    pub evidence_hash: [u8; 32],
    /// When the offence was committed, Unix seconds.
    pub offence_at: i64,
    /// Last second of an appeal, Unix seconds.
    pub window_end: i64,
    /// Charge, bps of the requirement.
    pub bps: u16,
    /// Rewards of the breach window, 1e-8 IO.
    pub window_io: u64,
    /// Requirement at the offence, 1e-8 IO.
    pub required_io: u64,
    /// Charged, 1e-8 IO.
    pub charged_io: u64,
    /// Principal seized, 1e-8 IO.
    pub seized_io: u64,
    /// Parties with a leg or a shortfall.
    pub parties: Vec<CaseParty>,
    /// Taken of the day's limit so far, 1e-8 IO.
    pub day_taken_io: u64,
    /// Number of the event of this case.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A case took principal out of a device's vault.
#[event]
pub struct StakeSeized {
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The `Case` account.
    pub case: Pubkey,
    /// Moved into the case vault, 1e-8 IO.
    pub amount_io: u64,
    /// Added to the rolling charges of the device, bps of the requirement.
    pub rolling_bps: u16,
    /// The book.
    pub ledger: LedgerChange,
    /// Positions that lost principal, in slot order.
    pub positions: Vec<PositionChange>,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A party appealed, for all legs.
#[event]
pub struct CaseAppealed {
    /// The `Case` account.
    pub case: Pubkey,
    /// Who appealed.
    pub appellant: Pubkey,
    /// Hash of its evidence.
    pub evidence_hash: [u8; 32],
    /// `ion_economics::slash::CaseState`.
    pub state: U8Change,
    /// Last second of a ruling, Unix seconds.
    pub ruling_end: i64,
    /// Number of the event of this case.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The arbiter ruled.
#[event]
pub struct CaseRuled {
    /// The `Case` account.
    pub case: Pubkey,
    /// Who ruled.
    pub arbiter: Pubkey,
    /// `ion_economics::slash::CaseState`.
    pub state: U8Change,
    /// Part of each leg that is burned, bps.
    pub uphold_bps: u16,
    /// Hash of the reasons.
    pub reason_hash: [u8; 32],
    /// Number of the event of this case.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The slasher took the case back.
#[event]
pub struct CaseWithdrawn {
    /// The `Case` account.
    pub case: Pubkey,
    /// Who withdrew it.
    pub slasher: Pubkey,
    /// `ion_economics::slash::CaseState`.
    pub state: U8Change,
    /// Number of the event of this case.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Anyone fixed the outcome.
#[event]
pub struct CaseFinalized {
    /// The `Case` account.
    pub case: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// `ion_economics::slash::CaseState`.
    pub state: U8Change,
    /// Part of each leg that is burned, bps.
    pub uphold_bps: u16,
    /// Burned of the seized principal, 1e-8 IO.
    pub burned_io: u64,
    /// Credited to the renter, 1e-8 IO.
    pub renter_due_io: u64,
    /// Whether nothing of the case is left to be done.
    pub is_finished: bool,
    /// Number of the event of this case.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Anyone gave a leg back, or the part of it that a ruling left.
#[event]
pub struct LegRestored {
    /// The `Case` account.
    pub case: Pubkey,
    /// Number of the leg.
    pub leg: u8,
    /// Whose.
    pub party: Pubkey,
    /// Given back, 1e-8 IO.
    pub amount_io: u64,
    /// Whether nothing of the case is left to be done.
    pub is_finished: bool,
    /// Number of the event of this case.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A case gave principal back to a device's vault.
#[event]
pub struct StakeRestored {
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The `Case` account.
    pub case: Pubkey,
    /// Moved out of the case vault, 1e-8 IO.
    pub amount_io: u64,
    /// The book.
    pub ledger: LedgerChange,
    /// The position it went to, if a slot holds its principal.
    pub positions: Vec<PositionChange>,
    /// Σ of the restored balances of the device's positions, 1e-8 IO.
    pub positions_restored_io: U64Change,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Anyone burned held rewards of a finished case.
#[event]
pub struct HoldBurned {
    /// The `Case` account.
    pub case: Pubkey,
    /// Number of the leg.
    pub leg: u8,
    /// Whose.
    pub party: Pubkey,
    /// Given to the burn, 1e-8 IO; what the matured root does not cover of it is dropped.
    pub amount_io: u64,
    /// Whether nothing of the case is left to be done.
    pub is_finished: bool,
    /// Number of the event of this case.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The renter's part of a burn was paid.
#[event]
pub struct RenterPaid {
    /// The `Case` account.
    pub case: Pubkey,
    /// The renter.
    pub renter: Pubkey,
    /// Token account paid to.
    pub destination: Pubkey,
    /// Still due, 1e-8 IO.
    pub due_io: U64Change,
    /// Number of the event of this case.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Tokens that nobody is owed were moved out of the vault of a case.
#[event]
pub struct CaseSwept {
    /// The `Case` account.
    pub case: Pubkey,
    /// The engine's reward vault.
    pub destination: Pubkey,
    /// Moved, 1e-8 IO.
    pub amount_io: u64,
    /// Number of the event of this case.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
