//! Slash cases in the random histories: proposals, appeals, rulings, withdrawals, ends, restores.

use ion_client::{
    addresses::{registry as reg, staking as addr},
    instructions::staking::{self as ix, CaseKey, Proposal},
};
use ion_economics::units::{DAY, HOUR};
use rand::{Rng, seq::SliceRandom};
use registry::state::Params;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{Citation, ProposeSlashArgs, Shows, state::Case as CaseAccount};

use crate::{
    model_cases::{DAY_FLOOR, Filing, Stand},
    stage::{attest_fault, edit},
    stateful::Run,
};

/// What the chain needs of a case beyond the model.
#[derive(Clone)]
pub struct Filed {
    key: CaseKey,
    poll: Option<Pubkey>,
    citation: Citation,
}

impl Run {
    /// The limit of a day is small enough to be reached.
    pub fn lower_the_daily_floor(&self) {
        edit::<Params>(&self.world, &reg::params(&staking::ID), |params| {
            let slot = ion_economics::params::staking::SLASH_DAILY_FLOOR.slot;
            params.values[usize::from(slot)] = i64::try_from(DAY_FLOOR).expect("small");
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

    fn propose(&mut self) -> usize {
        self.open_day();
        let device = self.rng.gen_range(0..self.devices.len());
        let candidates: Vec<usize> = (0..self.model.cases.len())
            .filter(|case| self.model.cases[*case].part == 0)
            .collect();
        let old = candidates.choose(&mut self.rng).copied();
        let further = old.filter(|_| self.rng.gen_bool(0.3));
        let filing = match further {
            Some(first) => {
                let case = &self.model.cases[first];
                let code = match case.code {
                    6 => 6,
                    _ => *[2, 3, 3].choose(&mut self.rng).expect("not empty"),
                };
                Filing {
                    device: case.device,
                    code,
                    offence_at: case.offence_at,
                    first: Some(first),
                }
            }
            None => {
                let ages = [
                    0,
                    1,
                    HOUR,
                    DAY,
                    3 * DAY,
                    10 * DAY,
                    30 * DAY,
                    30 * DAY + 1,
                    -1,
                ];
                Filing {
                    device,
                    code: *[2, 2, 3, 6].choose(&mut self.rng).expect("not empty"),
                    offence_at: self.model.now - ages.choose(&mut self.rng).expect("not empty"),
                    first: None,
                }
            }
        };
        let staked = self.devices[filing.device];
        let part = filing
            .first
            .map_or(0, |first| self.model.cases[first].parts);
        let (poll, citation, offence_id) = match filing.first {
            Some(first) => {
                let filed = self.filed[first].clone();
                (filed.poll, filed.citation, filed.key.offence_id)
            }
            None if filing.code == 6 => {
                let evidence = self.rng.r#gen::<[u8; 32]>();
                (None, Citation::Evidence, evidence)
            }
            None => {
                let renter = Pubkey::new_from_array([77; 32]);
                let (poll, citation, hash) =
                    attest_fault(&self.world, &staked.device, &renter, filing.offence_at);
                (Some(poll), citation, hash)
            }
        };
        let before = self.model.cases.len();
        let predicted = self.model.propose(&filing);
        let positions = self.model.cases.get(before).map_or(Vec::new(), |case| {
            (1..5)
                .filter(|leg| case.stakes[*leg] > 0)
                .map(|leg| case.seqs[leg])
                .collect()
        });
        let args = ProposeSlashArgs {
            code: filing.code,
            offence_id,
            part,
            offence_at: filing.offence_at,
            bps: match filing.code {
                2 => 400,
                3 => 3_000,
                _ => 0,
            },
            window_io: 0,
            evidence_hash: if filing.code == 6 {
                offence_id
            } else {
                [8; 32]
            },
            citation: citation.clone(),
            shows: Shows::default(),
        };
        let proposal = Proposal {
            day: self.model.now.div_euclid(DAY),
            poll,
            earlier: None,
            shown_wallets: Vec::new(),
            positions,
        };
        let slasher = self.world.slasher.pubkey();
        let propose = ix::propose_slash(&slasher, &self.mint(), &staked, &proposal, args);
        let real = self.world.send(&self.world.slasher, &[], &[propose]);
        if predicted.is_ok() {
            self.filed.push(Filed {
                key: CaseKey {
                    device: staked,
                    offence_id,
                    part,
                },
                poll,
                citation,
            });
        }
        self.agree("propose_slash", real, predicted);
        filing.device
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
        let number = u8::try_from(leg).expect("five legs");
        let state = self.account(case);
        let mut restore = ix::restore_leg(&self.mint(), &self.filed[case].key, &state, number);
        let position = addr::co_position(&state.device, state.parties()[leg].seq);
        if leg > 0 && !self.world.exists(&position) {
            // there never was one, or its leg is done and it is closed: refused before it is needed
            restore = ix::restore_leg(&self.mint(), &self.filed[case].key, &state, 0);
            if let Some(byte) = restore.data.last_mut() {
                *byte = number;
            }
        }
        let predicted = self.model.restore(case, leg);
        self.by_anyone("restore_leg", restore, predicted);
    }

    /// One operation on a case; the device it is about.
    pub fn case_step(&mut self) -> usize {
        let dice = self.rng.gen_range(0..100);
        self.trace = format!("{} case dice {dice} at {}", self.trace, self.model.now);
        let case = match dice {
            0..=29 => return self.propose(),
            30..=44 => self.some_case(|stand, _| stand == Stand::Window),
            45..=59 => self.some_case(|stand, _| stand == Stand::Appealed),
            60..=64 => self.some_case(|stand, _| stand == Stand::Window),
            65..=79 => self.some_case(|stand, finished| stand != Stand::Burned && !finished),
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
            30..=44 => {
                let key = self.filed[case].key.address();
                let owner = self.owners[device].pubkey();
                let predicted = self.model.appeal(case);
                let appeal = ix::appeal(&owner, &key, [3; 32]);
                self.by_owner("appeal", device, appeal, predicted);
            }
            45..=59 => {
                let uphold = *[0, 1, 3_333, 9_999, 10_000]
                    .choose(&mut self.rng)
                    .expect("not empty");
                let arbiter = self.world.arbiter.pubkey();
                let rule = ix::rule(&arbiter, &self.filed[case].key, uphold, [4; 32]);
                let predicted = self.model.rule(case, u64::from(uphold));
                let real = self.world.send(&self.world.arbiter, &[], &[rule]);
                self.agree("rule", real, predicted);
            }
            60..=64 => {
                let slasher = self.world.slasher.pubkey();
                let withdraw = ix::withdraw_case(&slasher, &self.filed[case].key.address());
                let predicted = self.model.withdraw_case(case);
                let real = self.world.send(&self.world.slasher, &[], &[withdraw]);
                self.agree("withdraw_case", real, predicted);
            }
            65..=79 => self.finalize(case),
            _ => {
                let leg = self.rng.gen_range(0..5);
                self.restore(case, leg);
            }
        }
        self.compare_case(case);
        device
    }

    /// A case, its vault and its device's counters against the model.
    pub fn compare_case(&self, case: usize) {
        let (own, trace) = (&self.model.cases[case], &self.trace);
        let account = self.account(case);
        assert_eq!(
            account.parties().map(|party| party.stake_io),
            own.stakes,
            "{trace}"
        );
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
                account.won_severity
            ),
            (own.parts, own.offence_charged, own.won),
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
        assert_eq!(
            held + purses + self.model.in_cases() + self.model.burned,
            begun_with,
            "{}",
            self.trace
        );
        assert_eq!(
            self.supply(),
            supply_at_start - self.model.burned,
            "{}",
            self.trace
        );
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
        self.pass(61 * DAY);
        for case in 0..self.model.cases.len() {
            self.trace = format!("ending case {case}");
            if !self.model.cases[case].settled {
                self.finalize(case);
            }
            for leg in 0..5 {
                let own = &self.model.cases[case];
                if own.split(leg).1 > 0 && !own.back[leg] {
                    self.restore(case, leg);
                }
            }
            self.compare_case(case);
            assert!(self.model.cases[case].finished);
        }
    }
}
