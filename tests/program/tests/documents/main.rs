//! Documents that speak of tests, compared with the tests.
//!
//! `docs/TEST_COVERAGE.md` is generated: `ION_WRITE_DOCS=1 cargo test -p ion-program-tests --test
//! documents` writes it. `docs/THREATS.md` is written by hand, and every test that it names exists.

mod coverage;
mod sources;
mod threats;
