//! Numbers of the accounts' events: the proof that none is missing.

use std::collections::{BTreeMap, HashMap};

use ion_store::to_column;
use sqlx::{Any, Row, Transaction};

use crate::{error::IndexError, project::SubjectNumber};

/// Subjects per statement.
const CHUNK: usize = 400;

/// Number and slot of the last event of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Last {
    number: i64,
    slot: u64,
}

/// Checks the numbers of a batch against the last known ones.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    known: HashMap<String, Last>,
    changed: BTreeMap<String, Last>,
}

impl Numbers {
    /// Reads the last numbers of these accounts.
    pub(crate) async fn load(
        transaction: &mut Transaction<'static, Any>,
        subjects: &[String],
    ) -> Result<Self, IndexError> {
        let mut known = HashMap::with_capacity(subjects.len());
        for chunk in subjects.chunks(CHUNK) {
            let places: Vec<String> = (1..=chunk.len()).map(|place| format!("${place}")).collect();
            let sql = format!(
                "SELECT subject, seq, slot FROM subjects WHERE subject IN ({})",
                places.join(", ")
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for subject in chunk {
                query = query.bind(subject);
            }
            for row in query.fetch_all(&mut **transaction).await? {
                let last = Last {
                    number: row.try_get(1)?,
                    slot: ion_store::from_column("slot", row.try_get(2)?)?,
                };
                known.insert(row.try_get(0)?, last);
            }
        }
        Ok(Self {
            known,
            changed: BTreeMap::new(),
        })
    }

    /// Takes up the number of an event. A number may repeat, for an instruction with several events of
    /// one account, and begins anew when an address is used again; it never jumps.
    ///
    /// Errors: `Gap`.
    pub(crate) fn take(&mut self, event: SubjectNumber, slot: u64) -> Result<(), IndexError> {
        let last = self
            .known
            .get(&event.subject)
            .copied()
            .unwrap_or(Last { number: 0, slot: 0 });
        if event.number > last.number.saturating_add(1) {
            return Err(IndexError::Gap {
                subject: event.subject,
                last: last.number,
                found: event.number,
                slot: last.slot,
            });
        }
        let now = Last {
            number: event.number,
            slot,
        };
        self.known.insert(event.subject.clone(), now);
        self.changed.insert(event.subject, now);
        Ok(())
    }

    /// Writes the changed numbers.
    pub(crate) async fn write(
        self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<(), IndexError> {
        for (subject, last) in self.changed {
            sqlx::query(
                "INSERT INTO subjects (subject, seq, slot) VALUES ($1, $2, $3) \
                 ON CONFLICT (subject) DO UPDATE SET seq = excluded.seq, slot = excluded.slot",
            )
            .bind(subject)
            .bind(last.number)
            .bind(to_column("slot", last.slot)?)
            .execute(&mut **transaction)
            .await?;
        }
        Ok(())
    }
}
