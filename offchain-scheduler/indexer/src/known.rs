//! What an event leaves to be known from earlier ones: which position an address is, and what a
//! replaced line of a booking consists of.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::{Any, Row, Transaction};

use crate::error::IndexError;

/// What this batch made or asked for.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Sequences of positions by address.
    positions: HashMap<String, i64>,
    /// Class and processors of lines by booking and number.
    lines: HashMap<(String, i64), (i64, i64)>,
}

impl Known {
    /// Adds to the body of an event what the rules need. Of a withdrawal or a closing: `offer_seq`, by
    /// which the tables know the position, and `is_emptied`, whether its slot is free with it. Of a
    /// replacement: `class` and `qty`, which are those of the line it replaces. Other events stay as
    /// they are.
    pub(crate) async fn complete(
        &mut self,
        transaction: &mut Transaction<'static, Any>,
        name: &str,
        body: Value,
    ) -> Result<Value, IndexError> {
        match name {
            "ProductBooked" => {
                self.note_lines(&body);
                Ok(body)
            }
            "LineReplaced" => self.replaced(transaction, body).await,
            _ => self.position(transaction, name, body).await,
        }
    }

    async fn position(
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
                    self.positions.insert(position, seq);
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
        if let Some(seq) = self.positions.get(position) {
            return Ok(Some(*seq));
        }
        let row = sqlx::query("SELECT offer_seq FROM positions WHERE position = $1")
            .bind(position)
            .fetch_optional(&mut **transaction)
            .await?;
        let seq = row.map(|row| row.try_get(0)).transpose()?;
        if let Some(seq) = seq {
            self.positions.insert(position.to_owned(), seq);
        }
        Ok(seq)
    }

    fn note_lines(&mut self, body: &Value) {
        let booking = body.get("booking").and_then(Value::as_str);
        let lines = body.get("lines").and_then(Value::as_array);
        let (Some(booking), Some(lines)) = (booking, lines) else {
            return;
        };
        for (number, line) in (0..).zip(lines) {
            let value = |name: &str| line.get(name).and_then(Value::as_i64);
            if let (Some(class), Some(qty)) = (value("class"), value("qty")) {
                self.lines
                    .insert((booking.to_owned(), number), (class, qty));
            }
        }
    }

    async fn replaced(
        &mut self,
        transaction: &mut Transaction<'static, Any>,
        mut body: Value,
    ) -> Result<Value, IndexError> {
        let number = |name: &str| body.get(name).and_then(Value::as_i64).unwrap_or_default();
        let (line, replacement) = (number("line"), number("replacement"));
        let booking = body.get("booking").and_then(Value::as_str);
        let booking = booking.unwrap_or_default().to_owned();
        let key = (booking.clone(), line);
        let known = match self.lines.get(&key) {
            Some(known) => Some(*known),
            None => sqlx::query("SELECT class, qty FROM lines WHERE booking = $1 AND line = $2")
                .bind(&booking)
                .bind(line)
                .fetch_optional(&mut **transaction)
                .await?
                .map(|row| Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?)))
                .transpose()?,
        };
        if let Some(known) = known {
            self.lines.insert((booking, replacement), known);
        }
        if let Some(fields) = body.as_object_mut() {
            let value = |of: fn((i64, i64)) -> i64| known.map(of).map_or(Value::Null, Value::from);
            fields.insert("class".to_owned(), value(|(class, _)| class));
            fields.insert("qty".to_owned(), value(|(_, qty)| qty));
        }
        Ok(body)
    }
}
