//! Keeps docs/PARAMETERS.md equal to the parameter table.
//!
//! `ION_WRITE_DOCS=1 cargo test -p ion-economics --test parameters_document` writes the file.

use std::fmt::Write as _;

use ion_economics::params::{Program, Zero};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/PARAMETERS.md");

fn render() -> String {
    let mut text = String::from(
        "# Parameters\n\n\
         Values governance can set, each within hard bounds that no key can leave. A program reads \
         its own account of up to 36 slots; a value that several programs read has a slot in each. \
         Generated from `crates/economics/src/params`; a test keeps both equal, and \
         `ION_WRITE_DOCS=1 cargo test -p ion-economics --test parameters_document` writes this \
         file.\n\n\
         0 in brackets: `(0 off)` may be set and switches the rule off, `(0 unset)` is the value \
         at genesis and cannot be set.\n",
    );
    for program in Program::ALL {
        let _ = write!(
            text,
            "\n## {}\n\n| Slot | Name | Unit | Default | Least | Greatest |\n|---|---|---|---|---|---|\n",
            program.name()
        );
        for param in program.params() {
            let zero = match param.zero {
                Zero::ByBounds => "",
                Zero::Off => " (0 off)",
                Zero::Unset => " (0 unset)",
            };
            let _ = writeln!(
                text,
                "| {} | `{}` | {} | {} | {}{zero} | {} |",
                param.slot,
                param.name,
                param.unit.name(),
                param.default,
                param.min,
                param.max
            );
        }
    }
    text
}

#[test]
fn document_equals_the_table() {
    let expected = render();
    if std::env::var_os("ION_WRITE_DOCS").is_some() {
        std::fs::write(DOCUMENT, &expected).unwrap();
    }
    let found = std::fs::read_to_string(DOCUMENT).unwrap_or_default();
    assert!(
        found == expected,
        "docs/PARAMETERS.md differs from the parameter table; run \
         `ION_WRITE_DOCS=1 cargo test -p ion-economics --test parameters_document`"
    );
}
