//! Instructions of one noun, one file per verb.

mod init_params;
mod initialize;

pub use init_params::*;
pub use initialize::*;
