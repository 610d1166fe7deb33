//! Instructions that open a slash case and dispute it.

use ion_economics::slash::Offence;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use staking::{AppealArgs, OpenSlashDayArgs, ProposeSlashArgs, RuleArgs, accounts, instruction};

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
    pub(super) fn first(&self) -> Option<Pubkey> {
        (self.part > 0).then(|| addr::case(&self.device.device, &self.offence_id, 0))
    }
}

/// Which program a case calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    pub(super) registry: bool,
    pub(super) rewards: bool,
    pub(super) ide: bool,
}

impl Calls {
    pub(super) fn accounts(self) -> accounts::Callees {
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
pub(super) fn write(instruction: &mut Instruction, key: &Pubkey) {
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

/// Claim record of a wallet, of block rewards or of payouts.
pub(super) fn record_at(device: &StakedDevice, wallet: &Pubkey, is_reward: bool) -> Pubkey {
    if is_reward {
        rewards::claim_record(&device.device, wallet)
    } else {
        ide::claim(&device.device, wallet)
    }
}
