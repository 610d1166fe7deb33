//! Pause bits against instructions: an entry stops with its bit and with no other; every exit, claim,
//! appeal, veto, refund and crank works under every one of the 64 combinations (economics §2.3, I33).
//!
//! A row is one instruction in a state in which it succeeds. It is simulated under all 64
//! combinations, so that each starts from the same state. `played.rs` makes rows of every transaction
//! of the flows of the compute report, so that no instruction is without one; the other files hold
//! rows written by hand.

mod booking;
#[allow(dead_code, reason = "the compute report uses the rest")]
#[path = "../cu/budgets.rs"]
mod budgets;
mod coverage;
#[allow(dead_code, reason = "the compute report uses the rest")]
#[path = "../cu/flows/mod.rs"]
mod flows;
mod matrix;
#[allow(dead_code, reason = "the compute report uses the rest")]
#[path = "../cu/measure.rs"]
mod measure;
mod played;
mod registry;
mod staking;
#[path = "../cu/tries.rs"]
mod tries;
