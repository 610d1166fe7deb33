//! A program that is deployed in tests only. It does what a program of the product must never do
//! (panic, overflow, exhaust stack and heap), so that the tests can show that the runtime stops it,
//! and it computes on 128 bits, so that they can compare the bytecode's results with the host's.

use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

pub mod arithmetic;
pub mod limits;

pub use arithmetic::{Operation, Pair, Results};
pub use limits::PanicKind;

declare_id!("EK9D8ZqWDfqAUmfh535nga2uuTczXZTSm9AH4ovQRtby");

/// No instruction of the probe touches an account.
#[derive(Accounts)]
pub struct Probe {}

#[program]
pub mod probe {
    use super::*;

    /// All 128-bit results of each pair, as return data: 10 pairs at most.
    pub fn compute(_ctx: Context<Probe>, pairs: Vec<Pair>) -> Result<Vec<Results>> {
        Ok(pairs.iter().map(Pair::compute).collect())
    }

    /// One operation on the pair. What it costs is the difference to `Operation::Nothing`.
    pub fn perform(_ctx: Context<Probe>, operation: Operation, pair: Pair) -> Result<()> {
        pair.perform(operation);
        Ok(())
    }

    /// Panics in the way asked for.
    pub fn panic_with(_ctx: Context<Probe>, kind: PanicKind) -> Result<()> {
        limits::panic_with(kind)
    }

    /// Calls itself `depth` times, each call with about 3 KB of locals, and returns the checksum of
    /// all locals, each read after the deeper calls came back.
    pub fn descend(_ctx: Context<Probe>, depth: u8) -> Result<u64> {
        Ok(limits::descend(depth))
    }

    /// Takes `bytes` of heap, writes all of it and returns the checksum.
    pub fn allocate(_ctx: Context<Probe>, bytes: u32) -> Result<u64> {
        Ok(limits::allocate(bytes))
    }

    /// One stack frame above the limit.
    #[cfg(feature = "oversized-frame")]
    pub fn oversized_frame(_ctx: Context<Probe>, fill: u8) -> Result<u64> {
        Ok(limits::oversized_frame(fill))
    }
}
