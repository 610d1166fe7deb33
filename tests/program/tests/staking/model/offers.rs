//! Offers and the positions they become.

use super::*;

impl Model {
    /// `create_offer`.
    pub fn create_offer(&mut self, device: usize, amount: u64, share: u16) -> Outcome {
        let own = &self.devices[device];
        if !own.bound {
            return refuse(StakingError::WrongStakeWallet);
        }
        if amount < io(1) {
            return refuse(StakingError::OfferBelowMinimum);
        }
        if amount > self.cap() {
            return refuse(StakingError::OfferAboveCap);
        }
        if !(500..=10_000).contains(&share) {
            return refuse(StakingError::ShareOutOfRange);
        }
        if own.offer.is_some() {
            return refuse(StakingError::OfferOpen);
        }
        self.offerable(device)?;
        let until = self.now + TTL;
        let own = &mut self.devices[device];
        own.offer_seq += 1;
        own.offer = Some(Offer {
            seq: own.offer_seq,
            amount,
            share,
            until,
        });
        Ok(())
    }

    /// `retract_offer` of a sequence.
    pub fn retract_offer(&mut self, device: usize, seq: u64) -> Outcome {
        if self.devices[device]
            .offer
            .is_none_or(|offer| offer.seq != seq)
        {
            return missing();
        }
        self.devices[device].offer = None;
        Ok(())
    }

    /// Whether a device's offer has become invalid for good.
    pub fn is_closable(&self, own: &Device) -> bool {
        own.offer.is_some_and(|offer| {
            self.now > offer.until
                || own.status == Status::Terminated
                || self.withdrawn
                || own.eligible(self.now) < self.required(self.now)
                || offer.amount > self.cap()
        })
    }

    /// `close_offer` of a sequence.
    pub fn close_offer(&mut self, device: usize, seq: u64) -> Outcome {
        let own = &self.devices[device];
        if own.offer.is_none_or(|offer| offer.seq != seq) {
            return missing();
        }
        if !self.is_closable(own) {
            return refuse(StakingError::OfferStillValid);
        }
        self.devices[device].offer = None;
        Ok(())
    }

    /// `accept_offer` with the terms a wallet saw.
    pub fn accept_offer(
        &mut self,
        device: usize,
        wallet: usize,
        seq: u64,
        amount: u64,
        share: u16,
    ) -> Outcome {
        let own = &self.devices[device];
        let Some(offer) = own.offer.filter(|offer| offer.seq == seq) else {
            return missing();
        };
        if (amount, share) != (offer.amount, offer.share) {
            return refuse(StakingError::TermsMismatch);
        }
        if self.now > offer.until {
            return refuse(StakingError::OfferExpired);
        }
        self.offerable(device)?;
        if amount > self.cap() {
            return refuse(StakingError::OfferAboveCap);
        }
        if self.live(wallet) >= 2 {
            return refuse(StakingError::TooManyPositions);
        }
        let Some(free) = own.slots.iter().position(Option::is_none) else {
            return refuse(StakingError::NoFreeSlot);
        };
        if self.co_stakers[wallet] < amount {
            return Err(INSUFFICIENT_FUNDS);
        }
        self.co_stakers[wallet] -= amount;
        let now = self.now;
        self.touch(device, |own| {
            own.slots[free] = Some(Position {
                seq,
                wallet,
                amount,
                state: State::Active,
                accepted: now,
                start: 0,
            });
            own.offer = None;
            own.accounts.push((seq, wallet));
        });
        Ok(())
    }

    /// Live positions of a wallet.
    pub fn live(&self, wallet: usize) -> usize {
        self.devices
            .iter()
            .flat_map(Device::positions)
            .filter(|position| position.wallet == wallet)
            .count()
    }

