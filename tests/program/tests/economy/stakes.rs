//! Steps of suppliers, co-stakers, slasher and arbiter.

use ion_client::{
    addresses::staking as addr,
    instructions::staking::{self as ix, CaseKey, Proposal},
};
use ion_economics::{
    slash::{LEGS, Offence, snapshot},
    units::{DAY, HOUR, IO_ONE, Io, UnixSeconds},
};
use ion_program_tests::staking_stage::attest_fault;
use rand::{Rng, seq::SliceRandom};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    AcceptOfferArgs, Citation, ProposeSlashArgs, Shows,
    state::{Case, DeviceStake, Offer},
};

use crate::town::{Role, Town};

impl Town {
    /// The stake of a device.
    pub fn book(&self, at: usize) -> DeviceStake {
        self.world.get(&addr::device_stake(&self.devices[at].key))
    }

    /// Sequences of the positions that hold a slot, with their wallets.
    pub fn positions(&self, at: usize) -> Vec<(u64, Pubkey)> {
        let book = self.book(at);
        let live = book.positions.iter().filter(|slot| slot.seq > 0);
        live.map(|slot| (slot.seq, slot.wallet)).collect()
    }

    /// Who holds this wallet.
    pub fn co_staker(&self, wallet: &Pubkey) -> Keypair {
        let found = self
            .co_stakers
            .iter()
            .find(|keypair| keypair.pubkey() == *wallet);
        found.expect("one of the town").insecure_clone()
    }

    /// One step of a supplier or a co-staker.
    pub fn stake_step(&mut self) {
        let at = self.any_device();
        let device = self.devices[at].staked();
        let owner = self.devices[at].owner.insecure_clone();
        let wallet = owner.pubkey();
        let mint = self.io_mint();
        let purse = self.io_purse(&wallet);
        let some = self.rng.gen_range(1..1_500) * IO_ONE;
        match self.rng.gen_range(0..14) {
            0 | 1 => {
                let stake = ix::stake(&wallet, None, &mint, &purse, &device, some);
                self.act("stake", &owner, stake);
            }
            2 => {
                let overflow = ix::withdraw_overflow(&wallet, &mint, &purse, &device, some);
                self.act("withdraw_overflow", &owner, overflow);
            }
            3 if self.rng.gen_bool(0.05) => {
                self.act("begin_unstake", &owner, ix::begin_unstake(&wallet, &device));
            }
            4 => {
                let withdraw = ix::withdraw(&wallet, &mint, &purse, &device);
                self.act("withdraw", &owner, withdraw);
            }
            5 => {
                self.crank("refresh_stake", ix::refresh_stake(&device));
            }
            6 | 7 => {
                let seq = self.book(at).offer_seq + 1;
                let amount = self.rng.gen_range(1..12) * 100 * IO_ONE;
                let share = self.rng.gen_range(1..=99) * 100;
                let offer = ix::create_offer(&wallet, &device, seq, amount, share);
                self.act("create_offer", &owner, offer);
            }
            8 if self.rng.gen_bool(0.3) => {
                let seq = self.book(at).offer_seq;
                let retract = ix::retract_offer(&wallet, &device.device, seq, &wallet);
                self.act("retract_offer", &owner, retract);
            }
            9 | 10 => self.accept(at),
            _ => self.leave_a_position(at),
        }
    }

    fn accept(&mut self, at: usize) {
        let (device, owner) = (self.devices[at].staked(), self.devices[at].owner.pubkey());
        let seq = self.book(at).offer_seq;
        let key = addr::offer(&device.device, seq);
        if !self.world.exists(&key) {
            return;
        }
        let offer: Offer = self.world.get(&key);
        let co = self
            .co_stakers
            .choose(&mut self.rng)
            .expect("four")
            .insecure_clone();
        let terms = AcceptOfferArgs {
            offer_seq: seq,
            amount_io: offer.amount_io,
            share_bps: offer.share_bps,
        };
        let source = self.io_purse(&co.pubkey());
        let mint = self.io_mint();
        let accept = ix::accept_offer(&co.pubkey(), &mint, &source, &device, &owner, terms);
        self.act("accept_offer", &co, accept);
    }

    fn leave_a_position(&mut self, at: usize) {
        let Some((seq, wallet)) = self.positions(at).choose(&mut self.rng).copied() else {
            return;
        };
        let device = self.devices[at].staked();
        let co = self.co_staker(&wallet);
        match self.rng.gen_range(0..3) {
            0 if self.rng.gen_bool(0.5) => {
                self.act("co_unstake", &co, ix::co_unstake(&wallet, &device, seq));
            }
            1 => {
                self.crank("advance_exit", ix::advance_exit(&device, seq));
            }
            _ => {
                let (mint, purse) = (self.io_mint(), self.io_purse(&wallet));
                let pay = ix::withdraw_position(&wallet, &mint, &purse, &device, seq);
                self.crank("withdraw_position", pay);
            }
        }
    }

