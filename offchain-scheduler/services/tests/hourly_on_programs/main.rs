//! The hourly cranks of a verifier on the real programs: each instruction that it builds lands, and a
//! second one changes nothing.

#[path = "../support/machine.rs"]
mod machine;

mod bookings;
mod cases;
mod closings;
mod desk;
mod stakes;
mod sweeps;
