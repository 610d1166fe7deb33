//! The engine's instructions against the real bytecode.

mod auctions;
mod deposit_revenue;
mod engine;
mod initialize;
mod layout;
mod lots;
mod model;
mod open_epoch;
mod payouts;
mod rates;
mod reports;
mod seal;
mod stage;
mod stateful;
mod voids;

use ion_economics::units::DAY;
use ion_program_tests::World;

/// UTC day index of the world's clock.
fn today(world: &World) -> u64 {
    u64::try_from(world.now().div_euclid(DAY)).expect("after 1970")
}
