//! Slash cases, from proposal to burn or restoration.

mod appeal;
mod burn_forfeited;
mod callee;
mod citation;
mod finalize_case;
mod hold;
mod leg;
mod pay_renter;
mod plan;
mod propose_slash;
mod record;
mod restore_leg;
mod rule;
mod sweep_case;
mod withdraw_case;

pub use appeal::*;
pub use burn_forfeited::*;
pub use callee::*;
pub use citation::*;
pub use finalize_case::*;
pub use hold::*;
pub use pay_renter::*;
pub use propose_slash::*;
pub use restore_leg::*;
pub use rule::*;
pub use sweep_case::*;
pub use withdraw_case::*;
