//! A network of verifiers on a day of the engine, moved round by round.

use super::*;

impl Net {
    /// A network on the first day of the engine.
    pub(super) async fn new(members: u8, threshold: u8) -> Self {
        let (chain, dir) = (memory_chain(), tempfile::tempdir().unwrap());
        let keys = (0..members)
            .map(|member| member_key(member).verifying_key().to_bytes())
            .collect();
        chain.with(|chain| {
            chain.verifiers = VerifierSetView {
                keys,
                threshold,
                version: 0,
            };
        });
        let objects = FolderStore::open(&dir.path().join("objects")).unwrap();
        let (mut verifiers, mut benches) = (Vec::new(), Vec::new());
        for member in 0..members {
            let own = dir.path().join(format!("v{member}"));
            std::fs::create_dir_all(&own).unwrap();
            let mut verifier =
                make_verifier(chain.clone(), member, &own, &dir.path().join("objects")).await;
            verifier.settings.report.price_account = Pubkey::new_from_array([5; 32]).to_string();
            verifiers.push(verifier);
            benches.push(Bench::default());
        }
        let net = Self {
            chain,
            verifiers,
            benches,
            objects,
            silent: BTreeSet::new(),
            _dir: dir,
        };
        net.put_engine();
        for (key, qty) in [(GOOD, 2), (OTHER, 1)] {
            let address = put_device(&net.chain, key, 1);
            net.chain.with(|chain| {
                let device = chain.devices.get_mut(&address).unwrap();
                (device.class, device.qty) = (CLASS, qty);
                device.onboarded_at = START - 1_000;
            });
        }
        net
    }

    pub(super) fn put_engine(&self) {
        self.chain.with(|chain| {
            let mut engine: Engine = bytemuck::Zeroable::zeroed();
            engine.next_day = day();
            let vaults: Vaults = zeroed();
            chain.engine = Some(EngineState {
                engine,
                vaults,
                ide_from_hour: day() * 24,
            });
            chain.payout_roots = Some(bytemuck::Zeroable::zeroed());
            chain.others.insert(Pubkey::new_from_array([5; 32]));
            let mut rates: ClassRates = bytemuck::Zeroable::zeroed();
            rates.class = CLASS;
            rates.sets[0].from_day = day() - 3;
            rates.sets[0].avail_rate_usd_micros = RATE;
            rates.sets[0].max_processors = 1_000;
            chain.class_rates.insert(CLASS, rates);
        });
        self.epoch(|_| {});
    }

    /// Changes the account of the day.
    pub(super) fn epoch(&self, change: impl FnOnce(&mut Epoch)) {
        self.chain.with(|chain| {
            let epoch = chain.epochs.entry(day()).or_insert_with(|| {
                let mut epoch: Epoch = bytemuck::Zeroable::zeroed();
                epoch.day = day();
                epoch.max_obligation_usd_micros = 1_000_000_000;
                epoch
            });
            change(epoch);
            let at = addresses::ide::epoch(day());
            chain.others.insert(at);
        });
    }

    pub(super) fn engine(&self, change: impl FnOnce(&mut EngineState)) {
        self.chain
            .with(|chain| change(chain.engine.as_mut().unwrap()));
    }

    /// The file of a member for an hour of the day.
    pub(super) fn file(&self, member: u8, hour_of_day: u64, other_minutes: u8) -> [u8; 32] {
        let mut good = device_hour(address_of(GOOD), OWNER, 2, 60);
        good.positions.push(position(CO_STAKER, 2_500));
        let other = device_hour(address_of(OTHER), OWNER, 1, other_minutes);
        let hour = day() * 24 + hour_of_day;
        put_file(
            &self.objects,
            &member_key(member),
            GENESIS,
            hour,
            vec![good, other],
        )
    }

    /// Files of these members for the two hours in which somebody watched; in the second one the
    /// other device has too few minutes.
    pub(super) fn files(&self, members: impl IntoIterator<Item = u8>) {
        for member in members {
            self.file(member, 10, 60);
            self.file(member, 11, 5);
        }
    }

    /// Everybody received the files of a member in time.
    pub(super) async fn receive(&self, author: u8) {
        for (of_day, minutes) in [(10, 60), (11, 5)] {
            let hash = self.file(author, of_day, minutes);
            let hour = day() * 24 + of_day;
            let key = member_key(author).verifying_key().to_bytes();
            let in_time = (hour as i64 + 1) * 3_600 + 239;
            for verifier in &self.verifiers {
                let journal = &verifier.journal;
                journal.see_file(&hash, hour, &key, in_time).await.unwrap();
            }
        }
    }

    pub(super) async fn rounds(&mut self, now: i64) {
        for member in 0..self.verifiers.len() {
            self.round(member, now).await;
        }
    }

