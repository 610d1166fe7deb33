//! The table of what instructions cost.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter, Write},
};

use ion_program_tests::{World, chain::bytecode_path};

use crate::{budgets, measure::Sample};

/// Bytes of the heap that the runtime gives where no more is asked for.
const HEAP: usize = 32_768;
/// Bytes before the bytecode in the account that holds it.
const PROGRAM_DATA_HEADER: usize = 45;
/// Bytes of the token programs that the in-process machine carries.
const TOKEN_PROGRAMS: [(usize, &str); 2] = [
    (100_312, "p-token, the Pinocchio token program"),
    (134_080, "SPL Token 3.5.0"),
];

/// All samples of one instruction with one number of lines.
pub struct Row {
    /// Program and instruction, `booking.pay`.
    pub instruction: String,
    /// Lines it worked on, where its cost depends on them.
    pub lines: Option<u64>,
    /// Transactions measured.
    pub samples: u64,
    /// Least compute units, every address at bump 255.
    pub best: u64,
    /// Mean, rounded down.
    pub average: u64,
    /// Most.
    pub worst: u64,
    /// Most compute units that were charged, with the bumps that happened.
    pub charged: u64,
    /// Budget at bump 255.
    pub budget: Option<u64>,
    /// Largest transaction.
    pub bytes: usize,
    /// Most account keys.
    pub keys: usize,
    /// Most inner instructions.
    pub inner: usize,
}

impl Row {
    fn new(instruction: &str, lines: Option<u64>, samples: &[&Sample]) -> Self {
        let units = || samples.iter().map(|sample| sample.units);
        let most = |of: fn(&Sample) -> usize| samples.iter().map(|sample| of(sample)).max();
        let count = u64::try_from(samples.len()).expect("few samples");
        Self {
            instruction: instruction.to_owned(),
            lines,
            samples: count,
            best: units().min().unwrap_or_default(),
            average: units().sum::<u64>() / count,
            worst: units().max().unwrap_or_default(),
            charged: samples
                .iter()
                .map(|sample| sample.charged)
                .max()
                .unwrap_or_default(),
            budget: budgets::budget(instruction, lines.unwrap_or(1)),
            bytes: most(|sample| sample.bytes).unwrap_or_default(),
            keys: most(|sample| sample.keys).unwrap_or_default(),
            inner: most(|sample| sample.inner).unwrap_or_default(),
        }
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (lines {}): {} / {} / {} of {}",
            self.instruction,
            optional(self.lines),
            self.best,
            self.average,
            self.worst,
            optional(self.budget)
        )
    }
}

/// One row per instruction and number of lines, in their order.
pub fn rows(samples: &[Sample]) -> Vec<Row> {
    let mut groups: BTreeMap<(&str, Option<u64>), Vec<&Sample>> = BTreeMap::new();
    for sample in samples {
        groups
            .entry((&sample.instruction, sample.lines))
            .or_default()
            .push(sample);
    }
    groups
        .into_iter()
        .map(|((instruction, lines), samples)| Row::new(instruction, lines, &samples))
        .collect()
}

fn optional(number: Option<u64>) -> String {
    number.map_or_else(|| "–".to_owned(), thousands)
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Name of the token program that the machine runs, by its size.
fn token_program() -> String {
    let data = solana_loader_v3_interface::get_program_data_address(&anchor_spl::token::ID);
    let size = World::before_genesis().raw(&data).data.len() - PROGRAM_DATA_HEADER;
    TOKEN_PROGRAMS
        .iter()
        .find(|(bytes, _)| *bytes == size)
        .map_or_else(
            || "an unknown build".to_owned(),
            |(_, name)| (*name).to_owned(),
        )
        + &format!(" ({} bytes)", thousands(size as u64))
}

/// The document.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::new();
    write_markdown(&mut text, rows).expect("writing to a string cannot fail");
    text
}

fn write_markdown(text: &mut String, rows: &[Row]) -> fmt::Result {
    writeln!(
        text,
        "# Compute units\n\n\
         Written by `cargo xtask bench cu`; do not edit. Every instruction alone in its transaction, on \
         the programs' real bytecode in LiteSVM. A test fails when the worst case exceeds the budget.\n\n\
         - **Best, average, worst**: compute units of the transaction with every address that it derives \
         on chain at bump 255. Each further try of an `init`, and of the search for the associated token \
         account that a crank pays to, adds 1,500. **Charged** is the most that a transaction of the run \
         really cost, tries included.\n\
         - **Lines**: lines or devices worked on, where the cost depends on them. **Bytes** and **keys** \
         are those of the largest transaction (legacy format), **inner** counts the instructions it \
         called, events included.\n\
         - **Heap**: no transaction asks for a larger heap frame and no program replaces the allocator, so \
         every row ran within the runtime's {} bytes (32 KiB). The heap used below that limit is not \
         measured.\n\
         - Leaves are proven in trees of at most 8 leaves; every doubling of a tree adds 32 bytes and one \
         hash.\n\
         - Instructions of genesis have fixed addresses; their figures include the tries of those.\n\
         - `registry.lock_devices`, `registry.unlock_devices` and `ide.deposit_revenue` can only be called \
         by a program; their cost is part of the booking instructions that call them.\n\
         - Token program of the machine: {}. Another one changes the figures of transfers.\n",
        thousands(HEAP as u64),
        token_program()
    )?;
    writeln!(text, "| Program | Bytecode, bytes |\n|---|---:|")?;
    for (name, _) in ion_migrations::keys::PROGRAMS {
        let size = std::fs::metadata(bytecode_path(name)).map_or(0, |file| file.len());
        writeln!(text, "| {name} | {} |", thousands(size))?;
    }
    writeln!(
        text,
        "\n| Program | Instruction | Lines | Samples | Best | Average | Worst | Budget | Charged | Bytes \
         | Keys | Inner |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    )?;
    for row in rows {
        let (program, name) = row.instruction.split_once('.').ok_or(fmt::Error)?;
        writeln!(
            text,
            "| {program} | {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            optional(row.lines),
            row.samples,
            thousands(row.best),
            thousands(row.average),
            thousands(row.worst),
            optional(row.budget),
            thousands(row.charged),
            thousands(row.bytes as u64),
            row.keys,
            row.inner,
        )?;
    }
    Ok(())
}
