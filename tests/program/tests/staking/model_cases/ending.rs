//! Appeal, ruling and the end of a case, leg by leg.

use super::*;

impl Model {
    /// `appeal` by a party.
    pub fn appeal(&mut self, case: usize) -> Outcome {
        let own = &mut self.cases[case];
        if own.stand != Stand::Window {
            return refuse(StakingError::NotInWindow);
        }
        if self.now > own.opened + MONTH {
            return refuse(StakingError::WindowOver);
        }
        (own.stand, own.appealed) = (Stand::Appealed, self.now);
        Ok(())
    }

    pub(super) fn mark_won(&mut self, case: usize) {
        let own = &self.cases[case];
        if own.appealed > 0 && own.uphold < 10_000 {
            let (first, severity) = (own.first, severity(own.code));
            let first = &mut self.cases[first];
            first.won = first.won.max(severity);
        }
    }

    /// `rule` by the arbiter.
    pub fn rule(&mut self, case: usize, uphold: u64) -> Outcome {
        let own = &mut self.cases[case];
        if own.stand != Stand::Appealed {
            return refuse(StakingError::NotAppealed);
        }
        if self.now > own.appealed + MONTH {
            return refuse(StakingError::RulingTooLate);
        }
        own.uphold = uphold;
        own.stand = if uphold == 0 {
            Stand::Restored
        } else {
            Stand::Ruled
        };
        self.mark_won(case);
        Ok(())
    }

    /// `withdraw_case` by the slasher.
    pub fn withdraw_case(&mut self, case: usize) -> Outcome {
        let own = &mut self.cases[case];
        if own.stand != Stand::Window {
            return refuse(StakingError::NotInWindow);
        }
        own.stand = Stand::Restored;
        Ok(())
    }

    pub(super) fn settle(&mut self, case: usize) {
        let own = &mut self.cases[case];
        if own.settled {
            return;
        }
        own.settled = true;
        let kept = u64::try_from(u128::from(own.charged) * u128::from(own.uphold) / 10_000)
            .expect("a part");
        let kept_bps = (own.rolling * own.uphold).div_ceil(10_000);
        let (back, back_bps) = (own.charged - kept, own.rolling - kept_bps);
        let (first, device, day) = (own.first, own.device, own.opened.div_euclid(DAY));
        self.cases[first].offence_charged -= back;
        if let Some(charged) = self.devices[device].charged.get_mut(&day) {
            *charged -= back_bps;
        }
    }

    pub(super) fn finish(&mut self, case: usize) {
        let own = &mut self.cases[case];
        if own.finished || !own.is_done() {
            return;
        }
        own.finished = true;
        let (is_code6, is_clean) = (own.code == 6, own.uphold == 0);
        let device = &mut self.devices[own.device];
        device.open_cases -= 1;
        if is_code6 {
            device.open_code6 -= 1;
            let restored = is_clean && !device.burned_code6;
            device.burned_code6 = device.open_code6 > 0 && !restored;
            if device.open_code6 == 0 {
                if restored && device.status == Status::Blocked && !device.left_to_governance {
                    device.status = Status::Down;
                } else if !restored {
                    device.left_to_governance = true;
                }
            }
        }
        if device.open_cases == 0 && device.is_owner_gone() && device.offer.is_none() {
            device.bound = false;
        }
    }

    /// `finalize_case` by anyone.
    pub fn finalize(&mut self, case: usize) -> Outcome {
        let own = &mut self.cases[case];
        if own.settled {
            return refuse(StakingError::CaseDecided);
        }
        match own.stand {
            Stand::Window if self.now > own.opened + MONTH => {
                (own.stand, own.uphold) = (Stand::Burned, 10_000);
            }
            Stand::Window => return refuse(StakingError::WindowNotOver),
            Stand::Appealed if self.now > own.appealed + MONTH => own.stand = Stand::Restored,
            Stand::Appealed => return refuse(StakingError::RulingPending),
            Stand::Ruled => own.stand = Stand::Burned,
            Stand::Restored => {}
            Stand::Burned => return refuse(StakingError::CaseDecided),
        }
        let mut burned = 0;
        for leg in 0..5 {
            let (part, back) = own.split(leg);
            burned += part;
            if leg > 0 && own.amounts[leg] > 0 && back == 0 {
                let legs = self.devices[own.device].legs_of.get_mut(&own.seqs[leg]);
                *legs.expect("it was counted") -= 1;
            }
        }
        if own.renter.is_some_and(|renter| renter != BARRED) {
            own.renter_due = burned * VICTIM / 10_000;
        }
        burned -= own.renter_due;
        own.vault -= burned;
        self.burned += burned;
        self.mark_won(case);
        self.settle(case);
        self.finish(case);
        Ok(())
    }

