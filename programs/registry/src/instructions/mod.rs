//! Instructions of the registry, by noun.

mod action;
mod device;
mod genesis;
mod pause;
mod poll;
mod role;

pub use action::*;
pub use device::*;
pub use genesis::*;
pub use pause::*;
pub use poll::*;
pub use role::*;
