//! Refusals that mean that nothing is left to do.

use std::collections::BTreeSet;

/// Program error codes by kind of row that close the row, such as "already started".
#[derive(Clone, Debug, Default)]
pub struct Benign(BTreeSet<(&'static str, u32)>);

impl Benign {
    /// Adds a code.
    pub fn add(mut self, kind: &'static str, code: u32) -> Self {
        self.0.insert((kind, code));
        self
    }

    /// Whether the code closes a row of this kind.
    pub fn contains(&self, kind: &str, code: u32) -> bool {
        self.0.iter().any(|(known, number)| *known == kind && *number == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_benign_for_its_kind_only() {
        let benign = Benign::default().add("start", 6_042);
        assert!(benign.contains("start", 6_042));
        assert!(!benign.contains("start", 6_043));
        assert!(!benign.contains("end", 6_042));
    }
}
