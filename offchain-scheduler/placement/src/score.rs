//! Scores of devices: integers, equal on every machine, a function of one device alone.

use crate::{
    Device, FULL, Levels, Mix, Part, Policy, Request, Rule, Shape, Term, TermScore, WHOLE,
};

const CONNECTIVITY_STEP: u64 = 2_500;
const SUPPLIER_STEP: u64 = 40;
/// Thousandths of a processor per unit of a market term's `times` for a part.
const MARKET_STEP_MILLI: u64 = 100;
/// Scores of the published policies run from 0 to this.
const TOP: i64 = 100;

/// Least gains in fragment, billionths of a processor, that the published rule scores above its half:
/// 10^9 · ln(k / (100 − k)) for k = 51 to 99. A gain x scores k when trunc(100 · sigmoid(x)) = k.
const GAINS: [i64; 49] = [
    40_005_335,
    80_042_708,
    120_144_312,
    160_342_650,
    200_670_695,
    241_162_057,
    281_851_152,
    322_773_392,
    363_965_377,
    405_465_108,
    447_312_218,
    489_548_225,
    532_216_814,
    575_364_145,
    619_039_208,
    663_294_217,
    708_185_058,
    753_771_802,
    800_119_300,
    847_297_860,
    895_384_047,
    944_461_609,
    994_622_575,
    1_045_968_555,
    1_098_612_289,
    1_152_679_510,
    1_208_311_206,
    1_265_666_373,
    1_324_925_415,
    1_386_294_361,
    1_450_010_176,
    1_516_347_489,
    1_585_627_264,
    1_658_228_077,
    1_734_601_055,
    1_815_289_967,
    1_900_958_761,
    1_992_430_165,
    2_090_741_097,
    2_197_224_577,
    2_313_634_929,
    2_442_347_035,
    2_586_689_344,
    2_751_535_313,
    2_944_438_979,
    3_178_053_830,
    3_476_098_690,
    3_891_820_298,
    4_595_119_850,
];

/// Machine by which the published policies measure: thousandths of a core and of processors. A larger
/// one scores as if nothing spoke for it.
const MEASURE_CPU_MILLI: u128 = 128_000;
const MEASURE_PROCESSORS_MILLI: u128 = 8_000;

/// What scores depend on besides the device and the request.
#[derive(Clone, Copy)]
pub(crate) struct Scorer<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) mix: &'a Mix,
}

