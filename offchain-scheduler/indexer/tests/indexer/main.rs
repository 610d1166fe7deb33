//! The indexer against a scripted day of a whole network.

mod api;
mod archive;
mod consistency;
mod day;
mod engine;
mod forged;
mod interruption;
mod plans;
mod recorded;
mod rules;
mod script;
mod tables;
mod upgrade;
