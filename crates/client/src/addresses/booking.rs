//! Addresses of the booking program.

use ::booking::constants::{
    BOOKING_SEED, ESCROW_SEED, QUOTE_SEED, TNE_DAY_SEED, TNE_SEED, WORK_SEED,
};
use solana_pubkey::Pubkey;

/// A quote by its id.
pub fn quote(id: &[u8; 16]) -> Pubkey {
    derive(&[QUOTE_SEED, id])
}

/// The booking made from the quote with this id.
pub fn booking(id: &[u8; 16]) -> Pubkey {
    derive(&[BOOKING_SEED, id])
}

/// Token account that holds the money of a booking.
pub fn escrow(booking: &Pubkey) -> Pubkey {
    derive(&[ESCROW_SEED, booking.as_ref()])
}

/// Work record of a booking, numbered from 0.
pub fn work_record(booking: &Pubkey, seq: u32) -> Pubkey {
    derive(&[WORK_SEED, booking.as_ref(), &seq.to_le_bytes()])
}

/// Shard of the totals, 0 to 15.
pub fn tne_totals(shard: u8) -> Pubkey {
    derive(&[TNE_SEED, &[shard]])
}

/// Shard of the totals that a booking counts into.
pub fn tne_totals_of(booking: &Pubkey) -> Pubkey {
    tne_totals(::booking::state::Booking::shard(booking))
}

/// Permanent totals of a UTC day.
pub fn tne_day(day: u64) -> Pubkey {
    derive(&[TNE_DAY_SEED, &day.to_le_bytes()])
}

fn derive(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &::booking::ID).0
}
