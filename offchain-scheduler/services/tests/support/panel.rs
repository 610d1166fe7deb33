//! Several verifiers over one chain in memory and one shared store, moved step by step.
#![allow(dead_code, reason = "each test file uses a part")]

use std::{collections::BTreeMap, sync::Arc};

use ion_chain::decode_work;
use ion_merkle::report::ReportKind;
use ion_observation::{ObservationFile, SignedFile};
use ion_protocol::{Heartbeat, Outcome};
use ion_services::{
    chain_view::{MemoryView, PollView, VerifierSetView},
    verifier::{Bench, StoredChallenge, Verifier, subject_of},
};
use ion_store::outbox::{Key, State};
use registry::VoteReportArgs;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use super::{GENESIS, START, address_of, make_verifier, member_key};

/// Verifiers with their state between rounds.
pub struct Panel {
    pub chain: Arc<MemoryView>,
    pub verifiers: Vec<Verifier>,
    pub benches: Vec<Bench>,
    pub dir: tempfile::TempDir,
    threshold: u8,
    sequence: u64,
}

impl Panel {
    /// Members 0 to `count` − 1 with a threshold.
    pub async fn new(count: u8, threshold: u8) -> Self {
        let keys = (0..count)
            .map(|member| member_key(member).verifying_key().to_bytes())
            .collect();
        let chain = Arc::new(MemoryView::new(
            START,
            VerifierSetView {
                keys,
                threshold,
                version: 0,
            },
        ));
        let dir = tempfile::tempdir().unwrap();
        let mut panel = Panel {
            chain,
            verifiers: Vec::new(),
            benches: Vec::new(),
            dir,
            threshold,
            sequence: 0,
        };
        for member in 0..count {
            let verifier = panel.open(member).await;
            panel.verifiers.push(verifier);
            panel.benches.push(Bench::default());
        }
        panel
    }

    /// The verifier of a member over the tables that it has.
    pub async fn open(&self, member: u8) -> Verifier {
        let own = self.dir.path().join(format!("v{member}"));
        std::fs::create_dir_all(&own).unwrap();
        let objects = self.dir.path().join("objects");
        make_verifier(self.chain.clone(), member, &own, &objects).await
    }

    /// Moves the chain's clock; the verifiers that watch see it.
    pub async fn tick(&self, now: i64, watching: &[usize]) {
        self.chain.with(|chain| chain.now = now);
        for member in watching {
            self.verifiers[*member].tick().await.unwrap();
        }
    }

    /// A heartbeat of a device to some verifiers.
    pub async fn beat(&mut self, device: [u8; 32], now: i64, to: &[usize]) {
        self.sequence += 1;
        let message = Heartbeat {
            boot: [0; 16],
            draining: false,
            claims: vec![],
        };
        for member in to {
            self.verifiers[*member]
                .count_heartbeat(&device, &address_of(device), self.sequence, now, &message)
                .await
                .unwrap();
        }
    }

    /// A challenge that a verifier gives to a device; returns its id.
    pub async fn issue(&self, member: usize, device: [u8; 32], now: i64) -> [u8; 32] {
        let mut nonce = [member as u8; 32];
        nonce[..8].copy_from_slice(&now.to_le_bytes());
        let challenge = ion_challenge::Challenge {
            genesis_hash: GENESIS,
            verifier: self.verifiers[member].public_key(),
            device,
            nonce,
            blockhash: [2; 32],
            n: 8,
            rounds: 1,
            openings: 1,
            secret_hash: [0; 32],
        };
        let id = challenge.id();
        let stored = StoredChallenge {
            device: address_of(device),
            challenge,
            secret: [0; 32],
            commitment: None,
        };
        let journal = &self.verifiers[member].journal;
        journal.issue(&stored, now).await.unwrap();
        id
    }

    /// A judged challenge of a device at one verifier.
    pub async fn judge(&self, member: usize, device: [u8; 32], now: i64, outcome: Outcome) {
        let id = self.issue(member, device, now).await;
        let journal = &self.verifiers[member].journal;
        journal.finish(&id, outcome, &[9; 32], now).await.unwrap();
    }

