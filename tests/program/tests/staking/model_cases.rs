//! Reference of slash cases in plain integers, written from the rules and not from the program.

use ion_economics::units::DAY;
use staking::error::StakingError;

use crate::model::{Model, Outcome, State, Status, refuse};

/// Least limit of a day in the histories.
pub const DAY_FLOOR: u64 = 150_000_000_000;
/// Time to appeal and time to rule.
const MONTH: i64 = 30 * DAY;
/// Most charged in 30 d, bps.
const ROLLING_CAP: u64 = 5_000;

/// State of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Appeal window.
    Window,
    /// Appealed.
    Appealed,
    /// Ruled, not finalised: part that is burned.
    Ruled,
    /// All goes back.
    Restored,
    /// Burned as far as upheld.
    Burned,
}

/// A slash case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Device.
    pub device: usize,
    /// Index of part 0.
    pub first: usize,
    /// Number of the part.
    pub part: u16,
    /// Code: 2, 3 or 6.
    pub code: u8,
    /// Time of the offence.
    pub offence_at: i64,
    /// When it was opened.
    pub opened: i64,
    /// When it was appealed; 0 = not.
    pub appealed: i64,
    /// State.
    pub stand: Stand,
    /// Burned part of each leg.
    pub uphold: u64,
    /// Stake legs.
    pub stakes: [u64; 5],
    /// Sequences of the positions.
    pub seqs: [u64; 5],
    /// Charged.
    pub charged: u64,
    /// Added to the rolling charges.
    pub rolling: u64,
    /// Legs given back.
    pub back: [bool; 5],
    /// Whether the charge follows the outcome.
    pub settled: bool,
    /// Whether nothing is left to be done.
    pub finished: bool,
    /// Part 0: parts so far.
    pub parts: u16,
    /// Part 0: charged by all parts, net of restored.
    pub offence_charged: u64,
    /// Part 0: highest severity that a party has won against.
    pub won: u8,
    /// Tokens in its vault.
    pub vault: u64,
}

impl Case {
    fn severity(&self) -> u8 {
        if self.code == 3 { 2 } else { 1 }
    }

    /// `(burned, back)` of a leg.
    pub fn split(&self, leg: usize) -> (u64, u64) {
        let amount = self.stakes[leg];
        let burned = amount * self.uphold / 10_000;
        (burned, amount - burned)
    }

    fn is_done(&self) -> bool {
        matches!(self.stand, Stand::Restored | Stand::Burned)
            && (0..5).all(|leg| self.split(leg).1 == 0 || self.back[leg])
    }
}

/// What a proposal names.
#[derive(Clone, Copy, Debug)]
pub struct Filing {
    /// Device.
    pub device: usize,
    /// Code: 2, 3 or 6.
    pub code: u8,
    /// Time of the offence.
    pub offence_at: i64,
    /// Index of part 0 for a further part.
    pub first: Option<usize>,
}

impl Model {
    /// `open_slash_day`, once a day.
    pub fn open_day(&mut self) {
        let today = self.now.div_euclid(DAY);
        if self.day.0 != today {
            let counted = self.devices.iter().map(|device| device.counted).sum();
            self.day = (today, counted, 0);
        }
    }

    /// Weights and available principal of the parties at an offence.
    fn reach(&self, device: usize, at: i64) -> [(u64, u64); 5] {
        let own = &self.devices[device];
        let mut reach = [(0, 0); 5];
        let cooling = if own.cool_start >= at { own.cooling } else { 0 };
        let gone: u64 = own.taken.range(at.div_euclid(DAY)..).map(|(_, x)| x).sum();
        reach[0] = (own.active + cooling + gone, own.active + cooling);
        for (place, slot) in own.slots.iter().enumerate() {
            let Some(position) = slot else { continue };
            let is_in = position.accepted <= at
                && match position.state {
                    State::Active => true,
                    State::Wait(..) | State::Cool(_) => position.start >= at,
                    State::Zeroed => false,
                };
            if is_in {
                reach[place + 1] = (position.amount, position.amount);
            }
        }
        reach
    }

    fn check_filing(&self, filing: &Filing) -> Outcome {
        let age = self.now - filing.offence_at;
        if age < 0 {
            return refuse(StakingError::OffenceInFuture);
        }
        if age > MONTH {
            return refuse(StakingError::OffenceTooOld);
        }
        if filing.code == 3 && age <= 2 * DAY {
            return refuse(StakingError::OutageTooShort);
        }
        if let Some(first) = filing.first {
            let severity = if filing.code == 3 { 2 } else { 1 };
            if severity <= self.cases[first].won {
                return refuse(StakingError::DisputeWon);
            }
        }
        Ok(())
    }

