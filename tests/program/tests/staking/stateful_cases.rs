//! Slash cases in the random histories: proposals, appeals, rulings, withdrawals, ends, restores.

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{
    addresses::{registry as reg, staking as addr},
    history::TransactionRecord,
    instructions::staking::{self as ix, CaseKey, Proposal},
    send::SendError,
};
use ion_economics::{
    params::{Param, staking as param},
    units::{DAY, HOUR},
};
use ion_merkle::{
    Sha256Hasher, Tree,
    leaf::DeviceLeaf,
    report::{LeafReport, ReportKind, payload_hash},
};
use ion_program_tests::World;
use rand::{Rng, seq::SliceRandom};
use registry::state::Params;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{Citation, ProposeSlashArgs, Shows, state::Case as CaseAccount};

use crate::{
    model_cases::{BARRED, DAY_FLOOR, Filing, LEGS, Stand, VICTIM, hold_leg},
    model_rewards::Who,
    stage::{attest_fault, edit, io},
    stateful::Run,
    stateful_rewards::TREES,
};

/// What the chain needs of a case beyond the model.
#[derive(Clone)]
pub struct Filed {
    key: CaseKey,
    poll: Option<Pubkey>,
    citation: Citation,
    filing: Filing,
}

/// A device report of an hour in which every device has a reliability below the floor.
pub struct LowReport {
    poll: Pubkey,
    payload: Vec<u8>,
    hash: [u8; 32],
    tree: Tree,
}

fn low_leaf(device: &Pubkey) -> DeviceLeaf {
    DeviceLeaf {
        reliability_bps: 100,
        ..World::up_leaf(device)
    }
}

impl Run {
    /// The limit of a day is small enough to be reached, and renters get a part of burns.
    pub fn lower_the_daily_floor(&self) {
        edit::<Params>(&self.world, &reg::params(&staking::ID), |params| {
            let mut set = |param: &Param, value: u64| {
                params.values[usize::from(param.slot)] = i64::try_from(value).expect("small");
            };
            set(&param::SLASH_DAILY_FLOOR, DAY_FLOOR);
            set(&param::VICTIM_BPS, VICTIM);
        });
    }

    fn open_day(&mut self) {
        let day = self.model.now.div_euclid(DAY);
        if !self.world.exists(&addr::slash_day(day)) {
            let open = ix::open_slash_day(&self.world.authority.pubkey(), day);
            self.by_anyone("open_slash_day", open, Ok(()));
        }
        self.model.open_day();
    }

    /// Wallet of a renter; the last one is the guardian's, who holds a role.
    fn renter(&self, renter: usize) -> Pubkey {
        if renter == BARRED {
            self.world.guardian.pubkey()
        } else {
            self.renters[renter].pubkey()
        }
    }

