//! The owner's principal: deposit, overflow, exit.

use super::*;

impl Model {
    /// `stake`.
    pub fn stake(&mut self, device: usize, amount: u64) -> Outcome {
        let own = &self.devices[device];
        if amount < io(1) {
            return refuse(StakingError::AmountBelowMinimum);
        }
        if own.cooling > 0 {
            return refuse(StakingError::StakeCooling);
        }
        if own.status == Status::Terminated {
            return refuse(StakingError::DeviceTerminated);
        }
        if self.withdrawn {
            return refuse(StakingError::ClassWithdrawn);
        }
        if self.owners[device] < amount {
            return Err(INSUFFICIENT_FUNDS);
        }
        self.owners[device] -= amount;
        let today = self.now.div_euclid(DAY);
        self.touch(device, |own| {
            own.active += amount;
            own.bound = true;
            let mut left = amount;
            for (_, taken) in own.taken.range_mut(today - 31..).rev() {
                let lowered = left.min(*taken);
                *taken -= lowered;
                left -= lowered;
            }
        });
        Ok(())
    }

    /// `withdraw_overflow`.
    pub fn withdraw_overflow(&mut self, device: usize, amount: u64) -> Outcome {
        let own = &self.devices[device];
        if !own.bound {
            return refuse(StakingError::WrongStakeWallet);
        }
        if amount == 0 {
            return refuse(StakingError::ZeroAmount);
        }
        if own.status == Status::Blocked {
            return refuse(StakingError::DeviceBlocked);
        }
        if amount > self.overflow(device) {
            return refuse(StakingError::ExceedsOverflow);
        }
        let today = self.now.div_euclid(DAY);
        self.touch(device, |own| {
            own.active -= amount;
            *own.taken.entry(today).or_default() += amount;
        });
        self.owners[device] += amount;
        Ok(())
    }

    /// `begin_unstake`.
    pub fn begin_unstake(&mut self, device: usize) -> Outcome {
        let own = &self.devices[device];
        if !own.bound {
            return refuse(StakingError::WrongStakeWallet);
        }
        if own.cooling > 0 {
            return refuse(StakingError::StakeCooling);
        }
        if own.active == 0 {
            return refuse(StakingError::NothingStaked);
        }
        if own.hired {
            return refuse(StakingError::DeviceHired);
        }
        if own.offer.is_some() {
            return refuse(StakingError::OfferOpen);
        }
        let (now, end) = (self.now, self.now + self.cooldown());
        self.touch(device, |own| {
            (own.cooling, own.active, own.cool_until) = (own.active, 0, end);
            own.cool_start = now;
            for position in own.slots.iter_mut().flatten() {
                if position.state == State::Active
                    || matches!(position.state, State::Wait(until, _) if now < until)
                {
                    position.start = now;
                }
                position.state = match position.state {
                    State::Active => State::Cool(end),
                    State::Wait(until, stamped) if now < until => State::Cool(stamped.min(end)),
                    State::Wait(_, stamped) => State::Cool(stamped),
                    cooling => cooling,
                };
            }
        });
        Ok(())
    }

    /// `withdraw`.
    pub fn withdraw(&mut self, device: usize) -> Outcome {
        let own = &self.devices[device];
        if !own.bound {
            return refuse(StakingError::WrongStakeWallet);
        }
        let is_cool = own.cooling > 0 && self.now >= own.cool_until;
        let paid = own.restored + if is_cool { own.cooling } else { 0 };
        if paid == 0 {
            return refuse(if own.cooling > 0 {
                StakingError::CooldownNotOver
            } else {
                StakingError::NothingToWithdraw
            });
        }
        self.owners[device] += paid;
        self.touch(device, |own| {
            own.restored = 0;
            if is_cool {
                (own.cooling, own.cool_until, own.cool_start) = (0, 0, 0);
            }
            own.bound = !(own.is_owner_gone() && own.open_cases == 0);
        });
        Ok(())
    }

    /// `refresh_stake`.
    pub fn refresh(&mut self, device: usize) -> Outcome {
        let now = self.now;
        self.touch(device, |own| {
            for position in own.slots.iter_mut().flatten() {
                if let State::Wait(until, end) = position.state
                    && now >= until
                {
                    position.state = State::Cool(end);
                }
            }
        });
        Ok(())
    }

    /// Every party takes out what no case holds, by its own signature, cranks and time (I35), once no
    /// booking holds a device: no vault owes anything afterwards.
    pub fn can_everybody_leave(&self) -> bool {
        let mut left = self.clone();
        let mut outcomes = Vec::new();
        for device in 0..left.devices.len() {
            left.devices[device].hired = false;
            if let Some(offer) = left.devices[device].offer {
                outcomes.push(left.close_or_retract(device, offer.seq));
            }
            for position in left.devices[device].slots.into_iter().flatten() {
                if position.state == State::Active {
                    outcomes.push(left.co_unstake(device, position.seq));
                }
            }
            if left.devices[device].active > 0 {
                outcomes.push(left.begin_unstake(device));
            }
        }
        left.now += WAIT + COOLDOWN;
        for device in 0..left.devices.len() {
            for (seq, wallet) in left.devices[device].accounts.clone() {
                let own = &left.devices[device];
                let has_principal = own
                    .slot(seq)
                    .and_then(|slot| own.slots[slot])
                    .is_some_and(|position| position.amount > 0);
                if has_principal || own.restored_of.contains_key(&seq) {
                    outcomes.push(left.withdraw_position(device, seq, wallet));
                }
            }
            if !left.devices[device].is_owner_gone() {
                outcomes.push(left.withdraw(device));
            }
        }
        outcomes.iter().all(Result::is_ok)
            && left
                .devices
                .iter()
                .all(|device| device.held() == device.donated)
    }
}
