//! Expectations on refused transactions.

use std::fmt::Debug;

use ion_client::send::SendError;
use solana_pubkey::Pubkey;

/// The transaction was refused by instruction `index` with exactly this program error.
///
/// `error` is a variant of the program's error enum; `program` is the program whose instruction
/// failed (for an error out of a CPI, the caller).
///
/// # Panics
/// If it succeeded or failed otherwise.
#[track_caller]
pub fn expect_error<T: Debug>(
    result: Result<T, SendError>,
    program: Pubkey,
    error: impl Into<u32>,
    index: u8,
) {
    let expected = error.into();
    match result {
        Err(SendError::Program(failure)) => assert_eq!(
            (failure.program, failure.code, failure.instruction),
            (program, expected, index),
            "refused by {failure} and not by {} ({expected})",
            ion_client::errors::lookup(&program, expected)
                .map_or_else(|| "?".to_owned(), |(name, _)| name),
        ),
        other => panic!("expected error {expected} of {program}, got {other:?}"),
    }
}

/// The transaction was refused by instruction `index` with an error of the Anchor framework.
///
/// # Panics
/// If it succeeded or failed otherwise.
#[track_caller]
pub fn expect_framework_error<T: Debug>(
    result: Result<T, SendError>,
    program: Pubkey,
    error: anchor_lang::error::ErrorCode,
    index: u8,
) {
    expect_error(result, program, u32::from(error), index);
}
