//! One reading of the chain's clock for all requests that wait for one.
//!
//! Mechanism: readings are made one after the other. Whoever asked before a reading began takes what
//! it brought, a failure too; whoever came later makes the next one. Place of use: requests whose
//! sender's clock differs from the last reading of the loop. Invariant: nobody gets a reading that
//! began before the question; a reading whose request was dropped serves nobody, and the next one
//! keeps its distance from it all the same.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use super::VerifierError;

/// Shortest time between the beginnings of two readings.
const PAUSE: Duration = Duration::from_millis(20);

struct Reading {
    begun: Instant,
    /// `None` while it is made, and for good when its request was dropped meanwhile.
    outcome: Option<Result<i64, Arc<VerifierError>>>,
}

/// The last reading; held while one is made.
#[derive(Default)]
pub(super) struct Readings(Mutex<Option<Reading>>);

impl Readings {
    /// The outcome of a reading that began after this call, be it an own one or that of another one
    /// that waited.
    pub(super) async fn fresh<R>(&self, read: impl FnOnce() -> R) -> Result<i64, VerifierError>
    where
        R: Future<Output = Result<i64, VerifierError>>,
    {
        let asked = Instant::now();
        let mut last = self.0.lock().await;
        if let Some(reading) = last.as_ref() {
            if let Some(outcome) = reading.outcome.as_ref().filter(|_| reading.begun >= asked) {
                return outcome.clone().map_err(VerifierError::Clock);
            }
            tokio::time::sleep(PAUSE.saturating_sub(reading.begun.elapsed())).await;
        }
        let own = last.insert(Reading {
            begun: Instant::now(),
            outcome: None,
        });
        let outcome = read().await.map_err(Arc::new);
        own.outcome = Some(outcome.clone());
        outcome.map_err(VerifierError::Clock)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        pin::Pin,
        sync::atomic::{AtomicU32, Ordering},
        task::Poll,
    };

    use tokio::sync::Semaphore;

    use super::*;

    /// A node that answers the number of the question, or nothing, when it is let.
    #[derive(Default)]
    struct Node {
        asked: AtomicU32,
        is_broken: bool,
    }

    impl Node {
        async fn answer(&self, gate: &Semaphore) -> Result<i64, VerifierError> {
            let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            gate.acquire().await.unwrap().forget();
            if self.is_broken {
                return Err(VerifierError::Thread);
            }
            Ok(i64::from(number))
        }
    }

    /// Lets a request go on as far as it can.
    async fn step<T>(request: &mut Pin<Box<impl Future<Output = T>>>) -> Option<T> {
        poll_fn(|context| {
            Poll::Ready(match request.as_mut().poll(context) {
                Poll::Ready(outcome) => Some(outcome),
                Poll::Pending => None,
            })
        })
        .await
    }

    /// Lets a request go on until the node was asked so many times.
    async fn until_asked<T>(
        node: &Node,
        times: u32,
        request: &mut Pin<Box<impl Future<Output = T>>>,
    ) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while node.asked.load(Ordering::SeqCst) < times {
            assert!(step(request).await.is_none() && Instant::now() < deadline);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn reading_serves_all_that_waited_for_it_and_nobody_who_came_later() {
        let (node, gate, readings) = (Node::default(), Semaphore::new(0), Readings::default());
        let mut one = Box::pin(readings.fresh(|| node.answer(&gate)));
        assert!(step(&mut one).await.is_none());
        let mut two = Box::pin(readings.fresh(|| node.answer(&gate)));
        assert!(step(&mut two).await.is_none());
        let mut three = Box::pin(readings.fresh(|| node.answer(&gate)));
        assert!(step(&mut three).await.is_none());
        gate.add_permits(1);
        assert_eq!(one.await.unwrap(), 1);
        until_asked(&node, 2, &mut two).await;
        gate.add_permits(1);
        assert_eq!((two.await.unwrap(), three.await.unwrap()), (2, 2));
    }

    #[tokio::test]
    async fn failure_is_everybodys_who_waited_for_that_reading() {
        let node = Node {
            is_broken: true,
            ..Node::default()
        };
        let (gate, readings) = (Semaphore::new(0), Readings::default());
        let mut one = Box::pin(readings.fresh(|| node.answer(&gate)));
        assert!(step(&mut one).await.is_none());
        let mut waiting = Vec::new();
        for _ in 0..5 {
            let mut request = Box::pin(readings.fresh(|| node.answer(&gate)));
            assert!(step(&mut request).await.is_none());
            waiting.push(request);
        }
        gate.add_permits(100);
        assert!(one.await.is_err());
        for request in waiting {
            assert!(request.await.is_err());
        }
        assert_eq!(node.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn reading_that_was_cut_off_serves_nobody() {
        let (node, gate, readings) = (Node::default(), Semaphore::new(0), Readings::default());
        let mut one = Box::pin(readings.fresh(|| node.answer(&gate)));
        assert!(step(&mut one).await.is_none());
        let mut two = Box::pin(readings.fresh(|| node.answer(&gate)));
        assert!(step(&mut two).await.is_none());
        let mut three = Box::pin(readings.fresh(|| node.answer(&gate)));
        assert!(step(&mut three).await.is_none());
        gate.add_permits(1);
        assert_eq!(one.await.unwrap(), 1);
        until_asked(&node, 2, &mut two).await;
        drop(two);
        gate.add_permits(1);
        assert_eq!(three.await.unwrap(), 3);
    }
}
