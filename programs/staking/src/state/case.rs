//! One slash case: what it took from whom, and how it stands (economics §5, §13.4).

use anchor_lang::prelude::*;
use ion_economics::{
    slash::{split_leg, CaseClock, CaseLegs, CaseState, Offence, LEGS, PARTIES, TREES},
    units::{Bps, Io, UnixSeconds},
};

use crate::{constants::*, error::StakingError};

/// What a case took from one party; amounts in 1e-8 IO.
#[derive(
    AnchorSerialize,
    AnchorDeserialize,
    InitSpace,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    bytemuck::Pod,
    bytemuck::Zeroable,
)]
#[repr(C)]
pub struct CaseParty {
    /// Stake wallet of the owner's side or wallet of the position; the default key = no such party.
    pub wallet: Pubkey,
    /// Sequence of the position; 0 for the owner.
    pub seq: u64,
    /// Stake leg: principal seized.
    pub stake_io: u64,
    /// Holds on its rewards: block rewards, payouts.
    pub holds_io: [u64; TREES],
    /// Sequences of the roots the holds were proven at.
    pub hold_roots: [u64; TREES],
    /// Part of its share that it had nothing for.
    pub shortfall_io: u64,
}

impl CaseParty {
    /// A party that does not exist.
    pub const NONE: Self = Self {
        wallet: Pubkey::new_from_array([0; 32]),
        seq: 0,
        stake_io: 0,
        holds_io: [0; TREES],
        hold_roots: [0; TREES],
        shortfall_io: 0,
    };

    /// Whether the case has a leg of this party.
    pub fn has_leg(&self) -> bool {
        self.stake_io > 0 || self.holds_io.iter().any(|hold| *hold > 0)
    }
}

/// Account at `["case", device, offence_id, part (u16, little endian)]`; its tokens lie at
/// `["case_vault", this account]`. Never closes: it makes the offence chargeable once.
#[account]
#[derive(InitSpace, Debug)]
pub struct Case {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the vault's address.
    pub vault_bump: u8,
    /// `ion_economics::slash::Offence`.
    pub code: u8,
    /// `ion_economics::slash::CaseState`.
    pub state: u8,
    /// The device account.
    pub device: Pubkey,
    /// Attested hash of the cited report; for code 6 the hash of the evidence.
    pub offence_id: [u8; 32],
    /// Number of the part, from 0.
    pub part: u16,
    /// Key that proposed the case and paid for its accounts.
    pub proposer: Pubkey,
    /// Key that rules on an appeal: the arbiter when the case was opened.
    pub arbiter: Pubkey,
    /// Owner of the device, who may appeal whatever the legs.
    pub owner: Pubkey,
    /// The cited poll; the default key = none (code 6).
    pub poll: Pubkey,
    /// Renter named in the cited fault report; the default key = none.
    pub renter: Pubkey,
    /// Hash of the evidence bundle.
    pub evidence_hash: [u8; 32],
    /// Hash of the appeal's evidence; zeros = no appeal.
    pub appeal_hash: [u8; 32],
    /// When the offence was committed, Unix seconds.
    pub offence_at: i64,
    /// When the case was opened, Unix seconds.
    pub opened_at: i64,
    /// Last second of an appeal, Unix seconds.
    pub window_end: i64,
    /// Last second of a ruling, Unix seconds; 0 = no appeal.
    pub ruling_end: i64,
    /// When the outcome was fixed, Unix seconds; 0 = it is not.
    pub decided_at: i64,
    /// Charge, bps of the requirement; 0 for code 6.
    pub bps: u16,
    /// Part of each leg that is burned, bps; holds once the outcome is fixed.
    pub uphold_bps: u16,
    /// Renter part of what is burned of the stake legs, bps; fixed when the case is opened.
    pub victim_bps: u16,
    /// What the case adds to the rolling charges of the device, bps.
    pub rolling_bps: u16,
    /// Requirement of the device at the offence, 1e-8 IO.
    pub required_io: u64,
    /// Stake legs, reward legs of the charge and shortfalls, 1e-8 IO.
    pub charged_io: u64,
    /// Rewards of the breach window (code 4), 1e-8 IO.
    pub window_io: u64,
    /// Seized principal, 1e-8 IO: always `burned + renter + restored + in the vault`.
    pub seized_io: u64,
    /// Burned of it.
    pub burned_io: u64,
    /// Given back of it.
    pub restored_io: u64,
    /// Credited to the renter and not paid yet.
    pub renter_due_io: u64,
    /// Paid to the renter.
    pub renter_paid_io: u64,
    /// The owner, then the slots in order: 5 × [`CaseParty`], little endian. Bytes, because each
    /// number would be read and written on its own in every instruction; [`Self::parties`] gives them.
    pub party_bytes: [u8; 88 * PARTIES],
    /// One bit per leg: given back.
    pub legs_restored: u16,
    /// One bit per leg: the hold is burned.
    pub legs_burned: u16,
    /// Whether charge and rolling cap follow the outcome.
    pub is_settled: bool,
    /// Whether nothing is left to be done; the device counts the case as open until then.
    pub is_finished: bool,
    /// In part 0: parts opened so far.
    pub parts: u16,
    /// In part 0: highest severity at which a party has won a dispute; 0 = none.
    pub won_severity: u8,
    /// In part 0: charged by all parts, net of restored, 1e-8 IO.
    pub offence_charged_io: u64,
    /// In part 0: of the window, what all parts held or found no rewards for, 1e-8 IO.
    pub window_held_io: u64,
    /// Number of the last event of this case.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<CaseParty>() == 88);
const _: () = assert!(cfg!(target_endian = "little"));
const _: () = assert!(
    Case::INIT_SPACE
        == 5 + 9 * 32 + 2 + 5 * 8 + 4 * 2 + 8 * 8 + 5 * 88 + 2 * 2 + 2 + 2 + 1 + 3 * 8 + 32
);

impl Case {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// The owner, then the slots in order.
    pub fn parties(&self) -> [CaseParty; PARTIES] {
        bytemuck::pod_read_unaligned(&self.party_bytes)
    }

