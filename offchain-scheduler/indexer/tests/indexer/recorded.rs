//! A recorded chain that can be served honestly or by a bad node.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Mutex,
};

use anchor_lang::{AccountDeserialize, AccountSerialize};
use ion_chain::follow::{Listed, Source};
use ion_client::{
    events,
    history::{ExecutedInstruction, TopInstruction, TransactionRecord},
    send::ChainError,
};
use ion_indexer::{record, run};
use rand::{Rng, SeedableRng, rngs::StdRng};
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signature::Signature;

use crate::archive::Archive;

/// Accounts at the end of a day.
pub type Accounts = HashMap<Pubkey, Account>;

/// First slot of a day.
const FIRST: u64 = 1_000;
/// Transactions of a slot.
const PER_SLOT: usize = 2;
/// Entries of a page.
const PAGE: usize = 9;

/// What happened, in order, two transactions to a slot, with forged events in between.
#[derive(Clone)]
pub struct Day {
    pub records: Vec<TransactionRecord>,
    pub accounts: Accounts,
    /// What the verifiers keep of it.
    pub archive: Archive,
}

impl Day {
    pub fn new(records: Vec<TransactionRecord>, accounts: Accounts, archive: Archive) -> Self {
        let mut day = Vec::with_capacity(records.len() + records.len() / 7);
        for (at, record) in records.into_iter().enumerate() {
            if at % 7 == 3 {
                day.push(forged(&record, at));
            }
            day.push(record);
        }
        for (at, record) in day.iter_mut().enumerate() {
            record.slot = FIRST + (at / PER_SLOT) as u64;
        }
        Self {
            records: day,
            accounts,
            archive,
        }
    }

    /// The same day with other bytes wherever these stood in an instruction or event.
    pub fn rewritten(&self, from: &[u8; 32], to: &[u8; 32]) -> Self {
        let mut day = self.clone();
        for record in &mut day.records {
            for top in &mut record.instructions {
                for call in std::iter::once(&mut top.instruction).chain(&mut top.inner) {
                    let places: Vec<usize> = call
                        .data
                        .windows(from.len())
                        .enumerate()
                        .filter(|(_, bytes)| bytes == from)
                        .map(|(at, _)| at)
                        .collect();
                    for at in places {
                        call.data[at..at + to.len()].copy_from_slice(to);
                    }
                }
            }
        }
        day
    }

    /// Rewrites an account at the end of the day.
    pub fn edit<T: AccountDeserialize + AccountSerialize>(
        &mut self,
        key: &Pubkey,
        change: impl FnOnce(&mut T),
    ) {
        let account = self.accounts.get_mut(key).expect("the account is there");
        let mut value = T::try_deserialize(&mut account.data.as_slice()).expect("of this type");
        change(&mut value);
        let mut data = Vec::new();
        value.try_serialize(&mut data).expect("it was of this type");
        account.data[..data.len()].copy_from_slice(&data);
    }

    /// Rewrites an account that is kept as it is in memory.
    pub fn edit_in_place<T: bytemuck::AnyBitPattern + bytemuck::NoUninit>(
        &mut self,
        key: &Pubkey,
        change: impl FnOnce(&mut T),
    ) {
        let account = self.accounts.get_mut(key).expect("the account is there");
        let end = 8 + size_of::<T>();
        let mut value: T = bytemuck::pod_read_unaligned(&account.data[8..end]);
        change(&mut value);
        account.data[8..end].copy_from_slice(bytemuck::bytes_of(&value));
    }

    /// The last slot.
    pub fn tip(&self) -> u64 {
        self.records.last().map_or(0, |record| record.slot)
    }

    /// Signatures of the forged transactions.
    pub fn forgeries(&self) -> Vec<String> {
        self.records
            .iter()
            .filter(|record| record.fee_lamports == FORGED_FEE)
            .map(|record| record.signature.to_string())
            .collect()
    }

    pub fn save(&self, path: &Path) {
        let lines: Vec<String> = self
            .records
            .iter()
            .map(|record| record::pack(record).unwrap())
            .collect();
        std::fs::write(path, lines.join("\n")).unwrap();
    }

    pub fn load(path: &Path) -> Self {
        let records = std::fs::read_to_string(path)
            .unwrap()
            .lines()
            .map(|line| record::unpack(line).unwrap())
            .collect();
        Self {
            records,
            accounts: Accounts::new(),
            archive: Archive::default(),
        }
    }
}

/// Marks forged transactions, so that a test can name them.
const FORGED_FEE: u64 = 7_777;

/// A transaction of a stranger's program that repeats the events of `record`: as its own calls, as
/// calls of the real program without its authority, and as the top instruction.
fn forged(record: &TransactionRecord, at: usize) -> TransactionRecord {
    let stranger = Pubkey::new_from_array([0xee; 32]);
    let mut name = [0xfa; 64];
    name[..8].copy_from_slice(&(at as u64).to_le_bytes());
    let mut inner = Vec::new();
    for call in record.inner_instructions() {
        let is_event = run::programs().contains(&call.program)
            && call.accounts.first() == Some(&events::event_authority(&call.program));
        if !is_event {
            continue;
        }
        inner.push(ExecutedInstruction {
            program: stranger,
            ..call.clone()
        });
        inner.push(ExecutedInstruction {
            accounts: vec![stranger],
            ..call.clone()
        });
        inner.push(ExecutedInstruction {
            accounts: Vec::new(),
            ..call.clone()
        });
    }
    let top = inner.first().cloned().unwrap_or(ExecutedInstruction {
        program: stranger,
        accounts: run::programs().to_vec(),
        data: Vec::new(),
    });
    TransactionRecord {
        signature: Signature::from(name),
        slot: record.slot,
        block_time: record.block_time,
        error: None,
        compute_units: 0,
        fee_lamports: FORGED_FEE,
        instructions: vec![TopInstruction {
            instruction: top,
            inner,
        }],
    }
}

