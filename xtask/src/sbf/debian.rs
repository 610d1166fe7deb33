//! What the upstream route takes from Debian's archive, through `apt` itself: its mirrors, its proxy
//! settings, its signature checks.

use std::{
    ffi::OsString,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use super::toolchain::{INSTALL_ANZA, refuse};
use crate::process::{self, Show};

/// LLVM 23's BPF back end passes arguments on the stack, returns 128 bits in registers and calls the
/// 128-bit functions of the runtime; 22, which `rustc` 1.96 carries, can do none of it.
pub const LLVM_MAJOR: u32 = 23;

const COMPILER_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "xz-utils"];

const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";

/// Installs the packaged compiler, unless it is installed already.
pub fn install_compiler() -> Result<()> {
    if std::env::consts::ARCH != "x86_64" || !Path::new("/usr/bin/apt-get").is_file() {
        return refuse("it is not an x86-64 Debian system", INSTALL_ANZA);
    }
    if COMPILER_PACKAGES
        .iter()
        .all(|package| is_installed(package))
    {
        return Ok(());
    }
    let packages = COMPILER_PACKAGES.join(" ");
    let by_hand = format!(
        "apt-get update && apt-get install -y --no-install-recommends {packages}    (as root, on Debian 12)"
    );
    if !is_root() {
        return refuse(
            "Debian packages are missing and this user is not root",
            &by_hand,
        );
    }
    let started = Instant::now();
    let what = format!("install {packages}");
    let installed = apt(&[], &["update", "-qq"])
        .and_then(|mut update| process::run(&mut update, "apt-get update", Show::Spinner))
        .and_then(|_| {
            let mut install = apt(&[], &["install", "-y", "-qq", "--no-install-recommends"])?;
            process::run(install.args(COMPILER_PACKAGES), &what, Show::Spinner)
        });
    if let Err(error) = installed {
        eprintln!("{error:#}");
        return refuse(
            "Debian's archive does not give the packages (network?)",
            &by_hand,
        );
    }
    process::report_step(&what, started);
    Ok(())
}

/// Unpacks LLVM and every library it needs, down to the C library and its loader, from Debian sid
/// into `dir`. Nothing of it is installed: the linker is run by this loader with these libraries, so
/// they never meet the system's.
pub fn fetch_llvm(dir: &Path) -> Result<()> {
    let started = Instant::now();
    let package = format!("libllvm{LLVM_MAJOR}");
    let what = format!("fetch LLVM {LLVM_MAJOR} from Debian sid");
    let work = dir.with_extension("work");
    let options = private_archive(&work)?;
    let fetched = apt(&options, &["update", "-qq"])
        .and_then(|mut update| process::run(&mut update, &what, Show::Spinner))
        .and_then(|_| {
            let get = [
                "install",
                "-y",
                "-qq",
                "--download-only",
                "--no-install-recommends",
                &package,
            ];
            process::run(&mut apt(&options, &get)?, &what, Show::Spinner)
        });
    if let Err(error) = fetched {
        eprintln!("{error:#}");
        return refuse(
            &format!("Debian's archive does not give {package} of sid (network?)"),
            INSTALL_ANZA,
        );
    }
    let root = work.join("root");
    for file in fs::read_dir(work.join("archives"))? {
        let file = file?.path();
        if file.extension().is_some_and(|extension| extension == "deb") {
            let mut unpack = Command::new("dpkg-deb");
            process::run(
                unpack.arg("-x").arg(&file).arg(&root),
                "unpack LLVM",
                Show::Spinner,
            )?;
        }
    }
    fs::create_dir_all(dir)?;
    for file in fs::read_dir(root.join(LIBRARIES))? {
        let file = file?;
        let name = file.file_name();
        if name.to_string_lossy().contains(".so") {
            fs::rename(file.path(), dir.join(name))?;
        }
    }
    fs::remove_dir_all(&work)?;
    expose_llvm_alone(dir)?;
    process::report_step(&what, started);
    Ok(())
}

/// A folder with nothing but a link to LLVM, for `LD_LIBRARY_PATH`, where the linker looks for it.
fn expose_llvm_alone(dir: &Path) -> Result<()> {
    let prefix = format!("libLLVM.so.{LLVM_MAJOR}.");
    let mut library = None;
    for file in fs::read_dir(dir)? {
        let name = file?.file_name();
        if name.to_string_lossy().starts_with(&prefix) {
            library = Some(name);
        }
    }
    let library = library.with_context(|| format!("the package holds no {prefix}*"))?;
    let alone = dir.join("alone");
    fs::create_dir_all(&alone)?;
    symlink(Path::new("..").join(&library), alone.join(&library))?;
    Ok(())
}

/// Options that give `apt-get` a state of its own below `work`: sid as the only source, nothing
/// installed yet (so a download takes every library), the system untouched.
fn private_archive(work: &Path) -> Result<Vec<OsString>> {
    if work.exists() {
        fs::remove_dir_all(work)?;
    }
    for dir in [
        "lists/partial",
        "archives/partial",
        "state",
        "log",
        "none",
        "root",
    ] {
        fs::create_dir_all(work.join(dir))?;
    }
    fs::write(work.join("status"), "")?;
    let keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
    fs::write(
        work.join("sources.list"),
        format!("deb [signed-by={keys}] {} sid main\n", mirror()?),
    )?;
    let settings = [
        ("Dir::Etc::sourcelist", "sources.list"),
        ("Dir::Etc::sourceparts", "none"),
        ("Dir::Etc::preferences", "none/preferences"),
        ("Dir::Etc::preferencesparts", "none"),
        ("Dir::State", "state"),
        ("Dir::State::lists", "lists"),
        ("Dir::State::status", "status"),
        ("Dir::Cache", "state"),
        ("Dir::Cache::archives", "archives"),
        ("Dir::Log", "log"),
    ];
    let mut options = Vec::new();
    for (key, place) in settings {
        let mut setting = OsString::from(format!("{key}="));
        setting.push(work.join(place));
        options.extend([OsString::from("-o"), setting]);
    }
    for setting in [
        // The account apt downloads with cannot reach below a home folder.
        "APT::Sandbox::User=root",
        "Acquire::Languages=none",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
    ] {
        options.extend(["-o".into(), setting.into()]);
    }
    Ok(options)
}

/// The Debian archive that this machine uses, without its security archive.
fn mirror() -> Result<String> {
    let mut query = Command::new("apt-get");
    let targets = process::run(
        query.args(["indextargets", "--format", "$(REPO_URI)"]),
        "find the Debian mirror",
        Show::Spinner,
    )?;
    Ok(main_archive(&targets)
        .unwrap_or("http://deb.debian.org/debian")
        .to_owned())
}

fn main_archive(targets: &str) -> Option<&str> {
    targets
        .lines()
        .map(|line| line.trim_end_matches('/'))
        .find(|line| line.ends_with("/debian"))
}

fn apt(options: &[OsString], arguments: &[&str]) -> Result<Command> {
    let path = PathBuf::from("/usr/bin/apt-get");
    ensure!(path.is_file(), "apt-get is missing");
    let mut command = Command::new(path);
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(options)
        .args(arguments);
    Ok(command)
}

fn is_installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["--show", "--showformat", "${db:Status-Status}", package])
        .output()
        .is_ok_and(|output| output.stdout == b"installed")
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn main_archive_is_told_from_the_security_archive() {
        let targets = "http://a.example/debian-security/\nhttp://a.example/debian/\nhttp://b.example/debian\n";
        assert_eq!(main_archive(targets), Some("http://a.example/debian"));
        assert_eq!(main_archive("http://a.example/debian-security/\n"), None);
    }
}
