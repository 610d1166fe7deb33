//! How a slash case is named, found and described.

use ion_client::{
    accounts,
    instructions::staking::{CaseKey, StakedDevice},
};
use ion_economics::slash::{CaseState, LEGS, Offence, PARTIES, hold_leg, split_leg};
use ion_economics::units::{Bps, Io};
use registry::state::Device;
use solana_pubkey::Pubkey;
use staking::state::{Case, CaseParty};

use crate::{
    amount::Amount,
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// A case with the time of the chain at which it was read.
pub struct Book {
    /// Address of the case.
    pub address: Pubkey,
    /// The account.
    pub case: Case,
    /// Time of the chain, Unix seconds.
    pub now: i64,
}

/// What may happen to a case now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A party may appeal, the slasher may withdraw it.
    Window,
    /// Nobody appealed in time: anyone may finalize it, and the legs are burned.
    WindowOver,
    /// An appeal waits for the arbiter.
    Appealed,
    /// The arbiter was silent: anyone may finalize it, and the legs go back.
    RulingOverdue,
    /// Ruled: anyone may finalize it.
    Ruled,
    /// The outcome is fixed; legs are still to be given back or burned.
    Decided,
    /// Nothing is left to be done.
    Finished,
}

impl Phase {
    /// Name in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Window => "open to appeal",
            Self::WindowOver => "not appealed",
            Self::Appealed => "appealed",
            Self::RulingOverdue => "ruling overdue",
            Self::Ruled => "ruled",
            Self::Decided => "decided",
            Self::Finished => "finished",
        }
    }

    /// What comes next, in words.
    pub const fn next(self) -> &'static str {
        match self {
            Self::Window => "a party may appeal: ion case appeal CASE",
            Self::WindowOver | Self::RulingOverdue | Self::Ruled => {
                "anyone may fix the outcome: ion case finalize CASE"
            }
            Self::Appealed => "the arbiter rules: ion case rule CASE",
            Self::Decided => "anyone may give legs back: ion case restore CASE",
            Self::Finished => "nothing",
        }
    }
}

impl Book {
    /// Reads the case at an address.
    ///
    /// Errors: usage, rpc; program when there is none.
    pub fn find(ctx: &Context, text: &str) -> Outcome<Self> {
        let address = parse_key(text, "case")?;
        let case = accounts::find::<Case>(&ctx.chain, &address)?.ok_or_else(|| {
            Failure::chain(
                "the case was not found",
                format!("there is no case at {address}"),
            )
            .next("ion case list shows the cases")
        })?;
        Ok(Self {
            address,
            case,
            now: ctx.now()?,
        })
    }

    /// All cases, oldest first.
    ///
    /// Errors: rpc.
    pub fn all(ctx: &Context) -> Outcome<Vec<Self>> {
        let now = ctx.now()?;
        let mut all = Vec::new();
        for (address, case) in accounts::all(&ctx.chain)? {
            all.push(Self { address, case, now });
        }
        all.sort_by_key(|book| (book.case.opened_at, book.address));
        Ok(all)
    }

    /// What may happen now.
    ///
    /// Errors: program, when the account is broken.
    pub fn phase(&self) -> Outcome<Phase> {
        Ok(match self.state()? {
            CaseState::Window if self.now > self.case.window_end => Phase::WindowOver,
            CaseState::Window => Phase::Window,
            CaseState::Appealed if self.now > self.case.ruling_end => Phase::RulingOverdue,
            CaseState::Appealed => Phase::Appealed,
            CaseState::Upheld | CaseState::Partial => Phase::Ruled,
            CaseState::Restored | CaseState::Burned if self.case.is_finished => Phase::Finished,
            CaseState::Restored | CaseState::Burned => Phase::Decided,
        })
    }

    /// The case as instructions need it.
    ///
    /// Errors: rpc; program when the device is gone.
    pub fn key(&self, ctx: &Context) -> Outcome<CaseKey> {
        let device: Device = accounts::fetch(&ctx.chain, &self.case.device)?;
        Ok(CaseKey {
            device: StakedDevice {
                device: self.case.device,
                class: device.class,
            },
            offence_id: self.case.offence_id,
            part: self.case.part,
        })
    }

    fn state(&self) -> Outcome<CaseState> {
        CaseState::from_code(self.case.state).map_err(broken)
    }

    /// When the present phase ends; nothing where no time runs.
    ///
    /// Errors: program, when the account is broken.
    pub fn until(&self) -> Outcome<Cell> {
        Ok(match self.phase()? {
            Phase::Window => Cell::Time(self.case.window_end),
            Phase::Appealed => Cell::Time(self.case.ruling_end),
            _ => Cell::Nothing,
        })
    }

    /// The case as a line of a list.
    ///
    /// Errors: program, when the account is broken.
    pub fn line(&self) -> Outcome<Record> {
        Ok(Record::new()
            .with("case", self.address)
            .with("device", self.case.device)
            .with("offence", offence_name(self.case.code))
            .with("part", self.case.part)
            .with("opened_at", Cell::Time(self.case.opened_at))
            .with("seized", Amount::io(self.case.seized_io))
            .with("held_rewards", Amount::io(self.held()))
            .with("status", self.phase()?.name())
            .with("until", self.until()?))
    }

