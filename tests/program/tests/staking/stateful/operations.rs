//! Operations on stakes, offers and positions, and their choice.

use super::*;

impl Run {
    pub(super) fn stake(&mut self, device: usize, amount: u64) {
        let owner = &self.owners[device];
        let stake = ix::stake(
            &owner.pubkey(),
            None,
            &self.mint(),
            &self.purse(owner),
            &self.devices[device],
            amount,
        );
        let predicted = self.model.stake(device, amount);
        self.by_owner("stake", device, stake, predicted);
    }

    pub(super) fn overflow(&mut self, device: usize, amount: u64) {
        let owner = &self.owners[device];
        let take = ix::withdraw_overflow(
            &owner.pubkey(),
            &self.mint(),
            &self.purse(owner),
            &self.devices[device],
            amount,
        );
        let predicted = self.model.withdraw_overflow(device, amount);
        self.by_owner("withdraw_overflow", device, take, predicted);
    }

    pub(super) fn begin_unstake(&mut self, device: usize) {
        let leave = ix::begin_unstake(&self.owners[device].pubkey(), &self.devices[device]);
        let predicted = self.model.begin_unstake(device);
        self.by_owner("begin_unstake", device, leave, predicted);
    }

    pub(super) fn withdraw(&mut self, device: usize) {
        let owner = &self.owners[device];
        let take = ix::withdraw(
            &owner.pubkey(),
            &self.mint(),
            &self.purse(owner),
            &self.devices[device],
        );
        let predicted = self.model.withdraw(device);
        self.by_owner("withdraw", device, take, predicted);
    }

    pub(super) fn refresh(&mut self, device: usize) {
        let predicted = self.model.refresh(device);
        self.by_anyone(
            "refresh_stake",
            ix::refresh_stake(&self.devices[device]),
            predicted,
        );
    }

    pub(super) fn create_offer(&mut self, device: usize, amount: u64, share: u16) {
        let seq = self.model.devices[device].offer_seq + 1;
        let offer = ix::create_offer(
            &self.owners[device].pubkey(),
            &self.devices[device],
            seq,
            amount,
            share,
        );
        let predicted = self.model.create_offer(device, amount, share);
        self.by_owner("create_offer", device, offer, predicted);
    }

    /// The open offer's sequence, else one that is gone or never was.
    pub(super) fn some_seq(&self, device: usize) -> u64 {
        self.model.devices[device].offer_seq.max(1)
    }

    pub(super) fn retract(&mut self, device: usize) {
        let (seq, owner) = (self.some_seq(device), self.owners[device].pubkey());
        let retract = ix::retract_offer(&owner, &self.devices[device].device, seq, &owner);
        let predicted = self.model.retract_offer(device, seq);
        self.by_owner("retract_offer", device, retract, predicted);
    }

    pub(super) fn close_offer(&mut self, device: usize) {
        let (seq, owner) = (self.some_seq(device), self.owners[device].pubkey());
        let close = ix::close_offer(&self.devices[device], seq, &owner);
        let predicted = self.model.close_offer(device, seq);
        self.by_anyone("close_offer", close, predicted);
    }

    pub(super) fn accept(&mut self, device: usize, wallet: usize) {
        let seq = self.some_seq(device);
        let seen = self.model.devices[device].offer;
        let (mut amount_io, mut share_bps) =
            seen.map_or((io(5), 500), |offer| (offer.amount, offer.share));
        match self.rng.gen_range(0..12) {
            0 => amount_io += 1,
            1 => share_bps -= 1,
            _ => {}
        }
        let co_staker = &self.co_stakers[wallet];
        let accept = ix::accept_offer(
            &co_staker.pubkey(),
            &self.mint(),
            &self.purse(co_staker),
            &self.devices[device],
            &self.owners[device].pubkey(),
            AcceptOfferArgs {
                offer_seq: seq,
                amount_io,
                share_bps,
            },
        );
        let predicted = self
            .model
            .accept_offer(device, wallet, seq, amount_io, share_bps);
        self.by_co_staker("accept_offer", wallet, accept, predicted);
    }

    pub(super) fn co_unstake(&mut self, device: usize, seq: u64, wallet: usize) {
        let leave = ix::co_unstake(
            &self.co_stakers[wallet].pubkey(),
            &self.devices[device],
            seq,
        );
        let predicted = self.model.co_unstake(device, seq);
        self.by_co_staker("co_unstake", wallet, leave, predicted);
    }

    pub(super) fn pay_out(&mut self, device: usize, seq: u64, wallet: usize) {
        let co_staker = &self.co_stakers[wallet];
        let pay = ix::withdraw_position(
            &co_staker.pubkey(),
            &self.mint(),
            &self.purse(co_staker),
            &self.devices[device],
            seq,
        );
        let predicted = self.model.withdraw_position(device, seq, wallet);
        self.by_anyone("withdraw_position", pay, predicted);
    }

    pub(super) fn close_position(&mut self, device: usize, seq: u64, wallet: usize) {
        let payer = self.co_stakers[wallet].pubkey();
        let close = ix::close_position(&payer, &self.devices[device], seq, &payer);
        let predicted = self.model.close_position(device, seq);
        self.by_anyone("close_position", close, predicted);
    }

    pub(super) fn donate(&mut self, device: usize) {
        let (from, to) = (self.world.treasury.pubkey(), self.owners[device].pubkey());
        let pay =
            tokens::transfer(tokens::Mint::Io, &self.mint(), &from, &to, 7).expect("classic token");
        let vault = addr::vault(&addr::device_stake(&self.devices[device].device));
        let pay = swap(&pay, &self.purse(&self.owners[device]), &vault);
        self.world
            .send(&self.world.treasury, &[], &[pay])
            .expect("donates");
        self.model.devices[device].donated += 7;
    }

