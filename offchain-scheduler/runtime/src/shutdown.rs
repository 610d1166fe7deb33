//! Orderly end of a process.
//!
//! Mechanism: SIGTERM or SIGINT flips one token; tasks see it between two pieces of work, finish
//! the one in hand and end. Place of use: every service's `main`. Invariant: a task that ends
//! early ends the process, and tasks that do not end within the drain time are aborted, which shows
//! in the exit code.

use std::{future::Future, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinSet,
};

/// Seen by every task.
#[derive(Clone)]
pub struct Shutdown(watch::Receiver<bool>);

/// The side that asks for the end.
pub struct ShutdownTrigger(watch::Sender<bool>);

/// A token and its trigger.
pub fn channel() -> (ShutdownTrigger, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (ShutdownTrigger(sender), Shutdown(receiver))
}

impl ShutdownTrigger {
    /// Asks all tasks to end.
    pub fn fire(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Whether the end was asked for.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when the end is asked for, or its trigger is gone.
    pub async fn requested(&self) {
        let mut receiver = self.0.clone();
        // An error means that the trigger was dropped: nobody could ask any more.
        let _ = receiver.wait_for(|requested| *requested).await;
    }

    /// Waits for a time; `false` when the end was asked for meanwhile.
    pub async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.requested() => false,
            () = tokio::time::sleep(time) => true,
        }
    }
}

/// How a process ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    /// Asked to end, and all tasks did.
    Clean,
    /// Asked to end, and some task had to be aborted.
    Forced,
    /// A task ended by itself.
    Early(String),
}

/// Tasks of a process.
#[derive(Default)]
pub struct Tasks(JoinSet<(&'static str, anyhow::Result<()>)>);

impl Tasks {
    /// Starts a task.
    pub fn spawn(
        &mut self,
        name: &'static str,
        task: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        self.0.spawn(async move { (name, task.await) });
    }

    /// Runs until a signal comes or a task ends, then lets the others finish within `drain`.
    pub async fn run(
        mut self,
        trigger: ShutdownTrigger,
        drain: Duration,
    ) -> std::io::Result<Ending> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let early = tokio::select! {
            _ = terminate.recv() => None,
            _ = interrupt.recv() => None,
            ended = self.0.join_next() => Some(describe(ended)),
        };
        trigger.fire();
        let drained =
            tokio::time::timeout(drain, async { while self.0.join_next().await.is_some() {} })
                .await;
        Ok(match (early, drained) {
            (Some(reason), _) => Ending::Early(reason),
            (None, Ok(())) => Ending::Clean,
            (None, Err(_)) => Ending::Forced,
        })
    }
}

fn describe(
    ended: Option<Result<(&'static str, anyhow::Result<()>), tokio::task::JoinError>>,
) -> String {
    match ended {
        None => "there was no task to run".to_owned(),
        Some(Ok((name, Ok(())))) => format!("task {name} ended by itself"),
        Some(Ok((name, Err(error)))) => format!("task {name} failed: {error:#}"),
        Some(Err(error)) => format!("a task was lost: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn failing_task_ends_the_process_and_stops_the_others() {
        let (trigger, shutdown) = channel();
        let mut tasks = Tasks::default();
        tasks.spawn("steady", async move {
            shutdown.requested().await;
            Ok(())
        });
        tasks.spawn("broken", async { anyhow::bail!("no route") });
        let ending = tasks.run(trigger, Duration::from_secs(30)).await.unwrap();
        assert_eq!(ending, Ending::Early("task broken failed: no route".into()));
    }

    #[tokio::test]
    async fn pause_is_cut_short_by_the_trigger() {
        let (trigger, shutdown) = channel();
        assert!(shutdown.pause(Duration::ZERO).await);
        trigger.fire();
        assert!(!shutdown.pause(Duration::from_secs(3_600)).await);
        assert!(shutdown.is_requested());
    }
}
