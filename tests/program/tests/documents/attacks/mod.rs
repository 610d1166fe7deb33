//! The attack classes that every change is reviewed against: rule in the code and tests that play them.

mod accounts;
mod cases;
mod network;

/// One class.
#[derive(Clone, Copy)]
pub struct Class {
    /// Its number, 1 to [`COUNT`].
    pub number: usize,
    /// What is attacked.
    pub name: &'static str,
    /// What stands against it.
    pub rule: &'static str,
    /// Tests that play it, by name.
    pub tests: &'static [&'static str],
    /// What no test plays; empty if there is nothing.
    pub open: &'static str,
}

/// Number of classes.
pub const COUNT: usize = 48;

/// All classes in the order of their numbers.
pub fn classes() -> impl Iterator<Item = Class> {
    accounts::CLASSES
        .into_iter()
        .chain(cases::CLASSES)
        .chain(network::CLASSES)
}
