//! Accounts of the registry, one file each.

mod action;
mod class;
mod config;
mod device;
mod exemption;
mod params;
mod poll;
mod roles;
mod verifier_set;

pub use action::*;
pub use class::*;
pub use config::*;
pub use device::*;
pub use exemption::*;
pub use params::*;
pub use poll::*;
pub use roles::*;
pub use verifier_set::*;
