//! Back end on an NVIDIA GPU (feature `cuda`).
//!
//! Mechanism: `kernel.cu` is compiled at run time for the device at hand (NVRTC); the matrices are
//! generated on the device, the right factor once per round, the left one in panels of rows; the
//! product is taken in 32-bit integers, four signed bytes at a time; rows come back panel by panel
//! and are hashed on worker threads. Place of use: the agent's prover where there is such a device.
//! Invariant: the bits are those of [`CpuProver`](crate::CpuProver).
//!
//! Driver and compiler are loaded when a back end is opened: nothing of CUDA is needed to build, and
//! without it [`CudaProver::open`] says what is missing.
#![allow(
    unsafe_code,
    reason = "a kernel launch has no safe form; each one states why its bounds hold"
)]

use std::{num::NonZeroUsize, sync::Arc};

use cudarc::{
    driver::{
        CudaContext, CudaFunction, CudaSlice, CudaStream, DriverError, LaunchConfig, PushKernelArg,
        sys::CUdevice_attribute,
    },
    nvrtc::{CompileError, CompileOptions, Ptx, compile_ptx_with_opts},
};

use crate::{
    digest::Hash,
    generator::{self, Matrix},
    prover::{EvidenceGrade, Prover, ProverError, run_parts},
    statement::MAX_N,
    tree::row_leaf,
};

const KERNEL: &str = include_str!("kernel.cu");
/// Oldest architecture that every compiler still takes; a device runs code for an older one.
const FALLBACK_ARCHITECTURE: &str = "compute_75";
/// Lines are padded to the depth of a tile, in bytes.
const LINE_ALIGNMENT: usize = 64;
/// Side of a tile of sums, as in the kernel.
const TILE: u32 = 64;
/// Threads of a tile in each direction, as in the kernel.
const TILE_THREADS: u32 = 16;
/// Threads of a block that generates entries.
const FILL_THREADS: u32 = 256;
/// Entries of one block of the generator.
const FILL_ENTRIES: u64 = 32;
/// Bytes of one panel of the product.
const PANEL_BYTES: usize = 256 << 20;

/// Why there is no CUDA back end.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum CudaError {
    /// The driver library is not installed.
    #[error("there is no CUDA driver (libcuda) on this machine")]
    NoDriver,
    /// The run-time compiler is not installed.
    #[error("there is no CUDA run-time compiler (libnvrtc) on this machine")]
    NoCompiler,
    /// The driver knows no device of this number.
    #[error("there is no CUDA device {0}")]
    NoDevice(usize),
    /// The driver refused.
    #[error("the CUDA driver refused: code {0}")]
    Driver(u32),
    /// The kernel does not compile for the device.
    #[error("the kernel does not compile: {0}")]
    Compile(String),
}

impl CudaError {
    /// Whether the machine simply has no such device or software.
    pub fn is_absent(&self) -> bool {
        matches!(
            self,
            CudaError::NoDriver | CudaError::NoCompiler | CudaError::NoDevice(_)
        )
    }
}

impl From<DriverError> for CudaError {
    fn from(error: DriverError) -> Self {
        CudaError::Driver(error.0 as u32)
    }
}

/// Back end on one GPU.
pub struct CudaProver {
    stream: Arc<CudaStream>,
    fill: CudaFunction,
    product: CudaFunction,
    threads: NonZeroUsize,
    panel_bytes: usize,
}

/// Lines of one factor on the device.
struct Lines {
    entries: CudaSlice<i8>,
    stride: usize,
}

impl CudaProver {
    /// Opens device number `ordinal` and compiles the kernel for it; `threads` hash the rows.
    ///
    /// Errors: all of [`CudaError`].
    pub fn open(ordinal: usize, threads: NonZeroUsize) -> Result<Self, CudaError> {
        // SAFETY: loading the vendor's library runs its initialisers, which is what opening the
        // device would do next.
        if !unsafe { cudarc::driver::sys::is_culib_present() } {
            return Err(CudaError::NoDriver);
        }
        // SAFETY: as above.
        if !unsafe { cudarc::nvrtc::sys::is_culib_present() } {
            return Err(CudaError::NoCompiler);
        }
        let count = CudaContext::device_count().map_err(|_| CudaError::NoDevice(ordinal))?;
        if usize::try_from(count).unwrap_or_default() <= ordinal {
            return Err(CudaError::NoDevice(ordinal));
        }
        let context = CudaContext::new(ordinal)?;
        let module = context.load_module(compile(&context)?)?;
        Ok(CudaProver {
            stream: context.default_stream(),
            fill: module.load_function("fill")?,
            product: module.load_function("product")?,
            threads,
            panel_bytes: PANEL_BYTES,
        })
    }

