//! Instructions on a booking.

mod book;
mod cancel;
mod cancel_unstarted;
mod close;
mod end;
mod expire;
mod extend;
mod fail_line;
mod failover;
mod lock_lines;
mod pay;
mod report_fault;
mod settle;
mod start;
mod start_group;
mod terminate;

pub use book::*;
pub use cancel::*;
pub use cancel_unstarted::*;
pub use close::*;
pub use end::*;
pub use expire::*;
pub use extend::*;
pub use fail_line::*;
pub use failover::*;
pub use lock_lines::*;
pub use pay::*;
pub use report_fault::*;
pub use settle::*;
pub use start::*;
pub use start_group::*;
pub use terminate::*;