    /// `co_unstake` by the position's wallet; its account exists.
    pub fn co_unstake(&mut self, device: usize, seq: u64) -> Outcome {
        let own = &self.devices[device];
        let Some(slot) = own.slot(seq) else {
            return refuse(StakingError::PositionNotFound);
        };
        if own.slots[slot].is_none_or(|position| position.state != State::Active) {
            return refuse(StakingError::PositionNotActive);
        }
        let uncured = self
            .since(device)
            .is_some_and(|since| self.now > since + CURE);
        let gone = matches!(own.status, Status::Blocked | Status::Terminated);
        let state = if uncured || gone || self.withdrawn {
            State::Cool(self.now + self.cooldown())
        } else {
            State::Wait(self.now + WAIT, self.now + WAIT + COOLDOWN)
        };
        let now = self.now;
        self.touch(device, |own| {
            if let Some(position) = &mut own.slots[slot] {
                position.state = state;
                position.start = match state {
                    State::Wait(until, _) => until,
                    _ => now,
                };
            }
        });
        Ok(())
    }

    /// `advance_exit`; the position's account exists.
    pub fn advance_exit(&mut self, device: usize, seq: u64) -> Outcome {
        let own = &self.devices[device];
        let Some(slot) = own.slot(seq) else {
            return refuse(StakingError::PositionNotFound);
        };
        match own.slots[slot].map(|position| position.state) {
            Some(State::Wait(until, end)) if self.now >= until => {
                self.touch(device, |own| {
                    if let Some(position) = &mut own.slots[slot] {
                        position.state = State::Cool(end);
                    }
                });
                Ok(())
            }
            Some(State::Wait(..)) => refuse(StakingError::WaitNotOver),
            _ => refuse(StakingError::PositionNotWaiting),
        }
    }

    /// `withdraw_position`; the position's account exists and belongs to this wallet.
    pub fn withdraw_position(&mut self, device: usize, seq: u64, wallet: usize) -> Outcome {
        let own = &self.devices[device];
        let restored = own.restored_of.get(&seq).copied().unwrap_or(0);
        let slot = own.slot(seq).filter(|slot| {
            own.slots[*slot].is_some_and(|position| position.state != State::Zeroed)
        });
        let mut principal = 0;
        if let Some(slot) = slot {
            let position = own.slots[slot].expect("the slot is taken");
            match position.state {
                State::Wait(_, end) | State::Cool(end) if self.now >= end => {
                    principal = position.amount;
                }
                _ => return refuse(StakingError::CooldownNotOver),
            }
        }
        if principal + restored == 0 {
            return refuse(StakingError::NothingToWithdraw);
        }
        self.co_stakers[wallet] += principal + restored;
        self.devices[device].restored_of.remove(&seq);
        if let Some(slot) = slot {
            self.touch(device, |own| own.slots[slot] = None);
        }
        Ok(())
    }

    /// `close_position`; the position's account exists.
    pub fn close_position(&mut self, device: usize, seq: u64) -> Outcome {
        let own = &self.devices[device];
        if own.legs_of.get(&seq).is_some_and(|legs| *legs > 0) {
            return refuse(StakingError::CaseLegOpen);
        }
        if own.restored_of.contains_key(&seq) {
            return refuse(StakingError::PositionNotEmpty);
        }
        if let Some(slot) = own.slot(seq) {
            let is_zeroed = own.slots[slot].is_some_and(|p| p.state == State::Zeroed);
            if !is_zeroed {
                return refuse(StakingError::PositionNotEmpty);
            }
            self.touch(device, |own| own.slots[slot] = None);
        }
        self.devices[device]
            .accounts
            .retain(|(account, _)| *account != seq);
        Ok(())
    }

    /// The offer is gone: by its maker, or by anyone where the maker is forgotten.
    pub(super) fn close_or_retract(&mut self, device: usize, seq: u64) -> Outcome {
        if self.devices[device].bound {
            self.retract_offer(device, seq)
        } else {
            self.close_offer(device, seq)
        }
    }
}