    /// Name of the device as the driver gives it: a claim like every other.
    pub fn device_name(&self) -> Result<String, CudaError> {
        Ok(self.stream.context().name()?)
    }

    /// Rows of a panel for a side of `n`.
    fn panel_rows(&self, n: usize) -> usize {
        (self.panel_bytes / (n * 4)).clamp(1, n)
    }

    /// Errors: `Side` when the round does not fit the device's free memory.
    fn check_side(&self, n: u32) -> Result<(), ProverError> {
        if n == 0 || n > MAX_N {
            return Err(ProverError::Side(n));
        }
        let side = n as usize;
        let rows = self.panel_rows(side);
        let needed = (side + rows) * stride_of(side) + rows * side * 4;
        let (free, _) = self
            .stream
            .context()
            .mem_get_info()
            .map_err(failed("ask for its memory"))?;
        if needed > free {
            return Err(ProverError::Side(n));
        }
        Ok(())
    }

    /// Lines `first .. first + count` of a factor, made on the device.
    fn generate(
        &self,
        seed: &Hash,
        matrix: Matrix,
        n: u32,
        first: u32,
        count: usize,
    ) -> Result<Lines, ProverError> {
        let stride = stride_of(n as usize);
        let mut entries = self
            .stream
            .alloc_zeros::<i8>(count * stride)
            .map_err(failed("give memory"))?;
        let head = self
            .stream
            .clone_htod(&generator::first_block(seed, matrix))
            .map_err(failed("take the seed"))?;
        let start = u64::from(first) * u64::from(n);
        let number = count as u64 * u64::from(n);
        // One block more for a start inside a block.
        let blocks = number.div_ceil(FILL_ENTRIES) + 1;
        let grid = u32::try_from(blocks.div_ceil(u64::from(FILL_THREADS)))
            .map_err(|_| ProverError::Side(n))?;
        let padded = stride as u32;
        let mut launch = self.stream.launch_builder(&self.fill);
        launch
            .arg(&mut entries)
            .arg(&head)
            .arg(&start)
            .arg(&number)
            .arg(&n)
            .arg(&padded);
        // SAFETY: arguments are those of `fill` in order and type; it writes `number` entries in
        // lines of `n` at `stride`, and `entries` holds `count = number / n` such lines; it reads
        // the 16 words of `head`.
        unsafe {
            launch.launch(LaunchConfig {
                grid_dim: (grid, 1, 1),
                block_dim: (FILL_THREADS, 1, 1),
                shared_mem_bytes: 0,
            })
        }
        .map_err(failed("generate entries"))?;
        Ok(Lines { entries, stride })
    }

    /// The product of `rows` lines of `A` with all `n` columns of `B`, row by row.
    fn multiply(
        &self,
        left: &Lines,
        right: &Lines,
        rows: usize,
        n: u32,
    ) -> Result<Vec<i32>, ProverError> {
        let mut sums = self
            .stream
            .alloc_zeros::<i32>(rows * n as usize)
            .map_err(failed("give memory"))?;
        let height = rows as u32;
        let words = (left.stride / 4) as u32;
        let mut launch = self.stream.launch_builder(&self.product);
        launch
            .arg(&left.entries)
            .arg(&right.entries)
            .arg(&mut sums)
            .arg(&height)
            .arg(&n)
            .arg(&words);
        // SAFETY: arguments are those of `product` in order and type; it reads `rows` lines of
        // `left`, `n` lines of `right`, each of `words` words, and writes `rows · n` sums. Lines
        // begin at multiples of 64 bytes, so words are aligned.
        unsafe {
            launch.launch(LaunchConfig {
                grid_dim: (n.div_ceil(TILE), height.div_ceil(TILE), 1),
                block_dim: (TILE_THREADS, TILE_THREADS, 1),
                shared_mem_bytes: 0,
            })
        }
        .map_err(failed("multiply"))?;
        self.stream
            .clone_dtoh(&sums)
            .map_err(failed("return the rows"))
    }
}

