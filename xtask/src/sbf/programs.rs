//! The programs that are built to bytecode.

/// One program: its package, its library (and so the name of its `.so`) and its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// Name of the cargo package.
    pub package: &'static str,
    /// Name of the library target, which is the name users know.
    pub lib: &'static str,
    /// Folder from the workspace root.
    pub dir: &'static str,
    /// Largest size of the `.so` in bytes. A gate against growth that nobody noticed: each byte is
    /// paid for as rent at deployment. Raised in the change that needs it.
    pub max_bytes: u64,
}

/// The programs of the product.
pub const PROGRAMS: [Program; 5] = [
    Program {
        package: "ion-registry",
        lib: "registry",
        dir: "programs/registry",
        max_bytes: 1_250_000,
    },
    Program {
        package: "ion-staking",
        lib: "staking",
        dir: "programs/staking",
        max_bytes: 1_350_000,
    },
    Program {
        package: "ion-rewards",
        lib: "rewards",
        dir: "programs/rewards",
        max_bytes: 850_000,
    },
    Program {
        package: "ion-ide",
        lib: "ide",
        dir: "programs/ide",
        max_bytes: 1_400_000,
    },
    Program {
        package: "ion-booking",
        lib: "booking",
        dir: "programs/booking",
        max_bytes: 1_700_000,
    },
];

/// The program with which the tests probe the toolchain and the runtime.
pub const PROBE: Program = Program {
    package: "ion-probe",
    lib: "probe",
    dir: "tests/probe",
    max_bytes: 150_000,
};

/// The rewards program with a changed account layout, for the upgrade drill of the tests.
pub const REWARDS_NEXT: Program = Program {
    package: "ion-rewards-next",
    lib: "rewards_next",
    dir: "tests/upgrade",
    max_bytes: 900_000,
};

/// Feature of the probe program that adds a stack frame above the limit.
pub const OVERSIZED_FRAME: &str = "oversized-frame";

/// The program of that name, for the command line.
pub fn parse(name: &str) -> Result<Program, String> {
    PROGRAMS
        .into_iter()
        .find(|program| program.lib == name)
        .ok_or_else(|| {
            let names: Vec<_> = PROGRAMS.iter().map(|program| program.lib).collect();
            format!("no such program; there are {}", names.join(", "))
        })
}