    /// A device for an operation: mostly one on which it has something to do.
    pub(super) fn some_device(&mut self, dice: u32) -> usize {
        let now = self.model.now;
        let any = self.rng.gen_range(0..DEVICES);
        if self.rng.gen_bool(0.25) {
            return any;
        }
        let closable = |device: &Device| self.model.is_closable(device);
        let suits = |device: &Device| {
            let has = |state: fn(State, i64) -> bool| {
                device.slots.iter().flatten().any(|p| state(p.state, now))
            };
            match dice {
                0..=21 => {
                    device.active == 0 && device.cooling == 0 && device.status != Status::Terminated
                }
                38..=52 => {
                    device.active > 0
                        && device.since.is_none()
                        && device.offer.is_none()
                        && !has(|state, _| state == State::Active)
                }
                54..=57 | 69..=72 => closable(device),
                53 | 58..=68 => device.offer.is_some(),
                73..=77 => has(|state, _| state == State::Active),
                78..=80 => has(|state, now| matches!(state, State::Wait(until, _) if until <= now)),
                81..=86 => has(
                    |state, now| matches!(state, State::Wait(_, end) | State::Cool(end) if end <= now),
                ),
                _ => true,
            }
        };
        let devices = self.model.devices.iter().enumerate();
        let fitting: Vec<usize> = devices
            .filter(|(_, device)| suits(device))
            .map(|(index, _)| index)
            .collect();
        fitting.choose(&mut self.rng).copied().unwrap_or(any)
    }

    pub(super) fn step(&mut self) -> usize {
        if self.rng.gen_bool(0.3) {
            return self.case_step();
        }
        if self.rng.gen_bool(0.15) {
            return self.reward_step();
        }
        let dice = self.rng.gen_range(0..100);
        let device = self.some_device(dice);
        self.trace = format!(
            "{} dice {dice} on device {device} at {}",
            self.trace, self.model.now
        );
        match dice {
            0..=21 => {
                let need = self.model.required(self.model.now);
                let counted = self.model.devices[device].eligible(self.model.now);
                let missing = need.saturating_sub(counted);
                let amounts = [
                    missing,
                    missing,
                    need,
                    need,
                    io(1),
                    io(1) - 1,
                    0,
                    PURSE + 1,
                    io(37),
                ];
                let amount = *amounts.choose(&mut self.rng).expect("not empty");
                self.stake(device, amount);
            }
            22..=28 => {
                let over = self.model.overflow(device);
                let amounts = [over, over + 1, over / 2, 1, 0];
                let amount = *amounts.choose(&mut self.rng).expect("not empty");
                self.overflow(device, amount);
            }
            29 => self.begin_unstake(device),
            30..=37 => self.withdraw(device),
            38..=52 => {
                let cap = self.model.cap();
                let amounts = [cap, cap, cap / 2, cap + 1, io(1), io(1) - 1];
                let amount = *amounts.choose(&mut self.rng).expect("not empty");
                let share = *[500, 4_000, 4_000, 10_000, 499, 10_001]
                    .choose(&mut self.rng)
                    .expect("not empty");
                self.create_offer(device, amount, share);
            }
            53 => self.retract(device),
            54..=57 | 69..=72 => self.close_offer(device),
            58..=68 => {
                let wallet = self.rng.gen_range(0..CO_STAKERS);
                self.accept(device, wallet);
            }
            73..=88 => {
                let Some((seq, wallet)) = self.some_position(device) else {
                    return device;
                };
                match dice {
                    73..=77 => self.co_unstake(device, seq, wallet),
                    78..=80 => {
                        let predicted = self.model.advance_exit(device, seq);
                        self.by_anyone(
                            "advance_exit",
                            ix::advance_exit(&self.devices[device], seq),
                            predicted,
                        );
                    }
                    81..=86 => self.pay_out(device, seq, wallet),
                    _ => {
                        let empty = (0..DEVICES).find_map(|place| {
                            let own = &self.model.devices[place];
                            let closable = |(seq, _): &&(u64, usize)| {
                                own.slot(*seq).is_none()
                                    && !own.restored_of.contains_key(seq)
                                    && own.legs_of.get(seq).is_none_or(|legs| *legs == 0)
                            };
                            let found = own.accounts.iter().find(closable);
                            found.map(|(seq, wallet)| (place, *seq, *wallet))
                        });
                        let (device, seq, wallet) = empty.unwrap_or((device, seq, wallet));
                        self.close_position(device, seq, wallet);
                        return device;
                    }
                }
            }
            89..=91 => self.refresh(device),
            92 => self.donate(device),
            93..=94 => {
                let statuses = [
                    Status::Up,
                    Status::Down,
                    Status::Blocked,
                    Status::Terminated,
                ];
                let usual =
                    self.model.devices[device].status != Status::Up || self.rng.gen_bool(0.5);
                let statuses = if usual { &statuses[..1] } else { &statuses[..] };
                let status = *statuses.choose(&mut self.rng).expect("not empty");
                let hired = self.rng.gen_bool(0.2);
                self.set_device(device, status, hired);
            }
            _ => {
                let seconds = *[1, 600, 3_600, DAY / 4, DAY]
                    .choose(&mut self.rng)
                    .expect("not empty");
                self.pass(seconds);
            }
        }
        device
    }
}
