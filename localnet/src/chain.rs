//! Starts and stops the embedded runtime.
//!
//! The block loop blocks its thread, so it gets a thread and an executor of its own; a second
//! thread drains the runtime's events, because a full event channel would stall it.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, Sender, unbounded};
use surfpool_core::surfnet::svm::{SurfnetSvm, SurfnetSvmConfig};
use surfpool_types::{
    BlockProductionMode, RpcConfig, SimnetCommand, SimnetConfig, SimnetEvent, SurfpoolConfig,
};

use crate::shutdown::Cause;

/// The two addresses the chain listens on.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// JSON-RPC over HTTP.
    pub rpc: SocketAddr,
    /// Subscriptions over WebSocket.
    pub ws: SocketAddr,
}

impl Ports {
    /// Resolves port 0 to free ports; both are held at once, so they differ.
    ///
    /// Fails when a port that was asked for is taken.
    pub fn choose(bind: IpAddr, rpc_port: u16, ws_port: u16) -> Result<Self> {
        let rpc = TcpListener::bind((bind, rpc_port)).with_context(|| {
            format!(
                "cannot listen on {bind}:{rpc_port}; take another with --rpc-port (0 = any free)"
            )
        })?;
        let ws = TcpListener::bind((bind, ws_port)).with_context(|| {
            format!("cannot listen on {bind}:{ws_port}; take another with --ws-port (0 = any free)")
        })?;
        Ok(Self {
            rpc: rpc.local_addr()?,
            ws: ws.local_addr()?,
        })
    }
}

/// A running chain.
pub struct Chain {
    commands: Sender<SimnetCommand>,
    ended: Arc<AtomicBool>,
    block_loop: JoinHandle<()>,
}

impl Chain {
    /// Starts an empty offline chain that produces a block every `slot_time_ms` milliseconds.
    pub fn start(ports: Ports, slot_time_ms: u64, verbose: bool) -> Result<Self> {
        let (svm, events, geyser_events) = SurfnetSvm::new(SurfnetSvmConfig {
            slot_time: slot_time_ms,
            // Nothing here reads profiles, and each keeps every account of its transaction: after a
            // deployment the default of some hundred of them holds most of a gigabyte.
            instruction_profiling_enabled: false,
            max_profiles: 1,
            ..SurfnetSvmConfig::default()
        })
        .map_err(|error| anyhow::anyhow!("cannot create the virtual machine: {error}"))?;

        let config = SurfpoolConfig {
            simnets: vec![SimnetConfig {
                offline_mode: true,
                remote_rpc_url: None,
                slot_time: slot_time_ms,
                block_production_mode: BlockProductionMode::Clock,
                instruction_profiling_enabled: false,
                max_profiles: 1,
                ..SimnetConfig::default()
            }],
            rpc: RpcConfig {
                bind_host: ports.rpc.ip().to_string(),
                bind_port: ports.rpc.port(),
                ws_port: ports.ws.port(),
                ..RpcConfig::default()
            },
            ..SurfpoolConfig::default()
        };

        let (commands, command_queue) = unbounded();
        let ended = Arc::new(AtomicBool::new(false));

        std::thread::Builder::new()
            .name("events".into())
            .spawn(move || drain_events(&events, verbose))
            .context("start the event thread")?;

        let block_loop = std::thread::Builder::new()
            .name("blocks".into())
            .spawn({
                let commands = commands.clone();
                let ended = Arc::clone(&ended);
                move || {
                    let outcome = tokio::runtime::Builder::new_multi_thread()
                        .enable_all()
                        .build()
                        .map_err(|error| error.to_string())
                        .and_then(|runtime| {
                            runtime
                                .block_on(surfpool_core::start_local_surfnet(
                                    svm,
                                    config,
                                    commands,
                                    command_queue,
                                    geyser_events,
                                ))
                                .map_err(|error| error.to_string())
                        });
                    if let Err(error) = outcome {
                        eprintln!("ion-localnet: {error}");
                    }
                    ended.store(true, Ordering::Release);
                }
            })
            .context("start the block thread")?;

        Ok(Self {
            commands,
            ended,
            block_loop,
        })
    }

    /// Whether the block loop is over.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire) || self.block_loop.is_finished()
    }

    /// Blocks until there is a reason to stop.
    pub fn wait(&self, causes: &Receiver<Cause>) -> Cause {
        loop {
            if let Ok(cause) = causes.recv_timeout(Duration::from_millis(200)) {
                return cause;
            }
            if self.has_ended() {
                return Cause::ChainEnded;
            }
        }
    }

    /// Closes the ports and ends the block loop; gives up waiting after `deadline`.
    pub fn stop(self, deadline: Duration) {
        // A closed queue means that the loop is over already.
        let _ = self.commands.send(SimnetCommand::Terminate(None));
        let until = Instant::now() + deadline;
        while !self.has_ended() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn drain_events(events: &Receiver<SimnetEvent>, verbose: bool) {
    for event in events.iter() {
        match event {
            SimnetEvent::Aborted(reason) => eprintln!("ion-localnet: {reason}"),
            SimnetEvent::ErrorLog(_, line) if verbose => eprintln!("error: {line}"),
            SimnetEvent::WarnLog(_, line) if verbose => eprintln!("warn: {line}"),
            SimnetEvent::InfoLog(_, line) if verbose => eprintln!("info: {line}"),
            _ => {}
        }
    }
}