impl Scorer<'_> {
    /// Cost of a candidate and, for a share of a processor, the processor that is best to take.
    pub(crate) fn cost(&self, request: &Request, device: &Device) -> (i64, u8) {
        match &request.shape {
            Shape::Devices { .. } => (sum(&self.device_terms(request, device)), 0),
            Shape::Parts { part, .. } => {
                let slot = self.best_slot(part, device);
                (sum(&self.part_terms(request, part, device, slot)), slot)
            }
        }
    }

    /// The score of a candidate, term by term.
    pub(crate) fn terms(&self, request: &Request, device: &Device, slot: u8) -> Vec<TermScore> {
        match &request.shape {
            Shape::Devices { .. } => self.device_terms(request, device).to_vec(),
            Shape::Parts { part, .. } => self.part_terms(request, part, device, slot).to_vec(),
        }
        .into_iter()
        .filter(|term| term.times != 0)
        .collect()
    }

    /// Bound: values ≤ 10^4, times ≤ 64, weights < 2^32: each cost is below 2^52.
    fn device_terms(&self, request: &Request, device: &Device) -> [TermScore; 6] {
        let policy = self.policy;
        let qty = u64::from(device.qty);
        let [price, reliability, tier] = self.market_terms(request, device, qty);
        // The other policies know machines alone: best fit and its kin take the largest devices.
        let (machines, wanted) = match policy.rule() {
            Rule::Ion => (policy.machines, policy.wanted),
            Rule::Fgd => (0, 1),
            Rule::Random => (0, 0),
            Rule::BestFit | Rule::DotProduct | Rule::Packing => (1, 0),
        };
        let draw = match policy.rule() {
            Rule::Random => signed(mixed(&device.id) % FULL),
            _ => 0,
        };
        [
            price,
            reliability,
            tier,
            TermScore::new(Term::Machines, signed(FULL), 1, machines),
            TermScore::new(
                Term::Wanted,
                signed(self.mix.wanted(device.class, device.qty)),
                qty,
                wanted,
            ),
            TermScore::new(Term::Fit, draw, u64::from(draw != 0), 1),
        ]
    }

    fn market_terms(&self, request: &Request, device: &Device, times: u64) -> [TermScore; 3] {
        let tiers = u64::from(
            device
                .connectivity_tier
                .saturating_sub(request.min_connectivity_tier),
        )
        .saturating_mul(CONNECTIVITY_STEP)
        .saturating_add(
            u64::from(
                device
                    .supplier_tier
                    .saturating_sub(request.min_supplier_tier),
            )
            .saturating_mul(SUPPLIER_STEP),
        );
        let weight = |weight| match self.policy.rule() {
            Rule::Ion => weight,
            _ => 0,
        };
        [
            TermScore::new(
                Term::Price,
                signed(above_floor(
                    device.ask_usd_micros,
                    device.floor_price_usd_micros,
                )),
                times,
                weight(self.policy.price),
            ),
            TermScore::new(
                Term::Reliability,
                signed(FULL.saturating_sub(u64::from(device.reliability_bps))),
                times,
                weight(self.policy.reliability),
            ),
            TermScore::new(
                Term::Tier,
                signed(tiers.min(FULL)),
                times,
                weight(self.policy.tier),
            ),
        ]
    }

    /// The processor that a share should be taken of: the one with the best score for the policies
    /// that look at fragments, else the one with the least left; ties to the first.
    fn best_slot(&self, part: &Part, device: &Device) -> u8 {
        if part.processors != 1 || part.share_milli >= WHOLE {
            return 0;
        }
        let fitting = device
            .room
            .free_milli
            .iter()
            .zip(0u8..)
            .filter(|(free, _)| **free >= part.share_milli);
        if !self.policy.uses_demand() {
            return fitting
                .min_by_key(|(free, slot)| (**free, *slot))
                .map_or(0, |(_, slot)| slot);
        }
        let levels = Levels::of(&device.room.free_milli);
        let cpu_milli = device.room.cpu_milli.saturating_sub(part.cpu_milli);
        let before = match self.policy.rule() {
            Rule::Fgd => self.fragment(device, device.room.cpu_milli, &levels),
            _ => 0,
        };
        let mut best: Option<(i64, u8)> = None;
        let mut seen = 0u16;
        for (free, slot) in fitting {
            // Equal levels give equal scores; most neighbours are equal.
            if seen == *free {
                continue;
            }
            seen = *free;
            let after = self.fragment(
                device,
                cpu_milli,
                &levels.lowered(*free, *free - part.share_milli),
            );
            let cost = match self.policy.rule() {
                Rule::Fgd => self.published_cost(before, after),
                _ => signed(after),
            };
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, slot));
            }
        }
        best.map_or(0, |(_, slot)| slot)
    }

    /// Bound: rooms are at most 64,000 thousandths; values stay below 10^8 · weights.
    fn part_terms(
        &self,
        request: &Request,
        part: &Part,
        device: &Device,
        slot: u8,
    ) -> [TermScore; 7] {
        let policy = self.policy;
        let taken = part.total_milli();
        let [price, reliability, tier] =
            self.market_terms(request, device, taken / MARKET_STEP_MILLI);
        let none = |term| TermScore::new(term, 0, 0, 0);
        let mut terms = [
            price,
            reliability,
            tier,
            none(Term::Fragment),
            none(Term::Balance),
            none(Term::Contention),
            none(Term::Fit),
        ];
        let room = &device.room;
        let cpu_after = room.cpu_milli.saturating_sub(part.cpu_milli);
        let free = room.total_milli();
        match policy.rule() {
            Rule::Random => {}
            Rule::BestFit | Rule::DotProduct | Rule::Packing => {
                let after = free.saturating_sub(taken);
                terms[6] =
                    TermScore::new(Term::Fit, self.fit(part, device, cpu_after, after), 1, 1);
            }
            Rule::Fgd | Rule::Ion => {
                let levels = Levels::of(&room.free_milli);
                let levels_after = lowered(levels, part, room.free_milli.get(usize::from(slot)));
                let before = self.fragment(device, room.cpu_milli, &levels);
                let after = self.fragment(device, cpu_after, &levels_after);
                if policy.rule() == Rule::Fgd {
                    let cost = self.published_cost(before, after);
                    terms[6] = TermScore::new(Term::Fit, cost, 1, 1);
                } else {
                    let growth = self.per_part(signed(after) - signed(before));
                    let balance = signed(self.mix.balanced(room.cpu_milli, free))
                        - signed(self.mix.balanced(cpu_after, free.saturating_sub(taken)));
                    let contended =
                        self.mix.contention(device.class).saturating_mul(taken) / u64::from(WHOLE);
                    terms[3] = TermScore::new(Term::Fragment, growth, 1, policy.fragment);
                    terms[4] = TermScore::new(Term::Balance, balance, 1, policy.balance);
                    terms[5] =
                        TermScore::new(Term::Contention, signed(contended), 1, policy.contention);
                }
            }
        }
        terms
    }

    fn fragment(&self, device: &Device, cpu_milli: u32, levels: &Levels) -> u64 {
        self.mix.fragment(device.class, cpu_milli, levels)
    }

    /// A sum over the mix, thousandths of a processor, as the mean in millionths, rounded down.
    fn per_part(&self, sum: i64) -> i64 {
        let total = i128::from(self.mix.total().max(1));
        let mean = (i128::from(sum) * i128::from(WHOLE)).div_euclid(total);
        i64::try_from(mean).unwrap_or(i64::MAX)
    }

    /// 100 − trunc(100 · sigmoid(gain)), the gain in processors, by exact comparison with [`GAINS`].
    fn published_cost(&self, before: u64, after: u64) -> i64 {
        let gain = (i128::from(before) - i128::from(after)) * 1_000_000;
        let total = i128::from(self.mix.total().max(1));
        let reached = |least: i64| gain >= i128::from(least) * total;
        let score = if gain >= 0 {
            50 + GAINS.partition_point(|least| reached(*least))
        } else {
            // sigmoid(−x) = 1 − sigmoid(x): the score is k when the gain is at least −GAINS[49 − k].
            let short = GAINS.partition_point(|least| !reached(-*least));
            49usize.saturating_sub(short)
        };
        TOP - i64::try_from(score).unwrap_or(TOP)
    }

    fn fit(&self, part: &Part, device: &Device, cpu_after: u32, free_after: u64) -> i64 {
        let (cpu, gpu) = (MEASURE_CPU_MILLI, MEASURE_PROCESSORS_MILLI);
        let hundred = 100u128;
        match self.policy.rule() {
            Rule::BestFit => {
                let whole = 2 * cpu * gpu;
                let left = u128::from(cpu_after) * gpu + u128::from(free_after) * cpu;
                TOP - floored((hundred * whole).saturating_sub(hundred * left), whole)
            }
            Rule::DotProduct => {
                let (cpu, gpu) = (cpu * cpu, gpu * gpu);
                let whole = 2 * cpu * gpu;
                let product = u128::from(part.cpu_milli) * u128::from(device.room.cpu_milli) * gpu
                    + u128::from(part.total_milli()) * u128::from(device.room.total_milli()) * cpu;
                TOP - floored((hundred * whole).saturating_sub(hundred * product), whole)
            }
            _ => signed(free_after),
        }
    }
}

