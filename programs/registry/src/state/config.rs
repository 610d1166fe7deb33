//! What all programs read and nobody writes in normal operation.

use anchor_lang::prelude::*;
use ion_economics::{governance::PauseClock, params::Program as Consumer, units::UnixSeconds};

use crate::{constants::*, error::RegistryError};

/// One pause bit with its expiry (economics §2.3).
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseState {
    /// Set while `now ≤ paused_until`, Unix seconds; 0 = not set.
    pub paused_until: i64,
    /// Can be set again from here, Unix seconds; 0 = never set.
    pub rearm_at: i64,
}

impl PauseState {
    /// As the pure clock of the rule.
    pub fn to_clock(self) -> PauseClock {
        PauseClock {
            paused_until: UnixSeconds::new(self.paused_until),
            rearm_at: UnixSeconds::new(self.rearm_at),
        }
    }

    /// From the pure clock of the rule.
    pub fn from_clock(clock: PauseClock) -> Self {
        Self {
            paused_until: clock.paused_until.get(),
            rearm_at: clock.rearm_at.get(),
        }
    }
}

/// Entry that the guardian can stop for a while; grows only at the end.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum PauseBit {
    /// New devices.
    Register = 0,
    /// Deposits of stake.
    StakeIn = 1,
    /// Creation and acceptance of offers.
    Offers = 2,
    /// Quote, book, pay, extend, start, failover.
    Booking = 3,
    /// New slash cases.
    SlashPropose = 4,
    /// Opening and filling of auctions.
    Auction = 5,
}

impl PauseBit {
    /// Place of the bit in `Config::pauses`.
    pub const fn index(self) -> usize {
        match self {
            Self::Register => 0,
            Self::StakeIn => 1,
            Self::Offers => 2,
            Self::Booking => 3,
            Self::SlashPropose => 4,
            Self::Auction => 5,
        }
    }
}

/// What the configuration counts of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClassCounted {
    /// Multiplier above 0.
    pub live: bool,
    /// The engine holds rates of it.
    pub rated: bool,
}

fn recount(count: u32, was: bool, is: bool) -> Result<u32> {
    match (was, is) {
        (false, true) => count.checked_add(1),
        (true, false) => count.checked_sub(1),
        (true, true) | (false, false) => Some(count),
    }
    .ok_or_else(|| error!(RegistryError::ArithmeticOverflow))
}

/// Singleton at `["config"]`. Written by governance, the guardian's pauses and the mode switch
/// only.
#[account]
#[derive(InitSpace, Debug)]
pub struct Config {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// The IO mint: classic SPL, 8 decimals, no freeze authority.
    pub io_mint: Pubkey,
    /// The USDC mint: classic SPL, 6 decimals.
    pub usdc_mint: Pubkey,
    /// Program that owns price accounts.
    pub price_receiver: Pubkey,
    /// Feed of IO in USD.
    pub price_feed_id: [u8; 32],
    /// Address with which the staking program signs its calls.
    pub staking_caller: Pubkey,
    /// Address with which the rewards program signs its calls.
    pub rewards_caller: Pubkey,
    /// Address with which the engine program signs its calls.
    pub ide_caller: Pubkey,
    /// Address with which the booking program signs its calls.
    pub booking_caller: Pubkey,
    /// First hour index of mode `Ide`; `u64::MAX` = never.
    pub ide_from_hour: u64,
    /// Classes with a multiplier above 0.
    pub live_classes: u32,
    /// Exemptions granted and not ended.
    pub live_exemptions: u32,
    /// Pause bits in the order of [`PauseBit`].
    pub pauses: [PauseState; PAUSE_BITS],
    /// Id of the next queued action.
    pub next_action_id: u64,
    /// When genesis was sealed, Unix seconds; 0 = open.
    pub genesis_sealed_at: i64,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// Classes with a multiplier above 0 of which the engine holds rates.
    pub rated_live_classes: u32,
    /// Exemptions granted since genesis: the number of the last one.
    pub exemptions_granted: u64,
    /// Programs whose parameters exist, one bit each in the order of
    /// `ion_economics::params::Program`.
    pub params_made: u8,
    /// For later fields.
    pub _reserved: [u8; 51],
}

