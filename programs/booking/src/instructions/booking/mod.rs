//! Instructions on a booking.

mod book;
mod cancel;
mod cancel_unstarted;
mod close;
mod end;
mod expire;
mod lock_lines;
mod pay;
mod settle;
mod start;
mod terminate;

pub use book::*;
pub use cancel::*;
pub use cancel_unstarted::*;
pub use close::*;
pub use end::*;
pub use expire::*;
pub use lock_lines::*;
pub use pay::*;
pub use settle::*;
pub use start::*;
pub use terminate::*;