fn lowered(levels: Levels, part: &Part, slot_free: Option<&u16>) -> Levels {
    if part.processors == 0 {
        levels
    } else if part.share_milli >= WHOLE {
        levels.without_whole(part.processors)
    } else {
        let free = slot_free.copied().unwrap_or_default();
        levels.lowered(free, free.saturating_sub(part.share_milli))
    }
}

fn sum(terms: &[TermScore]) -> i64 {
    terms
        .iter()
        .fold(0i64, |sum, term| sum.saturating_add(term.cost))
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn floored(numerator: u128, denominator: u128) -> i64 {
    i64::try_from(numerator / denominator).unwrap_or(i64::MAX)
}

/// What `ask` is above `floor`, in [`FULL`]ths of `ask`, rounded down.
fn above_floor(ask: u64, floor: u64) -> u64 {
    let above = u128::from(ask.saturating_sub(floor)) * u128::from(FULL);
    u64::try_from(above.checked_div(u128::from(ask)).unwrap_or_default()).unwrap_or(FULL)
}

/// A number that looks random and depends on all bytes (the finalizer of splitmix64 over words).
pub(crate) fn mixed(bytes: &[u8]) -> u64 {
    let mut state = 0u64;
    for chunk in bytes.chunks(8) {
        let word = chunk
            .iter()
            .fold(0u64, |word, byte| (word << 8) | u64::from(*byte));
        state = state.wrapping_add(word).wrapping_add(0x9E37_79B9_7F4A_7C15);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        state ^= state >> 31;
    }
    state
}

#[cfg(test)]
mod tests;
