//! The way out: what parties and strangers do while no privileged key ever acts again.

use booking::state::Booking;
use ion_client::{
    addresses,
    instructions::{booking as booking_ix, staking as ix},
};
use ion_economics::units::{DAY, HOUR};
use rewards::state::ClaimRecord;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    hires::{Hire, hired},
    town::Town,
};

/// Rounds after which a history has failed.
const ROUNDS: usize = 60;

impl Town {
    /// All keys fall silent for ever; everybody takes what is theirs and leaves.
    pub fn leave(&mut self) {
        self.silence_all();
        for round in 0..ROUNDS {
            for key in self.cases.clone() {
                self.finish_case(&key);
            }
            for hire in self.hires.clone() {
                self.end_hire(&hire);
                self.finish_hire(&hire);
            }
            for at in 0..self.devices.len() {
                self.leave_device(at);
            }
            self.claim_all();
            if self.stuck().is_empty() {
                return;
            }
            let pause = match round {
                0..6 => HOUR,
                6..20 => DAY,
                20..40 => 7 * DAY,
                _ => 30 * DAY,
            };
            self.world.warp(pause);
            let today = self.today();
            if !self.world.exists(&addresses::ide::epoch(today)) {
                let by = self.stranger();
                let open = ion_client::instructions::ide::open_epoch(&by, today);
                self.crank("open_epoch", open);
            }
        }
    }

    /// The renter ends what runs; what cannot be ended yet ends by its own deadlines.
    fn end_hire(&mut self, hire: &Hire) {
        let key = hire.key();
        if !self.world.exists(&key) {
            return;
        }
        let booking: Booking = self.world.get(&key);
        let renter = self.renters[hire.renter].insecure_clone();
        let devices = hired(&booking);
        let terminate = booking_ix::terminate(&renter.pubkey(), &key, booking.op_seq, &devices);
        self.act("terminate", &renter, terminate);
        let by = self.stranger();
        self.crank("end", booking_ix::end(&by, &key, &devices));
        for line in 0..u8::try_from(booking.lines.len()).expect("8 lines") {
            for freed in [&devices[..], &[]] {
                self.crank("fail_line", booking_ix::fail_line(&by, &key, line, freed));
            }
        }
    }

    fn leave_device(&mut self, at: usize) {
        let device = self.devices[at].staked();
        let owner = self.devices[at].owner.insecure_clone();
        let wallet = owner.pubkey();
        let (mint, purse) = (self.io_mint(), self.io_purse(&wallet));
        let book = self.book(at);
        if book.open_offer_seq > 0 {
            let close = ix::close_offer(&device, book.open_offer_seq, &wallet);
            self.crank("close_offer", close);
            let retract = ix::retract_offer(&wallet, &device.device, book.open_offer_seq, &wallet);
            self.act("retract_offer", &owner, retract);
        }
        for (seq, co) in self.positions(at) {
            let holder = self.co_staker(&co);
            self.act("co_unstake", &holder, ix::co_unstake(&co, &device, seq));
            self.crank("advance_exit", ix::advance_exit(&device, seq));
        }
        self.act("begin_unstake", &owner, ix::begin_unstake(&wallet, &device));
        let withdraw = ix::withdraw(&wallet, &mint, &purse, &device);
        self.act("withdraw", &owner, withdraw);
        for seq in 1..=book.offer_seq {
            let key = addresses::staking::co_position(&device.device, seq);
            if !self.world.exists(&key) {
                continue;
            }
            let position: staking::state::CoPosition = self.world.get(&key);
            let co = position.wallet;
            let destination = self.io_purse(&co);
            let pay = ix::withdraw_position(&co, &mint, &destination, &device, seq);
            self.crank("withdraw_position", pay);
            let close = ix::close_position(&co, &device, seq, &position.payer);
            self.crank("close_position", close);
        }
    }

    /// What is still somebody's and inside, in words.
    pub fn stuck(&self) -> Vec<String> {
        let mut stuck = Vec::new();
        for at in 0..self.devices.len() {
            let held = self.book(at).held_io().expect("counts");
            if held > 0 {
                stuck.push(format!("device {at}: {held} of stake"));
            }
        }
        for key in &self.cases {
            let held = self.world.token(&key.vault());
            if held > 0 {
                stuck.push(format!("case {}: {held}", key.address()));
            }
        }
        for hire in &self.hires {
            let escrow = addresses::booking::escrow(&hire.key());
            if self.world.exists(&escrow) {
                stuck.push(format!("escrow {escrow}: {}", self.world.token(&escrow)));
            }
        }
        stuck.extend(self.claims_left());
        stuck
    }

    /// Claims that a matured root grants and nobody has been paid.
    fn claims_left(&self) -> Vec<String> {
        let left = |key: &Pubkey, ledger: &ion_claims::Ledger| {
            let io = ledger.matured.lifetime_io - ledger.claimed_io - ledger.forfeited_io;
            let usdc = ledger.matured.lifetime_usdc - ledger.claimed_usdc;
            (io > 0 || usdc > 0).then(|| format!("record {key}: {io} IO, {usdc} USDC"))
        };
        let mut stuck = Vec::new();
        for (device, party) in self.lifetimes.keys() {
            let key = addresses::rewards::claim_record(device, party);
            if self.world.exists(&key) {
                let record: ClaimRecord = self.world.get(&key);
                stuck.extend(left(&key, &record.ledger));
            }
        }
        for device in &self.devices {
            let key = addresses::ide::claim(&device.key, &device.owner.pubkey());
            if self.world.exists(&key) {
                let record: ide::state::ClaimRecord = self.world.get(&key);
                stuck.extend(left(&key, &record.ledger));
            }
        }
        stuck
    }

    /// Nothing of anybody is left inside.
    #[track_caller]
    pub fn assert_everybody_left(&self) {
        let stuck = self.stuck();
        assert!(stuck.is_empty(), "{stuck:#?}\n{:#?}", self.trace);
        for hire in &self.hires {
            assert!(!self.world.exists(&hire.key()), "a booking stays open");
        }
    }
}
