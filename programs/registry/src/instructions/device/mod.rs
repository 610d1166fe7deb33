//! Instructions of one noun, one file per verb.

mod apply_leaf;
mod block;
mod lock;
mod pause;
mod register;
mod resume;
mod terminate;
mod unblock;
mod unlock;
mod update;

pub use apply_leaf::*;
pub use block::*;
pub use lock::*;
pub use pause::*;
pub use register::*;
pub use resume::*;
pub use terminate::*;
pub use unblock::*;
pub use unlock::*;
pub use update::*;
