//! A thread that runs the requests of a store, so that its callers may block.

use std::{future::Future, io};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A runtime on a thread of its own. Dropping it ends the thread and never blocks.
pub(crate) struct Worker {
    handle: Handle,
    _alive: oneshot::Sender<()>,
}

impl Worker {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (alive, ended) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("objects".to_owned())
            .spawn(move || {
                // The sender is never used: the wait ends when it is dropped.
                let _ = runtime.block_on(ended);
            })?;
        Ok(Worker {
            handle,
            _alive: alive,
        })
    }

    /// Runs a request to its end. Not to be called from async code.
    pub(crate) fn run<T>(&self, request: impl Future<Output = T>) -> T {
        self.handle.block_on(request)
    }
}
