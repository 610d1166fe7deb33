//! Time to index a day: `backfill DAY TRANSACTIONS BATCH`, printed as `name=value` lines. The day is a
//! file of transactions recorded on the real programs, repeated with other keys until it is as long as
//! asked for.

use std::{collections::HashMap, time::Instant};

use anyhow::Context;
use ion_client::history::{ExecutedInstruction, TransactionRecord};
use ion_indexer::{Index, record, run};
use ion_store::Store;
use sha2::{Digest, Sha256};
use solana_pubkey::Pubkey;
use solana_signature::Signature;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [day, transactions, batch] = arguments.as_slice() else {
        anyhow::bail!("DAY TRANSACTIONS BATCH");
    };
    let day = std::fs::read_to_string(day)
        .context("read DAY")?
        .lines()
        .map(record::unpack)
        .collect::<Result<Vec<_>, _>>()
        .context("unpack DAY")?;
    let (transactions, batch) = (transactions.parse()?, batch.parse()?);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(measure(&day, transactions, batch))
}

async fn measure(
    day: &[TransactionRecord],
    transactions: usize,
    batch: usize,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("backfill.db");
    let index = Index::open(Store::open(&path.display().to_string()).await?).await?;
    let (mut done, mut events, mut slot, mut copy) = (0, 0, 10_000u64, 0u64);
    let mut spent = std::time::Duration::ZERO;
    while done < transactions {
        let mut records: Vec<TransactionRecord> =
            day.iter().map(|record| renamed(record, copy)).collect();
        copy += 1;
        for record in &mut records {
            slot += 1;
            record.slot = slot;
        }
        for part in records.chunks(batch) {
            let Some(last) = part.last() else { continue };
            let started = Instant::now();
            let applied = index.apply(part, last.slot).await?;
            spent += started.elapsed();
            done += part.len();
            events += applied.events;
        }
    }
    let seconds = spent.as_secs_f64();
    println!("transactions={done}");
    println!("events={events}");
    println!("seconds={seconds:.1}");
    println!("transactions_per_second={:.0}", done as f64 / seconds);
    println!("events_per_second={:.0}", events as f64 / seconds);
    println!("database_bytes={}", std::fs::metadata(&path)?.len());
    println!(
        "bytes_per_transaction={}",
        std::fs::metadata(&path)?.len() / done.max(1) as u64
    );
    Ok(())
}

/// The transaction of another day: every key that is no program is another one.
fn renamed(record: &TransactionRecord, copy: u64) -> TransactionRecord {
    let mut names: HashMap<[u8; 32], [u8; 32]> = HashMap::new();
    let programs: Vec<Pubkey> = record
        .instructions
        .iter()
        .flat_map(|top| std::iter::once(&top.instruction).chain(&top.inner))
        .map(|call| call.program)
        .chain(run::programs().map(|program| ion_client::events::event_authority(&program)))
        .collect();
    let mut rename = |key: &Pubkey| -> Pubkey {
        if programs.contains(key) {
            return *key;
        }
        let name = names.entry(key.to_bytes()).or_insert_with(|| {
            let mut hash = Sha256::new();
            hash.update(copy.to_le_bytes());
            hash.update(key);
            hash.finalize().into()
        });
        Pubkey::new_from_array(*name)
    };
    let mut record = record.clone();
    for top in &mut record.instructions {
        for call in std::iter::once(&mut top.instruction).chain(&mut top.inner) {
            for account in &mut call.accounts {
                *account = rename(account);
            }
        }
    }
    for top in &mut record.instructions {
        for call in std::iter::once(&mut top.instruction).chain(&mut top.inner) {
            rewrite(call, &names);
        }
    }
    // forged transactions of the day differ in their first bytes only
    let mut signature: [u8; 64] = record.signature.into();
    for (byte, copy) in signature.iter_mut().rev().zip(copy.to_le_bytes()) {
        *byte ^= copy;
    }
    record.signature = Signature::from(signature);
    record
}

/// Keys inside the data.
fn rewrite(call: &mut ExecutedInstruction, names: &HashMap<[u8; 32], [u8; 32]>) {
    let mut at = 0;
    while let Some(window) = call.data.get(at..at + 32) {
        let known = <[u8; 32]>::try_from(window)
            .ok()
            .and_then(|key| names.get(&key));
        match known {
            Some(name) => {
                call.data[at..at + 32].copy_from_slice(name);
                at += 32;
            }
            None => at += 1,
        }
    }
}
