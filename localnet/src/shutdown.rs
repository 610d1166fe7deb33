//! The reasons to stop: a signal, or the end of the process that wanted the chain.

use std::{fmt, os::unix::process::parent_id, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, Sender, unbounded};
use tokio::signal::unix::{SignalKind, signal};

const PARENT_POLL: Duration = Duration::from_millis(250);

/// Why the chain stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// SIGINT, SIGTERM or SIGHUP.
    Signal,
    /// The process named by `--parent-pid` is gone.
    ParentEnded,
    /// The block loop ended without being told to.
    ChainEnded,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Signal => "signal",
            Self::ParentEnded => "parent process ended",
            Self::ChainEnded => "chain ended",
        })
    }
}

/// Starts watching; the first cause arrives in the returned channel.
pub fn watch(parent: Option<u32>) -> Result<Receiver<Cause>> {
    let (causes, received) = unbounded();
    watch_signals(causes.clone())?;
    if let Some(parent) = parent {
        watch_parent(parent, causes)?;
    }
    Ok(received)
}

fn watch_signals(causes: Sender<Cause>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("create the signal watcher")?;
    let (mut interrupt, mut terminate, mut hangup) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        )
    };
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hangup.recv() => {}
                }
            });
            let _ = causes.send(Cause::Signal);
        })
        .context("start the signal thread")?;
    Ok(())
}

fn watch_parent(parent: u32, causes: Sender<Cause>) -> Result<()> {
    // For a real parent the kernel tells the truth: an orphan gets another parent id. Any other
    // process is looked up in /proc.
    let is_real_parent = parent_id() == parent;
    let entry = PathBuf::from(format!("/proc/{parent}"));
    let is_gone = move || {
        if is_real_parent {
            parent_id() != parent
        } else {
            !entry.exists()
        }
    };
    std::thread::Builder::new()
        .name("parent".into())
        .spawn(move || {
            while !is_gone() {
                std::thread::sleep(PARENT_POLL);
            }
            let _ = causes.send(Cause::ParentEnded);
        })
        .context("start the parent watcher")?;
    Ok(())
}
