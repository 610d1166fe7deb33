//! 128-bit integer runtime of programs built for SBPF with an upstream compiler.
//!
//! SBPF computes on 64-bit registers. A `u128` or `i128` product, quotient or remainder in a program
//! becomes a call of `__multi3`, `__udivti3`, `__umodti3`, `__divti3` or `__modti3`, which the
//! platform tools of `cargo-build-sbf` bring along and an upstream `rustc` does not. This crate
//! defines the five functions, and takes memory functions and floating point from
//! `solana-compiler-builtins`, whose own 128-bit functions (weak symbols) it replaces: `rustc` before
//! 1.100 returns 128-bit values through a pointer on this architecture, the linker's LLVM expects them
//! in registers, so with the stock functions the first product would write to a wild address.
//!
//! Place of use: a program names the crate once, `#[cfg(target_arch = "bpf")] use sbpf_rt as _;`.
//! Under `cargo-build-sbf` the architecture is called `sbf` and the crate is not linked.
//!
//! Invariant: every function agrees with the host's `u128` and `i128` arithmetic bit for bit, for all
//! inputs with a divisor other than zero. The compiler tests for a zero divisor (and for
//! `i128::MIN / -1`) before it calls, so a program panics there as anywhere else.
//!
//! Cost: [`div_rem`] is Knuth's algorithm D on 64-bit limbs with 32-bit digits over the native 64-bit
//! division: a few hundred compute units at most, in place of the several thousand of a bit-by-bit
//! loop.

#![no_std]
#![deny(missing_docs)]
#![cfg_attr(target_arch = "bpf", feature(abi_unadjusted))]
#![cfg_attr(
    target_arch = "bpf",
    allow(
        internal_features,
        reason = "the C ABI of this compiler returns 128 bits through a pointer; the linker's LLVM wants registers"
    )
)]

mod division;
mod limbs;
mod product;
#[cfg(target_arch = "bpf")]
mod symbols;

pub use division::{div_rem, div_rem_signed};
pub use product::mul;
