//! Instructions of one noun, one file per verb.

mod apply_leaf;
mod lock;
mod pause;
mod register;
mod resume;
mod terminate;
mod unlock;
mod update;

pub use apply_leaf::*;
pub use lock::*;
pub use pause::*;
pub use register::*;
pub use resume::*;
pub use terminate::*;
pub use unlock::*;
pub use update::*;
