//! The proposal of a case: whom it reaches, what it seizes and holds.

use super::*;

impl Model {
    /// Weights and available principal of the parties at an offence.
    pub(super) fn reach(&self, device: usize, at: i64) -> [(u64, u64); 5] {
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

    pub(super) fn check_filing(&self, filing: &Filing) -> Outcome {
        let age = self.now - filing.offence_at;
        if age < 0 {
            return refuse(StakingError::OffenceInFuture);
        }
        if age > MONTH {
            return refuse(StakingError::OffenceTooOld);
        }
        let least = match filing.code {
            3 => 48 * HOUR,
            7 => 120 * HOUR,
            _ => -1,
        };
        if age <= least {
            return refuse(StakingError::OutageTooShort);
        }
        if let Some(first) = filing.first
            && severity(filing.code) <= self.cases[first].won
        {
            return refuse(StakingError::DisputeWon);
        }
        if let Some(earlier) = filing.earlier {
            let earlier = &self.cases[earlier];
            let between = filing.offence_at - earlier.offence_at;
            if earlier.stand == Stand::Restored || !(0..=MONTH).contains(&between) {
                return refuse(StakingError::WrongEarlierCase);
            }
        }
        let most = match filing.code {
            2 => 400,
            3 => 3_000,
            7 => 5_000,
            4 if filing.earlier.is_some() => 500,
            5 => 200,
            _ => 0,
        };
        if filing.bps > most {
            return refuse(StakingError::ChargeAboveTable);
        }
        let last = self.devices[filing.device].low_at;
        let is_first = filing.code == 5 && filing.first.is_none() && last != 0;
        if is_first && filing.offence_at < last + 3 * DAY {
            return refuse(StakingError::ReliabilityChargedLately);
        }
        Ok(())
    }

    /// Who stands at each place of a device.
    pub fn parties(&self, device: usize) -> [Option<Who>; 5] {
        let mut who = [None; 5];
        who[0] = Some(Who::Owner);
        for (who, slot) in who[1..].iter_mut().zip(&self.devices[device].slots) {
            *who = slot.map(|position| Who::CoStaker(position.wallet));
        }
        who
    }

    /// Places whose records count: a wallet's first position that the offence reaches, else its first.
    pub fn holders(&self, device: usize, at: i64) -> Vec<usize> {
        let (who, reach) = (self.parties(device), self.reach(device, at));
        let rank = |place: usize| (place > 0 && reach[place].0 == 0, place);
        let is_first = |place: &usize| {
            let mut others = (0..5).filter(|other| who[*other] == who[*place]);
            who[*place].is_some() && others.all(|other| rank(other) >= rank(*place))
        };
        (0..5).filter(is_first).collect()
    }

    /// Unclaimed rewards that a proposal shows, per party and tree.
    pub(super) fn shown(&self, filing: &Filing) -> [[u64; 2]; 5] {
        let who = self.parties(filing.device);
        let mut unclaimed = [[0; 2]; 5];
        for (tree, places) in filing.shown.iter().enumerate() {
            for place in places {
                let key = (filing.device, who[*place].expect("it is shown"));
                unclaimed[*place][tree] = self.earnings[tree].unclaimed(key);
            }
        }
        unclaimed
    }

    /// What the charge takes of each party before the day's limit.
    pub(super) fn cuts(&self, filing: &Filing, unclaimed: &[[u64; 2]; 5]) -> [Cut; 5] {
        let today = self.now.div_euclid(DAY);
        let reach = self.reach(filing.device, filing.offence_at);
        let weights: u64 = reach.iter().map(|(weight, _)| weight).sum();
        let required = self.required(filing.offence_at);
        let mut cuts = [Cut::default(); 5];
        if filing.code == 6 {
            for (place, cut) in cuts.iter_mut().enumerate() {
                let (weight, available) = reach[place];
                if place == 0 || weight > 0 {
                    cut.rewards = unclaimed[place].iter().sum();
                }
                (cut.stake, cut.shortfall) = (available, weight - available);
            }
            return cuts;
        }
        let first = filing.first.map(|first| &self.cases[first]);
        let before = first.map_or(0, |first| first.offence_charged);
        let counted = first.map_or(0, |first| first.window_counted);
        let days = &self.devices[filing.device].charged;
        let used: u64 = days.range(today - 30..).map(|(_, bps)| bps).sum();
        let charge = (required * filing.bps / 10_000)
            .saturating_sub(before)
            .min(required * ROLLING_CAP.saturating_sub(used) / 10_000)
            .min(weights);
        let shares = split(charge, &reach, weights);
        let windows = split(filing.window - counted, &reach, weights);
        for (place, cut) in cuts.iter_mut().enumerate() {
            let own: u64 = unclaimed[place].iter().sum();
            cut.rewards = shares[place].min(own);
            cut.stake = (shares[place] - cut.rewards).min(reach[place].1);
            cut.shortfall = shares[place] - cut.rewards - cut.stake;
            cut.window = windows[place].min(own - cut.rewards);
            cut.missing = windows[place] - cut.window;
        }
        cuts
    }

    /// `propose_slash`; the case is the last of the list when it succeeds.
    pub fn propose(&mut self, filing: &Filing) -> Outcome {
        self.check_filing(filing)?;
        let unclaimed = self.shown(filing);
        let mut cuts = self.cuts(filing, &unclaimed);
        let total: u64 = cuts
            .iter()
            .map(|cut| cut.rewards + cut.stake + cut.window)
            .sum();
        let left = (self.day.1 / 10).max(DAY_FLOOR).saturating_sub(self.day.2);
        if total > left {
            for cut in &mut cuts {
                for amount in [&mut cut.rewards, &mut cut.stake, &mut cut.window] {
                    *amount = part(*amount, left, total);
                }
            }
        }
        let mut amounts = [0; LEGS];
        for (place, cut) in cuts.iter().enumerate() {
            let held = cut.rewards + cut.window;
            amounts[place] = cut.stake;
            amounts[hold_leg(place, 0)] = held.min(unclaimed[place][0]);
            amounts[hold_leg(place, 1)] = held - amounts[hold_leg(place, 0)];
        }
        let taken: u64 = amounts.iter().sum();
        if total > left && taken == 0 {
            return refuse(StakingError::DayExhausted);
        }
        if filing.first.is_some() && taken == 0 {
            return refuse(StakingError::NothingToCharge);
        }
        let charged: u64 = cuts
            .iter()
            .map(|cut| cut.rewards + cut.stake + cut.shortfall)
            .sum();
        let counted: u64 = cuts.iter().map(|cut| cut.window + cut.missing).sum();
        let rolling = if filing.code == 6 {
            0
        } else {
            (charged * 10_000).div_ceil(self.required(filing.offence_at))
        };
        self.day.2 += taken;
        let who = self.parties(filing.device);
        let seqs = self.seize(filing, &amounts, rolling);
        let mut roots = [[0; 2]; 5];
        for (tree, places) in filing.shown.iter().enumerate() {
            for place in places {
                let key = (filing.device, who[*place].expect("it is shown"));
                roots[*place][tree] = self.earnings[tree].records[&key].newest.0;
                self.earnings[tree].hold(key, amounts[hold_leg(*place, tree)]);
            }
        }
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
            vault: amounts[..5].iter().sum(),
            amounts,
            seqs,
            who,
            roots,
            charged,
            rolling,
            back: [false; LEGS],
            burned: [false; LEGS],
            renter: filing.renter,
            renter_due: 0,
            settled: false,
            finished: false,
            parts: 0,
            offence_charged: 0,
            window_counted: 0,
            won: 0,
        });
        self.cases[first].parts += 1;
        self.cases[first].offence_charged += charged;
        self.cases[first].window_counted += counted;
        Ok(())
    }

    /// Takes the stake legs out of the book; the sequences of the positions.
    pub(super) fn seize(
        &mut self,
        filing: &Filing,
        stakes: &[u64; LEGS],
        rolling: u64,
    ) -> [u64; 5] {
        let today = self.now.div_euclid(DAY);
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
            if filing.code == 5 {
                own.low_at = filing.offence_at;
            }
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
        seqs
    }
}
