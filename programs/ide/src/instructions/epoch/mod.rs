//! Instructions on an epoch.

mod apply_rows;
mod end;
mod open;
mod report;
mod void;

pub use apply_rows::*;
pub use end::*;
pub use open::*;
pub use report::*;
pub use void::*;
