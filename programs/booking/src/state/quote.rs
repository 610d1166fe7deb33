//! The scheduler's offer of named devices at a price, open for a minute (economics §8.1).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{Currency, MAX_LINES},
    params::booking as params,
};

use registry::state::Config;

use crate::{constants::BOOKING_SEED, error::BookingError};

/// Kind of a quote.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum QuoteKind {
    /// For a new booking.
    New = 0,
    /// For more minutes of a running booking.
    Extend = 1,
}

/// Price of one device in a quote.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteLine {
    /// The device.
    pub device: Pubkey,
    /// Its processor class.
    pub class: u16,
    /// Its processors, 1 to 64.
    pub qty: u8,
    /// 1e-6 USD per processor-hour.
    pub rate_usd_micros: u64,
    /// Hire rate, 1e-6 USD per processor-hour; 0 in mode `Schedule`.
    pub hire_q_usd_micros: u64,
    /// Compute in base units of the currency.
    pub compute: u64,
    /// Reservation fee in base units.
    pub reservation: u64,
    /// Payment fee in base units; 0 in IO.
    pub payment: u64,
}

/// Account at (`quote`, id). Rent paid by, and returned to, the scheduler that made it.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Creation time (i64, little endian) and nonce (8 bytes); also the id of the booking.
    pub id: [u8; 16],
    /// Bookings of one cluster share a group id, whose last byte is their number; zero: none.
    pub group: [u8; 16],
    /// The scheduler key that made the quote and paid its rent.
    pub scheduler: Pubkey,
    /// Who may book it.
    pub renter: Pubkey,
    /// Who pays and is refunded.
    pub payer: Pubkey,
    /// Booking to extend; zero for a new one.
    pub booking: Pubkey,
    /// [`QuoteKind`].
    pub kind: u8,
    /// [`Currency`].
    pub currency: u8,
    /// Reward mode of the quote's hour: `ion_economics::booking::Stamp`.
    pub stamp: u8,
    /// `ion_economics::booking::PaySource`.
    pub source: u8,
    /// [`crate::constants::FLAG_GANG`], [`crate::constants::FLAG_FAILOVER`].
    pub flags: u8,
    /// Whether a booking used it.
    pub is_used: bool,
    /// Sum of the supplier's fees, bps.
    pub supplier_fee_bps: u16,
    /// Minutes of each line.
    pub minutes: u32,
    /// Lower price of IO it was made with, 1e-12 USD per IO; 0 for USDC.
    pub price_p12: u64,
    /// Compute and fees of all lines, base units of the currency.
    pub total: u64,
    /// Last moment to use it, Unix seconds.
    pub expires_at: i64,
    /// Events of this account so far.
    pub event_seq: u64,
    /// Zero.
    pub _reserved: [u8; 32],
    /// The lines, line 0 is the head line.
    #[max_len(MAX_LINES)]
    pub lines: Vec<QuoteLine>,
}

const _: () = assert!(QuoteLine::INIT_SPACE == 75);
const _: () =
    assert!(Quote::INIT_SPACE == 2 + 32 + 4 * 32 + 6 + 2 + 4 + 4 * 8 + 32 + 4 + MAX_LINES * 75);

impl Quote {
    /// Bytes of an account with this many lines.
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "sizes of a few kilobytes; callers give at most the bound of the list"
    )]
    pub const fn space(lines: usize) -> usize {
        Self::DISCRIMINATOR.len() + Self::INIT_SPACE - (MAX_LINES - lines) * QuoteLine::INIT_SPACE
    }

    /// Space of a quote account that is to be created from `line_accounts` remaining accounts; said
    /// here, before the account is made, so that a repeated creation is refused by name.
    ///
    /// Errors: `QuoteExists`, `LineAccounts`, `LineCount`.
    pub(crate) fn space_to_create(account: &AccountInfo, lines: u8) -> Result<usize> {
        require!(account.data_is_empty(), BookingError::QuoteExists);
        let lines = usize::from(lines);
        require!((1..=MAX_LINES).contains(&lines), BookingError::LineCount);
        Ok(Self::space(lines))
    }

    /// Space of the booking made from this quote; said before that account is made, so that a quote
    /// that cannot be booked is refused by name.
    ///
    /// Errors: `WrongQuoteKind`, `QuoteUsed`.
    pub(crate) fn booking_space(&self) -> Result<usize> {
        require!(
            self.kind == QuoteKind::New as u8,
            BookingError::WrongQuoteKind
        );
        require!(!self.is_used, BookingError::QuoteUsed);
        Ok(super::Booking::space(self.lines.len()))
    }

    /// When the id says it was created, Unix seconds.
    pub fn created_at(&self) -> i64 {
        created_at(&self.id)
    }

    /// Whether the account may close at `now` (Unix seconds): a booking used it, or it is over and no
    /// quote can be made under its id again, whatever the parameter, so a transaction that still names
    /// the id never meets other terms.
    pub fn is_closable(&self, now: i64) -> bool {
        let id_is_stale = now > self.created_at().saturating_add(params::QUOTE_TTL.max);
        self.is_used || (now > self.expires_at && id_is_stale)
    }

    /// Currency of the quote. Errors: `CorruptState`.
    pub fn currency(&self) -> Result<Currency> {
        Currency::from_u8(self.currency).ok_or_else(|| error!(BookingError::CorruptState))
    }

    /// Mint of the quote's currency. Errors: `CorruptState`.
    pub fn mint(&self, config: &Config) -> Result<Pubkey> {
        Ok(match self.currency()? {
            Currency::Usdc => config.usdc_mint,
            Currency::Io => config.io_mint,
        })
    }

    /// Advances and returns the event number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = self
            .event_seq
            .checked_add(1)
            .ok_or(BookingError::MathOverflow)?;
        Ok(self.event_seq)
    }
}

/// Bookings of a group: the last byte of its id; 0 for the zero id of a booking of its own.
pub fn group_size(group: &[u8; 16]) -> u8 {
    group.last().copied().unwrap_or_default()
}

/// Creation time carried by a quote id, Unix seconds.
pub fn created_at(id: &[u8; 16]) -> i64 {
    let mut bytes = [0u8; 8];
    for (to, from) in bytes.iter_mut().zip(id.iter()) {
        *to = *from;
    }
    i64::from_le_bytes(bytes)
}

/// Signer seeds of a booking are (`booking`, id, bump).
pub(crate) fn booking_seeds<'a>(id: &'a [u8; 16], bump: &'a [u8; 1]) -> [&'a [u8]; 3] {
    [BOOKING_SEED, id, bump]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_carries_its_creation_time_first() {
        let mut id = [0xffu8; 16];
        id[..8].copy_from_slice(&1_700_000_000i64.to_le_bytes());
        assert_eq!(created_at(&id), 1_700_000_000);
    }

    #[test]
    fn quote_grows_by_one_line_at_a_time() {
        assert_eq!(Quote::space(8), 8 + Quote::INIT_SPACE);
        assert_eq!(Quote::space(2) - Quote::space(1), 75);
    }
}
