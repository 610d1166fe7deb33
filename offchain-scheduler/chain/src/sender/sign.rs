//! Signing rows that wait.

use ion_client::send::{Chain, FeeOracle, LatestBlockhash, build, serialize};
use ion_store::{
    StoreError,
    outbox::{Input, OutboxRow, OutboxStore},
};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_message::{Message, VersionedMessage};
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;

use super::{SendLoopError, Sender, Tick};
use crate::{MAX_COMPUTE_UNITS, decode_work, order::Early};

/// What became of a row in a pass.
enum Turn {
    /// It was dealt with, or has a time to wait.
    Over,
    /// It is as it was: an earlier row must land first.
    Early,
}

/// What the simulation says.
enum Forecast {
    /// It would succeed with this many compute units.
    Units(u64),
    /// It would be refused.
    Refused(TransactionError),
    /// It cannot be said now: the payer lacks funds, or the node lags.
    Unclear(TransactionError),
}

impl<C: Chain + FeeOracle + 'static, S: OutboxStore> Sender<C, S> {
    /// Signs and sends rows as long as there is room in flight. A chain that cannot be reached ends the
    /// pass; a row that the node refuses to hear of waits, and the others go on. Rows whose turn has
    /// not come take no room.
    pub(super) async fn sign_due(
        &self,
        in_flight: u32,
        tick: &mut Tick,
    ) -> Result<(), SendLoopError> {
        let most = self.settings.max_in_flight;
        let room = most.saturating_sub(in_flight);
        if room == 0 {
            return Ok(());
        }
        let before = tick.signed;
        let mut early = Early::default();
        for row in self.outbox.store().due(&self.claim(), most).await? {
            if tick.signed.saturating_sub(before) >= room {
                break;
            }
            let kind = row.key.kind.as_str();
            if early.covers(kind, row.key.period) {
                continue;
            }
            match self.sign_row(&row, tick).await {
                // The node answers, but not about this row: the others need not wait for it.
                Err(SendLoopError::Chain(error)) if !error.is_retryable() => {
                    self.delay(&row, error.to_string()).await?;
                }
                Ok(Turn::Early) => early.note(kind, row.key.period),
                Ok(Turn::Over) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn sign_row(&self, row: &OutboxRow, tick: &mut Tick) -> Result<Turn, SendLoopError> {
        match self.settle_earlier(row, tick).await? {
            Some(true) => return Ok(Turn::Over),
            Some(false) => {}
            None => {
                return self
                    .delay(row, "an earlier signature is not final yet".to_owned())
                    .await;
            }
        }
        let instructions = match decode_work(&row.work) {
            Ok(instructions) => instructions,
            Err(error) => {
                self.poison(row, error.to_string(), tick).await?;
                return Ok(Turn::Over);
            }
        };
        // Asked for before the simulation, so that its life covers more than the signing.
        let latest = self.ask(|chain| chain.blockhash()).await?;
        let units = match self.forecast(&instructions, &latest).await? {
            Ok(Forecast::Units(units)) => units,
            Ok(Forecast::Refused(error)) if self.order.is_early(row.key.kind.as_str(), &error) => {
                return Ok(Turn::Early);
            }
            Ok(Forecast::Refused(error)) => {
                self.refuse(row, &error, tick).await?;
                return Ok(Turn::Over);
            }
            Ok(Forecast::Unclear(error)) => return self.delay(row, error.to_string()).await,
            Err(error) => {
                self.poison(row, error, tick).await?;
                return Ok(Turn::Over);
            }
        };
        let price = self.price(&instructions, row.attempts).await?;
        let budgeted = with_budget(&instructions, self.settings.fees.limit(units), price);
        let signed = build(
            self.signers.payer_key(),
            &self.signers.other_keys(),
            &budgeted,
            latest.hash,
        )
        .and_then(|transaction| Ok((transaction.signatures[0], serialize(&transaction)?)));
        let (signature, transaction) = match signed {
            Ok(signed) => signed,
            Err(error) => {
                self.poison(row, error.to_string(), tick).await?;
                return Ok(Turn::Over);
            }
        };
        let input = Input::Sign {
            signature: signature.to_string(),
            last_valid_height: latest.last_valid_block_height,
            transaction,
        };
        let signed = match self.advance(row, input).await {
            // Two rows want the very same, over the same blockhash: one transaction would stand for both.
            Err(SendLoopError::Store(error @ StoreError::SignatureTaken(_))) => {
                return self.delay(row, error.to_string()).await;
            }
            signed => signed?,
        };
        if let Some(signed) = signed {
            tracing::info!(outbox_id = %row.key, kind = row.key.kind.as_str(), %signature, attempt = signed.attempts, "signed");
            tick.signed += 1;
            self.submit(&signed).await?;
        }
        Ok(Turn::Over)
    }

    /// Simulates the instructions without a signature: nothing that could land leaves this process
    /// before its signature is stored. The inner error says that they fit no transaction.
    async fn forecast(
        &self,
        instructions: &[Instruction],
        latest: &LatestBlockhash,
    ) -> Result<Result<Forecast, String>, SendLoopError> {
        let budgeted = with_budget(instructions, MAX_COMPUTE_UNITS, 0);
        let message =
            Message::new_with_blockhash(&budgeted, Some(&self.signers.payer()), &latest.hash);
        let unsigned = VersionedTransaction {
            signatures: vec![
                Signature::default();
                usize::from(message.header.num_required_signatures)
            ],
            message: VersionedMessage::Legacy(message),
        };
        let bytes = match serialize(&unsigned) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let simulation = self.ask(move |chain| chain.simulate(&bytes)).await?;
        Ok(Ok(match simulation.error {
            None => Forecast::Units(simulation.compute_units),
            Some(
                error @ (TransactionError::BlockhashNotFound
                | TransactionError::AccountNotFound
                | TransactionError::InsufficientFundsForFee
                | TransactionError::InsufficientFundsForRent { .. }
                | TransactionError::AccountInUse
                | TransactionError::WouldExceedMaxBlockCostLimit
                | TransactionError::WouldExceedMaxAccountCostLimit
                | TransactionError::WouldExceedMaxVoteCostLimit
                | TransactionError::WouldExceedAccountDataBlockLimit
                | TransactionError::ResanitizationNeeded
                | TransactionError::ClusterMaintenance),
            ) => Forecast::Unclear(error),
            Some(error) => Forecast::Refused(error),
        }))
    }

    async fn price(
        &self,
        instructions: &[Instruction],
        attempts: u32,
    ) -> Result<u64, SendLoopError> {
        let mut writable: Vec<Pubkey> = instructions
            .iter()
            .flat_map(|instruction| &instruction.accounts)
            .filter(|meta| meta.is_writable)
            .map(|meta| meta.pubkey)
            .collect();
        writable.sort_unstable();
        writable.dedup();
        let recent = self
            .ask(move |chain| chain.recent_prices(&writable))
            .await?;
        Ok(self.settings.fees.price(&recent, attempts))
    }

    /// Waits without counting: the reason says nothing about the row.
    async fn delay(&self, row: &OutboxRow, error: String) -> Result<Turn, SendLoopError> {
        tracing::warn!(outbox_id = %row.key, kind = row.key.kind.as_str(), error, "delayed");
        let until_ms = self.outbox.now_ms().saturating_add(self.wait_ms(0));
        self.advance(row, Input::Delay { until_ms, error }).await?;
        Ok(Turn::Over)
    }
}

fn with_budget(instructions: &[Instruction], limit: u32, price: u64) -> Vec<Instruction> {
    let mut budgeted = vec![
        ComputeBudgetInstruction::set_compute_unit_limit(limit),
        ComputeBudgetInstruction::set_compute_unit_price(price),
    ];
    budgeted.extend_from_slice(instructions);
    budgeted
}