    pub(super) async fn round(&mut self, member: usize, now: i64) {
        self.chain.with(|chain| chain.now = now);
        if self.silent.contains(&member) {
            return;
        }
        let verifier = &self.verifiers[member];
        verifier.refresh().await.unwrap();
        let bench = &mut self.benches[member];
        verifier.round(bench, now).await.unwrap();
    }

    pub(super) async fn vote_of(
        &self,
        member: usize,
        kind: ReportKind,
        seq: u64,
    ) -> Option<[u8; 32]> {
        let journal = &self.verifiers[member].journal;
        journal.last_vote(kind.to_u8(), seq).await.unwrap().1
    }

    /// The last votes as a poll, with these false ones; attested at the threshold.
    pub(super) async fn poll(
        &self,
        kind: ReportKind,
        subject: Pubkey,
        seq: u64,
        forged: &[(usize, [u8; 32])],
    ) -> PollView {
        let mut votes = Vec::new();
        for member in 0..self.verifiers.len() {
            votes.push(self.vote_of(member, kind, seq).await);
        }
        for (member, payload) in forged {
            votes[*member] = Some(*payload);
        }
        let threshold = self.chain.with(|chain| chain.verifiers.threshold);
        let mut poll = PollView {
            set_version: 0,
            votes,
            attested: None,
        };
        poll.attested = poll
            .counted()
            .into_iter()
            .find(|(_, count)| *count >= usize::from(threshold))
            .map(|(payload, _)| payload);
        let key = (kind.to_u8(), subject, seq);
        self.chain
            .with(|chain| chain.polls.insert(key, poll.clone()));
        poll
    }

    pub(super) async fn has_row(&self, kind: &str, subject: &str, period: u64) -> bool {
        let key = Key::new(kind, subject, period);
        let row = self.verifiers[0].outbox.row(&key).await.unwrap();
        row.is_some()
    }

    pub(super) fn stored<T>(&self, name: String, decode: impl Fn(&[u8]) -> Option<T>) -> T {
        decode(&self.objects.get(&name).unwrap().unwrap()).unwrap()
    }

    pub(super) fn epoch_report(&self, seq: u64, payload: [u8; 32]) -> (EpochReport, EpochBundle) {
        let name = format!("reports/3/{seq}/{}", hex::encode(payload));
        let report = self.stored(name, EpochReport::decode);
        let name = format!("bundles/{}", hex::encode(report.bundle));
        let bundle = self.stored(name, |bytes| EpochBundle::decode(bytes).ok());
        (report, bundle)
    }

    /// Stores a payload with its evidence, as an author would, and returns what is voted for.
    pub(super) fn publish_epoch(
        &self,
        seq: u64,
        report: &EpochReport,
        bundle: &EpochBundle,
    ) -> [u8; 32] {
        let name = format!("bundles/{}", hex::encode(bundle.hash()));
        self.objects
            .put(&name, &borsh::to_vec(bundle).unwrap())
            .unwrap();
        let kind = ReportKind::EpochReport;
        let payload =
            payload_hash::<Sha256Hasher>(kind, &ide::ID.to_bytes(), seq, &report.encode());
        let name = format!("reports/3/{seq}/{}", hex::encode(payload));
        self.objects.put(&name, &report.encode()).unwrap();
        payload
    }

    /// Lets the day be sealed with what was owed, as the program would.
    pub(super) fn seal(&self, report: &EpochReport) {
        let owed = report.avail_usd_micros + HIRE;
        self.epoch(|epoch| {
            epoch.state = EpochState::Sealed.code();
            epoch.hire_due_usd_micros = HIRE;
            epoch.obligation_usd_micros = owed;
            epoch.paid_obligation = Payment {
                paid_usd_micros: owed - 40_000,
                reward_io: 9_999_999,
                usdc: 1_001,
                fee_io: 2,
            };
            epoch.short_usd_micros = 40_000;
            epoch.arrears_usd_micros = 40_000;
            epoch.cumulative_io = 10_000_001;
            epoch.cumulative_usdc = 1_001;
        });
        self.engine(|state| state.engine.next_day = day() + 1);
        self.chain.with(|chain| {
            let mut epoch: Epoch = bytemuck::Zeroable::zeroed();
            epoch.day = day() + 1;
            chain.epochs.insert(day() + 1, epoch);
        });
    }

    /// Deposits that the chain shows for the day.
    pub(super) fn hire(&self, parts: &[([u8; 32], u64)]) {
        let hire: Hire = parts
            .iter()
            .map(|(device, sum)| ((address_of(*device), OWNER), *sum))
            .collect();
        self.chain.with(|chain| chain.hire.insert(day(), hire));
    }
}
