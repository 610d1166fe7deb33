//! A run for people and for other programs: table, CSV, HTML.

mod chart;
mod csv;
mod html;
mod table;

pub use csv::csv;
pub use html::html;
pub use table::{Row, rows};

/// Base units of IO as whole IO with two places.
fn io(base_units: u64) -> String {
    fixed(u128::from(base_units), 100_000_000)
}

/// Micros of a dollar as dollars with two places.
fn usd(micros: u128) -> String {
    fixed(micros, 1_000_000)
}

fn fixed(value: u128, one: u128) -> String {
    let cents = value * 100 / one;
    format!("{}.{:02}", grouped(cents / 100), cents % 100)
}

/// A whole number with thousands apart.
fn grouped(value: u128) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Days as years and days.
fn span(days: u32) -> String {
    match (days / 365, days % 365) {
        (0, days) => format!("{days} d"),
        (years, 0) => format!("{years} y"),
        (years, days) => format!("{years} y {days} d"),
    }
}
