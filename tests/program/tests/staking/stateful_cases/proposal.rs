//! Random proposals: offence, evidence, charge and the records shown.

use super::*;

impl Run {
    /// Has the report of the running hour attested, once.
    pub(super) fn report_low(&mut self) -> u64 {
        let hour = self.world.hour();
        if self.reports.contains_key(&hour) {
            return hour;
        }
        let leaves = self.devices.iter().map(|staked| low_leaf(&staked.device));
        let tree = Tree::new(leaves.map(|leaf| leaf.hash::<Sha256Hasher>()).collect());
        let payload = LeafReport {
            root: tree.root(),
            leaf_count: tree.count(),
            bundle: [9; 32],
        }
        .encode()
        .to_vec();
        let (kind, subject) = (ReportKind::DeviceReport, registry::ID);
        let report = LowReport {
            poll: self.world.attest(kind, &subject, hour, &payload),
            hash: payload_hash::<Sha256Hasher>(kind, &subject.to_bytes(), hour, &payload),
            payload,
            tree,
        };
        self.reports.insert(hour, report);
        hour
    }

    /// What a code cites of a device at a time: the poll, the citation, the offence id.
    pub(super) fn cite(&mut self, filing: &Filing) -> (Option<Pubkey>, Citation, [u8; 32]) {
        let device = self.devices[filing.device].device;
        match filing.code {
            6 => (None, Citation::Evidence, self.rng.r#gen()),
            4 | 5 => {
                let hour = u64::try_from(filing.offence_at.div_euclid(HOUR)).expect("after 1970");
                let report = &self.reports[&hour];
                let leaf = low_leaf(&device);
                let citation = Citation::Leaf {
                    hour,
                    payload: report.payload.clone(),
                    index: filing.device as u64,
                    siblings: report.tree.proof(filing.device).expect("it is in the tree"),
                    status: leaf.status,
                    connectivity_tier: leaf.connectivity_tier,
                    supplier_tier: leaf.supplier_tier,
                    readiness_flags: leaf.readiness_flags,
                    reliability_bps: leaf.reliability_bps,
                };
                (Some(report.poll), citation, report.hash)
            }
            _ => {
                let renter = self.renter(filing.renter.expect("a hired line has one"));
                let (poll, citation, hash) =
                    attest_fault(&self.world, &device, &renter, filing.offence_at);
                (Some(poll), citation, hash)
            }
        }
    }

    pub(super) fn some_amount(&mut self, amounts: &[u64]) -> u64 {
        *amounts.choose(&mut self.rng).expect("not empty")
    }

    /// A further part of an offence.
    pub(super) fn further(&mut self, first: usize) -> Filing {
        let before = self.filed[first].filing.clone();
        let code = match before.code {
            2 | 3 | 7 => *[2, 3, 3, 7].choose(&mut self.rng).expect("not empty"),
            code => code,
        };
        Filing {
            bps: if before.code == 4 {
                before.bps
            } else {
                table(code)
            },
            code,
            first: Some(first),
            shown: Default::default(),
            ..before
        }
    }

    /// A new offence.
    pub(super) fn offence(&mut self) -> Filing {
        let device = self.rng.gen_range(0..self.devices.len());
        let code = *[2, 2, 3, 7, 4, 4, 4, 5, 5, 6]
            .choose(&mut self.rng)
            .expect("not empty");
        let ages = [
            0,
            1,
            HOUR,
            DAY,
            3 * DAY,
            6 * DAY,
            10 * DAY,
            30 * DAY,
            30 * DAY + 1,
            -1,
        ];
        let mut filing = Filing {
            device,
            code,
            offence_at: self.model.now - ages.choose(&mut self.rng).expect("not empty"),
            bps: table(code),
            window: 0,
            first: None,
            earlier: None,
            renter: None,
            shown: Default::default(),
        };
        match code {
            2 | 3 | 7 => filing.renter = Some(self.rng.gen_range(0..=BARRED)),
            4 | 5 => {
                let running = self.report_low();
                let hours: Vec<u64> = self.reports.keys().copied().collect();
                let any = *hours.choose(&mut self.rng).expect("there is one");
                let hour = if self.rng.gen_bool(0.7) { running } else { any };
                filing.offence_at = i64::try_from(hour).expect("small") * HOUR;
                if self.rng.gen_bool(0.5) {
                    // the device of an earlier breach
                    let breaches: Vec<usize> = (0..self.model.cases.len())
                        .filter(|case| self.model.cases[*case].code == 4)
                        .collect();
                    if let Some(earlier) = breaches.choose(&mut self.rng) {
                        filing.device = self.model.cases[*earlier].device;
                        filing.earlier = Some(*earlier).filter(|_| code == 4);
                    }
                }
                if code == 4 {
                    filing.bps = match filing.earlier {
                        Some(_) => self.some_amount(&[500, 500, 300, 501]),
                        None => self.some_amount(&[0, 0, 0, 0, 500]),
                    };
                    filing.window = self.some_amount(&[0, io(3), io(40), io(400) + 7]);
                }
            }
            _ => {}
        }
        filing
    }

    /// Which records a proposal shows: some of those that count, freshly proven for the most part.
    pub(super) fn show(&mut self, filing: &mut Filing) {
        if self.rng.gen_bool(0.4) {
            return;
        }
        let who = self.model.parties(filing.device);
        let holders = self.model.holders(filing.device, filing.offence_at);
        for tree in 0..2 {
            for place in &holders {
                let key = (filing.device, who[*place].expect("a party"));
                if self.rng.gen_bool(0.7) {
                    self.prove(tree, key, false);
                }
                if self.model.earnings[tree].records.contains_key(&key) && self.rng.gen_bool(0.8) {
                    filing.shown[tree].push(*place);
                }
            }
        }
    }

    pub(super) fn send_proposal(
        &self,
        proposal: &Proposal,
        args: ProposeSlashArgs,
        device: usize,
    ) -> Result<TransactionRecord, SendError> {
        let slasher = &self.world.slasher;
        let is_plain =
            proposal.shown_wallets.is_empty() && !matches!(args.citation, Citation::Leaf { .. });
        let propose = ix::propose_slash(
            &slasher.pubkey(),
            &self.mint(),
            &self.devices[device],
            proposal,
            args,
        );
        if is_plain {
            self.world.send(slasher, &[], &[propose])
        } else {
            self.world.send_over_table(slasher, &propose)
        }
    }

    pub(super) fn propose(&mut self) -> usize {
        self.open_day();
        let candidates: Vec<usize> = (0..self.model.cases.len())
            .filter(|case| self.model.cases[*case].part == 0)
            .collect();
        let old = candidates.choose(&mut self.rng).copied();
        let mut filing = match old.filter(|_| self.rng.gen_bool(0.3)) {
            Some(first) => self.further(first),
            None => self.offence(),
        };
        self.show(&mut filing);
        let device = filing.device;
        let part = filing
            .first
            .map_or(0, |first| self.model.cases[first].parts);
        let (poll, citation, offence_id) = match filing.first {
            Some(first) => {
                let filed = self.filed[first].clone();
                (filed.poll, filed.citation, filed.key.offence_id)
            }
            None => self.cite(&filing),
        };
        let key = CaseKey {
            device: self.devices[device],
            offence_id,
            part,
        };
        if self.world.exists(&key.address()) {
            return device; // the report of this hour has been used against this device
        }
        let who = self.model.parties(device);
        let before = self.model.cases.len();
        let predicted = self.model.propose(&filing);
        let positions = self.model.cases.get(before).map_or(Vec::new(), |case| {
            (1..5)
                .filter(|leg| case.amounts[*leg] > 0)
                .map(|leg| case.seqs[leg])
                .collect()
        });
        let places = |tree: usize| {
            let places = filing.shown[tree].iter();
            places.map(|place| u8::try_from(*place).expect("five"))
        };
        let wallet = |place: &usize| self.wallet(device, who[*place].expect("a party"));
        let args = ProposeSlashArgs {
            code: filing.code,
            offence_id,
            part,
            offence_at: filing.offence_at,
            bps: u16::try_from(filing.bps).expect("bps"),
            window_io: filing.window,
            evidence_hash: if filing.code == 6 {
                offence_id
            } else {
                [8; 32]
            },
            citation: citation.clone(),
            shows: Shows {
                reward_parties: places(0).collect(),
                payout_parties: places(1).collect(),
            },
        };
        let proposal = Proposal {
            day: self.model.now.div_euclid(DAY),
            poll,
            earlier: filing
                .earlier
                .map(|earlier| self.filed[earlier].key.address()),
            shown_wallets: filing.shown.iter().flatten().map(wallet).collect(),
            positions,
        };
        let real = self.send_proposal(&proposal, args, device);
        if predicted.is_ok() {
            self.filed.push(Filed {
                key,
                poll,
                citation,
                filing,
            });
            let case = &self.model.cases[before];
            let held = case.amounts[5..].iter().any(|amount| *amount > 0);
            self.count(code_name(case.code), true);
            self.count("proposal with holds", held);
        }
        self.agree("propose_slash", real, predicted);
        device
    }
}

/// The charge of the table.
fn table(code: u8) -> u64 {
    match code {
        2 => 400,
        3 => 3_000,
        7 => 5_000,
        5 => 200,
        _ => 0,
    }
}

fn code_name(code: u8) -> &'static str {
    match code {
        2 => "code 2",
        3 => "code 3",
        7 => "code 3b",
        4 => "code 4",
        5 => "code 5",
        _ => "code 6",
    }
}
