//! Instructions of slash cases.

use ion_economics::{
    slash::{CaseInput, Offence, PARTIES, split_leg},
    units::{Bps, Io, UnixSeconds},
};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use staking::{
    AppealArgs, BurnForfeitedArgs, OpenSlashDayArgs, ProposeSlashArgs, RestoreLegArgs, RuleArgs,
    accounts, instruction,
    state::{Case, CaseParty},
};

use super::StakedDevice;
use crate::addresses::{event_authority, ide, registry as reg, rewards, staking as addr};
use crate::instructions::build;

/// A case by its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseKey {
    /// The device with its class.
    pub device: StakedDevice,
    /// Attested hash of the cited report; for code 6 the evidence hash.
    pub offence_id: [u8; 32],
    /// Number of the part.
    pub part: u16,
}

impl CaseKey {
    /// Address of the case.
    pub fn address(&self) -> Pubkey {
        addr::case(&self.device.device, &self.offence_id, self.part)
    }

    /// Token account of the case.
    pub fn vault(&self) -> Pubkey {
        addr::case_vault(&self.address())
    }

    /// Part 0 of the same offence, where the case is a further part.
    fn first(&self) -> Option<Pubkey> {
        (self.part > 0).then(|| addr::case(&self.device.device, &self.offence_id, 0))
    }
}

/// Which program a case calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Calls {
    registry: bool,
    rewards: bool,
    ide: bool,
}

impl Calls {
    fn accounts(self) -> accounts::Callees {
        let any = self.registry || self.rewards || self.ide;
        accounts::Callees {
            caller: any.then(addr::caller),
            registry_program: self.registry.then_some(registry::ID),
            registry_events: self.registry.then(reg::event_authority),
            rewards_program: self.rewards.then_some(::rewards::ID),
            rewards_roots: self.rewards.then(rewards::roots),
            rewards_events: self.rewards.then(|| event_authority(&::rewards::ID)),
            ide_program: self.ide.then_some(::ide::ID),
            ide_roots: self.ide.then(ide::roots),
            ide_events: self.ide.then(|| event_authority(&::ide::ID)),
        }
    }
}

/// Opens the day of the network cap. Signer: anyone, who pays.
pub fn open_slash_day(payer: &Pubkey, day: i64) -> Instruction {
    let mut open = build(
        staking::ID,
        accounts::OpenSlashDay {
            payer: *payer,
            slash_day: addr::slash_day(day),
            system_program: anchor_lang::system_program::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::OpenSlashDay {
            args: OpenSlashDayArgs { day },
        },
    );
    open.accounts.extend(
        (0..staking::constants::SHARDS)
            .map(|shard| AccountMeta::new_readonly(addr::totals(shard), false)),
    );
    open
}

/// Accounts of a proposal that its arguments do not name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// UTC day of now.
    pub day: i64,
    /// Poll of the cited report.
    pub poll: Option<Pubkey>,
    /// Earlier case of code 4 that makes this one a repeat.
    pub earlier: Option<Pubkey>,
    /// Wallets whose records `ProposeSlashArgs::shows` names: first those of the reward tree, then
    /// those of the payout tree. The owner is `Device::owner`.
    pub shown_wallets: Vec<Pubkey>,
    /// Positions that lose stake, by sequence, in slot order.
    pub positions: Vec<u64>,
}

