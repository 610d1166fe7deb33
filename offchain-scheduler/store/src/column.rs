//! Checked conversion between unsigned amounts and signed 64-bit columns.

use crate::StoreError;

/// An amount as a column value.
///
/// Errors: `OutOfRange` above `i64::MAX`.
pub fn to_column(column: &'static str, value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::OutOfRange(column))
}

/// A column value as an amount.
///
/// Errors: `OutOfRange` below 0 or above the range of `T`.
pub fn from_column<T: TryFrom<i64>>(column: &'static str, value: i64) -> Result<T, StoreError> {
    T::try_from(value).map_err(|_| StoreError::OutOfRange(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversion_is_exact_or_refused() {
        assert_eq!(to_column("x", 0).unwrap(), 0);
        assert_eq!(to_column("x", i64::MAX as u64).unwrap(), i64::MAX);
        assert!(matches!(
            to_column("x", i64::MAX as u64 + 1),
            Err(StoreError::OutOfRange("x"))
        ));
        assert_eq!(from_column::<u64>("x", i64::MAX).unwrap(), i64::MAX as u64);
        assert!(matches!(
            from_column::<u64>("x", -1),
            Err(StoreError::OutOfRange("x"))
        ));
        assert!(matches!(
            from_column::<u8>("x", 256),
            Err(StoreError::OutOfRange("x"))
        ));
    }
}
