//! Instructions of one noun, one file per verb.

mod cancel;
mod close;
mod consume;
mod create_class;
mod execute;
mod queue;

pub use cancel::*;
pub use close::*;
pub use consume::*;
pub use create_class::*;
pub use execute::*;
pub use queue::*;
