//! `cargo xtask bench`: measurements that are kept in `docs/`.

mod challenge;
mod cu;
mod figures;
mod indexer;
mod placement;
mod report;
mod simulate;
mod throughput;
mod verifier;

use std::path::PathBuf;

use anyhow::Result;

/// What is measured.
#[derive(clap::Subcommand)]
pub enum BenchCommand {
    /// Compute units, bytes, keys, inner instructions and heap per program instruction, written to
    /// docs/CU_BENCHMARKS.md
    Cu,
    /// Time and memory of one verification at full size, which have limits, and throughput of the CPU
    /// prover beside a plain triple loop and a GEMM crate
    Challenge,
    /// Bookings per second through the local chain and the SOL that one locks and spends; fails when a
    /// transaction fails or a limit is exceeded
    Throughput {
        /// Bookings in all
        #[arg(long, default_value_t = 2_000)]
        bookings: usize,
        /// Devices, and so bookings at one time
        #[arg(long, default_value_t = 200)]
        devices: usize,
    },
    /// Placement on the openb trace under the published protocol: calibration against published means,
    /// then our policy; fails when a workload is not calibrated or not ahead
    Placement {
        /// Folder of the trace (Alibaba clusterdata, cluster-trace-gpu-v2023)
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
        /// Seeds
        #[arg(long, default_value_t = 10)]
        seeds: u64,
        /// Workloads, separated by commas [default: all with published figures]
        #[arg(long)]
        workloads: Option<String>,
        /// Where the allocation curves are drawn
        #[arg(long, default_value = "docs/placement.svg")]
        svg: PathBuf,
        /// Measure decision time on up to sixteen copies of the cluster instead
        #[arg(long)]
        growth: bool,
    },
    /// Whole gangs on the Philly trace: our policies against each other; fails on a deadlock
    Gangs {
        /// Folder of the trace
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
        /// How often a waiting gang may be overtaken by whatever fits; then only by what ends in time
        #[arg(long, default_value_t = 64)]
        patience: u32,
    },
    /// Bookings on a fleet whose devices die: kept whole, time to re-place, refunds
    Drill {
        /// Devices
        #[arg(long, default_value_t = 2_000)]
        devices: u64,
        /// Days
        #[arg(long, default_value_t = 60)]
        days: u64,
    },
    /// Latency of lists of 100 rows under many readers at a time, over loopback; fails when one request in
    /// a hundred takes more than 100 ms
    Api {
        /// Rows of the list
        #[arg(long, default_value_t = 1_000_000)]
        rows: u64,
        /// Readers at a time
        #[arg(long, default_value_t = 200)]
        clients: u64,
        /// Requests of each
        #[arg(long, default_value_t = 50)]
        requests: u64,
        /// Pause of a reader between two requests, ms
        #[arg(long, default_value_t = 0)]
        pause_ms: u64,
    },
    /// Time to index a day of traffic from nothing
    Indexer {
        /// Transactions of the day
        #[arg(long, default_value_t = 250_000)]
        transactions: u64,
    },
    /// Time of ten simulated years with 50,000 devices on one core; fails above 10 s
    Simulate,
    /// Latency, processor time and memory of a verifier process under the heartbeats of many devices;
    /// fails above 50 ms (99 of 100), two cores or 1 GiB at 50,000 devices. Then the measurements of
    /// `challenge`
    Verifier {
        /// Devices, each with a heartbeat per minute
        #[arg(long, default_value_t = 50_000)]
        devices: u32,
        /// Seconds that are measured
        #[arg(long, default_value_t = 120)]
        seconds: u32,
        /// Cores for the verifier, as `taskset` takes them [default: all]
        #[arg(long, default_value = "")]
        cores: String,
    },
    /// Time and memory of one hour's block report and reward tree on one core; fails above 10 s or
    /// 1 GiB at 350,000 devices
    Report {
        /// Devices of the network
        #[arg(long, default_value_t = 350_000)]
        devices: u64,
        /// Verifiers that wrote a file
        #[arg(long, default_value_t = 5)]
        verifiers: u64,
    },
}

/// Runs the measurement.
pub fn run(command: &BenchCommand) -> Result<()> {
    match command {
        BenchCommand::Cu => cu::run(),
        BenchCommand::Challenge => challenge::run(),
        BenchCommand::Throughput { bookings, devices } => throughput::run(*bookings, *devices),
        BenchCommand::Placement {
            data,
            seeds,
            workloads,
            svg,
            growth,
        } => placement::openb(data, *seeds, workloads.as_deref(), svg, *growth),
        BenchCommand::Gangs { data, patience } => placement::gangs(data, *patience),
        BenchCommand::Drill { devices, days } => placement::drill(*devices, *days),
        BenchCommand::Api {
            rows,
            clients,
            requests,
            pause_ms,
        } => indexer::api(&indexer::Load {
            rows: *rows,
            clients: *clients,
            requests: *requests,
            pause_ms: *pause_ms,
        }),
        BenchCommand::Indexer { transactions } => indexer::backfill(*transactions),
        BenchCommand::Simulate => simulate::run(),
        BenchCommand::Verifier {
            devices,
            seconds,
            cores,
        } => verifier::run(*devices, *seconds, cores),
        BenchCommand::Report { devices, verifiers } => report::run(*devices, *verifiers),
    }
}
