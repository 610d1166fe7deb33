//! The device's bits against those of the reference.

use std::{
    io::{ErrorKind, Write},
    process::{Command, Stdio},
};

use super::*;
use crate::CpuProver;

const TWO: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// The back end, or nothing and a message where the machine has none.
fn device() -> Option<CudaProver> {
    match CudaProver::open(0, TWO) {
        Ok(prover) => Some(prover),
        Err(error) if error.is_absent() => {
            eprintln!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn device_gives_the_bits_of_the_reference() {
    let Some(mut prover) = device() else { return };
    let reference = CpuProver::new(TWO);
    // Several panels at every side.
    prover.panel_bytes = 100 * 4 * 70;
    for n in [1u32, 31, 32, 63, 64, 65, 200, 1_025] {
        let seed = [n as u8; 32];
        assert_eq!(prover.leaves(&seed, n), reference.leaves(&seed, n), "{n}");
        let rows = [n - 1, 0, n / 2, n - 1];
        assert_eq!(
            prover.rows(&seed, n, &rows),
            reference.rows(&seed, n, &rows),
            "{n}"
        );
    }
    assert_eq!(prover.rows(&[0; 32], 4, &[4]), Err(ProverError::Row(4)));
    assert_eq!(prover.leaves(&[0; 32], 0), Err(ProverError::Side(0)));
    assert_eq!(
        prover.leaves(&[0; 32], MAX_N + 1),
        Err(ProverError::Side(MAX_N + 1))
    );
}

#[test]
fn machine_without_the_device_is_told_apart() {
    assert!(CudaError::NoDriver.is_absent() && CudaError::NoDevice(3).is_absent());
    assert!(!CudaError::Driver(2).is_absent());
    if let Err(error) = CudaProver::open(usize::MAX, TWO) {
        assert!(error.is_absent(), "{error}");
    } else {
        panic!("a device without a number was opened");
    }
}

/// The kernel's source compiled for the processor, one thread for each of a block: its arithmetic,
/// bounds and barriers without a device.
#[test]
fn kernel_on_the_processor_gives_the_bits_of_the_reference() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let built = std::env::temp_dir().join(format!("ion-kernel-{}", std::process::id()));
    let compiler = Command::new("c++")
        .args(["-std=c++20", "-O1", "-pthread", "-o"])
        .arg(&built)
        .arg(format!("{folder}/kernel_on_host.cpp"))
        .status();
    match compiler {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("skipped: there is no C++ compiler on this machine");
            return;
        }
        status => assert!(status.unwrap().success()),
    }
    for (n, first, rows) in [
        (1u32, 0u32, 1u32),
        (33, 0, 33),
        (64, 10, 54),
        (70, 3, 67),
        (131, 65, 66),
    ] {
        let seed = [n as u8; 32];
        let mut input = vec![n, first, rows];
        input.extend(generator::first_block(&seed, Matrix::A));
        input.extend(generator::first_block(&seed, Matrix::B));
        let input: Vec<u8> = input.iter().flat_map(|word| word.to_le_bytes()).collect();
        let mut child = Command::new(&built)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let sums: Vec<i32> = output
            .stdout
            .chunks_exact(4)
            .map(|word| i32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect();
        let wanted: Vec<u32> = (first..first + rows).collect();
        let expected = CpuProver::new(TWO).rows(&seed, n, &wanted).unwrap();
        assert_eq!(sums, expected.concat(), "side {n}");
    }
    std::fs::remove_file(built).unwrap();
}
