//! The loop that signs, sends and follows.

mod resolve;
mod sign;

use std::{sync::Arc, time::Duration};

use ion_client::send::{Chain, ChainError, FeeOracle};
use ion_store::{
    StoreError,
    outbox::{AfterRefusal, Claim, Input, OutboxRow, OutboxStore, SqlOutbox},
};
use solana_instruction_error::InstructionError;
use solana_signature::Signature;
use solana_transaction_error::TransactionError;

use crate::{Benign, FeePolicy, Order, Outbox, Signers};

/// Bounds of the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderSettings {
    /// Rows signed and not ended at a time.
    pub max_in_flight: u32,
    /// The same signed bytes go out again when nothing was heard for this long.
    pub resend_after: Duration,
    /// First wait after a refusal; doubles with each further one.
    pub retry_after: Duration,
    /// Longest wait after a refusal.
    pub retry_at_most: Duration,
    /// Refusals that stop a row.
    pub poison_after: u32,
    /// How often the chain, its finalized height past the last valid one, must deny a signature, in
    /// separate passes, before the row is signed again: above the number of wrong answers in a row
    /// that a node behind the others may give.
    pub absence_checks: u32,
    /// How long rows that this sender has taken are left to it by its replicas.
    pub lease: Duration,
    /// Compute limit and price.
    pub fees: FeePolicy,
}

impl Default for SenderSettings {
    fn default() -> Self {
        Self {
            max_in_flight: 128,
            resend_after: Duration::from_secs(2),
            retry_after: Duration::from_secs(1),
            retry_at_most: Duration::from_secs(60),
            poison_after: 8,
            absence_checks: 2,
            lease: Duration::from_secs(30),
            fees: FeePolicy::default(),
        }
    }
}

/// Why a pass ended early. Rows stay where they are; the next pass goes on.
#[derive(thiserror::Error, Debug)]
pub enum SendLoopError {
    /// The chain could not be asked.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The task that asked the chain was lost.
    #[error("a call of the chain was lost: {0}")]
    Lost(String),
}

impl SendLoopError {
    /// Whether the next pass may succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Chain(_) | Self::Lost(_) => true,
            Self::Store(error) => error.is_retryable(),
        }
    }
}

/// What one pass did, in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// Signed and sent for the first time.
    pub signed: u32,
    /// Sent again with the same bytes.
    pub resent: u32,
    /// Ended on chain.
    pub finalized: u32,
    /// Closed by a benign refusal.
    pub rejected: u32,
    /// Refused, to be tried again.
    pub refused: u32,
    /// Refused too often and stopped.
    pub poisoned: u32,
    /// Died without effect, to be signed again.
    pub expired: u32,
}

impl Tick {
    /// Whether nothing happened.
    pub fn is_idle(&self) -> bool {
        *self == Self::default()
    }
}

/// Signs and sends rows of an outbox and follows them to their end. Several senders of one payer may
/// share an outbox when each has its own name.
pub struct Sender<C, S = SqlOutbox> {
    outbox: Outbox<S>,
    chain: Arc<C>,
    signers: Signers,
    settings: SenderSettings,
    benign: Benign,
    order: Order,
    /// Name of this replica.
    owner: String,
    /// Whether every row that was in flight at the start has been looked up in the chain's history.
    recovered: bool,
}

