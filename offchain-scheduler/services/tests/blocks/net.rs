//! A network of verifiers over hourly blocks, moved hour by hour.

use super::*;

impl Net {
    pub(super) async fn new() -> Self {
        let (chain, dir) = (memory_chain(), tempfile::tempdir().unwrap());
        let objects = FolderStore::open(&dir.path().join("objects")).unwrap();
        let mut net = Net {
            chain,
            verifiers: Vec::new(),
            benches: Vec::new(),
            dir,
            objects,
            sequence: 0,
            now: START,
        };
        for member in 0..3 {
            let verifier = net.open(member).await;
            net.verifiers.push(verifier);
            net.benches.push(Bench::default());
        }
        for device in [GOOD, FAILING] {
            net.put_device(device);
        }
        net.declare();
        net
    }

    pub(super) async fn open(&self, member: u8) -> Verifier {
        let own = self.dir.path().join(format!("v{member}"));
        std::fs::create_dir_all(&own).unwrap();
        let objects = self.dir.path().join("objects");
        make_verifier(self.chain.clone(), member, &own, &objects).await
    }

    /// An up device of class 7 with all that it needs, one co-staker on the good one.
    pub(super) fn put_device(&self, key: [u8; 32]) {
        let address = put_device(&self.chain, key, 1);
        self.chain.with(|chain| {
            let device = chain.devices.get_mut(&address).unwrap();
            device.owner = Pubkey::from(owner());
            device.payout_wallet = Pubkey::from(owner());
            device.class = CLASS;
            device.connectivity_tier = 4;
            device.readiness_flags = 1;
            let mut class: registry::state::ProcessorClass = zeroed();
            class.id = CLASS;
            class.pool = 1;
            class.mult_before = 50_000;
            class.mult_now = 50_000;
            class.last_nonzero_mult = 50_000;
            chain.classes.insert(CLASS, class);
            let mut stake = staking::state::DeviceStake::opened(address, address, 255, 255);
            stake.active_io = 200_000_000_000_000;
            if key == GOOD {
                let slot = &mut stake.positions[0];
                slot.seq = 1;
                slot.wallet = Pubkey::from(CO_STAKER);
                slot.amount_io = 1;
                slot.accepted_at = START - 10;
                slot.share_bps = 2_500;
                slot.state = 1;
            }
            chain.stakes.insert(address.to_bytes(), stake);
        });
    }

    /// The owner accepts the agreement and links two wallets.
    pub(super) fn declare(&self) {
        let links: Vec<WalletLink> = [41, 42]
            .map(|seed| {
                let named = wallet(seed).verifying_key().to_bytes();
                WalletLink {
                    wallet: named,
                    signature: wallet(seed)
                        .sign(&link_message(&GENESIS, &owner(), &named))
                        .to_bytes(),
                }
            })
            .into();
        let message = declaration_message(&GENESIS, &owner(), AGREEMENT_VERSION, &links);
        let declaration = SupplierDeclaration {
            owner: owner(),
            agreement: AGREEMENT_VERSION,
            signature: wallet(40).sign(&message).to_bytes(),
            links,
        };
        let bytes = borsh::to_vec(&declaration).unwrap();
        self.objects
            .put(&declaration.object_name(), &bytes)
            .unwrap();
    }

    pub(super) async fn beat(&mut self, key: [u8; 32]) {
        self.sequence += 1;
        let message = Heartbeat {
            boot: [1; 16],
            draining: false,
            claims: [(LINE_DOWN_CLAIM, "1600"), (LINE_UP_CLAIM, "1200")]
                .map(|(name, value)| Claim {
                    name: name.into(),
                    value: value.into(),
                })
                .into(),
        };
        let address = address_of(key);
        for verifier in &self.verifiers {
            verifier
                .count_heartbeat(&key, &address, self.sequence, self.now, &message)
                .await
                .unwrap();
        }
    }

    pub(super) async fn prove(&self, key: [u8; 32], outcome: Outcome) {
        for (member, verifier) in self.verifiers.iter().enumerate() {
            let challenge = ion_challenge::Challenge {
                genesis_hash: GENESIS,
                verifier: verifier.public_key(),
                device: key,
                nonce: [member as u8; 32],
                blockhash: (self.now as u64)
                    .to_le_bytes()
                    .repeat(4)
                    .try_into()
                    .unwrap(),
                n: 8,
                rounds: 1,
                openings: 1,
                secret_hash: [0; 32],
            };
            let id = challenge.id();
            let stored = StoredChallenge {
                device: address_of(key),
                challenge,
                secret: [0; 32],
                commitment: None,
            };
            verifier.journal.issue(&stored, self.now).await.unwrap();
            verifier
                .journal
                .finish(&id, outcome, &[9; 32], self.now)
                .await
                .unwrap();
        }
    }

