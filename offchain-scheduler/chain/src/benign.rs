//! Refusals that mean that nothing is left to do.

use std::collections::BTreeSet;

/// Program error codes by kind of row that close the row, such as "already started".
#[derive(Clone, Debug, Default)]
pub struct Benign {
    codes: BTreeSet<(&'static str, u32)>,
    kinds: BTreeSet<&'static str>,
}

impl Benign {
    /// Adds a code.
    pub fn add(mut self, kind: &'static str, code: u32) -> Self {
        self.codes.insert((kind, code));
        self
    }

    /// Lets any program error code close rows of this kind: what is refused once is not wanted later.
    pub fn add_kind(mut self, kind: &'static str) -> Self {
        self.kinds.insert(kind);
        self
    }

    /// Whether the code closes a row of this kind.
    pub fn contains(&self, kind: &str, code: u32) -> bool {
        self.kinds.contains(kind)
            || self
                .codes
                .iter()
                .any(|(known, number)| *known == kind && *number == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_benign_for_its_kind_only() {
        let benign = Benign::default().add("start", 6_042).add_kind("quote");
        assert!(benign.contains("quote", 1));
        assert!(benign.contains("start", 6_042));
        assert!(!benign.contains("start", 6_043));
        assert!(!benign.contains("end", 6_042));
    }
}
