//! Bounds of an extension (economics §8.1).

use super::{booked_end, BookingRuleError};
use crate::{math::MathError, units::UnixSeconds};

/// Bounds of hired minutes in force when the extension is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionBounds {
    /// Least minutes of an extension.
    pub least: u32,
    /// Most minutes of the booking in all.
    pub most: u32,
}

/// A booking after its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extended {
    /// Minutes from the start to the booked end.
    pub minutes: u32,
    /// Booked end.
    pub ends_at: UnixSeconds,
}

/// The booking of `hired` minutes that ends at `ends_at`, extended by `minutes`.
///
/// Errors: `MinutesOutOfRange`, `Math(Overflow)`.
pub fn extend(
    hired: u32,
    ends_at: UnixSeconds,
    minutes: u32,
    bounds: ExtensionBounds,
) -> Result<Extended, BookingRuleError> {
    let total = hired.checked_add(minutes).ok_or(MathError::Overflow)?;
    if minutes < bounds.least || total > bounds.most {
        return Err(BookingRuleError::MinutesOutOfRange);
    }
    Ok(Extended {
        minutes: total,
        ends_at: booked_end(ends_at, minutes)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: ExtensionBounds = ExtensionBounds {
        least: 60,
        most: 525_600,
    };
    const END: UnixSeconds = UnixSeconds::new(1_000);

    #[test]
    fn extension_adds_its_minutes_to_the_end() {
        let extended = extend(2_880, END, 60, BOUNDS).unwrap();
        assert_eq!((extended.minutes, extended.ends_at.get()), (2_940, 4_600));
        assert!(extend(525_540, END, 60, BOUNDS).is_ok());
    }

    #[test]
    fn extension_outside_its_bounds_is_refused() {
        let refused = Err(BookingRuleError::MinutesOutOfRange);
        assert_eq!(extend(2_880, END, 59, BOUNDS), refused);
        assert_eq!(extend(525_541, END, 60, BOUNDS), refused);
        assert_eq!(
            extend(u32::MAX, END, 60, BOUNDS),
            Err(BookingRuleError::Math(MathError::Overflow))
        );
    }
}
