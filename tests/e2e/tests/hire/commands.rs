//! The commands that play a hire, and what stands around them.

use super::*;

impl Hire<'_> {
    pub(super) fn run(&self, wallet: &str, arguments: &[&str]) -> Value {
        self.network.cli.run(wallet, arguments).unwrap()
    }

    pub(super) fn refused(&self, wallet: &str, arguments: &[&str], why: &str) {
        let (_, said) = self.network.cli.refused(wallet, arguments).unwrap();
        assert!(said.contains(why), "{why} is not in: {said}");
    }

    pub(super) fn fund(&self, wallet: &Pubkey) {
        let lamports = Account {
            lamports: 10_000_000_000,
            ..Account::default()
        };
        let clock = self.network.clock().unwrap();
        clock.set_account(wallet, &lamports).unwrap();
    }

    pub(super) fn post_price(&self) {
        let clock = self.network.clock().unwrap();
        let feed = self.network.config.price_feed_id;
        let price = PostedPrice::at(clock.now().unwrap(), feed).account(RECEIVER);
        clock.set_account(&self.price_account, &price).unwrap();
    }

    pub(super) fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// Two verifiers attest a report of this hour with one leaf; returns the file that proves it.
    pub(super) fn attest(
        &self,
        kind: ReportKind,
        subject: &str,
        leaf: [u8; 32],
        fields: &Value,
    ) -> String {
        let hour = u64::try_from(self.network.now().unwrap().div_euclid(HOUR)).unwrap();
        let tree = Tree::new(vec![leaf]);
        let report = LeafReport {
            root: tree.root(),
            leaf_count: 1,
            bundle: [9; 32],
        };
        let program = match kind {
            ReportKind::DeviceReport => registry::ID,
            _ => booking::ID,
        };
        let hash = payload_hash::<Sha256Hasher>(kind, &program.to_bytes(), hour, &report.encode());
        let (name, hour_text) = (
            if kind == ReportKind::DeviceReport {
                "device-report"
            } else {
                "work-report"
            },
            hour.to_string(),
        );
        self.run("auditor", &["poll", "open", name, subject, &hour_text]);
        for verifier in ["verifier-1", "verifier-2"] {
            let hash = hex::encode(hash);
            let vote = [
                "poll",
                "vote",
                name,
                subject,
                &hour_text,
                "--payload-hash",
                &hash,
            ];
            self.run(verifier, &vote);
        }
        let proof = json!({
            "hour": hour,
            "root": hex::encode(report.root),
            "leaf_count": 1,
            "bundle": hex::encode(report.bundle),
            "index": 0,
            "siblings": [],
            "leaf": fields,
        });
        self.file(&format!("{name}-{hour}.json"), &proof.to_string())
    }

    /// A device of eight processors, staked, reported up, and old enough to be hired.
    pub(super) fn supply(&self) -> String {
        let key = Keypair::new();
        let file = self.folder.join("device.json");
        solana_keypair::write_keypair_file(&key, &file).unwrap();
        let class = ion_migrations::tables::classes()
            .unwrap()
            .into_iter()
            .find(|class| class.name == "H100 80GB HBM3")
            .unwrap()
            .id
            .to_string();
        let file = file.display().to_string();
        let register = [
            "device",
            "register",
            "--device-key",
            &file,
            "--class",
            &class,
            "--qty",
            "8",
            "--ask",
            "2.50",
        ];
        self.run("supplier", &register);
        let device = addresses::registry::device(&key.pubkey());
        let text = device.to_string();
        self.run("supplier", &["stake", "open", &text]);
        self.run("supplier", &["stake", "deposit", &text, "16000"]);
        let leaf = DeviceLeaf {
            registry: registry::ID.to_bytes(),
            device: device.to_bytes(),
            status: 1,
            connectivity_tier: 3,
            supplier_tier: 1,
            readiness_flags: 1,
            reliability_bps: 9_000,
        };
        let fields = json!({
            "status": 1, "connectivity_tier": 3, "supplier_tier": 1, "readiness_flags": 1,
            "reliability_bps": 9_000,
        });
        let leaf = leaf.hash::<Sha256Hasher>();
        let proof = self.attest(ReportKind::DeviceReport, "registry", leaf, &fields);
        self.run(
            "auditor",
            &["report", "apply-device", &text, "--proof", &proof],
        );
        self.network.pass(12 * HOUR + MINUTE).unwrap();
        class
    }

    /// The verifiers' record of the booking's only line.
    pub(super) fn work(&self, id: &str, record_seq: u32, is_final: bool, served: u32) -> Value {
        let id_bytes: [u8; 16] = hex::decode(id).unwrap().try_into().unwrap();
        let mut served_minutes = [0; 8];
        served_minutes[0] = served;
        let leaf = WorkLeaf {
            booking: addresses::booking::booking(&id_bytes).to_bytes(),
            record_seq,
            is_final,
            served_minutes,
        };
        let fields =
            json!({ "record_seq": record_seq, "is_final": is_final, "served_minutes": [served] });
        let leaf = leaf.hash::<Sha256Hasher>();
        let proof = self.attest(ReportKind::WorkReport, "booking", leaf, &fields);
        self.post_price();
        let price = self.price_account.to_string();
        let apply = [
            "report",
            "apply-work",
            id,
            "--proof",
            &proof,
            "--price-update",
            &price,
        ];
        self.run("auditor", &apply)["state"].clone()
    }

    pub(super) fn show(&self, id: &str) -> Value {
        self.run("auditor", &["booking", "show", id])
    }

    pub(super) fn await_status(&self, id: &str, status: &str) {
        wait_for(status, SCHEDULER_DEADLINE, || {
            Ok((self.show(id)["status"] == status).then_some(()))
        })
        .unwrap();
    }
}
