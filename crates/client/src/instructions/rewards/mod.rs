//! Instructions of the emission schedule.

mod block;
mod claim;
mod forfeit;
mod root;
mod schedule;

pub use block::*;
pub use claim::*;
pub use forfeit::*;
pub use root::*;
pub use schedule::*;
