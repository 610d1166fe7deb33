//! The work of an order, out of the flags of `ion job run`.

use std::path::PathBuf;

use clap::Args;
use ion_protocol::{ContainerJob, JobLimits, JobOrder, JobWork, ProductJob};

use super::matrix::{self, Matrix, Shape};
use crate::failure::{Failure, Outcome};

/// A matrix product or a container.
#[derive(Debug, Args)]
pub struct WorkArgs {
    /// Left factor: a text file with a row per line, whole 16-bit numbers between commas
    #[arg(long, value_name = "FILE", requires = "right", conflicts_with_all = ["random", "image"])]
    left: Option<PathBuf>,

    /// Right factor
    #[arg(long, value_name = "FILE", requires = "left")]
    right: Option<PathBuf>,

    /// Draws both factors, ROWSxINNERxCOLUMNS such as 256x512x128
    #[arg(long, value_name = "SHAPE", conflicts_with = "image")]
    random: Option<Shape>,

    /// Seed of the drawn factors [default: drawn, and shown]
    #[arg(long, requires = "random")]
    seed: Option<u64>,

    /// Container image by its digest, name@sha256:...
    #[arg(long)]
    image: Option<String>,

    /// Thousandths of a processor for the container
    #[arg(long, default_value_t = 1_000, value_name = "MILLIS")]
    cpu_millis: u32,

    /// Memory of the container in MiB, without swap
    #[arg(long, default_value_t = 512, value_name = "MIB")]
    memory_mib: u32,

    /// Gives the device's GPUs to the container
    #[arg(long)]
    gpus: bool,

    /// Lets the container reach the network, where the supplier allows it
    #[arg(long)]
    network: bool,

    /// Words for the container, after --
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl WorkArgs {
    /// The work.
    ///
    /// Errors: usage.
    pub fn read(&self) -> Outcome<JobWork> {
        if let Some(image) = &self.image {
            return Ok(JobWork::Container(ContainerJob {
                image: image.clone(),
                command: self.command.clone(),
                cpu_millis: self.cpu_millis,
                memory_mib: self.memory_mib,
                gpus: self.gpus,
                network: self.network,
            }));
        }
        if self.gpus || self.network || !self.command.is_empty() {
            return Err(Failure::usage(
                "only a container takes GPUs, a network or a command",
                "--image is missing",
            )
            .next("name the image by its digest, or leave these out"));
        }
        if let Some(shape) = self.random {
            let seed = self.seed.unwrap_or_else(rand::random);
            eprintln!("Factors drawn with --seed {seed}");
            let (left, right) = matrix::draw(shape, seed);
            return product(left, right);
        }
        match (&self.left, &self.right) {
            (Some(left), Some(right)) => product(matrix::read(left)?, matrix::read(right)?),
            _ => Err(Failure::usage(
                "no work is named",
                "neither factors, nor --random, nor --image is given",
            )
            .next("ion job run --help shows an example of each")),
        }
    }
}

fn product(left: Matrix, right: Matrix) -> Outcome<JobWork> {
    if left.columns != right.rows {
        return Err(Failure::usage(
            "the factors do not fit",
            format!(
                "the left one has {} columns, the right one {} rows",
                left.columns, right.rows
            ),
        ));
    }
    Ok(JobWork::Product(ProductJob {
        rows: left.rows,
        inner: left.columns,
        columns: right.columns,
        left: left.entries,
        right: right.entries,
    }))
}

/// Refuses what every agent would refuse.
///
/// Errors: usage.
pub fn check(order: &JobOrder) -> Outcome<()> {
    order
        .check(&JobLimits::NONE)
        .map_err(|error| Failure::usage("no agent takes this order", error))
}

/// The work in a few words.
pub fn describe(work: &JobWork) -> String {
    match work {
        JobWork::Product(product) => format!(
            "product of {}x{} and {}x{}",
            product.rows, product.inner, product.inner, product.columns
        ),
        JobWork::Container(container) => {
            let words: Vec<&str> = std::iter::once(container.image.as_str())
                .chain(container.command.iter().map(String::as_str))
                .collect();
            words.join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_must_meet() {
        let matrix = |rows: u32, columns: u32| Matrix {
            rows,
            columns,
            entries: vec![1; (rows * columns) as usize],
        };
        let work = product(matrix(2, 3), matrix(3, 4)).unwrap();
        assert_eq!(describe(&work), "product of 2x3 and 3x4");
        let error = product(matrix(2, 3), matrix(2, 3)).unwrap_err();
        assert_eq!(
            error.why,
            "the left one has 3 columns, the right one 2 rows"
        );
    }
}
