//! Events of the registry, one file per noun, and the pairs of old and new values they carry.
//!
//! Every event holds the account it is about, who acted, the account's event number `seq` and the
//! time `at` (Unix seconds). Fields are never removed or reordered; a new shape is a new event.

use anchor_lang::prelude::*;

mod action;
mod class;
mod config;
mod device;
mod exemption;
mod param;
mod poll;
mod role;
mod verifier_set;

pub use action::*;
pub use class::*;
pub use config::*;
pub use device::*;
pub use exemption::*;
pub use param::*;
pub use poll::*;
pub use role::*;
pub use verifier_set::*;

macro_rules! change {
    ($name:ident, $value:tt, $what:literal) => {
        #[doc = concat!("Old and new value of ", $what, ".")]
        #[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            /// Before the instruction.
            pub old: $value,
            /// After the instruction.
            pub new: $value,
        }
    };
}

change!(U8Change, u8, "a u8");
change!(U16Change, u16, "a u16");
change!(U32Change, u32, "a u32");
change!(U64Change, u64, "a u64");
change!(I64Change, i64, "an i64");
change!(KeyChange, Pubkey, "a key");
change!(HashChange, [u8; 32], "a hash");
