//! The record of every change, emitted by a call of the program to itself.

mod emission;

pub use emission::*;
