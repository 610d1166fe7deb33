//! instructions of the five programs.
pub mod booking;
pub mod ide;
pub mod registry;
pub mod rewards;
pub mod staking;
