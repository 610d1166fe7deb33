//! The indexer against a scripted day of a whole network.

mod api;
mod day;
mod interruption;
mod plans;
mod recorded;
mod rules;
mod script;
mod tables;