impl<C: Chain + FeeOracle + 'static, S: OutboxStore> Sender<C, S> {
    /// A sender; it makes no call before its first pass.
    pub fn new(
        outbox: Outbox<S>,
        chain: Arc<C>,
        signers: Signers,
        settings: SenderSettings,
        benign: Benign,
    ) -> Self {
        Self {
            outbox,
            chain,
            signers,
            settings,
            benign,
            order: Order::default(),
            owner: String::new(),
            recovered: false,
        }
    }

    /// Gives this sender the name under which it takes rows, the same after a restart.
    pub fn named(mut self, owner: impl Into<String>) -> Self {
        self.owner = owner.into();
        self
    }

    fn claim(&self) -> Claim {
        let now_ms = self.outbox.now_ms();
        let lease = i64::try_from(self.settings.lease.as_millis()).unwrap_or(i64::MAX);
        Claim {
            owner: self.owner.clone(),
            now_ms,
            until_ms: now_ms.saturating_add(lease),
        }
    }

    /// Lets rows wait, uncounted, for earlier ones on whose effect they build.
    pub fn in_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// One pass: first every row in flight is resolved against the chain (in history, too, on the
    /// first pass), then rows that wait are signed and sent.
    ///
    /// Errors: `Chain`, `Store`, `Lost`; nothing is undone and the next pass goes on.
    pub async fn tick(&mut self) -> Result<Tick, SendLoopError> {
        let mut tick = Tick::default();
        let open = self.resolve(&mut tick).await?;
        self.recovered = true;
        self.sign_due(open, &mut tick).await?;
        Ok(tick)
    }

    /// Asks the chain on a thread that may block.
    async fn ask<T: Send + 'static>(
        &self,
        call: impl FnOnce(&C) -> Result<T, ChainError> + Send + 'static,
    ) -> Result<T, SendLoopError> {
        let chain = self.chain.clone();
        match tokio::task::spawn_blocking(move || call(&chain)).await {
            Ok(answer) => Ok(answer?),
            Err(error) => Err(SendLoopError::Lost(error.to_string())),
        }
    }

    async fn advance(
        &self,
        row: &OutboxRow,
        input: Input,
    ) -> Result<Option<OutboxRow>, SendLoopError> {
        Ok(self
            .outbox
            .store()
            .advance(row, input, self.outbox.now_ms())
            .await?)
    }

    /// Every signature ever made for a row.
    async fn signatures(&self, row: &OutboxRow) -> Result<Vec<Signature>, SendLoopError> {
        self.outbox
            .store()
            .signatures(&row.key)
            .await?
            .into_iter()
            .map(|text| {
                text.parse().map_err(|_| {
                    StoreError::Corrupt {
                        column: "signature",
                        value: text,
                    }
                    .into()
                })
            })
            .collect()
    }

    /// Writes down that the row was refused, and what follows from it.
    async fn refuse(
        &self,
        row: &OutboxRow,
        error: &TransactionError,
        tick: &mut Tick,
    ) -> Result<(), SendLoopError> {
        let code = match error {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => Some(*code),
            _ => None,
        };
        let kind = row.key.kind.as_str();
        let then = if code.is_some_and(|code| self.benign.contains(kind, code)) {
            AfterRefusal::Close
        } else if row.failures.saturating_add(1) >= self.settings.poison_after {
            AfterRefusal::Poison
        } else {
            AfterRefusal::RetryAt(
                self.outbox
                    .now_ms()
                    .saturating_add(self.wait_ms(row.failures)),
            )
        };
        match then {
            AfterRefusal::Close => {
                tick.rejected += 1;
                tracing::info!(outbox_id = %row.key, kind, code, "closed by a benign refusal");
            }
            AfterRefusal::RetryAt(_) => {
                tick.refused += 1;
                tracing::warn!(outbox_id = %row.key, kind, code, %error, attempt = row.failures, "refused");
            }
            AfterRefusal::Poison => {
                tick.poisoned += 1;
                tracing::error!(outbox_id = %row.key, kind, code, %error, "refused too often: stopped");
            }
        }
        self.advance(
            row,
            Input::Refuse {
                code,
                error: error.to_string(),
                then,
            },
        )
        .await?;
        Ok(())
    }

    /// Stops a row that no retry can help.
    async fn poison(
        &self,
        row: &OutboxRow,
        error: String,
        tick: &mut Tick,
    ) -> Result<(), SendLoopError> {
        tick.poisoned += 1;
        tracing::error!(outbox_id = %row.key, kind = row.key.kind.as_str(), error, "cannot be built: stopped");
        self.advance(
            row,
            Input::Refuse {
                code: None,
                error,
                then: AfterRefusal::Poison,
            },
        )
        .await?;
        Ok(())
    }

    async fn finalize(
        &self,
        row: &OutboxRow,
        signature: &Signature,
        tick: &mut Tick,
    ) -> Result<(), SendLoopError> {
        tick.finalized += 1;
        tracing::info!(outbox_id = %row.key, kind = row.key.kind.as_str(), %signature, "finalized");
        self.advance(
            row,
            Input::Finalize {
                signature: signature.to_string(),
            },
        )
        .await?;
        Ok(())
    }

    /// Wait in milliseconds after `failures` earlier refusals: doubles, up to the longest.
    fn wait_ms(&self, failures: u32) -> i64 {
        let factor = 2u32.checked_pow(failures).unwrap_or(u32::MAX);
        let wait = self
            .settings
            .retry_after
            .saturating_mul(factor)
            .min(self.settings.retry_at_most);
        i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
    }
}
