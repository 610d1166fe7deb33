//! Positions that an event names by their address alone.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::{Any, Row, Transaction};

use crate::error::IndexError;

/// Sequences of positions by address, as far as this batch made or asked for them.
#[derive(Debug, Default)]
pub(crate) struct Positions(HashMap<String, i64>);

impl Positions {
    /// Adds to the body of a withdrawal or a closing what the rules need: `offer_seq`, by which the
    /// tables know the position, and `is_emptied`, whether its slot is free with it. Other events stay
    /// as they are.
    pub(crate) async fn complete(
        &mut self,
        transaction: &mut Transaction<'static, Any>,
        name: &str,
        mut body: Value,
    ) -> Result<Value, IndexError> {
        let position = body
            .get("position")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let Some(position) = position else {
            return Ok(body);
        };
        match name {
            "PositionOpened" => {
                if let Some(seq) = body.pointer("/change/seq").and_then(Value::as_i64) {
                    self.0.insert(position, seq);
                }
            }
            "PositionWithdrawn" | "PositionClosed" => {
                let seq = self.find(transaction, &position).await?;
                let had = body.pointer("/principal_io/old") != Some(&Value::from(0));
                let has = body.pointer("/principal_io/new") != Some(&Value::from(0));
                let is_freed = body.get("freed_slot") == Some(&Value::Bool(true));
                let is_emptied = match name {
                    "PositionClosed" => is_freed,
                    _ => had && !has,
                };
                if let Some(fields) = body.as_object_mut() {
                    fields.insert("offer_seq".to_owned(), seq.map_or(Value::Null, Value::from));
                    fields.insert("is_emptied".to_owned(), Value::from(is_emptied));
                }
            }
            _ => {}
        }
        Ok(body)
    }

    async fn find(
        &mut self,
        transaction: &mut Transaction<'static, Any>,
        position: &str,
    ) -> Result<Option<i64>, IndexError> {
        if let Some(seq) = self.0.get(position) {
            return Ok(Some(*seq));
        }
        let row = sqlx::query("SELECT offer_seq FROM positions WHERE position = $1")
            .bind(position)
            .fetch_optional(&mut **transaction)
            .await?;
        let seq = row.map(|row| row.try_get(0)).transpose()?;
        if let Some(seq) = seq {
            self.0.insert(position.to_owned(), seq);
        }
        Ok(seq)
    }
}
