//! Amounts of different units do not meet: each line below is refused by the compiler, for the reason
//! that is named, beside lines that it accepts.
//!
//! The crate has no dependency, so the compiler is called on its source and on a few lines that use it;
//! nothing is linked or run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const PRELUDE: &str = "#![allow(dead_code, unused)]
use ion_economics::{math::MathResult, units::*};
fn pays(amount: Io) {}
fn costs(amount: UsdMicros) {}
fn shares(part: Bps) {}
fn waits_until(at: UnixSeconds) {}
";

/// Lines that are refused, with the compiler's code.
const REFUSED: &[(&str, &str)] = &[
    // an amount of one unit where another is meant
    ("fn f(usdc: Usdc) { pays(usdc) }", "E0308"),
    ("fn f(io: Io) { costs(io) }", "E0308"),
    // accounting dollars are no tokens, although both have six decimals
    ("fn f(usdc: Usdc) { costs(usdc) }", "E0308"),
    ("fn f(usd: UsdMicros) -> Usdc { usd }", "E0308"),
    // a plain number is no amount, and an amount no plain number
    ("fn f() { pays(5) }", "E0308"),
    ("fn f(io: Io) -> u64 { io }", "E0308"),
    ("fn f(io: Io) -> u64 { io as u64 }", "E0605"),
    ("fn f() -> Io { 5u64.into() }", "E0277"),
    // sums and comparisons stay within a unit
    (
        "fn f(io: Io, usdc: Usdc) -> MathResult<Io> { io.checked_add(usdc) }",
        "E0308",
    ),
    (
        "fn f(io: Io, usd: UsdMicros) -> MathResult<Io> { io.checked_sub(usd) }",
        "E0308",
    ),
    ("fn f(io: Io, usdc: Usdc) -> bool { io < usdc }", "E0308"),
    ("fn f(io: Io, usdc: Usdc) -> bool { io == usdc }", "E0308"),
    // unchecked arithmetic does not exist
    ("fn f(a: Io, b: Io) -> Io { a + b }", "E0369"),
    ("fn f(a: Usdc, b: Usdc) -> Usdc { a - b }", "E0369"),
    ("fn f(a: UsdMicros) -> UsdMicros { a * 2 }", "E0369"),
    // fields are private: a share or an amount is made by its constructor
    ("fn f() -> Io { Io(5) }", "E0423"),
    ("fn f() -> Bps { Bps(10_001) }", "E0423"),
    ("fn f(io: Io) -> u64 { io.0 }", "E0616"),
    // a share above the whole has no value, and the absence must be met
    ("fn f() { shares(Bps::new(10_001)) }", "E0308"),
    ("fn f(bps: u16) { shares(bps) }", "E0308"),
    // a point in time is no number of seconds
    ("fn f(seconds: i64) { waits_until(seconds) }", "E0308"),
    ("fn f(at: UnixSeconds) { waits_until(at + HOUR) }", "E0369"),
];

/// Lines that are accepted: the refusals above are not those of a file that never compiles.
const ACCEPTED: &[&str] = &[
    "fn f() { pays(Io::from_base_units(5)) }",
    "fn f(io: Io) -> u64 { io.base_units() }",
    "fn f(a: Io, b: Io) -> MathResult<Io> { a.checked_add(b) }",
    "fn f(a: Usdc, b: Usdc) -> bool { a < b }",
    "fn f() { shares(Bps::new(10_000).unwrap()) }",
    "fn f(at: UnixSeconds) -> MathResult<UnixSeconds> { at.checked_add(HOUR) }",
];

/// The compiler beside the Cargo that runs this test.
fn compiler() -> PathBuf {
    let named = env::var_os("RUSTC").map(PathBuf::from);
    let beside = env::var_os("CARGO").map(|cargo| Path::new(&cargo).with_file_name("rustc"));
    named
        .or(beside)
        .filter(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from("rustc"))
}

fn compile(folder: &Path, name: &str, source: &Path, arguments: &[&str]) -> Output {
    Command::new(compiler())
        .args(["--edition=2021", "--crate-type=lib", "--emit=metadata"])
        .args(["--cap-lints=allow", "--crate-name", name, "--out-dir"])
        .arg(folder)
        .args(arguments)
        .arg(source)
        .output()
        .expect("the compiler runs")
}

#[test]
fn amounts_of_another_unit_plain_numbers_and_unchecked_sums_do_not_compile() {
    let folder = env::temp_dir().join(format!("ion-units-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let built = compile(&folder, "ion_economics", &source, &[]);
    let said = String::from_utf8_lossy(&built.stderr).into_owned();
    assert!(built.status.success(), "{said}");
    let library = folder.join("libion_economics.rmeta");
    let external = format!("ion_economics={}", library.display());
    let check = |number: usize, line: &str| {
        let file = folder.join(format!("line_{number}.rs"));
        fs::write(&file, format!("{PRELUDE}{line}\n")).expect("a file");
        let output = compile(
            &folder,
            &format!("line_{number}"),
            &file,
            &["--extern", &external, "--error-format=short"],
        );
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    for (number, line) in ACCEPTED.iter().enumerate() {
        let (is_accepted, said) = check(number, line);
        assert!(is_accepted, "{line}: {said}");
    }
    for (number, (line, code)) in REFUSED.iter().enumerate() {
        let (is_accepted, said) = check(ACCEPTED.len() + number, line);
        assert!(!is_accepted, "{line} compiles");
        // this error and no other
        let errors = said.matches(": error").count();
        assert!(
            errors == 1 && said.contains(&format!("error[{code}]")),
            "{line}: {said}"
        );
    }
    fs::remove_dir_all(&folder).expect("the folder is ours");
}
