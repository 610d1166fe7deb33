//! Fleets and requests with a neutral market.

use ion_placement::{Device, Moment, Part, Request, Room, Shape, Snapshot, WHOLE};

/// A time at which every device is hireable.
pub const MOMENT: Moment = Moment {
    now: 1_000_000,
    onboarding_seconds: 0,
    start_lead_seconds: 0,
};

/// A machine of a trace.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name; ties go to the smallest.
    pub name: String,
    /// Thousandths of a core.
    pub cpu_milli: u32,
    /// Mebibytes.
    pub memory_mib: u32,
    /// Processors.
    pub processors: u8,
    /// Number of its model.
    pub class: u16,
}

impl Machine {
    /// The machine as a device: up, free, at the floor price, fully reliable, of the lowest tier.
    pub fn device(&self) -> Device {
        let mut id = [0; 32];
        for (to, from) in id.iter_mut().zip(self.name.bytes()) {
            *to = from;
        }
        Device {
            id,
            owner: [0; 32],
            class: self.class,
            qty: self.processors,
            connectivity_tier: 0,
            supplier_tier: 0,
            reliability_bps: 10_000,
            ask_usd_micros: 1,
            floor_price_usd_micros: 1,
            region: None,
            is_confidential: false,
            is_up: true,
            is_draining: false,
            is_hired: false,
            is_reserved: false,
            is_stake_sufficient: true,
            onboarded_at: 1,
            open_until: 0,
            room: Room {
                cpu_milli: self.cpu_milli,
                memory_mib: self.memory_mib,
                free_milli: vec![WHOLE; usize::from(self.processors)],
            },
        }
    }
}

/// An empty fleet of the machines.
pub fn fleet(machines: &[Machine]) -> Snapshot {
    Snapshot::new(1, MOMENT, machines.iter().map(Machine::device))
}

/// The n-th request of a replay.
pub fn request(number: u64, members: u16, part: Part) -> Request {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    Request::new(id, number, Shape::Parts { members, part }, 60)
}
