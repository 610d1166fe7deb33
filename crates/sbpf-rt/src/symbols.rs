//! The symbols that compiled code calls.
//!
//! The ABI is "unadjusted": LLVM's own lowering of a 128-bit value, two registers in and out.

#![allow(
    unsafe_code,
    reason = "a symbol with a fixed name counts as unsafe; nothing here dereferences or transmutes"
)]

use solana_compiler_builtins as _;

use crate::{div_rem, div_rem_signed, mul};

/// `a * b` modulo 2^128.
#[no_mangle]
extern "unadjusted" fn __multi3(a: u128, b: u128) -> u128 {
    mul(a, b)
}

/// Unsigned `n / d`.
#[no_mangle]
extern "unadjusted" fn __udivti3(n: u128, d: u128) -> u128 {
    div_rem(n, d).0
}

/// Unsigned `n % d`.
#[no_mangle]
extern "unadjusted" fn __umodti3(n: u128, d: u128) -> u128 {
    div_rem(n, d).1
}

/// Signed `n / d`.
#[no_mangle]
extern "unadjusted" fn __divti3(n: i128, d: i128) -> i128 {
    div_rem_signed(n, d).0
}

/// Signed `n % d`.
#[no_mangle]
extern "unadjusted" fn __modti3(n: i128, d: i128) -> i128 {
    div_rem_signed(n, d).1
}
