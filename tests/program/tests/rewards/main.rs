//! The emission schedule's instructions against the real bytecode.

mod initialize;
mod layout;
#[path = "../ide/stage.rs"]
#[allow(dead_code, reason = "the engine's tests use the rest")]
mod stage;