const _: () =
    assert!(Config::INIT_SPACE == 1 + 1 + 8 * 32 + 8 + 4 + 4 + 6 * 16 + 8 + 8 + 8 + 4 + 8 + 1 + 51);

impl Config {
    /// Bytes of the account with its discriminator.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// Whether a pause bit is set at `now` (Unix seconds).
    pub fn is_paused(&self, bit: PauseBit, now: i64) -> bool {
        self.pauses
            .get(bit.index())
            .is_some_and(|pause| pause.to_clock().is_set(UnixSeconds::new(now)))
    }

    /// The clock of a pause bit.
    ///
    /// Errors: `ArithmeticOverflow` for a bit without a place, which no bit is.
    pub(crate) fn pause_state(&self, bit: PauseBit) -> Result<PauseState> {
        self.pauses
            .get(bit.index())
            .copied()
            .ok_or_else(|| error!(RegistryError::ArithmeticOverflow))
    }

    /// Replaces the clock of a pause bit.
    ///
    /// Errors: as [`Self::pause_state`].
    pub(crate) fn set_pause_state(&mut self, bit: PauseBit, state: PauseState) -> Result<()> {
        let place = self
            .pauses
            .get_mut(bit.index())
            .ok_or(RegistryError::ArithmeticOverflow)?;
        *place = state;
        Ok(())
    }

    /// Whether the hour with this index runs in mode `Ide`.
    pub fn is_ide_hour(&self, hour: u64) -> bool {
        hour >= self.ide_from_hour
    }

    /// Whether genesis is sealed: from then on every action waits for its timelock.
    pub fn is_genesis_sealed(&self) -> bool {
        self.genesis_sealed_at != 0
    }

    /// Bit of a program in `params_made`.
    pub(crate) fn params_bit(consumer: Consumer) -> u8 {
        match consumer {
            Consumer::Registry => 1,
            Consumer::Staking => 2,
            Consumer::Rewards => 4,
            Consumer::Ide => 8,
            Consumer::Booking => 16,
        }
    }

    /// Genesis is complete: every program has its parameters and some class is live.
    ///
    /// Errors: `GenesisIncomplete`.
    pub(crate) fn check_complete(&self) -> Result<()> {
        let all = Consumer::ALL
            .into_iter()
            .fold(0, |bits, consumer| bits | Self::params_bit(consumer));
        require!(
            self.params_made == all && self.live_classes > 0,
            RegistryError::GenesisIncomplete
        );
        Ok(())
    }

    /// Whether the switch to mode `Ide` is fixed (economics §10.9).
    pub fn is_switch_set(&self) -> bool {
        self.ide_from_hour != NEVER
    }

    /// Keeps the counts of classes that are live and of those that have rates too.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn count_class(&mut self, before: ClassCounted, after: ClassCounted) -> Result<()> {
        self.live_classes = recount(self.live_classes, before.live, after.live)?;
        self.rated_live_classes = recount(
            self.rated_live_classes,
            before.live && before.rated,
            after.live && after.rated,
        )?;
        Ok(())
    }

    /// Once the switch is fixed a class is live only with rates (economics §10.9).
    ///
    /// Errors: `ClassRatesMissing`.
    pub(crate) fn check_rated(&self, class: ClassCounted) -> Result<()> {
        require!(
            !self.is_switch_set() || !class.live || class.rated,
            RegistryError::ClassRatesMissing
        );
        Ok(())
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = self
            .event_seq
            .checked_add(1)
            .ok_or(RegistryError::ArithmeticOverflow)?;
        Ok(self.event_seq)
    }
}
