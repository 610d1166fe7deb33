//! What several fuzz targets check.

use borsh::{BorshDeserialize, BorshSerialize};

/// Decodes bytes; what decodes must encode to the same bytes, so that a message has one form and one
/// hash.
pub fn canonical<T: BorshDeserialize + BorshSerialize>(bytes: &[u8]) -> Option<T> {
    let value: T = borsh::from_slice(bytes).ok()?;
    let again = borsh::to_vec(&value).expect("a decoded value encodes");
    assert_eq!(again, bytes, "two encodings of one value");
    Some(value)
}
