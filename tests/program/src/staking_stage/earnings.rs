//! Rewards of the stage's parties as the trees' programs would hold them.

use anchor_lang::{AccountDeserialize, AccountSerialize};
use anchor_spl::associated_token::get_associated_token_address;
use ion_claims::{Ledger, Proven, Ring, Root};
use ion_client::addresses::{ide as ide_addr, rewards as rewards_addr};
use ion_economics::units::DAY;
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::{Stage, edit};
use crate::World;

/// Discriminator in front of a zero-copy account.
const DISCRIMINATOR: usize = 8;

/// One of the two trees of earnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Block rewards.
    Reward,
    /// Payouts.
    Payout,
}

impl Tree {
    /// Ring of the tree's roots.
    pub fn roots(self) -> Pubkey {
        match self {
            Self::Reward => rewards_addr::roots(),
            Self::Payout => ide_addr::roots(),
        }
    }

    /// Vault that the tree pays from.
    pub fn vault(self) -> Pubkey {
        match self {
            Self::Reward => rewards_addr::distribution(),
            Self::Payout => ide_addr::pay_io(),
        }
    }

    /// Record of a party of a device.
    pub fn record(self, device: &Pubkey, party: &Pubkey) -> Pubkey {
        match self {
            Self::Reward => rewards_addr::claim_record(device, party),
            Self::Payout => ide_addr::claim(device, party),
        }
    }
}

fn edit_ring(world: &World, tree: Tree, change: impl FnOnce(&mut Ring)) {
    let mut account = world.raw(&tree.roots());
    let end = DISCRIMINATOR + size_of::<Ring>();
    let mut ring: Ring = bytemuck::pod_read_unaligned(&account.data[DISCRIMINATOR..end]);
    change(&mut ring);
    account.data[DISCRIMINATOR..end].copy_from_slice(bytemuck::bytes_of(&ring));
    world.put(&tree.roots(), account);
}

/// A root over `leaf_count` leaves was accepted now and matures in seven days: written, because every
/// root that the programs accept needs hours or days of blocks before it.
pub fn write_root(world: &World, tree: Tree, seq: u64, leaf_count: u64, hash: [u8; 32]) {
    let now = world.now();
    edit_ring(world, tree, |ring| {
        ring.head_seq = seq;
        ring.roots[usize::try_from(seq).expect("small") % 32] = Root {
            seq,
            through: seq,
            leaf_count,
            lifetime_io: u64::MAX,
            lifetime_usdc: 0,
            arrears_usd_micros: 0,
            accepted_at: now,
            mature_at: now + 7 * DAY,
            vetoed_at: 0,
            hash,
        };
    });
}

/// Puts tokens into the vault that a tree pays from, and into its ledger.
///
/// # Panics
/// If the treasury has less.
pub fn fund(world: &World, tree: Tree, amount_io: u64) {
    let treasury = &world.treasury;
    let purse = get_associated_token_address(&treasury.pubkey(), &world.plan.io_mint);
    let gift = anchor_spl::token::spl_token::instruction::transfer(
        &anchor_spl::token::ID,
        &purse,
        &tree.vault(),
        &treasury.pubkey(),
        &[],
        amount_io,
    )
    .expect("classic token");
    world.send(treasury, &[], &[gift]).expect("fills");
    match tree {
        Tree::Reward => {
            edit::<rewards::state::Emission>(world, &rewards_addr::emission(), |emission| {
                emission.allocated_io += amount_io
            })
        }
        Tree::Payout => edit::<ide::state::Vaults>(world, &ide_addr::vaults(), |vaults| {
            vaults.payable_io += amount_io;
        }),
    }
}

impl Stage {
    /// A root was accepted now and matures in seven days.
    pub fn accept_root(&self, tree: Tree, seq: u64) {
        write_root(&self.world, tree, seq, 1, [1; 32]);
    }

    /// The root was vetoed now.
    pub fn veto_root(&self, tree: Tree, seq: u64) {
        let now = self.world.now();
        edit_ring(&self.world, tree, |ring| {
            ring.roots[usize::try_from(seq).expect("small") % 32].vetoed_at = now;
        });
    }

    /// A party's leaf says `lifetime_io` at root `seq`, of which `claimed_io` is claimed; held and
    /// burned amounts stay.
    pub fn earned(&self, tree: Tree, party: &Pubkey, lifetime_io: u64, claimed_io: u64, seq: u64) {
        let key = tree.record(&self.device.device, party);
        let before = if self.world.exists(&key) {
            self.claims(tree, party)
        } else {
            Ledger::default()
        };
        let proven = Proven {
            seq,
            accepted_at: self.world.now(),
            lifetime_io,
            lifetime_usdc: 0,
            arrears_usd_micros: 0,
        };
        let ledger = Ledger {
            claimed_io,
            newest: proven,
            ..before
        };
        self.write_record(tree, party, ledger);
    }

    /// As if the party had been proven at matured root `seq` with this lifetime.
    pub fn proven_matured(&self, tree: Tree, party: &Pubkey, lifetime_io: u64, seq: u64) {
        let mut ledger = self.claims(tree, party);
        ledger.matured = Proven {
            seq,
            accepted_at: self.world.now(),
            lifetime_io,
            lifetime_usdc: 0,
            arrears_usd_micros: 0,
        };
        ledger.newest = ledger.matured;
        self.write_record(tree, party, ledger);
    }

    fn write_record(&self, tree: Tree, party: &Pubkey, ledger: Ledger) {
        let device = self.device.device;
        let key = tree.record(&device, party);
        let mut data = Vec::new();
        let owner = match tree {
            Tree::Reward => {
                rewards::state::ClaimRecord {
                    version: 1,
                    bump: 255,
                    device,
                    party: *party,
                    ledger,
                    event_seq: 1,
                    _reserved: [0; 32],
                }
                .try_serialize(&mut data)
                .expect("serializes");
                rewards::ID
            }
            Tree::Payout => {
                ide::state::ClaimRecord {
                    version: 1,
                    bump: 255,
                    device,
                    party: *party,
                    ledger,
                    event_seq: 1,
                    _reserved: [0; 32],
                }
                .try_serialize(&mut data)
                .expect("serializes");
                ide::ID
            }
        };
        self.world.put(
            &key,
            Account {
                lamports: 10_000_000,
                data,
                owner,
                executable: false,
                rent_epoch: u64::MAX,
            },
        );
    }

    /// Amounts of a party's record.
    pub fn claims(&self, tree: Tree, party: &Pubkey) -> Ledger {
        let account = self.world.raw(&tree.record(&self.device.device, party));
        let mut data = account.data.as_slice();
        match tree {
            Tree::Reward => {
                rewards::state::ClaimRecord::try_deserialize(&mut data)
                    .expect("a record")
                    .ledger
            }
            Tree::Payout => {
                ide::state::ClaimRecord::try_deserialize(&mut data)
                    .expect("a record")
                    .ledger
            }
        }
    }

    /// Puts tokens into the vault that a tree pays from.
    pub fn fill_vault(&self, tree: Tree, amount_io: u64) {
        fund(&self.world, tree, amount_io);
    }
}
