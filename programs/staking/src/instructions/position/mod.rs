//! Co-staking positions and their holders.

mod advance_exit;
mod close_position;
mod co_unstake;
mod open_costaker;
mod withdraw_position;

pub use advance_exit::*;
pub use close_position::*;
pub use co_unstake::*;
pub use open_costaker::*;
pub use withdraw_position::*;
