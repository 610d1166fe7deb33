//! Reference of slash cases in plain integers, written from the rules and not from the program.

use ion_economics::units::{DAY, HOUR};
use staking::error::StakingError;

use crate::{
    model::{Model, Outcome, State, Status, refuse},
    model_rewards::{Key, Who, outcome},
};

/// Least limit of a day in the histories.
pub const DAY_FLOOR: u64 = 150_000_000_000;
/// Time to appeal and time to rule.
const MONTH: i64 = 30 * DAY;
/// Most charged in 30 d, bps.
const ROLLING_CAP: u64 = 5_000;
/// The renter's part of a burn, bps.
pub const VICTIM: u64 = 1_000;
/// Legs: five of stake, then per party the holds on block rewards and on payouts.
pub const LEGS: usize = 15;
/// The renter whose wallet holds a role.
pub const BARRED: usize = 2;

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
    /// Code as stored: 2, 3, 4, 5, 6, and 7 for 3b.
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
    /// What was taken, per leg.
    pub amounts: [u64; LEGS],
    /// Sequences of the positions.
    pub seqs: [u64; 5],
    /// Whose rewards a party's holds are on.
    pub who: [Option<Who>; 5],
    /// Roots that the holds were proven at.
    pub roots: [[u64; 2]; 5],
    /// Charged.
    pub charged: u64,
    /// Added to the rolling charges.
    pub rolling: u64,
    /// Legs given back.
    pub back: [bool; LEGS],
    /// Holds burned.
    pub burned: [bool; LEGS],
    /// The renter of the fault report.
    pub renter: Option<usize>,
    /// Credited to the renter.
    pub renter_due: u64,
    /// Whether the charge follows the outcome.
    pub settled: bool,
    /// Whether nothing is left to be done.
    pub finished: bool,
    /// Part 0: parts so far.
    pub parts: u16,
    /// Part 0: charged by all parts, net of restored.
    pub offence_charged: u64,
    /// Part 0: of the window, held or not there to be held, by all parts.
    pub window_counted: u64,
    /// Part 0: highest severity that a party has won against.
    pub won: u8,
    /// Tokens in its vault.
    pub vault: u64,
}

fn severity(code: u8) -> u8 {
    match code {
        3 => 2,
        7 => 3,
        _ => 1,
    }
}

/// Number of the hold of a party in a tree.
pub fn hold_leg(party: usize, tree: usize) -> usize {
    5 + 2 * party + tree
}

/// Floor of `a · b / c`.
fn part(a: u64, b: u64, c: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) / u128::from(c)).expect("a part")
}

/// Splits by weight: positions round down, the owner takes the rest.
fn split(total: u64, reach: &[(u64, u64); 5], weights: u64) -> [u64; 5] {
    let mut shares = [0; 5];
    if weights > 0 {
        for (share, (weight, _)) in shares.iter_mut().zip(reach).skip(1) {
            *share = part(total, *weight, weights);
        }
        shares[0] = total - shares.iter().sum::<u64>();
    }
    shares
}

impl Case {
    /// `(burned, back)` of a leg.
    pub fn split(&self, leg: usize) -> (u64, u64) {
        let amount = self.amounts[leg];
        let burned = part(amount, self.uphold, 10_000);
        (burned, amount - burned)
    }

    fn is_leg_done(&self, leg: usize) -> bool {
        let (burned, back) = self.split(leg);
        (back == 0 || self.back[leg]) && (leg < 5 || burned == 0 || self.burned[leg])
    }

    fn is_done(&self) -> bool {
        matches!(self.stand, Stand::Restored | Stand::Burned)
            && (0..LEGS).all(|leg| self.is_leg_done(leg))
    }

    /// The leaf that a hold is on, with its tree.
    pub fn leaf(&self, leg: usize) -> Option<(usize, Key)> {
        let hold = leg.checked_sub(5)?;
        Some((hold % 2, (self.device, self.who[hold / 2]?)))
    }
}

/// What a proposal names.
#[derive(Clone, Debug)]
pub struct Filing {
    /// Device.
    pub device: usize,
    /// Code as stored: 2, 3, 4, 5, 6, and 7 for 3b.
    pub code: u8,
    /// Time of the offence.
    pub offence_at: i64,
    /// Charge.
    pub bps: u64,
    /// Rewards of the breach window.
    pub window: u64,
    /// Index of part 0 for a further part.
    pub first: Option<usize>,
    /// Index of the case that makes a breach a repeat.
    pub earlier: Option<usize>,
    /// The renter of the fault report.
    pub renter: Option<usize>,
    /// Parties whose records are shown, per tree.
    pub shown: [Vec<usize>; 2],
}

/// What a case takes of a party before the day's limit.
#[derive(Clone, Copy, Default)]
struct Cut {
    rewards: u64,
    stake: u64,
    window: u64,
    missing: u64,
    shortfall: u64,
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
    fn shown(&self, filing: &Filing) -> [[u64; 2]; 5] {
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
    fn cuts(&self, filing: &Filing, unclaimed: &[[u64; 2]; 5]) -> [Cut; 5] {
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
    fn seize(&mut self, filing: &Filing, stakes: &[u64; LEGS], rolling: u64) -> [u64; 5] {
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

    /// Tokens in all case vaults.
    pub fn in_cases(&self) -> u64 {
        self.cases.iter().map(|case| case.vault).sum()
    }
}
