//! Keeps docs/PARAMETERS.md equal to the parameter table.
//!
//! `ION_WRITE_DOCS=1 cargo test -p ion-economics --test parameters_document` writes the file.

use std::fmt::Write as _;

use ion_economics::governance::Harsher;
use ion_economics::params::{Effect, Program, Step, Zero, ORDERED};

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
         at genesis and cannot be set.\n\n\
         Step is the furthest that one decision moves a value from the one in force; genesis is \
         bound by the hard bounds alone, and a value that is not lawful itself may be replaced by any \
         lawful one. In force is when a change takes effect after genesis; running clocks, booked \
         prices and accepted offers keep the terms that they began with.\n",
    );
    for program in Program::ALL {
        let _ = write!(
            text,
            "\n## {}\n\n| Slot | Name | Unit | Default | Least | Greatest | Step | In force |\n\
             |---|---|---|---|---|---|---|---|\n",
            program.name()
        );
        for param in program.params() {
            let zero = match param.zero {
                Zero::ByBounds => "",
                Zero::Off => " (0 off)",
                Zero::Unset => " (0 unset)",
            };
            let step = match param.step {
                Step::Free => "any".to_owned(),
                Step::By(most) => format!("± {most}"),
                Step::Double => "half to double".to_owned(),
            };
            let effect = match param.effect {
                Effect::NextBlock => "next hour",
                Effect::NextEpoch => "next UTC day",
                Effect::AfterGrace(Harsher::Up) => "raise after `multiplier_grace`, else next hour",
                Effect::AfterGrace(Harsher::Down) => {
                    "lowering after `multiplier_grace`, else next hour"
                }
            };
            let _ = writeln!(
                text,
                "| {} | `{}` | {} | {} | {}{zero} | {} | {step} | {effect} |",
                param.slot,
                param.name,
                param.unit.name(),
                param.default,
                param.min,
                param.max
            );
        }
    }
    text.push_str(
        "\n## Pairs\n\nThe first value of each pair never exceeds the second.\n\n\
         | First | Second |\n|---|---|\n",
    );
    for (low, high) in ORDERED {
        let program = low.program.name();
        let _ = writeln!(
            text,
            "| `{program}.{}` | `{program}.{}` |",
            low.name, high.name
        );
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
