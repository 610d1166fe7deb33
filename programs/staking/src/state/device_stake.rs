//! The stake of one device: both parties' principal, exits and day records (economics §1.6, §3.2).

use anchor_lang::prelude::*;
use ion_economics::{
    slash::RollingCharges,
    stake::{DayBuckets, Ledger, OwnerTranche, Position, PositionState},
    units::{Io, UnixSeconds},
};

use crate::{constants::*, error::StakingError};

/// One co-staking position of a device.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoSlot {
    /// Sequence of the offer it came from; 0 in an empty slot.
    pub seq: u64,
    /// The co-staker's wallet; the default key in an empty slot.
    pub wallet: Pubkey,
    /// Principal, 1e-8 IO.
    pub amount_io: u64,
    /// When the offer was filled, Unix seconds.
    pub accepted_at: i64,
    /// End of the wait, start of the cooldown, Unix seconds; 0 = no exit runs.
    pub cooldown_starts_at: i64,
    /// End of the cooldown, Unix seconds; 0 = no exit runs.
    pub cooldown_ends_at: i64,
    /// Share of the device's block rewards, bps.
    pub share_bps: u16,
    /// `ion_economics::stake::PositionState`.
    pub state: u8,
    /// Whether the position's own account holds a balance that a case restored.
    pub has_restored: bool,
}

impl CoSlot {
    fn position(&self) -> Result<Position> {
        Ok(Position {
            seq: self.seq,
            amount: Io::from_base_units(self.amount_io),
            share_bps: self.share_bps,
            accepted_at: UnixSeconds::new(self.accepted_at),
            state: PositionState::try_from(self.state).map_err(StakingError::from)?,
            cooldown_starts_at: UnixSeconds::new(self.cooldown_starts_at),
            cooldown_ends_at: UnixSeconds::new(self.cooldown_ends_at),
        })
    }

    fn set_position(&mut self, position: &Position) {
        self.seq = position.seq;
        self.amount_io = position.amount.base_units();
        self.share_bps = position.share_bps;
        self.accepted_at = position.accepted_at.get();
        self.state = position.state.code();
        self.cooldown_starts_at = position.cooldown_starts_at.get();
        self.cooldown_ends_at = position.cooldown_ends_at.get();
        if position.state == PositionState::Empty {
            self.wallet = Pubkey::default();
            self.has_restored = false;
        }
    }
}

/// Account at `["stake", device]`; its tokens lie at `["stake_vault", this account]`. Never closes.
#[account]
#[derive(InitSpace, Debug)]
pub struct DeviceStake {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the vault's address.
    pub vault_bump: u8,
    /// Shard of the totals, 0 to 15.
    pub shard: u8,
    /// The device account.
    pub device: Pubkey,
    /// Who paid for this account and its vault.
    pub payer: Pubkey,
    /// The stake wallet: the only source and destination of the owner's principal; the default key
    /// while nothing is staked.
    pub wallet: Pubkey,
    /// Owner's active principal, 1e-8 IO.
    pub active_io: u64,
    /// Owner's cooling or withdrawable principal, 1e-8 IO.
    pub cooling_io: u64,
    /// Start of the owner's cooldown, Unix seconds; 0 = none.
    pub cooldown_starts_at: i64,
    /// End of the owner's cooldown, Unix seconds; 0 = none.
    pub cooldown_ends_at: i64,
    /// Owner's balance restored by a case after its withdrawal, 1e-8 IO; withdrawable at once.
    pub restored_io: u64,
    /// Co-staking positions.
    pub positions: [CoSlot; CO_SLOTS],
    /// Sequence of the last offer; sequences start at 1 and are never reused.
    pub offer_seq: u64,
    /// Sequence of the open offer; 0 = none.
    pub open_offer_seq: u64,
    /// Since when counted stake has been above 0 and below the requirement, Unix seconds; 0 = it is
    /// not.
    pub underfunded_since: i64,
    /// Last operation, Unix seconds.
    pub touched_at: i64,
    /// Newest UTC day of `overflow_days`.
    pub overflow_newest_day: i64,
    /// Overflow withdrawn per UTC day, net of later deposits, 1e-8 IO: 32 × u64, little endian; day
    /// `d` stands at `d mod 32`. Bytes, because each element of another type would be read and written
    /// on its own in every instruction; [`Self::overflow_days_io`] gives the numbers.
    pub overflow_days: [u8; 8 * BUCKET_DAYS],
    /// Newest UTC day of `slash_days`.
    pub slash_newest_day: i64,
    /// Charged by cases per UTC day, net of restored, bps of the requirement: 32 × u16, little endian,
    /// as above.
    pub slash_days: [u8; 2 * BUCKET_DAYS],
    /// Slash cases not finished.
    pub open_cases: u16,
    /// Of them, cases of code 6.
    pub open_code6_cases: u16,
    /// What this device adds to its shard of the totals, 1e-8 IO.
    pub counted_io: u64,
    /// Number of the last event of this device's stake, offers and positions.
    pub event_seq: u64,
    /// Time of the last offence of code 5 that was charged, Unix seconds; 0 = none.
    pub low_reliability_at: i64,
    /// Σ of `CoPosition::restored_io` of the device, 1e-8 IO.
    pub positions_restored_io: u64,
    /// Whether a code-6 case ended with a burn while another one was open.
    pub has_burned_code6: bool,
    /// For later fields.
    pub _reserved: [u8; 47],
}