    pub(super) async fn tick(&mut self, now: i64) {
        self.now = now;
        self.chain.with(|chain| chain.now = now);
        for verifier in &self.verifiers {
            verifier.tick().await.unwrap();
        }
    }

    pub(super) async fn rounds(&mut self) {
        for (verifier, bench) in self.verifiers.iter().zip(&mut self.benches) {
            verifier.refresh().await.unwrap();
            verifier.round(bench, self.now).await.unwrap();
        }
    }

    /// Passes one hour in steps of three minutes; `silent` names minutes without the second device.
    pub(super) async fn hour(&mut self, hour: i64, silent: std::ops::Range<i64>) {
        let opens_at = START + hour * HOUR;
        for minute in (0..60).step_by(3) {
            self.tick(opens_at + minute * MINUTE).await;
            self.beat(GOOD).await;
            if !silent.contains(&minute) {
                self.beat(FAILING).await;
            }
            if minute == 3 || minute == 6 {
                // Opening of this hour, file and vote of the one before.
                self.rounds().await;
            }
            if minute == 30 {
                self.prove(GOOD, Outcome::Pass).await;
                self.prove(FAILING, Outcome::Pass).await;
            }
        }
    }

    pub(super) fn release(&self, hour: u64) {
        self.chain.with(|chain| {
            let emission = &mut chain.emission;
            if emission.start_hour == u64::MAX {
                emission.start_hour = hour;
                emission.next_final_hour = hour;
            }
            emission.next_hour = hour + 1;
            chain.blocks.insert(
                hour,
                BlockView {
                    state: BlockState::Processing,
                    released_at: chain.now,
                    enterprise_io: ENTERPRISE,
                    community_io: COMMUNITY,
                    weights: Weights::DEFAULT,
                    device_list: [0; 32],
                },
            );
        });
    }

    /// The last votes of all verifiers as a poll; attested when two agree.
    pub(super) async fn poll(&self, kind: ReportKind, subject: Pubkey, seq: u64) -> PollView {
        let mut votes = Vec::new();
        for verifier in &self.verifiers {
            let (_, vote) = verifier.journal.last_vote(kind.to_u8(), seq).await.unwrap();
            votes.push(vote);
        }
        let mut poll = PollView {
            set_version: 0,
            votes,
            attested: None,
        };
        poll.attested = poll
            .counted()
            .into_iter()
            .find(|(_, count)| *count >= 2)
            .map(|(payload, _)| payload);
        let key = (kind.to_u8(), subject, seq);
        self.chain
            .with(|chain| chain.polls.insert(key, poll.clone()));
        poll
    }

    pub(super) async fn has_row(
        &self,
        member: usize,
        kind: &str,
        subject: &str,
        period: u64,
    ) -> bool {
        let key = Key::new(kind, subject, period);
        self.verifiers[member]
            .outbox
            .row(&key)
            .await
            .unwrap()
            .is_some()
    }

    /// Lets the attested summary of an hour count, as the program would.
    pub(super) fn complete(&self, hour: u64, summary: &BlockSummary) {
        self.chain.with(|chain| {
            let block = chain.blocks.get_mut(&hour).unwrap();
            block.state = BlockState::Completed;
            block.device_list = summary.device_list;
            chain.emission.next_final_hour = hour + 1;
        });
    }

    pub(super) fn payload<T>(&self, name: String, decode: fn(&[u8]) -> Option<T>) -> T {
        decode(&self.objects.get(&name).unwrap().unwrap()).unwrap()
    }

    pub(super) fn list(&self, summary: &BlockSummary) -> BTreeMap<[u8; 32], ion_report::DeviceRow> {
        let name = format!("bundles/{}", hex::encode(summary.device_list));
        let list = DeviceList::decode(&self.objects.get(&name).unwrap().unwrap()).unwrap();
        list.rows.into_iter().map(|row| (row.device, row)).collect()
    }

    /// One block from release to the applied summary.
    pub(super) async fn block(&mut self, hour: u64) -> BlockSummary {
        self.release(hour);
        self.rounds().await;
        let vote = self
            .poll(ReportKind::BlockSummary, ::rewards::ID, hour)
            .await;
        assert!(vote.votes.iter().all(|one| *one == vote.votes[0]), "{hour}");
        let payload = vote.attested.expect("all verifiers agree");
        assert!(
            self.has_row(0, "open_poll", &format!("1/{hour}"), 0).await,
            "poll and first vote are sent"
        );
        self.rounds().await;
        assert!(self.has_row(0, "complete_block", "rewards", hour).await);
        let name = format!("reports/1/{hour}/{}", hex::encode(payload));
        let summary = self.payload(name, BlockSummary::decode);
        self.complete(hour, &summary);
        summary
    }
}
