//! Tries beyond the first for the addresses that a transaction derived on chain.
//!
//! An `init` (and the check of an associated token account) searches the bump from 255 downwards and
//! pays for each try, so that the cost of the same instruction varies with its keys.

use ion_client::history::ExecutedInstruction;
use solana_pubkey::Pubkey;

/// Compute units of one try.
pub const PER_TRY: u64 = 1_500;
/// Most small numbers that an address is looked for with.
const NUMBERS: u64 = 512;

/// What a flow knows about the addresses of its instructions.
#[derive(Default)]
pub struct Known {
    /// Ids of its bookings.
    pub ids: Vec<[u8; 16]>,
    /// Wallets that cranks pay to.
    pub wallets: Vec<Pubkey>,
    /// Mints of the network.
    pub mints: Vec<Pubkey>,
}

type Seeds = Vec<Vec<u8>>;

fn derive(seeds: &Seeds, program: &Pubkey) -> (Pubkey, u8) {
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    Pubkey::find_program_address(&seeds, program)
}

struct Search<'a> {
    instruction: &'a ExecutedInstruction,
    tries: u64,
}

impl Search<'_> {
    /// Counts the first of the candidates that is an account of the instruction.
    fn created(&mut self, what: &str, candidates: impl IntoIterator<Item = Seeds>) {
        let program = self.instruction.program;
        let bump = candidates
            .into_iter()
            .map(|seeds| derive(&seeds, &program))
            .find(|(key, _)| self.instruction.accounts.contains(key))
            .map(|(_, bump)| bump)
            .unwrap_or_else(|| panic!("no seeds found for the created {what}"));
        self.tries += u64::from(u8::MAX - bump);
    }

    fn by_account(&self, prefix: &str) -> Vec<Seeds> {
        self.instruction
            .accounts
            .iter()
            .map(|account| vec![prefix.into(), account.to_bytes().to_vec()])
            .collect()
    }

    /// Prefix, an account, a number of `width` bytes from 0 on.
    fn by_account_and_number(&self, prefix: &str, width: usize, below: u64) -> Vec<Seeds> {
        self.by_account(prefix)
            .into_iter()
            .flat_map(|seeds| {
                (0..below).map(move |number| {
                    let mut seeds = seeds.clone();
                    seeds.push(number.to_le_bytes()[..width].to_vec());
                    seeds
                })
            })
            .collect()
    }

    /// Bytes of the arguments.
    fn args(&self, from: usize, count: usize) -> Vec<u8> {
        self.instruction.data[8 + from..8 + from + count].to_vec()
    }
}

/// Tries beyond the first in one instruction.
///
/// # Panics
/// If the seeds of something that the instruction creates are not found.
pub fn further_tries(name: &str, instruction: &ExecutedInstruction, known: &Known) -> u64 {
    let mut search = Search {
        instruction,
        tries: 0,
    };
    let numbers = |prefix: &'static str, width: usize| {
        (0..NUMBERS).map(move |number| vec![prefix.into(), number.to_le_bytes()[..width].to_vec()])
    };
    let ids = |prefix: &'static str| {
        known
            .ids
            .iter()
            .map(move |id| vec![prefix.into(), id.to_vec()])
    };
    match name {
        "registry.register_device" => search.created("device", search.by_account("device")),
        "registry.queue_action" => search.created("action", numbers("action", 8)),
        "registry.grant_exemption" => {
            search.created("exemption", search.by_account("exempt"));
        }
        "registry.create_class" => search.created("class", numbers("class", 2)),
        "registry.open_poll" => {
            let (kind, subject, seq) = (search.args(0, 1), search.args(1, 32), search.args(33, 8));
            search.created("poll", [vec!["poll".into(), kind, subject, seq]]);
        }
        "staking.open_stake" => {
            search.created("stake", search.by_account("stake"));
            search.created("vault", search.by_account("stake_vault"));
        }
        "staking.open_costaker" => search.created("co-staker", search.by_account("costaker")),
        "staking.create_offer" => {
            search.created("offer", search.by_account_and_number("offer", 8, 16));
        }
        "staking.accept_offer" => {
            search.created("position", search.by_account_and_number("co", 8, 16));
        }
        "staking.open_slash_day" => {
            search.created("day", [vec!["slash_day".into(), search.args(0, 8)]]);
        }
        "staking.propose_slash" => {
            let (offence, part) = (search.args(1, 32), search.args(33, 2));
            let cases = search.by_account("case").into_iter().map(|mut seeds| {
                seeds.extend([offence.clone(), part.clone()]);
                seeds
            });
            search.created("case", cases.collect::<Vec<_>>());
            search.created("vault", search.by_account("case_vault"));
        }
        "staking.init_shard" => search.created("shard", numbers("totals", 1)),
        "booking.init_shard" => search.created("shard", numbers("tne", 1)),
        "booking.create_quote" | "booking.quote_extension" => {
            search.created("quote", ids("quote"));
        }
        "booking.book" => {
            search.created("booking", ids("booking"));
            search.created("escrow", search.by_account("escrow"));
        }
        "booking.apply_work_leaf" => {
            search.created("record", search.by_account_and_number("work", 4, 4));
        }
        "booking.open_tne_day" => {
            search.created("day", [vec!["tne_day".into(), search.args(0, 8)]]);
        }
        "ide.open_class_rates" => search.created("rates", numbers("rates", 2)),
        "ide.open_auction" => {
            search.created("auction", [vec!["auction".into(), search.args(0, 8)]]);
        }
        "ide.open_claim" => {
            let seeds = vec!["claim".into(), search.args(0, 32), search.args(32, 32)];
            search.created("record", [seeds]);
        }
        "ide.open_epoch" => search.created("epoch", [vec!["epoch".into(), search.args(0, 8)]]),
        "rewards.release_block" => {
            search.created("block", [vec!["block".into(), search.args(0, 8)]]);
        }
        "rewards.open_claim" => {
            let party = search.args(0, 32);
            let seeds = search.by_account("claim").into_iter().map(|mut seeds| {
                seeds.push(party.clone());
                seeds
            });
            search.created("record", seeds.collect::<Vec<_>>());
        }
        "ide.claim" | "rewards.claim" | "booking.earn" | "booking.pull_refund" => {
            return associated_tries(instruction, known);
        }
        _ => {}
    }
    search.tries
}

/// Tries for the associated token account that a crank pays to.
fn associated_tries(instruction: &ExecutedInstruction, known: &Known) -> u64 {
    let token = anchor_spl::token::ID;
    known
        .wallets
        .iter()
        .flat_map(|wallet| known.mints.iter().map(move |mint| [*wallet, token, *mint]))
        .map(|seeds| {
            let seeds = seeds.map(|key| key.to_bytes().to_vec()).to_vec();
            derive(&seeds, &anchor_spl::associated_token::ID)
        })
        .filter(|(key, _)| instruction.accounts.contains(key))
        .map(|(_, bump)| u64::from(u8::MAX - bump))
        .sum()
}