const _: () = assert!(
    DeviceStake::INIT_SPACE
        == 4 + 3 * 32 + 5 * 8 + 4 * 76 + 2 * 8 + 2 * 8 + 8 + 256 + 8 + 64 + 2 * 2 + 2 * 8 + 64
);

impl DeviceStake {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// The account of a device nobody has staked on.
    pub fn opened(device: Pubkey, payer: Pubkey, bump: u8, vault_bump: u8) -> Self {
        let empty = CoSlot {
            seq: 0,
            wallet: Pubkey::default(),
            amount_io: 0,
            accepted_at: 0,
            cooldown_starts_at: 0,
            cooldown_ends_at: 0,
            share_bps: 0,
            state: PositionState::Empty.code(),
            has_restored: false,
        };
        Self {
            version: ACCOUNT_VERSION,
            bump,
            vault_bump,
            shard: shard_of(&device),
            device,
            payer,
            wallet: Pubkey::default(),
            active_io: 0,
            cooling_io: 0,
            cooldown_starts_at: 0,
            cooldown_ends_at: 0,
            restored_io: 0,
            positions: [empty; CO_SLOTS],
            offer_seq: 0,
            open_offer_seq: 0,
            underfunded_since: 0,
            touched_at: 0,
            overflow_newest_day: 0,
            overflow_days: [0; 8 * BUCKET_DAYS],
            slash_newest_day: 0,
            slash_days: [0; 2 * BUCKET_DAYS],
            open_cases: 0,
            open_code6_cases: 0,
            counted_io: 0,
            event_seq: 0,
            low_reliability_at: 0,
            positions_restored_io: 0,
            has_burned_code6: false,
            _reserved: [0; 47],
        }
    }

    /// The pure book of this account.
    ///
    /// Errors: `BrokenLedger` for a state byte that names none.
    #[inline(never)] // a stack frame apart from the handler's
    pub fn ledger(&self) -> Result<Ledger> {
        let [a, b, c, d] = &self.positions;
        Ok(Ledger {
            owner: OwnerTranche {
                active: Io::from_base_units(self.active_io),
                cooling: Io::from_base_units(self.cooling_io),
                cooldown_starts_at: UnixSeconds::new(self.cooldown_starts_at),
                cooldown_ends_at: UnixSeconds::new(self.cooldown_ends_at),
                restored: Io::from_base_units(self.restored_io),
            },
            positions: [a.position()?, b.position()?, c.position()?, d.position()?],
            buckets: DayBuckets {
                newest_day: self.overflow_newest_day,
                amounts: self.overflow_days_io(),
            },
            underfunded_since: (self.underfunded_since != 0)
                .then_some(UnixSeconds::new(self.underfunded_since)),
            touched_at: UnixSeconds::new(self.touched_at),
        })
    }

    /// Writes a book that an operation returned.
    pub(crate) fn set_ledger(&mut self, ledger: &Ledger) {
        self.active_io = ledger.owner.active.base_units();
        self.cooling_io = ledger.owner.cooling.base_units();
        self.cooldown_starts_at = ledger.owner.cooldown_starts_at.get();
        self.cooldown_ends_at = ledger.owner.cooldown_ends_at.get();
        self.restored_io = ledger.owner.restored.base_units();
        for (slot, position) in self.positions.iter_mut().zip(&ledger.positions) {
            slot.set_position(position);
        }
        self.overflow_newest_day = ledger.buckets.newest_day;
        self.overflow_days = bytemuck::cast(ledger.buckets.amounts.map(u64::to_le));
        self.underfunded_since = ledger.underfunded_since.map_or(0, UnixSeconds::get);
        self.touched_at = ledger.touched_at.get();
    }

