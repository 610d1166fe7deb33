//! Instructions of the registry.

mod called;
mod device;
mod exemption;
mod genesis;
mod governance;
mod poll;

pub use called::*;
pub use device::*;
pub use exemption::*;
pub use genesis::*;
pub use governance::*;
pub use poll::*;
