//! The booking program: one module per noun or ending, and what holds for all of them.

use ion_program_tests::booking_stage as stage;

mod accounts;
mod balances;
mod book;
mod budgets;
mod conservation;
mod earn;
mod endings;
mod layout;
mod lock_lines;
mod oracle;
mod pay;
mod quote;
mod settle;
mod start;
mod story;
mod tne;
mod unstarted;
mod work;
