//! Figures of the proof of compute on this machine: one verification at full size, and the CPU
//! prover beside a plain triple loop and a GEMM crate. Run it by `cargo xtask bench challenge`.

#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::{hint::black_box, num::NonZeroUsize, time::Instant};

use ion_challenge::{
    Challenge, Commitment, CpuProver, FailReason, Hash, Opening, OpeningCheck, Prover, RowTree,
    generator::{self, Matrix},
    row_leaf, secret_hash,
};
use ndarray::Array2;

/// Side and openings of a full challenge.
const N: u32 = 80_000;
const OPENINGS: u16 = 64;
/// Side of the products whose throughput is compared.
const PRODUCT: u32 = 2_048;

fn main() {
    verification();
    products();
}

/// Every opening goes through all steps: rows of zeros are committed, so that membership holds and
/// only the recomputed entry differs.
fn verification() {
    let secret = [6; 32];
    let challenge = Challenge {
        genesis_hash: [1; 32],
        verifier: [2; 32],
        device: [3; 32],
        nonce: [4; 32],
        blockhash: [5; 32],
        n: N,
        rounds: 1,
        openings: OPENINGS,
        secret_hash: secret_hash(&secret),
    };
    let zeros = vec![0i32; N as usize];
    let leaves: Vec<Hash> = (0..N).map(|row| row_leaf(row, &zeros)).collect();
    let tree = RowTree::new(leaves);
    let commitment = Commitment {
        challenge_id: challenge.id(),
        roots: vec![tree.root()],
    };
    let drawn = match OpeningCheck::new(&challenge, &commitment, &secret) {
        Ok(check) => check.drawn().to_vec(),
        Err(reason) => panic!("{reason:?}"),
    };
    let openings: Vec<Opening> = drawn
        .into_iter()
        .map(|position| Opening {
            position,
            entries: zeros.clone(),
            siblings: tree.proof(position.row).unwrap_or_default(),
        })
        .collect();
    let before = resident_peak();
    let started = Instant::now();
    let check = match OpeningCheck::new(&challenge, &commitment, &secret) {
        Ok(check) => check,
        Err(reason) => panic!("{reason:?}"),
    };
    let mut recomputed = 0;
    for (index, opening) in (0u16..).zip(&openings) {
        match check.check(index, opening) {
            Err(FailReason::WrongEntry { .. }) | Ok(()) => recomputed += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("verification_n={N}");
    println!("verification_openings={recomputed}");
    println!("verification_ms={:.1}", seconds * 1e3);
    let message: usize = openings
        .iter()
        .map(|opening| opening.entries.len() * 4 + opening.siblings.len() * 32)
        .sum();
    println!("verification_message_bytes={message}");
    println!(
        "verification_memory_bytes={}",
        resident_peak().saturating_sub(before)
    );
}

/// Peak resident size of this process, bytes; 0 where the system does not say.
fn resident_peak() -> usize {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|size| {
            size.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<usize>()
                .ok()
        })
        .map_or(0, |kilobytes| kilobytes * 1024)
}

fn products() {
    let seed = [7; 32];
    let side = PRODUCT as usize;
    let operations = (side * side * side) as f64;
    let report = |name: &str, seconds: f64| {
        println!("{name}_gmacs={:.2}", operations / seconds / 1e9);
    };
    for threads in [1, 2] {
        let prover = CpuProver::new(NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN));
        let started = Instant::now();
        if let Err(error) = prover.leaves(&seed, PRODUCT) {
            panic!("{error}");
        }
        // Generation of both factors, the product and the hashing of its rows.
        report(
            &format!("prover_{threads}_threads"),
            started.elapsed().as_secs_f64(),
        );
    }

    let lines = |matrix| -> Vec<Vec<i8>> {
        (0..PRODUCT)
            .map(|index| generator::line(&seed, matrix, index, PRODUCT))
            .collect()
    };
    let (rows, columns) = (lines(Matrix::A), lines(Matrix::B));
    // A plain triple loop on an eighth of the rows.
    let part = side / 8;
    let started = Instant::now();
    let mut product = vec![0i32; part * side];
    for i in 0..part {
        for j in 0..side {
            let mut sum = 0i32;
            for k in 0..side {
                sum += i32::from(rows[i][k]) * i32::from(columns[j][k]);
            }
            product[i * side + j] = sum;
        }
    }
    black_box(&product);
    report(
        "triple_loop_1_thread",
        started.elapsed().as_secs_f64() * 8.0,
    );

    let matrix =
        |lines: &[Vec<i8>]| Array2::from_shape_fn((side, side), |(i, j)| f32::from(lines[i][j]));
    let (a, b) = (matrix(&rows), matrix(&columns));
    let started = Instant::now();
    black_box(a.dot(&b.t()));
    report(
        "matrixmultiply_f32_1_thread",
        started.elapsed().as_secs_f64(),
    );
}
