//! A small seeded generator: SplitMix64.

/// Generator whose sequence is fixed by its seed.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// From a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which must not be 0. The bias is below `bound / 2^64`.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound.max(1));
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A symmetric step of at most `width`, the mean of two draws, so that small ones are likelier.
    pub fn step(&mut self, width: u32) -> i64 {
        let span = u64::from(width) * 2 + 1;
        let draw = (self.below(span) + self.below(span)) / 2;
        i64::try_from(draw).unwrap_or(0) - i64::from(width)
    }
}
