//! Reward legs: what is shown of each party's unclaimed rewards, and the calls that hold, release and
//! burn them (economics §5.3, §5.4). One tree is the rewards program's, the other the engine's; both
//! have the same instructions.

use anchor_lang::{
    prelude::*,
    solana_program::{instruction::Instruction, program::invoke_signed},
    InstructionData,
};
use ion_claims::{Ledger, Ring};
use ion_economics::slash::{record_holders, Division, Reach, PARTIES, TREES};

use super::callee::{needed, Callees, CALLER_SEEDS};
use crate::{error::StakingError, state::DeviceStake};

/// Which parties' claim records are shown, by place in the case: 0 the owner, 1 to 4 the slots;
/// rising. A party that is not shown counts as without rewards in that tree.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, Default)]
pub struct Shows {
    /// Records of the reward tree.
    pub reward_parties: Vec<u8>,
    /// Records of the payout tree.
    pub payout_parties: Vec<u8>,
}

impl Shows {
    /// The records, in the order named, and what stands after them.
    ///
    /// Errors: `WrongRecord` where fewer are given or a party is named twice.
    #[allow(clippy::type_complexity, reason = "two slices of one list")]
    pub(super) fn split<'info>(
        &self,
        accounts: &'info [AccountInfo<'info>],
    ) -> Result<(&'info [AccountInfo<'info>], &'info [AccountInfo<'info>])> {
        for parties in [&self.reward_parties, &self.payout_parties] {
            let rises = parties
                .iter()
                .zip(parties.iter().skip(1))
                .all(|(a, b)| a < b);
            let exist = parties.iter().all(|party| usize::from(*party) < PARTIES);
            require!(rises && exist, StakingError::WrongRecord);
        }
        let count = self
            .reward_parties
            .len()
            .checked_add(self.payout_parties.len())
            .ok_or(StakingError::ArithmeticOverflow)?;
        Ok(accounts
            .split_at_checked(count)
            .ok_or(StakingError::WrongRecord)?)
    }

    fn of(&self, tree: Tree) -> &[u8] {
        match tree {
            Tree::Reward => &self.reward_parties,
            Tree::Payout => &self.payout_parties,
        }
    }

    fn records<'info>(
        &self,
        tree: Tree,
        records: &'info [AccountInfo<'info>],
    ) -> &'info [AccountInfo<'info>] {
        let (rewards, payouts) = records
            .split_at_checked(self.reward_parties.len())
            .unwrap_or((&[], &[])); // `split` has counted them
        match tree {
            Tree::Reward => rewards,
            Tree::Payout => payouts,
        }
    }
}

/// A tree of cumulative earnings; the order is that of the holds in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// Block rewards.
    Reward,
    /// Payouts of the engine.
    Payout,
}

impl Tree {
    pub(super) const ALL: [Self; TREES] = [Self::Reward, Self::Payout];

    const fn index(self) -> usize {
        match self {
            Self::Reward => 0,
            Self::Payout => 1,
        }
    }

    /// The amount of this tree in a pair.
    pub(super) fn pick<T: Copy>(self, pair: &[T; TREES]) -> T {
        let [reward, payout] = pair;
        match self {
            Self::Reward => *reward,
            Self::Payout => *payout,
        }
    }

    /// The amounts of a record of this party.
    ///
    /// Errors: `WrongRecord`.
    fn ledger(self, info: &AccountInfo, device: &Pubkey, party: &Pubkey) -> Result<Ledger> {
        let (owned_device, owned_party, ledger) = match self {
            Self::Reward => {
                let record = read::<rewards::state::ClaimRecord>(info)?;
                (record.device, record.party, record.ledger)
            }
            Self::Payout => {
                let record = read::<ide::state::ClaimRecord>(info)?;
                (record.device, record.party, record.ledger)
            }
        };
        require!(
            owned_device == *device && owned_party == *party,
            StakingError::WrongRecord
        );
        Ok(ledger)
    }
}

#[inline(never)]
fn read<T: AccountDeserialize + Owner>(info: &AccountInfo) -> Result<Box<T>> {
    require_keys_eq!(*info.owner, T::owner(), StakingError::WrongRecord);
    let data = info.try_borrow_data()?;
    let record = T::try_deserialize(&mut &data[..]).map_err(|_| StakingError::WrongRecord)?;
    Ok(Box::new(record))
}

