//! What one transaction and one event leave in the tables.

use std::{collections::BTreeSet, sync::LazyLock};

use ion_client::{addresses, history::TransactionRecord, idl};
use ion_store::to_column;
use solana_pubkey::Pubkey;
use sqlx::{Any, Transaction};

use crate::{
    error::IndexError,
    project::{Change, Effects, Field, Operation},
    schema,
};

/// Seconds of a UTC day.
const DAY: i64 = 86_400;

/// An event with its number in the log and what it changes.
pub(crate) struct Numbered {
    pub(crate) entry: i64,
    pub(crate) slot: u64,
    pub(crate) signature: String,
    pub(crate) program: &'static str,
    pub(crate) name: &'static str,
    pub(crate) at: i64,
    pub(crate) body: String,
    pub(crate) effects: Effects,
}

/// Writes an event.
pub(crate) async fn write_event(
    transaction: &mut Transaction<'static, Any>,
    event: &Numbered,
) -> Result<(), IndexError> {
    let subject = event
        .effects
        .numbers
        .first()
        .map(|number| number.subject.as_str())
        .or_else(|| {
            event
                .effects
                .checks
                .first()
                .map(|(_, subject)| subject.as_str())
        })
        .unwrap_or_default();
    sqlx::query(
        "INSERT INTO events (ordinal, slot, signature, program, name, subject, at, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(event.entry)
    .bind(to_column("slot", event.slot)?)
    .bind(&event.signature)
    .bind(event.program)
    .bind(event.name)
    .bind(subject)
    .bind(event.at)
    .bind(&event.body)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Marks what has to be recomputed after an event.
pub(crate) fn due(kind: String, subject: String, entry: i64) -> Change {
    Change {
        table: &CHECKS,
        keys: vec![Field::Text(kind), Field::Text(subject)],
        fields: vec![
            ("due", Operation::Set, Field::Number(entry)),
            ("is_due", Operation::Set, Field::Number(1)),
        ],
    }
}

/// The table of checks, as far as marking needs it.
static CHECKS: schema::Table = schema::Table {
    name: "checks",
    about: "",
    keys: &[
        schema::Column {
            name: "kind",
            kind: schema::Kind::Text,
        },
        schema::Column {
            name: "subject",
            kind: schema::Kind::Text,
        },
    ],
    columns: &[],
    filters: &[],
    pairs: &[],
};

/// What a transaction counts for by itself: once for its day, once per instruction of the programs.
pub(crate) fn of_transaction(record: &TransactionRecord) -> Vec<Change> {
    let Some(day) = record.block_time.map(|time| time.div_euclid(DAY)) else {
        return Vec::new();
    };
    if record.error.is_some() {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let mut count = |table: &str, keys: Vec<Field>, column| {
        if let Some(table) = schema::table(table) {
            changes.push(Change {
                table,
                keys,
                fields: vec![(column, Operation::Add, Field::Number(1))],
            });
        }
    };
    count("days", vec![Field::Number(day)], "transactions");
    for top in &record.instructions {
        let call = &top.instruction;
        if let Some(program) = idl::program_name(&call.program) {
            let name = idl::instruction_name(&call.program, &call.data).unwrap_or("unknown");
            let keys = vec![
                Field::Number(day),
                Field::Text(program.to_owned()),
                Field::Text(name.to_owned()),
            ];
            count("day_transactions", keys, "count");
        }
    }
    changes
}

/// Addresses that the audits begin with; their programs' singletons.
static AUDITED: LazyLock<BTreeSet<Pubkey>> = LazyLock::new(|| {
    [
        addresses::rewards::emission(),
        addresses::ide::engine(),
        addresses::ide::vaults(),
        addresses::ide::fee_usdc(),
        addresses::ide::fee_io(),
    ]
    .into_iter()
    .chain((0..booking::constants::TNE_SHARDS).map(addresses::booking::tne_totals))
    .collect()
});

/// Addresses whose history this transaction belongs to: what the audits begin with, the accounts that
/// its events number, and the vaults of those that are stakes, as far as it names them.
pub(crate) fn touched<'a>(
    record: &TransactionRecord,
    subjects: impl Iterator<Item = (&'a str, &'a str)>,
) -> BTreeSet<Pubkey> {
    let named: BTreeSet<Pubkey> = record
        .instructions
        .iter()
        .flat_map(|top| std::iter::once(&top.instruction).chain(&top.inner))
        .flat_map(|call| call.accounts.iter().copied())
        .collect();
    let mut touched: BTreeSet<Pubkey> = named.intersection(&AUDITED).copied().collect();
    let subjects: BTreeSet<(&str, &str)> = subjects.collect();
    for (program, subject) in subjects {
        let Ok(subject) = subject.parse::<Pubkey>() else {
            continue;
        };
        touched.insert(subject);
        if program == "staking" {
            touched.insert(addresses::staking::vault(&subject));
        }
    }
    touched.retain(|address| named.contains(address));
    touched
}

/// Writes to whose history a transaction belongs.
pub(crate) async fn write_touches(
    transaction: &mut Transaction<'static, Any>,
    record: &TransactionRecord,
    place: i64,
    touched: &BTreeSet<Pubkey>,
) -> Result<(), IndexError> {
    let slot = to_column("slot", record.slot)?;
    for address in touched {
        sqlx::query("INSERT INTO touches (address, slot, place) VALUES ($1, $2, $3)")
            .bind(address.to_string())
            .bind(slot)
            .bind(place)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}
