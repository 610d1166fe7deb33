//! Instructions of the registry, by noun.

mod action;
mod device;
mod exemption;
mod genesis;
mod pause;
mod poll;
mod role;
mod switch;

pub use action::*;
pub use device::*;
pub use exemption::*;
pub use genesis::*;
pub use pause::*;
pub use poll::*;
pub use role::*;
pub use switch::*;
