//! What must stop a program.

use core::hint::black_box;

use anchor_lang::prelude::*;

/// Ways to panic.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanicKind {
    /// `panic!` with a message.
    Explicit,
    /// `unwrap` of `None`.
    Unwrap,
    /// An index beyond the end.
    Index,
    /// A sum above `u64::MAX`.
    Overflow,
    /// A `u128` division by zero.
    DivisionByZero,
}

/// Panics; never returns.
pub fn panic_with(kind: PanicKind) -> Result<()> {
    match kind {
        PanicKind::Explicit => panic!("a panic of kind {kind:?}"),
        PanicKind::Unwrap => {
            let missing: Option<u64> = black_box(None);
            black_box(missing.unwrap());
        }
        PanicKind::Index => {
            let values = black_box([1u64, 2, 3]);
            black_box(values[black_box(3)]);
        }
        PanicKind::Overflow => {
            black_box(black_box(u64::MAX) + black_box(1));
        }
        PanicKind::DivisionByZero => {
            black_box(black_box(1u128) / black_box(0));
        }
    }
    Ok(())
}

/// Bytes of locals of each call of [`descend`].
pub const LOCAL_BYTES: usize = 3_000;

/// Distance of the bytes that a checksum reads.
pub const STRIDE: usize = 60;

/// Fills the locals of each level with its depth and adds up every [`STRIDE`]th byte of them, only
/// after the deeper levels returned.
#[inline(never)]
pub fn descend(depth: u8) -> u64 {
    let locals = black_box([depth; LOCAL_BYTES]);
    let below = if depth == 0 { 0 } else { descend(depth - 1) };
    below + checksum(black_box(&locals))
}

/// Fills `bytes` of heap with sevens and adds up every [`STRIDE`]th byte.
pub fn allocate(bytes: u32) -> u64 {
    checksum(black_box(&vec![7u8; bytes as usize]))
}

/// A frame of more than 4096 bytes.
#[cfg(feature = "oversized-frame")]
#[inline(never)]
pub fn oversized_frame(fill: u8) -> u64 {
    let locals = black_box([fill; 4_200]);
    checksum(black_box(&locals))
}

#[inline(never)]
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .step_by(STRIDE)
        .map(|&byte| u64::from(byte))
        .sum()
}
