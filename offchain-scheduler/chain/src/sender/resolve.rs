//! Following signatures to their end.

use ion_client::send::{Chain, ChainError, FeeOracle, TxStatus};
use ion_store::outbox::{Input, OutboxRow, OutboxStore};
use solana_signature::Signature;
use solana_transaction_error::TransactionError;

use super::{SendLoopError, Sender, Tick};

/// What the chain says of a row.
enum Fate {
    /// A signature of the row is final.
    Landed(Signature),
    /// The present signature failed, finally.
    Failed(TransactionError),
    /// A signature of the row is on its way to the commitment.
    Seen,
    /// No signature of the row is known.
    Unknown,
}

impl<C: Chain + FeeOracle + 'static, S: OutboxStore> Sender<C, S> {
    /// Looks up all rows in flight and returns how many still are.
    pub(super) async fn resolve(&self, tick: &mut Tick) -> Result<u32, SendLoopError> {
        let mut open = 0;
        for row in self
            .outbox
            .store()
            .in_flight(&self.claim(), self.settings.max_in_flight)
            .await?
        {
            let is_open = match self.resolve_row(&row, tick).await {
                // The node answers, but not about this row: it stays in flight.
                Err(SendLoopError::Chain(error)) if !error.is_retryable() => {
                    tracing::warn!(outbox_id = %row.key, kind = row.key.kind.as_str(), %error, "status refused");
                    true
                }
                resolved => resolved?,
            };
            open += u32::from(is_open);
        }
        Ok(open)
    }

    /// Resolves one row; whether it is still in flight.
    async fn resolve_row(&self, row: &OutboxRow, tick: &mut Tick) -> Result<bool, SendLoopError> {
        let (fate, finalized_height) = self.fate(row, !self.recovered).await?;
        if self.settle(row, &fate, tick).await? {
            return Ok(false);
        }
        let last_valid_height = row.last_valid_height.unwrap_or_default();
        if matches!(fate, Fate::Seen) {
            if row.absences > 0 {
                self.advance(row, Input::See).await?;
            }
            return Ok(true);
        }
        if finalized_height <= last_valid_height {
            self.resend(row, tick).await?;
            return Ok(true);
        }
        // The height above was read after the status: the transaction may have landed in between, at
        // its last valid height. Only a status asked for now is one of after the blockhash's death.
        let (fate, _) = self.fate(row, true).await?;
        if self.settle(row, &fate, tick).await? {
            return Ok(false);
        }
        match fate {
            Fate::Landed(_) | Fate::Failed(_) | Fate::Seen => Ok(true),
            Fate::Unknown if row.absences.saturating_add(1) >= self.settings.absence_checks => {
                tick.expired += 1;
                tracing::warn!(outbox_id = %row.key, kind = row.key.kind.as_str(), attempt = row.attempts, "expired without effect");
                self.advance(row, Input::Expire).await?;
                Ok(false)
            }
            Fate::Unknown => {
                self.advance(row, Input::Miss).await?;
                Ok(true)
            }
        }
    }

    /// Ends the row if its fate is final.
    async fn settle(
        &self,
        row: &OutboxRow,
        fate: &Fate,
        tick: &mut Tick,
    ) -> Result<bool, SendLoopError> {
        match fate {
            Fate::Landed(signature) => self.finalize(row, signature, tick).await.map(|()| true),
            Fate::Failed(error) => self.refuse(row, error, tick).await.map(|()| true),
            Fate::Seen | Fate::Unknown => Ok(false),
        }
    }

    /// What became of the row's signatures, and the finalized height read after them. Earlier
    /// signatures are asked about, too: should a dead one turn up, its effect is the row's effect.
    async fn fate(
        &self,
        row: &OutboxRow,
        search_history: bool,
    ) -> Result<(Fate, u64), SendLoopError> {
        let signatures = self.signatures(row).await?;
        let asked = signatures.clone();
        let answer = self
            .ask(move |chain| chain.status(&asked, search_history))
            .await?;
        let of = |wanted: fn(&TxStatus) -> bool| {
            signatures
                .iter()
                .zip(&answer.statuses)
                .find(|(_, status)| wanted(status))
                .map(|(signature, _)| *signature)
        };
        let fate = if let Some(signature) = of(|status| matches!(status, TxStatus::Succeeded)) {
            Fate::Landed(signature)
        } else if of(|status| matches!(status, TxStatus::Pending)).is_some() {
            Fate::Seen
        } else if let Some(TxStatus::Failed(error)) = answer.statuses.last() {
            Fate::Failed(error.clone())
        } else {
            Fate::Unknown
        };
        Ok((fate, answer.finalized_block_height))
    }

    /// Whether a row without a present signature had an effect through an earlier one; the row is
    /// ended then. `None` when an earlier signature is seen but not final.
    pub(super) async fn settle_earlier(
        &self,
        row: &OutboxRow,
        tick: &mut Tick,
    ) -> Result<Option<bool>, SendLoopError> {
        if row.attempts == 0 {
            return Ok(Some(false));
        }
        match self.fate(row, true).await?.0 {
            Fate::Landed(signature) => self
                .finalize(row, &signature, tick)
                .await
                .map(|()| Some(true)),
            Fate::Seen => Ok(None),
            Fate::Failed(_) | Fate::Unknown => Ok(Some(false)),
        }
    }

    /// Sends the stored bytes: at once when that was never noted, otherwise after the wait.
    async fn resend(&self, row: &OutboxRow, tick: &mut Tick) -> Result<(), SendLoopError> {
        let never_sent = row.state == ion_store::outbox::State::Signed;
        let wait_ms = i64::try_from(self.settings.resend_after.as_millis()).unwrap_or(i64::MAX);
        if never_sent || self.outbox.now_ms() >= row.updated_ms.saturating_add(wait_ms) {
            self.submit(row).await?;
            tick.resent += 1;
        }
        Ok(())
    }

    /// Hands the stored bytes to a node and notes it. The node's answer decides nothing: whether it
    /// forwarded the bytes shows in the status only.
    pub(super) async fn submit(&self, row: &OutboxRow) -> Result<(), SendLoopError> {
        let Some(bytes) = row.transaction.clone() else {
            return Ok(());
        };
        match self.ask(move |chain| chain.submit(&bytes)).await {
            Ok(_) => {}
            Err(SendLoopError::Chain(
                error @ (ChainError::Rejected(_) | ChainError::Refused(_)),
            )) => {
                tracing::warn!(outbox_id = %row.key, kind = row.key.kind.as_str(), %error, "node refused; following the signature");
            }
            Err(error) => return Err(error),
        }
        self.advance(row, Input::Send).await?;
        Ok(())
    }
}
