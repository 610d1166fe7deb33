//! The staking program: one module per instruction, and what holds for all of them.

use ion_program_tests::staking_stage as stage;

mod accept_offer;
mod accounts;
mod advance_exit;
mod begin_unstake;
mod budgets;
mod case_attacks;
mod case_edges;
mod case_holds;
mod case_life;
mod close_offer;
mod close_position;
mod co_unstake;
mod create_offer;
mod init_shard;
mod layout;
mod model;
mod model_cases;
mod model_rewards;
mod open_costaker;
mod open_stake;
mod propose_slash;
mod refresh_stake;
mod retract_offer;
mod robustness;
mod stake;
mod stateful;
mod stateful_cases;
mod stateful_rewards;
mod sweep_excess;
mod withdraw;
mod withdraw_overflow;
mod withdraw_position;