    /// The bytes of [`Self::parties`].
    pub fn bytes_of(parties: [CaseParty; PARTIES]) -> [u8; 88 * PARTIES] {
        bytemuck::cast(parties)
    }

    /// The offence. Errors: `UnknownOffence`.
    pub fn offence(&self) -> Result<Offence> {
        Ok(Offence::from_code(self.code).map_err(StakingError::from)?)
    }

    /// State and deadlines as the rule's type. Errors: `BrokenCase`.
    pub fn clock(&self) -> Result<CaseClock> {
        Ok(CaseClock {
            state: CaseState::from_code(self.state).map_err(StakingError::from)?,
            window_end: UnixSeconds::new(self.window_end),
            ruling_end: UnixSeconds::new(self.ruling_end),
            uphold_bps: self.uphold_bps,
        })
    }

    /// Writes what a transition returned.
    pub(crate) fn set_clock(&mut self, clock: &CaseClock) {
        self.state = clock.state.code();
        self.window_end = clock.window_end.get();
        self.ruling_end = clock.ruling_end.get();
        self.uphold_bps = clock.uphold_bps;
    }

    /// Amounts of the legs and what of them is done. Errors: `BrokenCase`.
    #[inline(never)]
    pub fn legs(&self) -> Result<CaseLegs> {
        let mut amounts = [Io::ZERO; LEGS];
        let parties = self.parties();
        let stakes = parties.iter().map(|party| party.stake_io);
        let holds = parties.iter().flat_map(|party| party.holds_io);
        for (amount, io) in amounts.iter_mut().zip(stakes.chain(holds)) {
            *amount = Io::from_base_units(io);
        }
        Ok(CaseLegs {
            amounts,
            uphold: Bps::new(self.uphold_bps).ok_or(StakingError::BrokenCase)?,
            restored: self.legs_restored,
            burned: self.legs_burned,
        })
    }

    /// Writes what was done of the legs.
    pub(crate) fn set_legs(&mut self, legs: &CaseLegs) {
        self.legs_restored = legs.restored;
        self.legs_burned = legs.burned;
    }

    /// Whether a wallet may appeal: owner, stake wallet, or a co-staker with a leg.
    pub fn is_party(&self, wallet: &Pubkey) -> bool {
        let [owner_side, positions @ ..] = &self.parties();
        *wallet == self.owner
            || (*wallet == owner_side.wallet && *wallet != Pubkey::default())
            || positions
                .iter()
                .any(|party| party.has_leg() && party.wallet == *wallet)
    }

    /// Whether this is part 0 of the offence that a further part `case` belongs to.
    pub fn is_first_of(&self, case: &Case) -> bool {
        self.part == 0
            && case.part > 0
            && self.device == case.device
            && self.offence_id == case.offence_id
    }

    /// Whether the case has not been restored in full.
    ///
    /// Errors: `BrokenCase`.
    pub fn is_standing(&self) -> Result<bool> {
        Ok(self.clock()?.state != CaseState::Restored)
    }

    /// What goes back of a party's stake leg once the outcome is fixed, 1e-8 IO.
    ///
    /// Errors: `BrokenCase`.
    pub fn stake_back(&self, party: &CaseParty) -> Result<u64> {
        let uphold = Bps::new(self.uphold_bps).ok_or(StakingError::BrokenCase)?;
        let (_, back) =
            split_leg(Io::from_base_units(party.stake_io), uphold).map_err(StakingError::from)?;
        Ok(back.base_units())
    }

    /// What the vault of this case must hold, 1e-8 IO.
    ///
    /// Errors: `ArithmeticOverflow` where more left than was seized.
    pub fn vault_io(&self) -> Result<u64> {
        let left = self
            .seized_io
            .checked_sub(self.burned_io)
            .and_then(|left| left.checked_sub(self.restored_io))
            .and_then(|left| left.checked_sub(self.renter_paid_io));
        Ok(left.ok_or(StakingError::ArithmeticOverflow)?)
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

/// Seeds with which a case signs for its vault.
pub(crate) struct CaseSeeds {
    part: [u8; 2],
    bump: [u8; 1],
}

impl CaseSeeds {
    pub(crate) fn of(case: &Case) -> Self {
        Self {
            part: case.part.to_le_bytes(),
            bump: [case.bump],
        }
    }

    pub(crate) fn seeds<'a>(&'a self, case: &'a Case) -> [&'a [u8]; 5] {
        [
            CASE_SEED,
            case.device.as_ref(),
            &case.offence_id,
            &self.part,
            &self.bump,
        ]
    }
}
