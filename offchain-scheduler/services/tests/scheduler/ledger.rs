//! The reading side: accounts in memory, quotes from the effects of the sending side.

use super::*;

impl Ledger {
    pub(super) fn new(devices: &[(u8, u8)], sent: Arc<FakeChain>) -> Self {
        let class = ProcessorClass {
            id: CLASS,
            pool: 1,
            mult_now: 10_000,
            last_nonzero_mult: 10_000,
            floor_price_usd_micros: ASK / 2,
            ..zeroed()
        };
        let stakes = devices.iter().map(|(byte, qty)| {
            let stake = DeviceStake {
                device: device_key(*byte),
                active_io: u64::from(*qty) * 200 * 100_000_000,
                ..zeroed()
            };
            (addresses::staking::device_stake(&device_key(*byte)), stake)
        });
        let facts = Facts {
            now: NOW,
            devices: devices
                .iter()
                .map(|(byte, qty)| (device_key(*byte), device(*qty)))
                .collect(),
            classes: vec![class],
            stakes: stakes.collect(),
            bookings: Vec::new(),
            booking_params: parameters(booking::ID, params::booking::ALL),
            staking_params: parameters(staking::ID, params::staking::ALL),
        };
        Self {
            facts: Mutex::new(facts),
            sent,
        }
    }

    pub(super) fn with<T>(&self, change: impl FnOnce(&mut Facts) -> T) -> T {
        change(&mut self.facts.lock().unwrap())
    }

    /// The quotes that the scheduler's transactions made.
    pub(super) fn quotes(&self) -> Vec<CreateQuoteArgs> {
        let effects = self.sent.effects();
        effects
            .keys()
            .filter_map(|data| data.strip_prefix(booking::instruction::CreateQuote::DISCRIMINATOR))
            .map(|args| CreateQuoteArgs::try_from_slice(args).unwrap())
            .collect()
    }
}

impl SchedulerChain for Ledger {
    fn now(&self) -> Result<i64, ViewError> {
        Ok(self.with(|facts| facts.now))
    }

    fn facts(&self) -> Result<Facts, ViewError> {
        Ok(self.with(|facts| facts.clone()))
    }

    fn bookings(&self) -> Result<Vec<(Pubkey, Booking)>, ViewError> {
        Ok(self.with(|facts| facts.bookings.clone()))
    }

    fn booking(&self, address: &Pubkey) -> Result<Option<Booking>, ViewError> {
        let found = |facts: &mut Facts| {
            let at = facts.bookings.iter().find(|(key, _)| key == address);
            at.map(|(_, booking)| booking.clone())
        };
        Ok(self.with(found))
    }

    fn stamp(&self, _: i64) -> Result<Stamp, ViewError> {
        Ok(Stamp::Schedule)
    }

    fn quote(&self, address: &Pubkey) -> Result<Option<Quote>, ViewError> {
        let args = self
            .quotes()
            .into_iter()
            .find(|args| addresses::booking::quote(&args.id) == *address);
        Ok(args.map(|args| Quote {
            id: args.id,
            renter: args.renter,
            payer: args.payer,
            currency: args.currency,
            flags: args.flags,
            minutes: args.minutes,
            total: 4_090_000,
            expires_at: NOW + 60,
            lines: vec![
                QuoteLine {
                    device: device_key(1),
                    class: CLASS,
                    qty: 2,
                    rate_usd_micros: ASK,
                    hire_q_usd_micros: 0,
                    compute: 4_000_000,
                    reservation: 10_000,
                    payment: 80_000,
                };
                usize::from(args.lines)
            ],
            ..zeroed()
        }))
    }
}
