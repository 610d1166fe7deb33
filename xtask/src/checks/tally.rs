//! Counts of tests, read from what the runners print.

use std::{fmt, ops::AddAssign};

/// How many tests passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Tally {
    /// Sums the closing lines of `cargo test` and `cargo nextest` among the lines.
    pub fn of_lines(lines: &[String]) -> Self {
        let mut sum = Self::default();
        for line in lines {
            if let Some(tally) = Self::of_line(&without_colour(line)) {
                sum += tally;
            }
        }
        sum
    }

    /// `test result: ok. 5 passed; 0 failed; 1 ignored; …` or
    /// `Summary [ 1.2s] 8 tests run: 7 passed (1 slow), 1 failed, 3 skipped`.
    fn of_line(line: &str) -> Option<Self> {
        // nextest repeats the lines of a failed test indented: they are in its summary.
        let counts = line.strip_prefix("test result: ").or_else(|| {
            line.trim_start()
                .strip_prefix("Summary [")
                .and_then(|rest| rest.split_once("run: "))
                .map(|(_, counts)| counts)
        })?;
        Some(Self {
            passed: count_before(counts, &["passed"]),
            failed: count_before(counts, &["failed", "timed out", "exec failed"]),
            skipped: count_before(counts, &["ignored", "skipped"]),
        })
    }
}

/// Sum of the numbers that stand right before one of the words.
fn count_before(text: &str, words: &[&str]) -> u64 {
    text.split([',', ';', '.', '(', ')'])
        .filter_map(|part| part.trim().split_once(' '))
        .filter(|(_, word)| words.contains(word))
        .filter_map(|(number, _)| number.parse::<u64>().ok())
        .sum()
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> (u64, u64, u64) {
        let lines: Vec<_> = lines.iter().map(|&line| line.to_owned()).collect();
        let Tally {
            passed,
            failed,
            skipped,
        } = Tally::of_lines(&lines);
        (passed, failed, skipped)
    }

    #[test]
    fn closing_lines_of_cargo_test_are_summed() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 4 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.12s",
        ];
        assert_eq!(tally(&lines), (7, 2, 1));
    }

    #[test]
    fn summary_of_nextest_is_read() {
        let plain = "     Summary [   0.014s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(tally(&[plain]), (6, 3, 3));
        let cancelled = "     Summary [   0.014s] 1/9 tests run: 1 passed, 0 skipped";
        assert_eq!(tally(&[cancelled]), (1, 0, 0));
        let repeated =
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out";
        let flaky = "     Summary [   9.0s] 2 tests run: 1 passed (1 flaky), 1 failed, 0 skipped";
        assert_eq!(tally(&[repeated, flaky]), (1, 1, 0));
    }

    #[test]
    fn colours_do_not_hide_a_summary() {
        let coloured = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped";
        assert_eq!(tally(&[coloured]), (2, 0, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(
            tally(&["5 passed", "Summary of changes", "test result"]),
            (0, 0, 0)
        );
    }
}
