//! Instructions of one noun, one file per verb.

mod cancel;
mod close;
mod grant;

pub use cancel::*;
pub use close::*;
pub use grant::*;