impl Prover for CudaProver {
    fn leaves(&self, seed: &Hash, n: u32) -> Result<Vec<Hash>, ProverError> {
        self.check_side(n)?;
        let side = n as usize;
        let right = self.generate(seed, Matrix::B, n, 0, side)?;
        let mut leaves = vec![[0u8; 32]; side];
        let panel = self.panel_rows(side);
        for (number, leaves) in leaves.chunks_mut(panel).enumerate() {
            let first = number * panel;
            let left = self.generate(seed, Matrix::A, n, first as u32, leaves.len())?;
            let sums = self.multiply(&left, &right, leaves.len(), n)?;
            let share = leaves.len().div_ceil(self.threads.get());
            run_parts(
                leaves
                    .chunks_mut(share)
                    .zip(sums.chunks(share * side))
                    .enumerate(),
                |(part, (leaves, sums))| {
                    let rows = leaves.iter_mut().zip(sums.chunks_exact(side));
                    for (offset, (leaf, entries)) in rows.enumerate() {
                        *leaf = row_leaf((first + part * share + offset) as u32, entries);
                    }
                },
            )?;
        }
        Ok(leaves)
    }

    fn rows(&self, seed: &Hash, n: u32, rows: &[u32]) -> Result<Vec<Vec<i32>>, ProverError> {
        self.check_side(n)?;
        if let Some(row) = rows.iter().find(|row| **row >= n) {
            return Err(ProverError::Row(*row));
        }
        let side = n as usize;
        let right = self.generate(seed, Matrix::B, n, 0, side)?;
        let stride = stride_of(side);
        let mut products = Vec::with_capacity(rows.len());
        for wanted in rows.chunks(self.panel_rows(side)) {
            // Few rows from anywhere: made here, in the padded form of the device.
            let mut lines = vec![0i8; wanted.len() * stride];
            for (line, row) in lines.chunks_exact_mut(stride).zip(wanted) {
                generator::fill_line(seed, Matrix::A, *row, &mut line[..side]);
            }
            let left = Lines {
                entries: self
                    .stream
                    .clone_htod(&lines)
                    .map_err(failed("take rows"))?,
                stride,
            };
            let sums = self.multiply(&left, &right, wanted.len(), n)?;
            products.extend(sums.chunks_exact(side).map(<[i32]>::to_vec));
        }
        Ok(products)
    }

    fn grade(&self) -> EvidenceGrade {
        EvidenceGrade::TimedCompute
    }
}

/// Bytes from one line to the next.
fn stride_of(n: usize) -> usize {
    n.next_multiple_of(LINE_ALIGNMENT)
}

fn failed(step: &'static str) -> impl Fn(DriverError) -> ProverError {
    move |error| ProverError::Accelerator {
        step,
        code: error.0 as u32,
    }
}

/// Compiles for the device's own architecture, else for one that every compiler knows.
fn compile(context: &Arc<CudaContext>) -> Result<Ptx, CudaError> {
    let of = |attribute| context.attribute(attribute);
    let major = of(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?;
    let minor = of(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
    compile_for(&format!("compute_{major}{minor}"))
        .or_else(|_| compile_for(FALLBACK_ARCHITECTURE))
        .map_err(|error| match error {
            CompileError::CompileError { log, .. } => {
                CudaError::Compile(log.to_string_lossy().into_owned())
            }
            other => CudaError::Compile(format!("{other:?}")),
        })
}

fn compile_for(architecture: &str) -> Result<Ptx, CompileError> {
    let options = CompileOptions {
        options: vec![format!("--gpu-architecture={architecture}")],
        ..CompileOptions::default()
    };
    compile_ptx_with_opts(KERNEL, options)
}

#[cfg(test)]
mod tests;
