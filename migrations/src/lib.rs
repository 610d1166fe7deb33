//! Genesis of a network: deploys, mints, parameters, classes, roles and the hand-over of authorities.
//!
//! Mechanism: [`genesis::steps`] is a pure list of transactions that brings five deployed programs
//! from nothing to a sealed genesis; [`run::run`] sends it over any chain. Place of use: the local
//! chain, public deployments and the program tests, all with the same list. Invariant: running it
//! again continues where it stopped and changes nothing that is done.
#![deny(missing_docs)]

pub mod deploy;
pub mod genesis;
pub mod keys;
pub mod rent;
pub mod run;
pub mod tables;
pub mod tokens;
pub mod wallets;
