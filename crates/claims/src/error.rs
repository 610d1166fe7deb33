//! What roots and records refuse.

use ion_economics::math::MathError;

/// Why a root is not accepted, a leaf not proven or an amount not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimsError {
    /// The sequence is not above that of every root accepted before.
    SeqNotNewer,
    /// The root does not reach further than an accepted one that is not vetoed.
    ThroughNotNewer,
    /// The last root that is not vetoed was accepted less than the interval ago.
    RootTooSoon,
    /// Every place holds a pending root or the newest matured one.
    RingFull,
    /// The ring holds no root with this sequence.
    UnknownRoot,
    /// The root is vetoed.
    RootVetoed,
    /// The root has matured and can no longer be vetoed.
    RootMatured,
    /// The guardian used all vetoes of the last 30 days.
    GuardianVetoesSpent,
    /// The proof does not lead to the root.
    InvalidProof,
    /// A value of a newer root is already proven.
    StaleRoot,
    /// No root has matured.
    NoMaturedRoot,
    /// The leaf is not proven at the newest matured root.
    StaleProof,
    /// Nothing is left to claim.
    NothingToClaim,
    /// A hold exceeds what is unclaimed at the newest accepted root.
    HoldAboveUnclaimed,
    /// More is dropped or burned than is held.
    AboveHeld,
    /// No root that covers the hold has matured.
    HoldNotMatured,
    /// A sum leaves its type.
    Overflow,
}

impl From<MathError> for ClaimsError {
    fn from(error: MathError) -> Self {
        match error {
            MathError::Overflow | MathError::DivisionByZero => Self::Overflow,
        }
    }
}