/// Rewards shown per party and tree, and the roots they are proven at.
pub(super) struct Rewards {
    pub(super) unclaimed: [[u64; TREES]; PARTIES],
    pub(super) roots: [[u64; TREES]; PARTIES],
}

/// Who the rewards of each party belong to: the owner of the device, and the wallets of the slots; the
/// default key where the wallet's record counts for another party ([`record_holders`]).
pub(super) fn reward_wallets(
    stake: &DeviceStake,
    owner: &Pubkey,
    reach: &[Reach; PARTIES],
) -> [Pubkey; PARTIES] {
    let [a, b, c, d] = &stake.positions;
    let mut wallets = [*owner, a.wallet, b.wallet, c.wallet, d.wallet];
    let holds = record_holders(&wallets, reach);
    for (wallet, _) in wallets.iter_mut().zip(holds).filter(|(_, holds)| !holds) {
        *wallet = Pubkey::default();
    }
    wallets
}

/// A call into the program of a tree: its accounts after `config`, without the records.
struct Call<'a, 'info> {
    data: Vec<u8>,
    middle: Vec<(AccountInfo<'info>, bool)>,
    records: &'a [&'a AccountInfo<'info>],
}

impl<'info> Callees<'info> {
    /// Reads what the records that are shown say.
    ///
    /// Errors: `MissingProgram`, `WrongRecord`.
    #[inline(never)]
    pub(super) fn unclaimed(
        &self,
        shows: &Shows,
        records: &'info [AccountInfo<'info>],
        device: &Pubkey,
        wallets: &[Pubkey; PARTIES],
    ) -> Result<Rewards> {
        let mut rewards = Rewards {
            unclaimed: [[0; TREES]; PARTIES],
            roots: [[0; TREES]; PARTIES],
        };
        for tree in Tree::ALL {
            for (party, info) in shows.of(tree).iter().zip(shows.records(tree, records)) {
                let place = usize::from(*party);
                let wallet = wallets.get(place).ok_or(StakingError::WrongRecord)?;
                let ledger = tree.ledger(info, device, wallet)?;
                let unclaimed = self.at_newest_root(tree, &ledger)?;
                for (table, value) in [
                    (&mut rewards.unclaimed, unclaimed),
                    (&mut rewards.roots, ledger.newest.seq),
                ] {
                    if let Some(cell) = table
                        .get_mut(place)
                        .and_then(|row| row.get_mut(tree.index()))
                    {
                        *cell = value;
                    }
                }
            }
        }
        Ok(rewards)
    }

    fn at_newest_root(&self, tree: Tree, ledger: &Ledger) -> Result<u64> {
        let unclaimed = |ring: &Ring| {
            ledger
                .unclaimed_io(ring)
                .map_err(|_| StakingError::ArithmeticOverflow)
        };
        Ok(match tree {
            Tree::Reward => unclaimed(&needed(self.rewards_roots.as_ref())?.load()?.ring)?,
            Tree::Payout => unclaimed(&needed(self.ide_roots.as_ref())?.load()?.ring)?,
        })
    }

