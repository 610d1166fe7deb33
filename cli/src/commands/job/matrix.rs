//! Factors of a product: from files, or drawn.

use std::{fmt::Write as _, path::Path, str::FromStr};

use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::failure::{Failure, Outcome};

/// A matrix by rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// Number of rows.
    pub rows: u32,
    /// Number of columns.
    pub columns: u32,
    /// Entries, `rows · columns`.
    pub entries: Vec<i16>,
}

/// Sides of a product, `ROWSxINNERxCOLUMNS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows of the left factor.
    pub rows: u32,
    /// Columns of the left, rows of the right factor.
    pub inner: u32,
    /// Columns of the right factor.
    pub columns: u32,
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sides: Option<Vec<u32>> = text
            .split('x')
            .map(|side| side.parse().ok().filter(|side| *side > 0))
            .collect();
        match sides.as_deref() {
            Some([rows, inner, columns]) => Ok(Self {
                rows: *rows,
                inner: *inner,
                columns: *columns,
            }),
            _ => Err(format!(
                "\"{text}\" is not ROWSxINNERxCOLUMNS like 256x512x128"
            )),
        }
    }
}

/// Reads a matrix: a row per line, whole numbers from −32,768 to 32,767 between commas.
///
/// Errors: usage.
pub fn read(path: &Path) -> Outcome<Matrix> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("{} cannot be read", path.display()), error)
            .next("give a text file with a row per line and commas between the entries")
    })?;
    parse(&text).map_err(|why| {
        Failure::usage(format!("{} is no matrix", path.display()), why)
            .next("whole numbers from -32768 to 32767, a row per line, commas between them")
    })
}

fn parse(text: &str) -> Result<Matrix, String> {
    let mut entries = Vec::new();
    let (mut rows, mut columns) = (0u32, None);
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let before = entries.len();
        for entry in line.split(',') {
            let entry = entry.trim();
            entries.push(
                entry
                    .parse()
                    .map_err(|_| format!("line {number}: \"{entry}\" is no such number"))?,
            );
        }
        let width = entries.len().saturating_sub(before);
        if columns.is_some_and(|columns| columns != width) {
            return Err(format!(
                "line {number} has {width} entries, those before have another number"
            ));
        }
        columns = Some(width);
        rows = rows.saturating_add(1);
    }
    let columns = columns.ok_or("it has no row")?;
    Ok(Matrix {
        rows,
        columns: u32::try_from(columns).map_err(|_| "its rows are too long")?,
        entries,
    })
}

/// Entries drawn evenly from all 16-bit numbers; the same seed gives the same factors.
pub fn draw(shape: Shape, seed: u64) -> (Matrix, Matrix) {
    let mut source = StdRng::seed_from_u64(seed);
    let mut matrix = |rows: u32, columns: u32| Matrix {
        rows,
        columns,
        entries: (0..u64::from(rows) * u64::from(columns))
            .map(|_| source.r#gen())
            .collect(),
    };
    let left = matrix(shape.rows, shape.inner);
    let right = matrix(shape.inner, shape.columns);
    (left, right)
}

/// A product as text, a row per line.
pub fn to_csv(entries: &[i64], columns: usize) -> String {
    let mut text = String::new();
    for row in entries.chunks(columns.max(1)) {
        for (place, entry) in row.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            // Writing into a String cannot fail.
            let _ = write!(text, "{comma}{entry}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_with_spaces_and_blank_lines() {
        let matrix = parse("1, -2,3\n\n-32768,32767,0\n").unwrap();
        assert_eq!((matrix.rows, matrix.columns), (2, 3));
        assert_eq!(matrix.entries, [1, -2, 3, -32_768, 32_767, 0]);
    }

    #[test]
    fn uneven_rows_and_other_numbers_are_named_by_line() {
        for (text, why) in [
            ("", "no row"),
            ("1,2\n3\n", "line 2 has 1 entries"),
            ("1\n\n32768\n", "line 3: \"32768\""),
            ("1,\n", "line 1: \"\""),
            ("1.5\n", "line 1: \"1.5\""),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }

    #[test]
    fn shape_has_three_sides_above_zero() {
        let shape = Shape {
            rows: 2,
            inner: 3,
            columns: 4,
        };
        assert_eq!("2x3x4".parse(), Ok(shape));
        for wrong in ["2x3", "2x3x4x5", "0x3x4", "2x-3x4", "axbxc", ""] {
            assert!(wrong.parse::<Shape>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn drawn_factors_follow_from_the_seed() {
        let shape = "3x4x5".parse().unwrap();
        let (left, right) = draw(shape, 7);
        assert_eq!((left.entries.len(), right.entries.len()), (12, 20));
        assert_eq!(draw(shape, 7), (left.clone(), right));
        assert_ne!(draw(shape, 8).0, left);
    }

    #[test]
    fn product_is_written_by_rows() {
        assert_eq!(to_csv(&[1, -2, 3, 4], 2), "1,-2\n3,4\n");
    }
}
