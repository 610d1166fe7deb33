//! What an upgrade must not break: accounts of every release, and money that is on its way.

mod drill;
mod released;
