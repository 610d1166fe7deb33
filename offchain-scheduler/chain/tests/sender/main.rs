//! The sender: faults of the chain, interruption at every call, and a real runtime.

mod faults;
mod interruption;
mod order;
mod real_runtime;
mod seeds;
mod support;