    /// One round of a verifier.
    pub async fn round(&mut self, member: usize, now: i64) {
        self.verifiers[member].refresh().await.unwrap();
        self.verifiers[member]
            .round(&mut self.benches[member], now)
            .await
            .unwrap();
    }

    /// State of a row, if there is one.
    pub async fn row(
        &self,
        member: usize,
        kind: &str,
        subject: impl std::fmt::Display,
        period: u64,
    ) -> Option<State> {
        let key = Key::new(kind, subject, period);
        let row = self.verifiers[member].outbox.row(&key).await.unwrap();
        row.map(|row| row.state)
    }

    /// Instructions of a row, if there is one.
    pub async fn work(
        &self,
        member: usize,
        kind: &str,
        subject: impl std::fmt::Display,
        period: u64,
    ) -> Option<Vec<Instruction>> {
        let key = Key::new(kind, subject, period);
        let row = self.verifiers[member].outbox.row(&key).await.unwrap()?;
        Some(decode_work(&row.work).unwrap())
    }

    /// What a verifier would vote for, out of the transactions that it wants to send: the last
    /// `vote_report` of a poll. Subjects of rows are those that the verifier gives them.
    pub async fn vote_in(&self, member: usize, rows: &[(&str, String, u64)]) -> Option<[u8; 32]> {
        let mut last = None;
        for (kind, subject, period) in rows {
            for instruction in self
                .work(member, kind, subject, *period)
                .await
                .into_iter()
                .flatten()
            {
                let is_vote =
                    instruction.data.len() == 8 + 32 && instruction.program_id == registry::ID;
                if is_vote {
                    let args: VoteReportArgs = borsh::from_slice(&instruction.data[8..]).unwrap();
                    last = Some(args.payload_hash);
                }
            }
        }
        last
    }

    /// Brings the last votes of all verifiers to the poll of an hour, as the chain would.
    pub async fn count_votes(&self, kind: ReportKind, hour: u64) -> PollView {
        let mut votes = Vec::new();
        for verifier in &self.verifiers {
            let journal = &verifier.journal;
            votes.push(journal.last_vote(kind.to_u8(), hour).await.unwrap().1);
        }
        self.set_poll(kind, subject_of(kind), hour, votes)
    }

    /// Opens or moves a poll to these votes; attested at the threshold.
    pub fn set_poll(
        &self,
        kind: ReportKind,
        subject: Pubkey,
        seq: u64,
        votes: Vec<Option<[u8; 32]>>,
    ) -> PollView {
        let mut counts: BTreeMap<[u8; 32], usize> = BTreeMap::new();
        for vote in votes.iter().flatten() {
            *counts.entry(*vote).or_default() += 1;
        }
        let attested = counts
            .into_iter()
            .find(|(_, count)| *count >= usize::from(self.threshold))
            .map(|(payload, _)| payload);
        let poll = PollView {
            set_version: 0,
            votes,
            attested,
        };
        self.chain.with(|chain| {
            chain
                .polls
                .insert((kind.to_u8(), subject, seq), poll.clone())
        });
        poll
    }

    /// The file of a member for an hour.
    pub async fn file_of(&self, member: usize, hour: u64) -> ObservationFile {
        let verifier = &self.verifiers[member];
        let prefix = format!(
            "observations/{hour}/{}-",
            hex::encode(verifier.public_key())
        );
        let names = verifier.list(format!("observations/{hour}")).await.unwrap();
        let name = names.into_iter().find(|name| name.starts_with(&prefix));
        let bytes = verifier.get(name.unwrap()).await.unwrap().unwrap();
        SignedFile::decode(&bytes).unwrap().file
    }

    /// Publishes a file as its author would.
    pub async fn publish(&self, member: u8, mut file: ObservationFile) {
        let key = member_key(member);
        file.verifier = key.verifying_key().to_bytes();
        file.sort();
        let signed = SignedFile::new(&key, file);
        let name = format!(
            "observations/{}/{}-{}",
            signed.file.hour,
            hex::encode(signed.file.verifier),
            hex::encode(signed.file.hash())
        );
        self.verifiers[0]
            .put(name, borsh::to_vec(&signed).unwrap())
            .await
            .unwrap();
    }
}
