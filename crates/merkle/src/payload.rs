//! Fixed-length encodings of payloads: their fields in order, integers little-endian.

/// The fields one after the other, filling exactly `N` bytes.
pub(crate) fn encode<const N: usize>(fields: &[&[u8]]) -> [u8; N] {
    let mut bytes = [0_u8; N];
    let mut rest = bytes.as_mut_slice();
    for field in fields {
        let Some((head, tail)) = core::mem::take(&mut rest).split_at_mut_checked(field.len())
        else {
            break;
        };
        head.copy_from_slice(field);
        rest = tail;
    }
    debug_assert!(rest.is_empty(), "the fields fill the payload");
    bytes
}

/// Takes fixed fields off the front.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.bytes().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.bytes().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.bytes().map(i64::from_le_bytes)
    }

    /// `value` if nothing is left to read.
    pub(crate) fn end<T>(&self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}
