//! Years of epochs over made-up markets, with the rules that the programs run.
//!
//! Mechanism: a [`Scenario`] says how price, demand and suppliers behave; [`run`] walks day by day,
//! computes what the suppliers are owed, seals the day with `ion_economics::ide::seal`, divides the
//! payments with `ion_economics::ide::divide` and sells the earmark with the auction's own bid.
//! Place of use: the command line's `ion simulate`, and whoever weighs a change of a parameter.
//! Invariant: integers only and a seeded generator, so that the same scenario gives the same days on
//! every machine; no rule of the engine is written here.
//!
//! What is assumed and not known: how demand, price and suppliers react. The price is a given path:
//! burns do not move it, which is the cautious side for supplier income.
#![deny(missing_docs)]

mod days;
mod market;
mod money;
mod rates;
pub mod report;
mod rng;
mod scenario;
mod summary;
mod suppliers;

pub use days::{Day, SimulationError, run};
pub use scenario::{
    BUILT_IN, ClassMix, Demand, Price, Rules, Scenario, ScenarioError, Shock, Supply,
};
pub use summary::{Summary, summarize};