    /// Principal that counts for rewards, hire and offers at `now` (Unix seconds), 1e-8 IO.
    ///
    /// Errors: `BrokenLedger`, `ArithmeticOverflow`.
    pub fn eligible_io(&self, now: i64) -> Result<u64> {
        let counted = self
            .ledger()?
            .eligible(UnixSeconds::new(now))
            .map_err(StakingError::from)?;
        Ok(counted.base_units())
    }

    /// Overflow withdrawn per UTC day, net of later deposits, 1e-8 IO; day `d` stands at `d mod 32`.
    pub fn overflow_days_io(&self) -> [u64; BUCKET_DAYS] {
        bytemuck::pod_read_unaligned::<[u64; BUCKET_DAYS]>(&self.overflow_days).map(u64::from_le)
    }

    /// Charges of the device per UTC day, bps of the requirement.
    pub fn rolling(&self) -> RollingCharges {
        RollingCharges {
            newest_day: self.slash_newest_day,
            days: bytemuck::pod_read_unaligned::<[u16; BUCKET_DAYS]>(&self.slash_days)
                .map(u16::from_le),
        }
    }

    /// Writes the charges that an operation returned.
    pub(crate) fn set_rolling(&mut self, rolling: &RollingCharges) {
        self.slash_newest_day = rolling.newest_day;
        self.slash_days = bytemuck::cast(rolling.days.map(u16::to_le));
    }

    /// Tokens that the vault owes by this book, 1e-8 IO (I03). Errors: `ArithmeticOverflow`.
    pub fn held_io(&self) -> Result<u64> {
        self.positions
            .iter()
            .map(|slot| slot.amount_io)
            .chain([
                self.active_io,
                self.cooling_io,
                self.restored_io,
                self.positions_restored_io,
            ])
            .try_fold(0_u64, u64::checked_add)
            .ok_or_else(|| StakingError::ArithmeticOverflow.into())
    }

    /// Whether a stake wallet is recorded.
    pub fn is_bound(&self) -> bool {
        self.wallet != Pubkey::default()
    }

    /// Whether an offer is open.
    pub fn has_open_offer(&self) -> bool {
        self.open_offer_seq != 0
    }

    /// Sequence of the next offer. The clamp is out of reach: one offer per second would need longer
    /// than the sun has; the address of a clamped sequence exists already, so `init` would refuse.
    pub fn next_offer_seq(&self) -> u64 {
        self.offer_seq.saturating_add(1)
    }

    /// The slot of the position from offer `seq`.
    pub fn slot(&self, seq: u64) -> Option<&CoSlot> {
        self.positions
            .iter()
            .find(|slot| slot.seq == seq && slot.state != PositionState::Empty.code())
    }

    /// Takes a position's restored balance off the book. Errors: `ArithmeticOverflow`.
    pub(crate) fn pay_restored(&mut self, seq: u64, amount: Io) -> Result<()> {
        self.positions_restored_io = self
            .positions_restored_io
            .checked_sub(amount.base_units())
            .ok_or(StakingError::ArithmeticOverflow)?;
        for slot in self.positions.iter_mut().filter(|slot| slot.seq == seq) {
            slot.has_restored = false;
        }
        Ok(())
    }

    /// Notes in the slot of a position, if it has one, that its own account holds a balance.
    pub(crate) fn mark_restored(&mut self, seq: u64, has_restored: bool) {
        let slot = self
            .positions
            .iter_mut()
            .find(|slot| slot.seq == seq && slot.state != PositionState::Empty.code());
        if let Some(slot) = slot {
            slot.has_restored |= has_restored;
        }
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = self
            .event_seq
            .checked_add(1)
            .ok_or(StakingError::ArithmeticOverflow)?;
        Ok(self.event_seq)
    }
}

/// Shard of a device: the low four bits of the device account's first byte.
pub fn shard_of(device: &Pubkey) -> u8 {
    let [first, ..] = device.to_bytes();
    first & (SHARDS - 1)
}
