//! Instructions that end a slash case.

use ion_economics::{
    slash::{CaseInput, Offence, PARTIES, TREES, split_leg},
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
    let hold = CaseHold::of_leg(leg);
    let calls = Calls {
        registry: is_code6,
        rewards: hold.is_some_and(CaseHold::is_reward),
        ide: hold.is_some_and(|hold| !hold.is_reward()),
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
            record: hold.map(|hold| hold.record(case, state)),
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
    let hold = CaseHold::of_leg(leg).expect("a hold");
    let calls = Calls {
        registry: is_code6,
        rewards: hold.is_reward(),
        ide: !hold.is_reward(),
    };
    let device = case.device.device;
    let (tree_ledger, tree_vault) = if hold.is_reward() {
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
            record: hold.record(case, state),
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

/// Rewards of a party that a case holds: a leg of 5 to 14.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseHold {
    /// 0 = the owner, then the slots in order.
    party: usize,
    /// Place of the tree.
    tree: usize,
}

impl CaseHold {
    /// The hold that a leg is; `None` for one of stake, and above 14.
    pub fn of_leg(leg: u8) -> Option<Self> {
        let hold = usize::from(leg).checked_sub(PARTIES)?;
        let (party, tree) = (hold / TREES, hold % TREES);
        (party < PARTIES).then_some(Self { party, tree })
    }

    /// Whether it is one on block rewards; otherwise it is one on payouts.
    pub const fn is_reward(self) -> bool {
        self.tree == 0
    }

    /// Whose rewards they are. The owner's go to the owner of the device, whoever staked for it.
    pub fn wallet(self, case: &Case) -> Pubkey {
        match self.party {
            0 => case.owner,
            slot => case.parties()[slot].wallet,
        }
    }

    /// Sequence of the newest root when they were held.
    pub fn root_seq(self, case: &Case) -> u64 {
        case.parties()[self.party].hold_roots[self.tree]
    }

    fn record(self, case: &CaseKey, state: &Case) -> Pubkey {
        record_at(&case.device, &self.wallet(state), self.is_reward())
    }
}

#[cfg(test)]
mod tests {
    use anchor_lang::AnchorDeserialize;

    use super::*;

    #[test]
    fn holds_follow_the_stake_legs_party_by_party() {
        let wallets: [Pubkey; PARTIES] = std::array::from_fn(|_| Pubkey::new_unique());
        let mut case = Case::deserialize(&mut [0u8; Case::SPACE].as_slice()).unwrap();
        case.owner = Pubkey::new_unique();
        let mut parties = case.parties();
        for (place, party) in parties.iter_mut().enumerate() {
            party.wallet = wallets[place];
            party.hold_roots = [10 + place as u64, 20 + place as u64];
        }
        case.party_bytes = Case::bytes_of(parties);
        for leg in [0, 4, 15, u8::MAX] {
            assert_eq!(CaseHold::of_leg(leg), None, "{leg}");
        }
        for leg in 5..15u8 {
            let hold = CaseHold::of_leg(leg).unwrap();
            let place = usize::from(leg - 5) / 2;
            let is_reward = leg % 2 == 1;
            let wallet = if place == 0 {
                case.owner
            } else {
                wallets[place]
            };
            assert_eq!((hold.is_reward(), hold.wallet(&case)), (is_reward, wallet));
            let first = if is_reward { 10 } else { 20 };
            assert_eq!(hold.root_seq(&case), first + place as u64);
        }
    }
}