/// Opens a case. Signer: the slasher, who pays.
pub fn propose_slash(
    slasher: &Pubkey,
    io_mint: &Pubkey,
    device: &StakedDevice,
    proposal: &Proposal,
    args: ProposeSlashArgs,
) -> Instruction {
    let key = CaseKey {
        device: *device,
        offence_id: args.offence_id,
        part: args.part,
    };
    let is_blocking = args.code == Offence::Spoofing.code();
    let calls = Calls {
        registry: is_blocking,
        rewards: !args.shows.reward_parties.is_empty(),
        ide: !args.shows.payout_parties.is_empty(),
    };
    let reward_records = args.shows.reward_parties.len();
    let floor = args.code == Offence::LowReliability.code();
    let mut propose = build(
        staking::ID,
        accounts::ProposeSlash {
            slasher: *slasher,
            config: reg::config(),
            roles: reg::roles(),
            io_mint: *io_mint,
            slash_day: addr::slash_day(proposal.day),
            book: device.book(),
            vault: device.vault(),
            case: key.address(),
            case_vault: key.vault(),
            first: key.first(),
            earlier: proposal.earlier,
            poll: proposal.poll,
            registry_params: floor.then(|| reg::params(&registry::ID)),
            callees: calls.accounts(),
            token_program: anchor_spl::token::ID,
            system_program: anchor_lang::system_program::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::ProposeSlash { args },
    );
    if is_blocking {
        write(&mut propose, &device.device);
    }
    for (place, wallet) in proposal.shown_wallets.iter().enumerate() {
        let record = record_at(device, wallet, place < reward_records);
        propose.accounts.push(AccountMeta::new(record, false));
    }
    for seq in &proposal.positions {
        let position = addr::co_position(&device.device, *seq);
        propose.accounts.push(AccountMeta::new(position, false));
    }
    propose
}

/// Makes an account of an instruction writable.
fn write(instruction: &mut Instruction, key: &Pubkey) {
    for meta in &mut instruction.accounts {
        meta.is_writable |= meta.pubkey == *key;
    }
}

/// Appeals against a case. Signer: the owner, the stake wallet or a co-staker with a leg.
pub fn appeal(appellant: &Pubkey, case: &Pubkey, evidence_hash: [u8; 32]) -> Instruction {
    build(
        staking::ID,
        accounts::Appeal {
            appellant: *appellant,
            params: reg::params(&staking::ID),
            case: *case,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::Appeal {
            args: AppealArgs { evidence_hash },
        },
    )
}

/// Rules on an appeal: `uphold_bps` of each leg is burned. Signer: the arbiter recorded in the case.
pub fn rule(
    arbiter: &Pubkey,
    case: &CaseKey,
    uphold_bps: u16,
    reason_hash: [u8; 32],
) -> Instruction {
    build(
        staking::ID,
        accounts::Rule {
            arbiter: *arbiter,
            case: case.address(),
            first: case.first(),
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::Rule {
            args: RuleArgs {
                uphold_bps,
                reason_hash,
            },
        },
    )
}

/// Takes a case back that nobody has appealed against. Signer: the slasher.
pub fn withdraw_case(slasher: &Pubkey, case: &Pubkey) -> Instruction {
    build(
        staking::ID,
        accounts::WithdrawCase {
            slasher: *slasher,
            roles: reg::roles(),
            case: *case,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::WithdrawCase {},
    )
}

/// Fixes the outcome of a case as it is at `now` (Unix seconds). Anyone may send it.
pub fn finalize_case(io_mint: &Pubkey, case: &CaseKey, state: &Case, now: i64) -> Instruction {
    let is_code6 = state.code == Offence::Spoofing.code();
    let calls = Calls {
        registry: is_code6,
        ..Calls::default()
    };
    let device = case.device.device;
    let mut finalize = build(
        staking::ID,
        accounts::FinalizeCase {
            config: reg::config(),
            roles: reg::roles(),
            verifiers: reg::verifier_set(),
            io_mint: *io_mint,
            case: case.address(),
            first: case.first(),
            case_vault: case.vault(),
            stake: addr::device_stake(&device),
            device,
            callees: calls.accounts(),
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::FinalizeCase {},
    );
    if is_code6 {
        write(&mut finalize, &device);
    }
    // a case that cannot be finalised yet is refused whatever positions are passed
    let uphold = state
        .clock()
        .ok()
        .and_then(|clock| {
            clock
                .transition(CaseInput::Finalize, UnixSeconds::new(now))
                .ok()
        })
        .and_then(|clock| Bps::new(clock.uphold_bps));
    let burned = |party: &&CaseParty| {
        let leg = Io::from_base_units(party.stake_io);
        leg > Io::ZERO
            && uphold.is_some_and(|uphold| {
                split_leg(leg, uphold).is_ok_and(|(_, back)| back == Io::ZERO)
            })
    };
    for party in state.parties().iter().skip(1).filter(burned) {
        let position = addr::co_position(&device, party.seq);
        finalize.accounts.push(AccountMeta::new(position, false));
    }
    finalize
}

/// Gives a leg back: 0 to 4 stake of the owner and the slots, 5 to 14 the holds. Anyone may send it.
pub fn restore_leg(io_mint: &Pubkey, case: &CaseKey, state: &Case, leg: u8) -> Instruction {
    let is_code6 = state.code == Offence::Spoofing.code();
    let hold = hold_of(leg);
    let calls = Calls {
        registry: is_code6,
        rewards: matches!(hold, Some((_, true))),
        ide: matches!(hold, Some((_, false))),
    };
    let device = case.device.device;
    let place = usize::from(leg);
    let position = (1..PARTIES)
        .contains(&place)
        .then(|| addr::co_position(&device, state.parties()[place].seq));
    let mut restore = build(
        staking::ID,
        accounts::RestoreLeg {
            config: reg::config(),
            io_mint: *io_mint,
            book: case.device.book(),
            case: case.address(),
            first: case.first(),
            case_vault: case.vault(),
            vault: case.device.vault(),
            position,
            record: hold.map(|hold| record_of(case, state, hold)),
            callees: calls.accounts(),
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::RestoreLeg {
            args: RestoreLegArgs { leg },
        },
    );
    if is_code6 {
        write(&mut restore, &device);
    }
    restore
}

/// Burns held rewards of a case that stands: a leg of 5 to 14. Anyone may send it.
///
/// # Panics
/// If the leg is a stake leg.
pub fn burn_forfeited(io_mint: &Pubkey, case: &CaseKey, state: &Case, leg: u8) -> Instruction {
    let is_code6 = state.code == Offence::Spoofing.code();
    let hold = hold_of(leg).expect("a hold");
    let calls = Calls {
        registry: is_code6,
        rewards: hold.1,
        ide: !hold.1,
    };
    let device = case.device.device;
    let (tree_ledger, tree_vault) = if hold.1 {
        (rewards::emission(), rewards::distribution())
    } else {
        (ide::vaults(), ide::pay_io())
    };
    let mut burn = build(
        staking::ID,
        accounts::BurnForfeited {
            config: reg::config(),
            case: case.address(),
            stake: addr::device_stake(&device),
            device,
            record: record_of(case, state, hold),
            tree_ledger,
            tree_vault,
            io_mint: *io_mint,
            callees: calls.accounts(),
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::BurnForfeited {
            args: BurnForfeitedArgs { leg },
        },
    );
    if is_code6 {
        write(&mut burn, &device);
    }
    burn
}

/// Pays the renter's part of a burn to `destination`, a plain token account of the renter. Anyone may
/// send it.
pub fn pay_renter(io_mint: &Pubkey, case: &Pubkey, destination: &Pubkey) -> Instruction {
    build(
        staking::ID,
        accounts::PayRenter {
            io_mint: *io_mint,
            case: *case,
            case_vault: addr::case_vault(case),
            destination: *destination,
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::PayRenter {},
    )
}

/// Party of a hold and whether it is one on block rewards.
fn hold_of(leg: u8) -> Option<(usize, bool)> {
    let hold = usize::from(leg).checked_sub(PARTIES)?;
    Some((hold / 2, hold % 2 == 0))
}

fn record_of(case: &CaseKey, state: &Case, (party, is_reward): (usize, bool)) -> Pubkey {
    let mut wallets = state.parties().map(|party| party.wallet);
    wallets[0] = state.owner;
    record_at(&case.device, &wallets[party], is_reward)
}

fn record_at(device: &StakedDevice, wallet: &Pubkey, is_reward: bool) -> Pubkey {
    if is_reward {
        rewards::claim_record(&device.device, wallet)
    } else {
        ide::claim(&device.device, wallet)
    }
}
