//! Instructions of slash cases on claim records (economics §5.4).

mod burn;
mod forfeit;
mod records;
mod unforfeit;

pub use burn::*;
pub use forfeit::*;
pub use unforfeit::*;