    /// Holds what a division takes of the rewards that were shown: one call per tree.
    #[inline(never)]
    pub(super) fn hold(
        &self,
        shows: &Shows,
        records: &'info [AccountInfo<'info>],
        division: &Division,
        config: &AccountInfo<'info>,
    ) -> Result<()> {
        for tree in Tree::ALL {
            let mut amounts_io = Vec::with_capacity(PARTIES);
            let mut held = Vec::with_capacity(PARTIES);
            for (party, info) in shows.of(tree).iter().zip(shows.records(tree, records)) {
                let part = division.parts.get(usize::from(*party));
                let amount = part.map_or(0, |part| tree.pick(&part.holds).base_units());
                if amount > 0 {
                    amounts_io.push(amount);
                    held.push(info);
                }
            }
            if !held.is_empty() {
                let data = rewards::instruction::Forfeit {
                    args: rewards::ForfeitArgs { amounts_io },
                }
                .data();
                let middle = vec![(self.roots(tree)?, false)];
                self.call(
                    tree,
                    config,
                    Call {
                        data,
                        middle,
                        records: &held,
                    },
                )?;
            }
        }
        Ok(())
    }

    /// Releases what goes back of a hold.
    ///
    /// Errors: `MissingProgram`, `WrongRecord`.
    #[inline(never)]
    pub(super) fn release(
        &self,
        tree: Tree,
        record: &AccountInfo<'info>,
        device: &Pubkey,
        party: &Pubkey,
        amount_io: u64,
        config: &AccountInfo<'info>,
    ) -> Result<()> {
        tree.ledger(record, device, party)?;
        let data = rewards::instruction::Unforfeit {
            args: rewards::UnforfeitArgs {
                amounts_io: vec![amount_io],
            },
        }
        .data();
        self.call(
            tree,
            config,
            Call {
                data,
                middle: Vec::new(),
                records: &[record],
            },
        )
    }

    /// Burns what is left of a hold; `ledger` and `vault` are those of the tree's program.
    ///
    /// Errors: `MissingProgram`, `WrongRecord`.
    #[inline(never)]
    pub(super) fn burn(
        &self,
        tree: Tree,
        hold: rewards::BurnHold,
        accounts: BurnAccounts<'_, 'info>,
        config: &AccountInfo<'info>,
    ) -> Result<()> {
        tree.ledger(accounts.record, accounts.device, accounts.party)?;
        let data = rewards::instruction::BurnForfeited {
            args: rewards::BurnForfeitedArgs { holds: vec![hold] },
        }
        .data();
        let [ledger, vault, mint, token_program] = accounts.tokens;
        let middle = vec![
            (self.roots(tree)?, false),
            (ledger, true),
            (vault, true),
            (mint, true),
            (token_program, false),
        ];
        self.call(
            tree,
            config,
            Call {
                data,
                middle,
                records: &[accounts.record],
            },
        )
    }

    fn roots(&self, tree: Tree) -> Result<AccountInfo<'info>> {
        Ok(match tree {
            Tree::Reward => needed(self.rewards_roots.as_ref())?.to_account_info(),
            Tree::Payout => needed(self.ide_roots.as_ref())?.to_account_info(),
        })
    }

    /// Calls the program of a tree: caller, config, the accounts between, event authority, program,
    /// records.
    #[inline(never)]
    fn call(&self, tree: Tree, config: &AccountInfo<'info>, call: Call<'_, 'info>) -> Result<()> {
        let (program, events) = match tree {
            Tree::Reward => (
                needed(self.rewards_program.as_ref())?.to_account_info(),
                needed(self.rewards_events.as_ref())?.to_account_info(),
            ),
            Tree::Payout => (
                needed(self.ide_program.as_ref())?.to_account_info(),
                needed(self.ide_events.as_ref())?.to_account_info(),
            ),
        };
        let caller = needed(self.caller.as_ref())?.to_account_info();
        let mut metas = vec![
            AccountMeta::new_readonly(caller.key(), true),
            AccountMeta::new_readonly(*config.key, false),
        ];
        let mut infos = vec![caller, config.clone()];
        for (info, is_writable) in call.middle {
            metas.push(AccountMeta {
                pubkey: info.key(),
                is_signer: false,
                is_writable,
            });
            infos.push(info);
        }
        metas.push(AccountMeta::new_readonly(events.key(), false));
        metas.push(AccountMeta::new_readonly(program.key(), false));
        let program_id = program.key();
        infos.push(events);
        infos.push(program);
        for record in call.records {
            metas.push(AccountMeta::new(record.key(), false));
            infos.push((*record).clone());
        }
        let instruction = Instruction {
            program_id,
            accounts: metas,
            data: call.data,
        };
        Ok(invoke_signed(&instruction, &infos, &[CALLER_SEEDS])?)
    }
}

/// Accounts of a burn.
pub(super) struct BurnAccounts<'a, 'info> {
    pub(super) record: &'a AccountInfo<'info>,
    pub(super) device: &'a Pubkey,
    pub(super) party: &'a Pubkey,
    /// Ledger and vault of the tree's program, the mint, the token program.
    pub(super) tokens: [AccountInfo<'info>; 4],
}