    /// Has the report of the running hour attested, once.
    fn report_low(&mut self) -> u64 {
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
    fn cite(&mut self, filing: &Filing) -> (Option<Pubkey>, Citation, [u8; 32]) {
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

    fn some_amount(&mut self, amounts: &[u64]) -> u64 {
        *amounts.choose(&mut self.rng).expect("not empty")
    }

    /// A further part of an offence.
    fn further(&mut self, first: usize) -> Filing {
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
    fn offence(&mut self) -> Filing {
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
    fn show(&mut self, filing: &mut Filing) {
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

    fn send_proposal(
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

    fn propose(&mut self) -> usize {
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

    /// The key of a party.
    pub fn wallet(&self, device: usize, who: Who) -> Pubkey {
        match who {
            Who::Owner => self.owners[device].pubkey(),
            Who::CoStaker(wallet) => self.co_stakers[wallet].pubkey(),
        }
    }

    fn some_case(&mut self, suits: impl Fn(Stand, bool) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = (0..self.model.cases.len())
            .filter(|case| {
                let own = &self.model.cases[*case];
                suits(own.stand, own.finished)
            })
            .collect();
        let any = self.rng.gen_bool(0.1);
        if any && !self.model.cases.is_empty() {
            return Some(self.rng.gen_range(0..self.model.cases.len()));
        }
        fitting.choose(&mut self.rng).copied()
    }

    fn account(&self, case: usize) -> CaseAccount {
        self.world.get(&self.filed[case].key.address())
    }

    fn finalize(&mut self, case: usize) {
        let finalize = ix::finalize_case(
            &self.mint(),
            &self.filed[case].key,
            &self.account(case),
            self.model.now,
        );
        let predicted = self.model.finalize(case);
        self.by_anyone("finalize_case", finalize, predicted);
    }

    fn restore(&mut self, case: usize, leg: usize) {
        let number = u8::try_from(leg).expect("fifteen legs");
        let state = self.account(case);
        let exists = match self.model.cases[case].leaf(leg) {
            Some((tree, key)) => self.model.earnings[tree].records.contains_key(&key),
            None if leg == 0 => true,
            None if leg >= 5 => false,
            None => {
                let position = addr::co_position(&state.device, state.parties()[leg].seq);
                self.world.exists(&position)
            }
        };
        let key = &self.filed[case].key;
        let mut restore =
            ix::restore_leg(&self.mint(), key, &state, if exists { number } else { 0 });
        // what never was or is closed by now is refused before it is needed
        if let Some(byte) = restore.data.last_mut() {
            *byte = number;
        }
        let predicted = self.model.restore(case, leg);
        let name = if leg < 5 {
            "restore_leg"
        } else {
            "restore_leg of a hold"
        };
        self.by_anyone(name, restore, predicted);
    }

    fn burn_hold(&mut self, case: usize, leg: usize) {
        let Some((tree, key)) = self.model.cases[case].leaf(leg) else {
            return;
        };
        if !self.model.earnings[tree].records.contains_key(&key) {
            return;
        }
        if self.rng.gen_bool(0.8) {
            self.prove(tree, key, true);
        }
        let number = u8::try_from(leg).expect("fifteen legs");
        let state = self.account(case);
        let burn = ix::burn_forfeited(&self.mint(), &self.filed[case].key, &state, number);
        let predicted = self.model.burn_hold(case, leg);
        self.by_anyone("burn_forfeited", burn, predicted);
    }

    fn pay_renter(&mut self, case: usize) {
        let renter = self.model.cases[case].renter.unwrap_or(0).min(BARRED - 1);
        let purse = get_associated_token_address(&self.renters[renter].pubkey(), &self.mint());
        let is_named = self.model.cases[case].renter == Some(renter);
        if !is_named {
            return; // there is no token account of this renter
        }
        let pay = ix::pay_renter(&self.mint(), &self.filed[case].key.address(), &purse);
        let predicted = self.model.pay_renter(case);
        self.by_anyone("pay_renter", pay, predicted);
    }

    /// One operation on a case; the device it is about.
    pub fn case_step(&mut self) -> usize {
        let dice = self.rng.gen_range(0..100);
        self.trace = format!("{} case dice {dice} at {}", self.trace, self.model.now);
        let case = match dice {
            0..=29 => return self.propose(),
            30..=41 => self.some_case(|stand, _| stand == Stand::Window),
            42..=53 => self.some_case(|stand, _| stand == Stand::Appealed),
            54..=57 => self.some_case(|stand, _| stand == Stand::Window),
            58..=69 => self.some_case(|stand, finished| stand != Stand::Burned && !finished),
            70..=73 => self.some_case(|stand, _| stand == Stand::Burned),
            _ => self.some_case(|stand, finished| {
                matches!(stand, Stand::Restored | Stand::Burned) && !finished
            }),
        };
        let Some(case) = case else {
            return 0;
        };
        let device = self.model.cases[case].device;
        self.trace = format!("{} on case {case} of device {device}", self.trace);
        match dice {
            30..=41 => {
                let key = self.filed[case].key.address();
                let owner = self.owners[device].pubkey();
                let predicted = self.model.appeal(case);
                let appeal = ix::appeal(&owner, &key, [3; 32]);
                self.by_owner("appeal", device, appeal, predicted);
            }
            42..=53 => {
                let uphold = *[0, 1, 3_333, 9_999, 10_000]
                    .choose(&mut self.rng)
                    .expect("not empty");
                let arbiter = self.world.arbiter.pubkey();
                let rule = ix::rule(&arbiter, &self.filed[case].key, uphold, [4; 32]);
                let predicted = self.model.rule(case, u64::from(uphold));
                let real = self.world.send(&self.world.arbiter, &[], &[rule]);
                self.agree("rule", real, predicted);
            }
            54..=57 => {
                let slasher = self.world.slasher.pubkey();
                let withdraw = ix::withdraw_case(&slasher, &self.filed[case].key.address());
                let predicted = self.model.withdraw_case(case);
                let real = self.world.send(&self.world.slasher, &[], &[withdraw]);
                self.agree("withdraw_case", real, predicted);
            }
            58..=69 => self.finalize(case),
            70..=73 => self.pay_renter(case),
            _ => {
                let own = &self.model.cases[case];
                let due: Vec<usize> = (0..LEGS)
                    .filter(|leg| own.split(*leg).1 > 0 && !own.back[*leg])
                    .collect();
                let holds: Vec<usize> = (5..LEGS)
                    .filter(|leg| own.amounts[*leg] > 0 && !own.burned[*leg])
                    .collect();
                let is_burned = own.stand == Stand::Burned;
                let any = self.rng.gen_range(0..LEGS);
                let due = due.choose(&mut self.rng).copied();
                let due = due.filter(|_| self.rng.gen_bool(0.7)).unwrap_or(any);
                match holds.choose(&mut self.rng).copied() {
                    Some(hold) if dice >= 96 || (is_burned && dice >= 84) => {
                        self.burn_hold(case, hold)
                    }
                    _ => self.restore(case, due),
                }
            }
        }
        self.compare_case(case);
        device
    }

    /// A case, its vault and its device's counters against the model.
    pub fn compare_case(&self, case: usize) {
        let (own, trace) = (&self.model.cases[case], &self.trace);
        let account = self.account(case);
        for (place, party) in account.parties().iter().enumerate() {
            let holds = [0, 1].map(|tree| own.amounts[hold_leg(place, tree)]);
            assert_eq!(
                (party.stake_io, party.holds_io, party.hold_roots),
                (own.amounts[place], holds, own.roots[place]),
                "{trace}"
            );
        }
        assert_eq!(account.charged_io, own.charged, "{trace}");
        assert_eq!(
            (account.is_settled, account.is_finished),
            (own.settled, own.finished),
            "{trace}"
        );
        assert_eq!(
            (
                account.parts,
                account.offence_charged_io,
                account.won_severity,
                account.window_held_io,
                account.renter_due_io,
            ),
            (
                own.parts,
                own.offence_charged,
                own.won,
                own.window_counted,
                own.renter_due
            ),
            "{trace}"
        );
        let vault = self.world.token(&self.filed[case].key.vault());
        assert_eq!(
            (account.vault_io().expect("counts"), vault),
            (own.vault, own.vault),
            "{trace}"
        );
    }

    /// taken = burned + restored + in the case vaults, and nothing was lost anywhere.
    pub fn assert_conserved(&self, supply_at_start: u64, begun_with: u64) {
        let held: u64 = self
            .model
            .devices
            .iter()
            .map(|device| device.held() - device.donated)
            .sum();
        let purses: u64 = self.model.owners.iter().chain(&self.model.co_stakers).sum();
        let renters: u64 = self.model.renters.iter().sum();
        let (mut claimed, mut burned) = (0, self.model.burned);
        for (earnings, tree) in self.model.earnings.iter().zip(TREES) {
            let gone = earnings.gone();
            assert_eq!(
                self.world.token(&tree.vault()),
                earnings.funded - gone.0 - gone.1,
                "{}",
                self.trace
            );
            claimed += gone.0;
            burned += gone.1;
        }
        assert_eq!(
            held + purses + renters + self.model.in_cases() + self.model.burned,
            begun_with + claimed,
            "{}",
            self.trace
        );
        assert_eq!(self.supply(), supply_at_start - burned, "{}", self.trace);
        assert!(self.model.is_all_accounted(), "{}", self.trace);
    }

    /// Supply of IO.
    pub fn supply(&self) -> u64 {
        use anchor_lang::AccountDeserialize;
        let mint = self.world.raw(&self.mint());
        anchor_spl::token::Mint::try_deserialize(&mut mint.data.as_slice())
            .expect("the mint")
            .supply
    }

    /// Every case ends by time and cranks alone.
    pub fn end_all_cases(&mut self) {
        for tree in 0..2 {
            self.accept_root(tree);
        }
        self.pass(61 * DAY);
        for tree in 0..2 {
            let keys: Vec<_> = self.model.earnings[tree].records.keys().copied().collect();
            for key in keys {
                self.prove(tree, key, true);
            }
        }
        for case in 0..self.model.cases.len() {
            self.trace = format!("ending case {case}");
            if !self.model.cases[case].settled {
                self.finalize(case);
            }
            for leg in 0..LEGS {
                let own = &self.model.cases[case];
                let (burned, back) = own.split(leg);
                let owes_burn = leg >= 5 && burned > 0 && !own.burned[leg];
                if back > 0 && !own.back[leg] {
                    self.restore(case, leg);
                }
                if owes_burn {
                    self.burn_hold(case, leg);
                }
            }
            if self.model.cases[case].renter_due > 0 {
                self.pay_renter(case);
            }
            self.compare_case(case);
            assert!(self.model.cases[case].finished);
            assert_eq!(self.model.cases[case].vault, 0);
        }
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
