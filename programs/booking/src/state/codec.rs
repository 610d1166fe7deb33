//! Bytes of bookings and work records: the layout that Borsh gives, read and written through a slice
//! instead of a stream.
//!
//! Every instruction of a booking reads all of it and most write it back, some four hundred fields
//! at eight lines of four purchases. A stream takes a call per field, and into an account a syscall
//! per field. Tests compare both ways on accounts of every shape.

use anchor_lang::{error::ErrorCode, prelude::*, Discriminator};
use ion_economics::booking::MAX_LINES;

/// The part of the data that is not read yet.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    #[inline(always)]
    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (front, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(front)
    }
}

/// The part of the data that is not written yet.
pub(super) struct Writer<'a>(pub &'a mut [u8]);

impl Writer<'_> {
    #[inline(always)]
    fn put<const N: usize>(&mut self, bytes: &[u8; N]) -> Option<()> {
        let (front, rest) = core::mem::take(&mut self.0).split_first_chunk_mut::<N>()?;
        *front = *bytes;
        self.0 = rest;
        Some(())
    }
}

/// A value with a place in the data; `None` where the data is too short or no such value.
pub(super) trait Wire: Sized {
    /// Takes the value off the front.
    fn read(from: &mut Reader) -> Option<Self>;
    /// Puts the value at the front.
    fn write(&self, to: &mut Writer) -> Option<()>;
}

macro_rules! integers {
    ($($integer:ident),+) => {$(
        impl Wire for $integer {
            #[inline(always)]
            fn read(from: &mut Reader) -> Option<Self> {
                from.take().map(|bytes| Self::from_le_bytes(*bytes))
            }

            #[inline(always)]
            fn write(&self, to: &mut Writer) -> Option<()> {
                to.put(&self.to_le_bytes())
            }
        }
    )+};
}

integers!(u8, u16, u32, u64, i64);

impl Wire for bool {
    #[inline(always)]
    fn read(from: &mut Reader) -> Option<Self> {
        match from.take()? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }

    #[inline(always)]
    fn write(&self, to: &mut Writer) -> Option<()> {
        to.put(&[u8::from(*self)])
    }
}

impl<const N: usize> Wire for [u8; N] {
    #[inline(always)]
    fn read(from: &mut Reader) -> Option<Self> {
        from.take().copied()
    }

    #[inline(always)]
    fn write(&self, to: &mut Writer) -> Option<()> {
        to.put(self)
    }
}

impl Wire for Pubkey {
    #[inline(always)]
    fn read(from: &mut Reader) -> Option<Self> {
        from.take().map(|bytes| Self::new_from_array(*bytes))
    }

    #[inline(always)]
    fn write(&self, to: &mut Writer) -> Option<()> {
        to.put(self.as_array())
    }
}

/// Lines, and purchases of a line: no list of a booking is longer than its lines can be.
impl<T: Wire> Wire for Vec<T> {
    #[inline(always)]
    fn read(from: &mut Reader) -> Option<Self> {
        let count = usize::try_from(u32::read(from)?).ok()?;
        if count > MAX_LINES {
            return None;
        }
        let mut items = Self::with_capacity(count);
        for _ in 0..count {
            items.push(T::read(from)?);
        }
        Some(items)
    }

    #[inline(always)]
    fn write(&self, to: &mut Writer) -> Option<()> {
        u32::try_from(self.len()).ok()?.write(to)?;
        self.iter().try_for_each(|item| item.write(to))
    }
}

/// Fields in the order of the bytes; a field left out does not compile.
macro_rules! wire {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl Wire for $name {
            #[inline(always)]
            fn read(from: &mut Reader) -> Option<Self> {
                Some(Self { $($field: Wire::read(from)?),+ })
            }

            #[inline(always)]
            fn write(&self, to: &mut Writer) -> Option<()> {
                $(self.$field.write(to)?;)+
                Some(())
            }
        }
    };
}

/// An account of this program that goes through its bytes this way.
pub(super) trait Stored: Wire + Discriminator {
    /// Bytes that it takes now, discriminator included.
    fn bytes(&self) -> Result<usize>;
}

