//! Everybody leaves: what is left belongs to nobody.

use super::*;

impl Run {
    /// Whoever has principal at a device begins to leave.
    pub(super) fn begin_to_leave(&mut self, device: usize) {
        let status = self.model.devices[device].status;
        self.set_device(device, status, false);
        if self.model.devices[device].offer.is_some() {
            if self.model.devices[device].bound {
                self.retract(device);
            } else {
                self.close_offer(device);
            }
        }
        for slot in self.model.devices[device].slots.into_iter().flatten() {
            if slot.state == State::Active {
                self.co_unstake(device, slot.seq, slot.wallet);
            }
        }
        if self.model.devices[device].active > 0 {
            self.begin_unstake(device);
        }
    }

    /// Whoever has principal at a device takes it out, and nothing stays.
    pub(super) fn leave(&mut self, device: usize) {
        for (seq, wallet) in self.model.devices[device].accounts.clone() {
            let own = &self.model.devices[device];
            let has_principal = own
                .slots
                .iter()
                .flatten()
                .any(|p| p.seq == seq && p.amount > 0);
            if has_principal || own.restored_of.contains_key(&seq) {
                self.pay_out(device, seq, wallet);
            }
        }
        if !self.model.devices[device].is_owner_gone() {
            self.withdraw(device);
        }
        let own = &self.model.devices[device];
        assert_eq!(own.held(), own.donated, "{}", self.trace);
        self.compare(device);
    }

    /// After a case has ended everybody who has principal at its device can take it out: played on the
    /// chain, which then goes back to where it was.
    pub fn leave_and_come_back(&mut self, device: usize) {
        let (chain, model) = (self.world.chain.with(|svm| svm.clone()), self.model.clone());
        self.trace = format!("{}; leaving device {device}", self.trace);
        self.begin_to_leave(device);
        self.pass(WAIT + COOLDOWN);
        self.leave(device);
        self.world.chain.with(|svm| *svm = chain);
        self.model = model;
    }

    /// Each party takes its principal out by its own signature, cranks and time.
    pub(super) fn drain(&mut self) {
        self.trace = "draining".to_owned();
        for device in 0..DEVICES {
            self.begin_to_leave(device);
        }
        self.pass(WAIT + COOLDOWN);
        for device in 0..DEVICES {
            self.leave(device);
            for (seq, wallet) in self.model.devices[device].accounts.clone() {
                self.close_position(device, seq, wallet);
            }
            let own = &self.model.devices[device];
            assert!(!own.bound && own.accounts.is_empty());
        }
        let balances: u64 = self.model.owners.iter().chain(&self.model.co_stakers).sum();
        let renters: u64 = self.model.renters.iter().sum();
        let claimed = self.claimed_by(|_| true);
        assert_eq!(balances + renters + self.model.burned, BEGUN_WITH + claimed);
        self.compare_all();
    }
}