    /// `propose_slash`; the case is the last of the list when it succeeds.
    pub fn propose(&mut self, filing: &Filing) -> Outcome {
        self.check_filing(filing)?;
        let today = self.now.div_euclid(DAY);
        let reach = self.reach(filing.device, filing.offence_at);
        let weights: u64 = reach.iter().map(|(weight, _)| weight).sum();
        let required = self.required(filing.offence_at);
        let (mut stakes, mut shortfall) = ([0_u64; 5], 0);
        if filing.code == 6 {
            for (leg, (weight, available)) in reach.iter().enumerate() {
                stakes[leg] = *available;
                shortfall += weight - available;
            }
        } else {
            let before = filing
                .first
                .map_or(0, |first| self.cases[first].offence_charged);
            let bps = if filing.code == 3 { 3_000 } else { 400 };
            let used: u64 = self.devices[filing.device]
                .charged
                .range(today - 30..)
                .map(|(_, bps)| bps)
                .sum();
            let charge = (required * bps / 10_000)
                .saturating_sub(before)
                .min(required * ROLLING_CAP.saturating_sub(used) / 10_000)
                .min(weights);
            let mut rest = charge;
            for leg in (0..5).rev() {
                let share = if leg == 0 {
                    rest
                } else if weights == 0 {
                    0
                } else {
                    u64::try_from(
                        u128::from(charge) * u128::from(reach[leg].0) / u128::from(weights),
                    )
                    .expect("a part")
                };
                rest -= share;
                stakes[leg] = share.min(reach[leg].1);
                shortfall += share - stakes[leg];
            }
        }
        let total: u64 = stakes.iter().sum();
        let left = (self.day.1 / 10).max(DAY_FLOOR).saturating_sub(self.day.2);
        if total > left {
            if left == 0 {
                return refuse(StakingError::DayExhausted);
            }
            for stake in &mut stakes {
                *stake = u64::try_from(u128::from(*stake) * u128::from(left) / u128::from(total))
                    .expect("a part");
            }
        }
        let taken: u64 = stakes.iter().sum();
        if filing.first.is_some() && taken == 0 {
            return refuse(StakingError::NothingToCharge);
        }
        let charged = taken + shortfall;
        let rolling = if filing.code == 6 {
            0
        } else {
            (charged * 10_000).div_ceil(required)
        };
        self.day.2 += taken;
        let mut seqs = [0; 5];
        self.touch(filing.device, |own| {
            let from_active = stakes[0].min(own.active);
            own.active -= from_active;
            if stakes[0] > from_active {
                own.cooling -= stakes[0] - from_active;
                if own.cooling == 0 {
                    (own.cool_until, own.cool_start) = (0, 0);
                }
            }
            for (place, slot) in own.slots.iter_mut().enumerate() {
                let Some(position) = slot else { continue };
                seqs[place + 1] = position.seq;
                if stakes[place + 1] > 0 {
                    position.amount -= stakes[place + 1];
                    if position.amount == 0 {
                        position.state = State::Zeroed;
                    }
                    *own.legs_of.entry(position.seq).or_default() += 1;
                }
            }
            own.open_cases += 1;
            if filing.code == 6 {
                own.open_code6 += 1;
                if own.status != Status::Terminated {
                    own.status = Status::Blocked;
                }
            }
            if rolling > 0 {
                *own.charged.entry(today).or_default() += rolling;
            }
        });
        let index = self.cases.len();
        let first = filing.first.unwrap_or(index);
        let part = filing.first.map_or(0, |first| self.cases[first].parts);
        self.cases.push(Case {
            device: filing.device,
            first,
            part,
            code: filing.code,
            offence_at: filing.offence_at,
            opened: self.now,
            appealed: 0,
            stand: Stand::Window,
            uphold: 0,
            stakes,
            seqs,
            charged,
            rolling,
            back: [false; 5],
            settled: false,
            finished: false,
            parts: 0,
            offence_charged: 0,
            won: 0,
            vault: taken,
        });
        self.cases[first].parts += 1;
        self.cases[first].offence_charged += charged;
        Ok(())
    }

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

    fn mark_won(&mut self, case: usize) {
        let own = &self.cases[case];
        if own.appealed > 0 && own.uphold < 10_000 {
            let (first, severity) = (own.first, own.severity());
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

    fn settle(&mut self, case: usize) {
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

    fn finish(&mut self, case: usize) {
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
            if leg > 0 && own.stakes[leg] > 0 && back == 0 {
                let legs = self.devices[own.device].legs_of.get_mut(&own.seqs[leg]);
                *legs.expect("it was counted") -= 1;
            }
        }
        own.vault -= burned;
        self.burned += burned;
        self.mark_won(case);
        self.settle(case);
        self.finish(case);
        Ok(())
    }

    /// `restore_leg` of a stake leg by anyone.
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

    /// Tokens in all case vaults.
    pub fn in_cases(&self) -> u64 {
        self.cases.iter().map(|case| case.vault).sum()
    }
}
