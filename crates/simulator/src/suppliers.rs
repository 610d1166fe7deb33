//! Devices, what they cost, what they were paid, and when they leave and return.

use ion_economics::ide::{DivideError, divide};

use crate::{rng::Rng, scenario::Scenario};

/// Days between two looks of a supplier at its income.
pub const WINDOW_DAYS: u32 = 30;
/// Uptime levels: minutes of a day a device is verified.
pub const UPTIMES: [u32; 8] = [1_440, 1_440, 1_440, 1_430, 1_420, 1_400, 1_360, 1_200];
/// Cost levels, bps of the class's mean.
const COSTS: [u64; 16] = [
    5_000, 6_000, 6_500, 7_000, 7_500, 8_000, 8_500, 9_000, 10_000, 10_500, 11_000, 12_000, 13_000,
    14_500, 16_000, 20_000,
];

/// One device.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// Place of its class.
    pub class: u16,
    /// Place of its uptime level.
    pub uptime: u8,
    /// Cost per day, 1e-6 USD.
    pub cost: u64,
    /// Whether it is online.
    pub is_online: bool,
    /// Windows in a row below cost.
    pub poor: u8,
}

/// All devices with their accounts.
#[derive(Clone, Debug)]
pub struct Suppliers {
    /// The devices.
    pub devices: Vec<Device>,
    /// Weight of the day: what the device is owed, 1e-6 USD.
    pub owed: Vec<u64>,
    /// Arrears, 1e-6 USD.
    pub arrears: Vec<u64>,
    /// All IO ever paid, base units.
    pub lifetime_io: Vec<u64>,
    /// All USDC ever paid, base units.
    pub lifetime_usdc: Vec<u64>,
    /// Value paid since the last look, 1e-6 USD.
    pub window: Vec<u64>,
    parts: Vec<u64>,
}

impl Suppliers {
    /// The devices of a scenario.
    pub fn new(scenario: &Scenario, rng: &mut Rng) -> Self {
        let count = scenario.devices as usize;
        let mut devices = Vec::with_capacity(count);
        for (class, mix) in scenario.classes.iter().enumerate() {
            let until = scenario.classes[..=class]
                .iter()
                .map(|mix| u64::from(mix.share_bps))
                .sum::<u64>()
                * u64::from(scenario.devices)
                / 10_000;
            while (devices.len() as u64) < until {
                let level = COSTS[rng.below(COSTS.len() as u64) as usize];
                let daily = mix.cost_usd_micros * 24 * u64::from(mix.qty);
                devices.push(Device {
                    class: class as u16,
                    uptime: rng.below(UPTIMES.len() as u64) as u8,
                    cost: daily * level / 10_000,
                    is_online: rng.below(10_000) < u64::from(scenario.supply.online_bps),
                    poor: 0,
                });
            }
        }
        let zeros = vec![0; devices.len()];
        Self {
            devices,
            owed: zeros.clone(),
            arrears: zeros.clone(),
            lifetime_io: zeros.clone(),
            lifetime_usdc: zeros.clone(),
            window: zeros.clone(),
            parts: zeros,
        }
    }

    /// Adds a total to the first lifetimes by the weights of the day or of the arrears.
    pub fn pay(&mut self, total: u64, by: Weights, into: Into) -> Result<(), DivideError> {
        if total == 0 {
            return Ok(());
        }
        let weights = match by {
            Weights::Owed => &self.owed,
            Weights::Arrears => &self.arrears,
        };
        divide(total, weights, &mut self.parts)?;
        let lifetimes = match into {
            Into::Io => &mut self.lifetime_io,
            Into::Usdc => &mut self.lifetime_usdc,
        };
        for (lifetime, part) in lifetimes.iter_mut().zip(&self.parts) {
            *lifetime += part;
        }
        Ok(())
    }

    /// Counts value received, 1e-6 USD, by the weights of the day or of the arrears.
    pub fn credit(&mut self, usd_micros: u64, by: Weights) -> Result<(), DivideError> {
        if usd_micros == 0 {
            return Ok(());
        }
        if matches!(by, Weights::Owed) && usd_micros == self.owed.iter().sum::<u64>() {
            // paid in full: every part is its weight
            for (window, owed) in self.window.iter_mut().zip(&self.owed) {
                *window += owed;
            }
            return Ok(());
        }
        let weights = match by {
            Weights::Owed => &self.owed,
            Weights::Arrears => &self.arrears,
        };
        divide(usd_micros, weights, &mut self.parts)?;
        for (window, part) in self.window.iter_mut().zip(&self.parts) {
            *window += part;
        }
        Ok(())
    }

    /// Takes paid arrears off, then adds what stayed unpaid of the day.
    pub fn settle(&mut self, paid_arrears: u64, short: u64) -> Result<(), DivideError> {
        if paid_arrears > 0 {
            divide(paid_arrears, &self.arrears, &mut self.parts)?;
            for (arrears, part) in self.arrears.iter_mut().zip(&self.parts) {
                // no part of at most the sum exceeds its weight
                *arrears -= part;
            }
        }
        if short > 0 {
            divide(short, &self.owed, &mut self.parts)?;
            for (arrears, part) in self.arrears.iter_mut().zip(&self.parts) {
                *arrears += part;
            }
        }
        Ok(())
    }

    /// Each device looks at its income once in 30 days, on a day of its own: below cost for `patience`
    /// looks it leaves; offline it returns where its class pays enough.
    pub fn look(&mut self, scenario: &Scenario, day: u32, class_income: &[u64]) {
        let supply = &scenario.supply;
        let first = (day % WINDOW_DAYS) as usize;
        for place in (first..self.devices.len()).step_by(WINDOW_DAYS as usize) {
            let device = &mut self.devices[place];
            let income = std::mem::take(&mut self.window[place]);
            if device.is_online {
                if day < WINDOW_DAYS || supply.patience == 0 {
                    continue;
                }
                device.poor = if income < device.cost * u64::from(WINDOW_DAYS) {
                    device.poor.saturating_add(1)
                } else {
                    0
                };
                if u32::from(device.poor) >= supply.patience {
                    device.is_online = false;
                    device.poor = 0;
                }
            } else {
                let expected = class_income[usize::from(device.class)];
                device.is_online = expected * 10_000 >= device.cost * u64::from(supply.return_bps);
            }
        }
    }
}

/// Whose share decides a division.
#[derive(Clone, Copy, Debug)]
pub enum Weights {
    /// What the day owes.
    Owed,
    /// Arrears.
    Arrears,
}

/// What is divided.
#[derive(Clone, Copy, Debug)]
pub enum Into {
    /// IO.
    Io,
    /// USDC.
    Usdc,
}

/// Processor-minutes of demand per class on the first day.
pub(crate) fn base_demand(scenario: &Scenario, suppliers: &Suppliers) -> Vec<u64> {
    online_minutes(scenario, suppliers)
        .into_iter()
        .map(|minutes| minutes * u64::from(scenario.demand.hired_bps) / 10_000)
        .collect()
}

/// Verified processor-minutes per class of the devices online.
pub(crate) fn online_minutes(scenario: &Scenario, suppliers: &Suppliers) -> Vec<u64> {
    let mut minutes = vec![0_u64; scenario.classes.len()];
    for device in suppliers.devices.iter().filter(|device| device.is_online) {
        let class = usize::from(device.class);
        minutes[class] +=
            u64::from(scenario.classes[class].qty) * u64::from(UPTIMES[usize::from(device.uptime)]);
    }
    minutes
}