    /// One step of a slash case.
    pub fn case_step(&mut self) {
        let known = self.cases.choose(&mut self.rng).copied();
        match (self.rng.gen_range(0..8), known) {
            (0 | 1, _) if self.is_awake(Role::Slasher) => self.propose(),
            (2, Some(key)) => {
                let owner = self.owner_of(&key);
                let appeal = ix::appeal(&owner.pubkey(), &key.address(), [3; 32]);
                self.act("appeal", &owner, appeal);
            }
            (3, Some(key)) if self.is_awake(Role::Arbiter) => {
                let arbiter = self.world.arbiter.insecure_clone();
                let uphold = *[0, 2_500, 10_000].choose(&mut self.rng).expect("three");
                let rule = ix::rule(&arbiter.pubkey(), &key, uphold, [4; 32]);
                self.act("rule", &arbiter, rule);
            }
            (4, Some(key)) if self.is_awake(Role::Slasher) && self.rng.gen_bool(0.2) => {
                let slasher = self.world.slasher.insecure_clone();
                let withdraw = ix::withdraw_case(&slasher.pubkey(), &key.address());
                self.act("withdraw_case", &slasher, withdraw);
            }
            (5.., Some(key)) => self.finish_case(&key),
            _ => {}
        }
    }

    fn owner_of(&self, key: &CaseKey) -> Keypair {
        let device = self
            .devices
            .iter()
            .find(|device| device.key == key.device.device);
        device
            .expect("cases are of the town's devices")
            .owner
            .insecure_clone()
    }

    fn propose(&mut self) {
        let at = self.any_device();
        let device = self.devices[at].staked();
        let day = self.world.now().div_euclid(DAY);
        if !self.world.exists(&addr::slash_day(day)) {
            let open = ix::open_slash_day(&self.stranger(), day);
            self.crank("open_slash_day", open);
        }
        let offence_at = self.world.now() - self.rng.gen_range(0..3 * HOUR);
        let is_outage = self.is_awake(Role::Verifiers) && self.rng.gen_bool(0.7);
        self.nonce += 1;
        let (poll, citation, offence_id, code, bps) = if is_outage {
            let renter = self.renters[0].pubkey();
            let (poll, citation, id) =
                attest_fault(&self.world, &device.device, &renter, offence_at);
            (Some(poll), citation, id, Offence::Outage, 400)
        } else {
            let mut id = [5; 32];
            id[..8].copy_from_slice(&self.nonce.to_le_bytes());
            (None, Citation::Evidence, id, Offence::Spoofing, 0)
        };
        let args = ProposeSlashArgs {
            code: code.code(),
            offence_id,
            part: 0,
            offence_at,
            bps,
            window_io: 0,
            evidence_hash: if is_outage { [8; 32] } else { offence_id },
            citation,
            shows: Shows::default(),
        };
        let proposal = Proposal {
            day,
            poll,
            earlier: None,
            shown_wallets: Vec::new(),
            positions: self.reached(at, offence_at),
        };
        let slasher = self.world.slasher.insecure_clone();
        let mint = self.io_mint();
        let propose = ix::propose_slash(&slasher.pubkey(), &mint, &device, &proposal, args);
        let name = if is_outage {
            "propose_slash outage"
        } else {
            "propose_slash spoofing"
        };
        if self.act(name, &slasher, propose) {
            self.cases.push(CaseKey {
                device,
                offence_id,
                part: 0,
            });
        }
    }

    fn reached(&self, at: usize, offence_at: i64) -> Vec<u64> {
        let book = self.book(at);
        let ledger = book.ledger().expect("decodes");
        let now = UnixSeconds::new(self.world.now());
        let reach = snapshot(&ledger, UnixSeconds::new(offence_at), now).expect("counts");
        let slots = book.positions.iter().zip(&reach[1..]);
        slots
            .filter(|(_, reach)| reach.available > Io::ZERO)
            .map(|(slot, _)| slot.seq)
            .collect()
    }

    /// Everything that anybody may do to end a case.
    pub fn finish_case(&mut self, key: &CaseKey) {
        let case: Case = self.world.get(&key.address());
        let (mint, now) = (self.io_mint(), self.world.now());
        if case.decided_at == 0 {
            let finalize = ix::finalize_case(&mint, key, &case, now);
            if !self.crank("finalize_case", finalize) {
                return;
            }
        }
        for leg in 0..LEGS {
            let case: Case = self.world.get(&key.address());
            let mut legs = case.legs().expect("decodes");
            if legs.restore(leg).is_ok() {
                let leg = u8::try_from(leg).expect("15 legs");
                let restore = ix::restore_leg(&mint, key, &case, leg);
                self.crank("restore_leg", restore);
            }
        }
        let case: Case = self.world.get(&key.address());
        if case.renter_due_io > 0 {
            let purse = self.io_purse(&case.renter);
            let pay = ix::pay_renter(&mint, &key.address(), &purse);
            self.crank("pay_renter", pay);
        }
    }
}
