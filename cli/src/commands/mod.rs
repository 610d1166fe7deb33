//! One folder per noun, one file per verb.

pub mod audit;
pub mod booking;
pub mod class;
pub mod co_stake;
pub mod completions;
pub mod config;
pub mod device;
pub mod epoch;
pub mod gov;
pub mod offer;
pub mod poll;
pub mod position;
pub mod quote;
pub mod report;
pub mod stake;
pub mod status;
pub mod tne;
