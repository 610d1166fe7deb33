//! Program tests: the five real programs in an in-process machine, driven through the typed client.
//!
//! Mechanism: [`chain::LiteChain`] is one side of the client's chain boundary, [`world::World`] a
//! network after genesis with a clock to move, wallets to fund and an oracle account to write. Every
//! transaction goes through the client's `send`, so a test never sends what a cluster would refuse.

pub mod booking_stage;
pub mod chain;
pub mod edits;
pub mod expect;
pub mod fixtures;
pub mod flows;
pub mod ide_stage;
pub mod ledgers;
pub mod observe;
pub mod rewards_stage;
pub mod staking_stage;
pub mod table;
pub mod world;

pub use expect::{expect_error, expect_framework_error};
pub use world::World;