/// How a node behaves.
struct Faults {
    random: StdRng,
    left: u32,
}

/// A node that has a day.
pub struct Node {
    day: Day,
    lists: BTreeMap<Pubkey, Vec<Listed>>,
    by_signature: HashMap<Signature, usize>,
    faults: Mutex<Faults>,
    tip: Mutex<u64>,
}

impl Node {
    /// A node that always tells the truth, with the whole day finalized.
    pub fn honest(day: &Day) -> Self {
        let tip = day.tip();
        Self::build(day, 0, 0, tip)
    }

    /// A node that begins in the middle of the day and lies `lies` times before it is honest: doubles,
    /// gaps, other forks, silence.
    pub fn bad(day: &Day, seed: u64, lies: u32) -> Self {
        Self::build(day, seed, lies, FIRST + 3)
    }

    fn build(day: &Day, seed: u64, lies: u32, tip: u64) -> Self {
        let mut lists: BTreeMap<Pubkey, Vec<Listed>> = BTreeMap::new();
        for record in &day.records {
            let mut named: Vec<Pubkey> = record
                .instructions
                .iter()
                .flat_map(|top| std::iter::once(&top.instruction).chain(&top.inner))
                .flat_map(|call| call.accounts.iter().copied().chain([call.program]))
                .filter(|key| run::programs().contains(key))
                .collect();
            named.sort_unstable();
            named.dedup();
            for program in named {
                lists.entry(program).or_default().push(Listed {
                    signature: record.signature,
                    slot: record.slot,
                    index: None,
                });
            }
        }
        let by_signature = day
            .records
            .iter()
            .enumerate()
            .map(|(at, record)| (record.signature, at))
            .collect();
        Self {
            day: day.clone(),
            lists,
            by_signature,
            faults: Mutex::new(Faults {
                random: StdRng::seed_from_u64(seed),
                left: lies,
            }),
            tip: Mutex::new(tip),
        }
    }

    /// The day that it has.
    pub fn day(&self) -> &Day {
        &self.day
    }

    /// The last slot of the day.
    pub fn end(&self) -> u64 {
        self.day.tip()
    }

    /// Transactions that name one of the programs.
    pub fn named(&self) -> usize {
        let mut all: Vec<Signature> = self
            .lists
            .values()
            .flatten()
            .map(|listed| listed.signature)
            .collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    }

    /// Whether the node lies this time, about one call in `one_in`.
    fn lies(&self, one_in: u32) -> bool {
        let mut faults = self.faults.lock().unwrap();
        if faults.left == 0 || faults.random.gen_range(0..one_in) != 0 {
            return false;
        }
        faults.left -= 1;
        true
    }

    fn draw(&self, below: usize) -> usize {
        self.faults
            .lock()
            .unwrap()
            .random
            .gen_range(0..below.max(1))
    }
}

impl Source for Node {
    fn finalized_slot(&self) -> Result<u64, ChainError> {
        if self.lies(9) {
            return Err(ChainError::Unreachable("no route".into()));
        }
        let mut tip = self.tip.lock().unwrap();
        let now = *tip;
        *tip = (*tip + 6).min(self.day.tip());
        Ok(now)
    }

    fn signatures(
        &self,
        address: &Pubkey,
        before: Option<Signature>,
        _min_slot: u64,
    ) -> Result<Vec<Listed>, ChainError> {
        if self.lies(12) {
            return Err(ChainError::Unreachable("timed out".into()));
        }
        let none = Vec::new();
        let list = self.lists.get(address).unwrap_or(&none);
        let end = match before {
            None => list.len(),
            Some(before) => list
                .iter()
                .position(|listed| listed.signature == before)
                .unwrap_or(0),
        };
        let mut page: Vec<Listed> = list[..end].iter().rev().take(PAGE).copied().collect();
        // entries twice
        if !page.is_empty() && self.lies(6) {
            let at = self.draw(page.len());
            let twice = page[at];
            page.insert(at, twice);
        }
        // an entry left out; never the last, by which the next page is asked for
        if page.len() > 1 && self.lies(6) {
            page.remove(self.draw(page.len() - 1));
        }
        // another fork: a transaction that will not be, and one in another slot
        if before.is_none() && self.lies(6) {
            page.insert(
                0,
                Listed {
                    signature: Signature::from([0x0f; 64]),
                    slot: self.day.tip() + 50,
                    index: None,
                },
            );
        }
        if page.len() > 1 && self.lies(10) {
            page[0].slot = page[0].slot.saturating_sub(1).max(page[1].slot);
        }
        Ok(page)
    }

    fn landed(&self, signature: &Signature) -> Result<Option<TransactionRecord>, ChainError> {
        if self.lies(40) {
            return Ok(None);
        }
        let found = self
            .by_signature
            .get(signature)
            .map(|at| &self.day.records[*at]);
        let mut record = found.cloned();
        if let Some(record) = &mut record
            && self.lies(40)
        {
            record.slot += 1;
        }
        Ok(record)
    }
}

impl ion_indexer::check::Accounts for Node {
    fn accounts_at(&self, keys: &[Pubkey]) -> Result<(u64, Vec<Option<Account>>), ChainError> {
        let accounts = keys
            .iter()
            .map(|key| self.day.accounts.get(key).cloned())
            .collect();
        Ok((self.day.tip(), accounts))
    }
}
