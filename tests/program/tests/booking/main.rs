//! The booking program: one module per noun or ending, and what holds for all of them.

use ion_program_tests::booking_stage as stage;

mod accounts;
mod adjust;
mod balances;
mod book;
mod booking_audit;
mod budgets;
mod conservation;
mod dispute;
mod earn;
mod edges;
mod endings;
mod engine;
mod extend;
mod fault_accounts;
mod fault_audit;
mod faults;
mod groups;
mod layout;
mod lock_lines;
mod model;
mod oracle;
mod pay;
mod quote;
mod quote_edges;
mod settle;
mod shared;
mod start;
mod stateful;
mod story;
mod tne;
mod tne_audit;
mod unstarted;
mod vaults;
mod work;