/// Writes an account in one piece. Errors: `AccountDidNotSerialize`.
pub(super) fn store<T: Stored, W: std::io::Write>(account: &T, writer: &mut W) -> Result<()> {
    let mut bytes = vec![0; account.bytes()?];
    bytes
        .split_at_mut_checked(T::DISCRIMINATOR.len())
        .and_then(|(discriminator, data)| {
            discriminator.copy_from_slice(T::DISCRIMINATOR);
            account.write(&mut Writer(data))
        })
        .and_then(|()| writer.write_all(&bytes).ok())
        .ok_or_else(|| ErrorCode::AccountDidNotSerialize.into())
}

/// Writes an account over its own data, without a buffer: the heap gives nothing back, and one
/// instruction may write eight bookings. Errors: `AccountDidNotSerialize`.
pub(super) fn overwrite<T: Stored>(account: &T, info: &AccountInfo) -> Result<()> {
    let mut data = info.try_borrow_mut_data()?;
    data.split_at_mut_checked(T::DISCRIMINATOR.len())
        .and_then(|(_, fields)| account.write(&mut Writer(fields)))
        .ok_or_else(|| ErrorCode::AccountDidNotSerialize.into())
}

/// Reads an account. Errors: `AccountDiscriminatorNotFound`, `AccountDiscriminatorMismatch`,
/// `AccountDidNotDeserialize`.
pub(super) fn load<T: Stored>(bytes: &[u8]) -> Result<T> {
    let found = bytes
        .get(..T::DISCRIMINATOR.len())
        .ok_or(ErrorCode::AccountDiscriminatorNotFound)?;
    require!(
        found == T::DISCRIMINATOR,
        ErrorCode::AccountDiscriminatorMismatch
    );
    load_unchecked(bytes)
}

/// Reads what stands behind a discriminator. Errors: `AccountDidNotDeserialize`.
pub(super) fn load_unchecked<T: Stored>(bytes: &[u8]) -> Result<T> {
    let data = bytes.get(T::DISCRIMINATOR.len()..).unwrap_or_default();
    T::read(&mut Reader(data)).ok_or_else(|| ErrorCode::AccountDidNotDeserialize.into())
}

/// What `#[account]` would derive for a [`Stored`] account of this discriminator.
macro_rules! account {
    ($name:ident, $discriminator:expr) => {
        impl anchor_lang::Discriminator for $name {
            const DISCRIMINATOR: &'static [u8] = &$discriminator;
        }

        impl anchor_lang::Owner for $name {
            fn owner() -> Pubkey {
                crate::ID
            }
        }

        impl anchor_lang::AccountSerialize for $name {
            fn try_serialize<W: std::io::Write>(&self, writer: &mut W) -> Result<()> {
                $crate::state::codec::store(self, writer)
            }
        }

        impl anchor_lang::AccountDeserialize for $name {
            fn try_deserialize(buf: &mut &[u8]) -> Result<Self> {
                $crate::state::codec::load(buf)
            }

            fn try_deserialize_unchecked(buf: &mut &[u8]) -> Result<Self> {
                $crate::state::codec::load_unchecked(buf)
            }
        }
    };
}