    /// `pay_renter` by anyone.
    pub fn pay_renter(&mut self, case: usize) -> Outcome {
        let own = &mut self.cases[case];
        if own.renter_due == 0 {
            return refuse(StakingError::NothingDue);
        }
        own.vault -= own.renter_due;
        self.renters[own.renter.expect("it is due to one")] += own.renter_due;
        own.renter_due = 0;
        Ok(())
    }

    /// `burn_forfeited` by anyone.
    pub fn burn_hold(&mut self, case: usize, leg: usize) -> Outcome {
        let own = &self.cases[case];
        if own.stand != Stand::Burned {
            return refuse(StakingError::CaseOpen);
        }
        let (burned, back) = own.split(leg);
        if leg < 5 || burned == 0 {
            return refuse(StakingError::NoSuchLeg);
        }
        if own.burned[leg] {
            return refuse(StakingError::LegDone);
        }
        if back > 0 && !own.back[leg] {
            return refuse(StakingError::RestoreFirst);
        }
        let (tree, key) = own.leaf(leg).expect("it is a hold");
        let hold = (burned, own.roots[(leg - 5) / 2][tree], own.opened);
        let done = self.earnings[tree].burn(tree, key, hold, self.now);
        if let Ok((burned, dropped)) = done {
            self.cases[case].burned[leg] = true;
            self.holds_burned += burned;
            self.holds_dropped += dropped;
            self.finish(case);
        }
        outcome(&done)
    }

    /// `restore_leg` by anyone.
    pub fn restore(&mut self, case: usize, leg: usize) -> Outcome {
        let own = &mut self.cases[case];
        if !matches!(own.stand, Stand::Restored | Stand::Burned) {
            return refuse(StakingError::CaseOpen);
        }
        let (_, back) = own.split(leg);
        if back == 0 {
            return refuse(StakingError::NoSuchLeg);
        }
        if own.back[leg] {
            return refuse(StakingError::LegDone);
        }
        own.back[leg] = true;
        if let Some((tree, key)) = own.leaf(leg) {
            self.earnings[tree].release(key, back);
            self.settle(case);
            self.finish(case);
            return Ok(());
        }
        own.vault -= back;
        let (device, seq) = (own.device, own.seqs[leg]);
        self.settle(case);
        self.touch(device, |own| {
            if leg == 0 {
                if own.cooling > 0 {
                    own.cooling += back;
                } else if own.active > 0 {
                    own.active += back;
                } else {
                    own.restored += back;
                }
                return;
            }
            *own.legs_of.get_mut(&seq).expect("it was counted") -= 1;
            let slot = own
                .slots
                .iter_mut()
                .flatten()
                .find(|position| position.seq == seq && position.state != State::Zeroed);
            match slot {
                Some(position) => position.amount += back,
                None => *own.restored_of.entry(seq).or_default() += back,
            }
        });
        self.finish(case);
        Ok(())
    }

    /// Whether every unit that cases took was burned, given back, credited to a renter or is still
    /// held, in stake and in rewards, and every hold stands in its record.
    pub fn is_all_accounted(&self) -> bool {
        let (mut stakes, mut stakes_out, mut held) = (0, 0, 0);
        let mut open = [0; 2];
        for case in &self.cases {
            for leg in 0..LEGS {
                let (burned, back) = case.split(leg);
                let back = if case.back[leg] { back } else { 0 };
                match case.leaf(leg) {
                    None => {
                        stakes += case.amounts[leg];
                        stakes_out += back;
                    }
                    Some((tree, _)) => {
                        let gone = if case.burned[leg] { burned } else { 0 };
                        held += gone;
                        open[tree] += case.amounts[leg] - back - gone;
                    }
                }
            }
        }
        let renters: u64 = self.renters.iter().sum();
        let in_records = |tree: usize| {
            let records = self.earnings[tree].records.values();
            records
                .map(|record| record.forfeited - record.burned)
                .sum::<u64>()
        };
        stakes == self.burned + renters + stakes_out + self.in_cases()
            && held == self.holds_burned + self.holds_dropped
            && open == [in_records(0), in_records(1)]
            && self.earnings.iter().all(|earnings| earnings.is_sound())
    }
}
