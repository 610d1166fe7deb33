//! Documents that speak of tests, compared with the tests.
//!
//! `docs/TEST_COVERAGE.md` and the table of `docs/THREATS.md` are generated: `ION_WRITE_DOCS=1 cargo test
//! -p ion-program-tests --test documents` writes them, and the same tests fail when they differ.

mod attacks;
mod coverage;
mod sources;
mod threats;
