//! Instructions that end a slash case.

use ion_economics::{
    slash::{CaseInput, Offence, PARTIES, split_leg},
    units::{Bps, Io, UnixSeconds},
};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use staking::{
    BurnForfeitedArgs, RestoreLegArgs, accounts, instruction,
    state::{Case, CaseParty},
};

use super::case::{Calls, CaseKey, record_at, write};
use crate::addresses::{ide, registry as reg, rewards, staking as addr};
use crate::instructions::build;

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

/// Moves what the vault of a case holds above what the case owes to the engine's reward vault. Anyone
/// may send it.
pub fn sweep_case(io_mint: &Pubkey, case: &Pubkey) -> Instruction {
    build(
        staking::ID,
        accounts::SweepCase {
            io_mint: *io_mint,
            case: *case,
            case_vault: addr::case_vault(case),
            reward_vault: ide::reward_vault(),
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::SweepCase {},
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
