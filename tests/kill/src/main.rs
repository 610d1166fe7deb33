//! `ion-kill-drill`: puts rows into an outbox and sends them until all are closed, or dies.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::Context;
use clap::Parser;
use ion_chain::{Benign, Outbox, Sender, SenderSettings, Signers};
use ion_store::{
    ManualClock, Store,
    outbox::{OutboxStore, SqlOutbox},
};
use ion_test_kill::{
    payer,
    points::{Death, PointChain, PointStore, Points},
    wanted,
    wire::RemoteChain,
};

/// Milliseconds of a block.
const BLOCK_MS: u64 = 400;
/// Blocks between two passes of the sender.
const STEP: u64 = 20;
/// Passes after which a run that does not end is given up.
const PASSES: u32 = 600;

/// Sends the wanted effects through an outbox.
#[derive(Parser)]
struct Arguments {
    /// Database.
    #[arg(long)]
    store: String,
    /// Socket of the chain.
    #[arg(long)]
    chain: PathBuf,
    /// Effects that are wanted.
    #[arg(long)]
    rows: u8,
    /// POINT:NTH at which the process dies.
    #[arg(long)]
    die: Option<Death>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let points = Points::new(arguments.die);
    let remote = Arc::new(RemoteChain::connect(&arguments.chain).context("reach the chain")?);
    // The process was away: what it signs now is another transaction.
    let mut passed = remote.pass(3).context("let blocks pass")?;
    let clock = Arc::new(ManualClock::new(to_ms(passed)?));
    let inner = SqlOutbox::open(Store::open(&arguments.store).await.context("open store")?).await?;
    let outbox = Outbox::new(
        PointStore {
            inner: inner.clone(),
            points: points.clone(),
        },
        clock.clone(),
    );
    let rows = wanted(arguments.rows);
    for (key, instruction) in &rows {
        outbox
            .enqueue(key, std::slice::from_ref(instruction))
            .await?;
    }
    let mut sender = Sender::new(
        outbox,
        Arc::new(PointChain {
            inner: remote.clone(),
            points,
        }),
        Signers::new(payer()),
        SenderSettings::default(),
        Benign::default(),
    );
    for _ in 0..PASSES {
        // The plan of faults may make the chain unreachable: the next pass goes on.
        let _ = sender.tick().await;
        let mut is_over = true;
        for (key, _) in &rows {
            let row = inner.row(key).await?.context("find row")?;
            is_over &= row.state.is_closed();
        }
        if is_over {
            return Ok(ExitCode::SUCCESS);
        }
        let now = remote.pass(STEP).context("let blocks pass")?;
        clock.advance(to_ms(now - passed)?);
        passed = now;
    }
    anyhow::bail!("rows are still open")
}

fn to_ms(blocks: u64) -> anyhow::Result<i64> {
    i64::try_from(blocks * BLOCK_MS).context("convert blocks to milliseconds")
}
