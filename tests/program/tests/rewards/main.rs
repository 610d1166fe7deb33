//! The emission schedule's instructions against the real bytecode.

mod audit;
mod budgets;
mod claim;
mod complete_block;
mod engine;
mod fail_block;
mod forfeit;
mod initialize;
mod layout;
mod layout_blocks;
mod release_block;
mod root;
#[path = "../ide/stage.rs"]
#[allow(dead_code, reason = "the engine's tests use the rest")]
mod stage;
