//! What a co-staker may expect per block, as far as the chain's data say.
//!
//! The estimate is the co-staker's part (economics §4.3) of what the device was paid per block lately.
//! No account of this version holds block rewards of a device, so there is no window to average over
//! and no number is given.

use crate::output::Record;

/// How the estimate is computed.
pub const FORMULA: &str = "floor(average reward of the device per block x share / 100 %)";
/// Blocks the average is over.
pub const WINDOW: &str = "the last 168 blocks (7 days)";
/// The estimate while there are no blocks.
pub const NONE_YET: &str = "not available: no blocks yet";

/// The estimate with its formula and window.
pub fn record() -> Record {
    Record::new()
        .with("per_block", NONE_YET)
        .with("formula", FORMULA)
        .with("window", WINDOW)
}

/// The explanation in the help of commands that show the estimate.
pub const HELP: &str = "Estimate: per block, floor(average reward of the device per block x share / 100 %), averaged over
the last 168 blocks (7 days). It is no promise. While the chain has no block rewards to average, it
says \"not available: no blocks yet\".";