pub(super) use {account, wire};

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use anchor_lang::{AccountDeserialize, AccountSerialize, AnchorDeserialize, AnchorSerialize};

    use super::*;
    use crate::state::{Booking, Line, RecordLine, WorkRecord};

    /// Bytes that differ from their neighbours.
    fn uneven(count: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9u32;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_be_bytes()[0]
            })
            .collect()
    }

    fn put_count(bytes: &mut [u8], at: usize, count: usize) {
        bytes[at..at + 4].copy_from_slice(&u32::try_from(count).unwrap().to_le_bytes());
    }

    const LOCK_FAILED: usize = 8 + 2 + 32 + 96 + 5;

    /// Data of a booking of this shape.
    fn booking(lines: usize, purchases: usize) -> Vec<u8> {
        let head = Booking::space(0);
        let mut bytes = uneven(head + lines * Line::space(purchases));
        bytes[..8].copy_from_slice(Booking::DISCRIMINATOR);
        bytes[LOCK_FAILED] = 1;
        bytes[head - 4 - 2 - 8 - 1] = 0; // is_fault_ended
        put_count(&mut bytes, head - 4, lines);
        for line in 0..lines {
            let list = head + line * Line::space(purchases) + Line::space(0) - 4;
            put_count(&mut bytes, list, purchases);
        }
        bytes
    }

    /// Data of a work record over this many lines.
    fn record(lines: usize) -> Vec<u8> {
        let head = WorkRecord::space(0);
        let mut bytes = uneven(head + lines * RecordLine::INIT_SPACE);
        bytes[..8].copy_from_slice(WorkRecord::DISCRIMINATOR);
        let flags = 8 + 2 + 64 + 4 + 1;
        bytes[flags..flags + 2].copy_from_slice(&[1, 0]);
        put_count(&mut bytes, head - 4, lines);
        bytes
    }

    /// Both ways read and write the same bytes.
    fn agree<T>(bytes: &[u8])
    where
        T: AccountDeserialize + AccountSerialize + AnchorDeserialize + AnchorSerialize,
        T: Debug + PartialEq,
    {
        let derived = T::deserialize(&mut &bytes[8..]).unwrap();
        assert_eq!(T::try_deserialize(&mut &bytes[..]).unwrap(), derived);
        let mut written = Vec::new();
        derived.serialize(&mut written).unwrap();
        assert_eq!(written, bytes[8..]);
        let mut written = Vec::new();
        derived.try_serialize(&mut written).unwrap();
        assert_eq!(written, bytes);
    }

    #[test]
    fn bytes_are_those_of_the_derived_layout() {
        for (lines, purchases) in [(0, 0), (1, 0), (1, 1), (2, 4), (8, 1), (8, 4)] {
            agree::<Booking>(&booking(lines, purchases));
        }
        for lines in [0, 1, 8] {
            agree::<WorkRecord>(&record(lines));
        }
    }

    #[test]
    fn discriminators_are_those_of_the_names() {
        for (name, discriminator) in [
            ("account:Booking", Booking::DISCRIMINATOR),
            ("account:WorkRecord", WorkRecord::DISCRIMINATOR),
        ] {
            let hash = solana_sha256_hasher::hash(name.as_bytes()).to_bytes();
            assert_eq!(discriminator, &hash[..8]);
        }
    }

    #[test]
    fn data_cut_short_anywhere_is_refused() {
        let bytes = booking(2, 2);
        for length in 0..bytes.len() {
            assert!(Booking::try_deserialize(&mut &bytes[..length]).is_err());
        }
        // an account may be longer than its lists: purchases are folded in place
        let longer = [&bytes[..], &[0xff; 20]].concat();
        assert_eq!(
            Booking::try_deserialize(&mut &longer[..]).unwrap(),
            Booking::try_deserialize(&mut &bytes[..]).unwrap()
        );
        assert!(WorkRecord::try_deserialize(&mut &bytes[..]).is_err());
    }

    #[test]
    fn list_above_its_bound_and_odd_flag_are_refused() {
        let mut bytes = booking(0, 0);
        let list = bytes.len() - 4;
        put_count(&mut bytes, list, MAX_LINES + 1);
        bytes.extend([0; 9 * 300]);
        assert!(Booking::try_deserialize(&mut &bytes[..]).is_err());
        let mut bytes = booking(0, 0);
        bytes[LOCK_FAILED] = 2;
        assert!(Booking::try_deserialize(&mut &bytes[..]).is_err());
    }

    #[test]
    fn account_too_small_for_its_booking_is_not_written() {
        let bytes = booking(1, 1);
        let booking = Booking::try_deserialize(&mut &bytes[..]).unwrap();
        let mut room = vec![0u8; bytes.len() - 1];
        assert!(booking.try_serialize(&mut &mut room[..]).is_err());
    }
}
