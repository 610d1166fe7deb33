//! Processor classes from the published multiplier and idle-ceiling tables (economics §7.2, §12).

use registry::{constants::NO_CEILING, state::Pool};

/// Multipliers by processor: name, pool and multiplier in 1e-4.
const MULTIPLIERS: &str = include_str!("../../data/gpu_multipliers.csv");
/// Idle ceilings by processor: name, CPU per cent, GPU per cent or nothing.
const CEILINGS: &str = include_str!("../../data/gpu_utilization_thresholds.csv");

const DEFAULT_CPU_CEILING: u8 = 30;
const DEFAULT_ENTERPRISE_GPU_CEILING: u8 = 5;
const DEFAULT_GPU_CEILING: u8 = 20;

/// Rows whose name differs between the two tables: (ceilings table, multiplier table).
const RENAMED: [(&str, &str); 2] = [
    ("GeForce RTX 2080 Ti", "GeForce GTX 2080 Ti"),
    ("GeForce RTX 3050", "GeForce GTX 3050"),
];

/// One processor class to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassRow {
    /// Class id: position in the multiplier table, from 1.
    pub id: u16,
    /// Name of the processor.
    pub name: String,
    /// Reward pool.
    pub pool: Pool,
    /// Multiplier in 1e-4; 0 = not registrable.
    pub mult_fp: u32,
    /// Idle CPU ceiling in per cent.
    pub max_cpu_pct: u8,
    /// Idle GPU ceiling in per cent, or [`NO_CEILING`].
    pub max_gpu_pct: u8,
}

/// Why a table does not parse.
#[derive(Debug, thiserror::Error)]
#[error("{table}, line {line}: {reason}")]
pub struct TableError {
    table: &'static str,
    line: usize,
    reason: String,
}

/// All classes in order of their id.
///
/// Errors: [`TableError`] naming the line.
pub fn classes() -> Result<Vec<ClassRow>, TableError> {
    parse(MULTIPLIERS, CEILINGS)
}

fn parse(multipliers: &str, ceilings: &str) -> Result<Vec<ClassRow>, TableError> {
    let ceilings = parse_ceilings(ceilings)?;
    rows(multipliers)
        .map(|(line, cells)| {
            let fail = |reason: String| TableError {
                table: "multipliers",
                line,
                reason,
            };
            let [name, pool, _, _, mult_fp, _] = cells.as_slice() else {
                return Err(fail(format!("{} cells instead of 6", cells.len())));
            };
            let pool = match *pool {
                "unsupported" => Pool::Unsupported,
                "enterprise" => Pool::Enterprise,
                "community" => Pool::Community,
                other => return Err(fail(format!("unknown pool {other}"))),
            };
            let default_gpu = if pool == Pool::Enterprise {
                DEFAULT_ENTERPRISE_GPU_CEILING
            } else {
                DEFAULT_GPU_CEILING
            };
            let (max_cpu_pct, max_gpu_pct) = ceilings
                .iter()
                .find(|(processor, _, _)| processor == name)
                .map_or((DEFAULT_CPU_CEILING, default_gpu), |(_, cpu, gpu)| {
                    (*cpu, *gpu)
                });
            Ok(ClassRow {
                id: u16::try_from(line - 1).map_err(|error| fail(error.to_string()))?,
                name: (*name).to_owned(),
                pool,
                mult_fp: mult_fp
                    .parse()
                    .map_err(|error| fail(format!("multiplier: {error}")))?,
                max_cpu_pct,
                max_gpu_pct,
            })
        })
        .collect()
}

fn parse_ceilings(text: &str) -> Result<Vec<(&str, u8, u8)>, TableError> {
    rows(text)
        .map(|(line, cells)| {
            let fail = |reason: String| TableError {
                table: "ceilings",
                line,
                reason,
            };
            let [name, cpu, gpu] = cells.as_slice() else {
                return Err(fail(format!("{} cells instead of 3", cells.len())));
            };
            let name = RENAMED
                .iter()
                .find(|(from, _)| from == name)
                .map_or(*name, |(_, to)| *to);
            let cpu = cpu
                .parse()
                .map_err(|error| fail(format!("CPU ceiling: {error}")))?;
            let gpu = match *gpu {
                "" => NO_CEILING,
                text => text
                    .parse()
                    .map_err(|error| fail(format!("GPU ceiling: {error}")))?,
            };
            Ok((name, cpu, gpu))
        })
        .collect()
}

/// Lines after the header with their line number from 1, split at commas.
fn rows(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    text.lines()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| (index + 1, line.split(',').map(str::trim).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(name: &str) -> ClassRow {
        classes()
            .unwrap()
            .into_iter()
            .find(|class| class.name == name)
            .unwrap()
    }

    #[test]
    fn tables_have_56_classes_with_consecutive_ids_and_names_that_fit() {
        let classes = classes().unwrap();
        assert_eq!(classes.len(), 56);
        for (index, class) in classes.iter().enumerate() {
            assert_eq!(usize::from(class.id), index + 1);
            assert!(class.name.len() <= 32, "{}", class.name);
            assert_eq!(
                class.pool == Pool::Unsupported,
                class.mult_fp == 0,
                "{}",
                class.name
            );
        }
    }

    #[test]
    fn ceilings_are_joined_by_name_with_renamed_rows_and_defaults() {
        let h100 = class("H100 80GB HBM3");
        assert_eq!(
            (h100.mult_fp, h100.pool, h100.max_cpu_pct, h100.max_gpu_pct),
            (100_000, Pool::Enterprise, 30, 5)
        );
        assert_eq!(class("GeForce GTX 2080 Ti").max_gpu_pct, 20);
        assert_eq!(class("M3 Max").max_gpu_pct, NO_CEILING);
        let b200 = class("B200");
        assert_eq!(
            (b200.mult_fp, b200.max_cpu_pct, b200.max_gpu_pct),
            (300_000, 30, 5)
        );
    }

    #[test]
    fn malformed_rows_are_refused_with_their_line() {
        let error = parse("header\nX,gold,1,1,10000,200\n", "header\n").unwrap_err();
        assert_eq!(error.to_string(), "multipliers, line 2: unknown pool gold");
        let error = parse("header\n", "header\nX,30\n").unwrap_err();
        assert_eq!(error.to_string(), "ceilings, line 2: 2 cells instead of 3");
    }
}
