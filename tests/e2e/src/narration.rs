//! What the story prints while it happens.

use std::time::Instant;

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use ion_client::history::TransactionRecord;
use ion_economics::units::{IO_DECIMALS, USDC_DECIMALS};

/// Prints the story; silent when the end-to-end test runs it.
pub struct Narrator {
    quiet: bool,
    started: Instant,
    chapter: u32,
}

impl Narrator {
    /// A narrator that prints unless `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self {
            quiet,
            started: Instant::now(),
            chapter: 0,
        }
    }

    /// Begins a chapter.
    pub fn chapter(&mut self, title: &str) {
        self.chapter += 1;
        if !self.quiet {
            println!(
                "\n{:>6.1}s  {}. {title}",
                self.started.elapsed().as_secs_f64(),
                self.chapter
            );
        }
    }

    /// One fact of the running chapter.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            println!("         {text}");
        }
    }

    /// A landed transaction: what it did, its signature and its compute units.
    pub fn transaction(&self, what: &str, record: &TransactionRecord) {
        self.say(&format!(
            "{what}  [{} CU] {}",
            record.compute_units, record.signature
        ));
    }

    /// A table.
    pub fn table(&self, header: &[&str], rows: &[Vec<String>]) {
        if self.quiet {
            return;
        }
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header(header);
        for row in rows {
            table.add_row(row);
        }
        for line in table.to_string().lines() {
            println!("         {line}");
        }
    }
}

/// IO base units in IO, exact.
pub fn io(base_units: u64) -> String {
    format!("{} IO", decimal(base_units, IO_DECIMALS))
}

/// USDC base units in USDC, exact.
pub fn usdc(base_units: u64) -> String {
    format!("{} USDC", decimal(base_units, USDC_DECIMALS))
}

fn decimal(base_units: u64, decimals: u8) -> String {
    let one = 10_u64.pow(u32::from(decimals));
    let (whole, rest) = (base_units / one, base_units % one);
    let fraction = format!("{rest:0width$}", width = usize::from(decimals));
    match fraction.trim_end_matches('0') {
        "" => whole.to_string(),
        digits => format!("{whole}.{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_print_exactly_without_trailing_zeros() {
        assert_eq!(io(0), "0 IO");
        assert_eq!(io(100_000_000), "1 IO");
        assert_eq!(io(1), "0.00000001 IO");
        assert_eq!(usdc(244_418_400), "244.4184 USDC");
    }
}