    /// Rewards held by the case, 1e-8 IO.
    fn held(&self) -> u64 {
        let holds = self
            .case
            .parties()
            .into_iter()
            .flat_map(|party| party.holds_io);
        holds.fold(0, u64::saturating_add)
    }

    /// Everything about the case.
    ///
    /// Errors: program, when the account is broken.
    pub fn record(&self) -> Outcome<Record> {
        let case = &self.case;
        let phase = self.phase()?;
        Ok(Record::new()
            .with("case", self.address)
            .with("device", case.device)
            .with("offence", offence_name(case.code))
            .with("offence_id", hex::encode(case.offence_id))
            .with("part", case.part)
            .with("offence_at", Cell::Time(case.offence_at))
            .with("opened_at", Cell::Time(case.opened_at))
            .with("status", phase.name())
            .with("until", self.until()?)
            .with("next", phase.next())
            .with("proposer", case.proposer)
            .with("arbiter", case.arbiter)
            .with("cited_poll", Cell::key_or_nothing(case.poll))
            .with("renter", Cell::key_or_nothing(case.renter))
            .with("evidence_hash", hash_or_nothing(&case.evidence_hash))
            .with("appeal_hash", hash_or_nothing(&case.appeal_hash))
            .with("charge", Cell::Bps(case.bps.into()))
            .with("requirement", Amount::io(case.required_io))
            .with("charged", Amount::io(case.charged_io))
            .with("seized", Amount::io(case.seized_io))
            .with("burned", Amount::io(case.burned_io))
            .with("restored", Amount::io(case.restored_io))
            .with(
                "renter_part",
                Amount::io(case.renter_due_io.saturating_add(case.renter_paid_io)),
            )
            .with(
                "in_the_case_vault",
                Amount::io(case.vault_io().map_err(broken)?),
            )
            .with("legs", self.legs()?))
    }

    /// Legs with an amount, and what happens or happened to each.
    fn legs(&self) -> Outcome<Vec<Record>> {
        let mut rows = Vec::new();
        for leg in 0..LEGS {
            if let Some(row) = self.leg(leg)? {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    fn leg(&self, leg: usize) -> Outcome<Option<Record>> {
        let Some((party, what, io)) = self.leg_of(leg) else {
            return Ok(None);
        };
        let is_decided = self.state()?.is_decided();
        let uphold = Bps::new(self.case.uphold_bps).ok_or_else(|| broken("a share above 100 %"))?;
        let (burned, back) = split_leg(Io::from_base_units(io), uphold).map_err(broken)?;
        let is_done = |bits: u16| u32::from(bits) >> leg & 1 == 1;
        let status = match (is_decided, back > Io::ZERO) {
            (false, _) => "waits for the outcome",
            (true, true) if is_done(self.case.legs_restored) => "given back",
            (true, true) => "to be given back: ion case restore CASE",
            (true, false) if leg < PARTIES || is_done(self.case.legs_burned) => "burned",
            (true, false) => "to be burned: ion case burn-rewards CASE",
        };
        Ok(Some(
            Record::new()
                .with("leg", leg as u64)
                .with("wallet", party.wallet)
                .with("of", what)
                .with("position", party.seq)
                .with("amount", Amount::io(io))
                .with(
                    "burned_part",
                    if is_decided {
                        Cell::from(Amount::io(burned.base_units()))
                    } else {
                        Cell::Nothing
                    },
                )
                .with("status", status),
        ))
    }

    /// Party, kind and amount of a leg; `None` where the case took nothing by it.
    pub fn leg_of(&self, leg: usize) -> Option<(CaseParty, &'static str, u64)> {
        const TREES: [&str; 2] = ["block rewards", "payouts"];
        let found = self
            .case
            .parties()
            .into_iter()
            .enumerate()
            .find_map(|(index, party)| {
                if index == leg {
                    return Some((party, "stake", party.stake_io));
                }
                TREES
                    .iter()
                    .zip(party.holds_io)
                    .enumerate()
                    .find_map(|(tree, (name, io))| {
                        (hold_leg(index, tree) == leg).then_some((party, *name, io))
                    })
            });
        found.filter(|(_, _, io)| *io > 0)
    }
}

/// Name of an offence code.
pub fn offence_name(code: u8) -> &'static str {
    match Offence::from_code(code) {
        Ok(Offence::Outage) => "2: offline while hired",
        Ok(Offence::LongOutage) => "3: offline for more than 48 h",
        Ok(Offence::LastingOutage) => "3b: offline for more than 120 h",
        Ok(Offence::Overuse) => "4: above the idle utilisation ceiling",
        Ok(Offence::LowReliability) => "5: reliability below the floor",
        Ok(Offence::Spoofing) => "6: spoofed or fake hardware",
        Err(_) => "unknown",
    }
}

fn hash_or_nothing(hash: &[u8; 32]) -> Cell {
    if *hash == [0; 32] {
        Cell::Nothing
    } else {
        Cell::Text(hex::encode(hash))
    }
}

fn broken(why: impl std::fmt::Debug) -> Failure {
    Failure::chain("the case cannot be read", format!("{why:?}"))
}
