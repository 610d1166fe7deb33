//! What is left of a machine, and the parts that requests take of it.

use serde::{Deserialize, Serialize};

/// Thousandths of a processor.
pub const WHOLE: u16 = 1_000;
/// Most processors of a device.
pub const MAX_PROCESSORS: usize = 64;

/// What is left of a machine. Devices that are hired whole only ever have all or nothing left; their
/// processor cores and memory are part of the hire and are not counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Thousandths of a core.
    pub cpu_milli: u32,
    /// Mebibytes.
    pub memory_mib: u32,
    /// Thousandths left of each processor, 0 to [`WHOLE`]; at most [`MAX_PROCESSORS`] entries.
    pub free_milli: Vec<u16>,
}

impl Room {
    /// An empty machine that is hired whole.
    pub fn whole(qty: u8) -> Self {
        Self {
            cpu_milli: 0,
            memory_mib: 0,
            free_milli: vec![WHOLE; usize::from(qty)],
        }
    }

    /// Sum over the processors, thousandths; at most 64,000.
    pub fn total_milli(&self) -> u64 {
        self.free_milli.iter().map(|free| u64::from(*free)).sum()
    }

    /// Whether a part fits.
    pub fn fits(&self, part: &Part) -> bool {
        if self.cpu_milli < part.cpu_milli || self.memory_mib < part.memory_mib {
            return false;
        }
        let fitting = self
            .free_milli
            .iter()
            .filter(|free| **free >= part.share_milli);
        fitting.count() >= usize::from(part.processors)
    }

    /// Takes a part out of the given processors; `None`, and nothing changed, if it does not fit there.
    pub fn take(&mut self, part: &Part, slots: &[u8]) -> Option<()> {
        let cpu_milli = self.cpu_milli.checked_sub(part.cpu_milli)?;
        let memory_mib = self.memory_mib.checked_sub(part.memory_mib)?;
        if slots.len() != usize::from(part.processors) {
            return None;
        }
        let mut free_milli = self.free_milli.clone();
        for slot in slots {
            let free = free_milli.get_mut(usize::from(*slot))?;
            *free = free.checked_sub(part.share_milli)?;
        }
        *self = Self {
            cpu_milli,
            memory_mib,
            free_milli,
        };
        Some(())
    }

    /// Gives a part back to its processors; `None`, and nothing changed, if it was not taken there.
    pub fn give(&mut self, part: &Part, slots: &[u8]) -> Option<()> {
        let mut free_milli = self.free_milli.clone();
        for slot in slots {
            let free = free_milli.get_mut(usize::from(*slot))?;
            *free = free
                .checked_add(part.share_milli)
                .filter(|free| *free <= WHOLE)?;
        }
        self.cpu_milli = self.cpu_milli.checked_add(part.cpu_milli)?;
        self.memory_mib = self.memory_mib.checked_add(part.memory_mib)?;
        self.free_milli = free_milli;
        Some(())
    }
}

/// A part of one machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Part {
    /// Thousandths of a core.
    pub cpu_milli: u32,
    /// Mebibytes.
    pub memory_mib: u32,
    /// Processors; 0 for none.
    pub processors: u8,
    /// Thousandths of each of them; below [`WHOLE`] only with one processor; 0 with none.
    pub share_milli: u16,
    /// Classes that will do, in order; empty for any.
    pub classes: Vec<u16>,
}

impl Part {
    /// Thousandths of processors in all; at most 64,000.
    pub fn total_milli(&self) -> u64 {
        u64::from(self.processors).saturating_mul(u64::from(self.share_milli))
    }

    /// Whether a class will do. A part without processors may go anywhere.
    pub fn takes(&self, class: u16) -> bool {
        self.processors == 0
            || self.classes.is_empty()
            || self.classes.binary_search(&class).is_ok()
    }
}

/// Levels of a machine's processors in falling order, on the stack: the working form of the scores.
#[derive(Clone, Copy)]
pub(crate) struct Levels {
    len: usize,
    milli: [u16; MAX_PROCESSORS],
}

impl Levels {
    pub(crate) fn of(free_milli: &[u16]) -> Self {
        let mut levels = Self {
            len: 0,
            milli: [0; MAX_PROCESSORS],
        };
        for free in free_milli.iter().take(MAX_PROCESSORS) {
            levels.insert(*free);
        }
        levels
    }

    fn insert(&mut self, free: u16) {
        let mut at = self.len;
        while at > 0 && self.milli[at - 1] < free {
            self.milli[at] = self.milli[at - 1];
            at -= 1;
        }
        self.milli[at] = free;
        self.len += 1;
    }

    /// With one level replaced by a lower one.
    pub(crate) fn lowered(mut self, from: u16, to: u16) -> Self {
        let Some(mut at) = self.as_slice().iter().rposition(|level| *level == from) else {
            return self;
        };
        while at + 1 < self.len && self.milli[at + 1] > to {
            self.milli[at] = self.milli[at + 1];
            at += 1;
        }
        self.milli[at] = to;
        self
    }

    /// With `count` whole processors taken.
    pub(crate) fn without_whole(mut self, count: u8) -> Self {
        for _ in 0..count {
            self = self.lowered(WHOLE, 0);
        }
        self
    }

    pub(crate) fn as_slice(&self) -> &[u16] {
        &self.milli[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(processors: u8, share_milli: u16) -> Part {
        Part {
            cpu_milli: 100,
            memory_mib: 10,
            processors,
            share_milli,
            classes: Vec::new(),
        }
    }

    #[test]
    fn levels_stay_in_falling_order() {
        let levels = Levels::of(&[200, 1_000, 0, 500]);
        assert_eq!(levels.as_slice(), [1_000, 500, 200, 0]);
        assert_eq!(levels.lowered(1_000, 300).as_slice(), [500, 300, 200, 0]);
        assert_eq!(levels.lowered(200, 0).as_slice(), [1_000, 500, 0, 0]);
        assert_eq!(levels.without_whole(1).as_slice(), [500, 200, 0, 0]);
    }

    #[test]
    fn take_and_give_are_inverse_and_refuse_what_does_not_fit() {
        let mut room = Room {
            cpu_milli: 150,
            memory_mib: 10,
            free_milli: vec![1_000, 400],
        };
        let before = room.clone();
        assert_eq!(room.take(&part(1, 500), &[1]), None);
        assert_eq!(room.take(&part(1, 500), &[0, 1]), None);
        assert_eq!(room.take(&part(1, 500), &[7]), None);
        assert_eq!(room, before);
        assert_eq!(room.take(&part(1, 500), &[0]), Some(()));
        assert_eq!((room.cpu_milli, room.memory_mib), (50, 0));
        assert_eq!(room.free_milli, [500, 400]);
        assert!(!room.fits(&part(1, 100)));
        assert_eq!(room.give(&part(1, 600), &[0]), None);
        assert_eq!(room.give(&part(1, 500), &[0]), Some(()));
        assert_eq!(room, before);
    }
}
