//! Slash cases in the random histories: proposals, appeals, rulings, withdrawals, ends, restores.

mod proposal;

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
