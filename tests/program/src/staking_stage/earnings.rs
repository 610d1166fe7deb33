//! Rewards of the stage's parties as the trees' programs would hold them, and transactions that need a
//! lookup table.

use anchor_lang::{AccountDeserialize, AccountSerialize};
use ion_claims::{Ledger, Proven, Ring, Root};
use ion_client::addresses::{ide as ide_addr, rewards as rewards_addr};
use ion_economics::units::DAY;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_pubkey::{Pubkey, pubkey};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

use super::{Stage, edit};

/// Discriminator in front of a zero-copy account.
const DISCRIMINATOR: usize = 8;
/// Bytes of a lookup table before its addresses.
const TABLE_HEAD: usize = 56;
const TABLE_PROGRAM: Pubkey = pubkey!("AddressLookupTab1e1111111111111111111111111");

/// One of the two trees of earnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Block rewards.
    Reward,
    /// Payouts.
    Payout,
}

/// What a transaction over a lookup table came to.
#[derive(Clone, Copy, Debug)]
pub struct TableRun {
    /// Compute units.
    pub compute_units: u64,
    /// Bytes on the wire.
    pub bytes: usize,
}

impl Tree {
    fn roots(self) -> Pubkey {
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

impl Stage {
    fn edit_ring(&self, tree: Tree, change: impl FnOnce(&mut Ring)) {
        let mut account = self.world.raw(&tree.roots());
        let end = DISCRIMINATOR + size_of::<Ring>();
        let mut ring: Ring = bytemuck::pod_read_unaligned(&account.data[DISCRIMINATOR..end]);
        change(&mut ring);
        account.data[DISCRIMINATOR..end].copy_from_slice(bytemuck::bytes_of(&ring));
        self.world.put(&tree.roots(), account);
    }

    /// A root was accepted now and matures in seven days.
    pub fn accept_root(&self, tree: Tree, seq: u64) {
        let now = self.world.now();
        self.edit_ring(tree, |ring| {
            ring.head_seq = seq;
            ring.roots[usize::try_from(seq).expect("small") % 32] = Root {
                seq,
                through: seq,
                leaf_count: 1,
                lifetime_io: u64::MAX,
                lifetime_usdc: 0,
                arrears_usd_micros: 0,
                accepted_at: now,
                mature_at: now + 7 * DAY,
                vetoed_at: 0,
                hash: [1; 32],
            };
        });
    }

    /// The root was vetoed now.
    pub fn veto_root(&self, tree: Tree, seq: u64) {
        let now = self.world.now();
        self.edit_ring(tree, |ring| {
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
        let treasury = &self.world.treasury;
        let gift = anchor_spl::token::spl_token::instruction::transfer(
            &anchor_spl::token::ID,
            &self.purse(&treasury.pubkey()),
            &tree.vault(),
            &treasury.pubkey(),
            &[],
            amount_io,
        )
        .expect("classic token");
        self.send(treasury, gift).expect("fills");
        match tree {
            Tree::Reward => {
                edit::<rewards::state::Emission>(
                    &self.world,
                    &rewards_addr::emission(),
                    |emission| emission.allocated_io += amount_io,
                );
            }
            Tree::Payout => {
                edit::<ide::state::Vaults>(&self.world, &ide_addr::vaults(), |vaults| {
                    vaults.payable_io += amount_io;
                });
            }
        }
    }

    /// Sends one instruction over a lookup table that holds all its accounts but the signers.
    ///
    /// # Panics
    /// If it is refused.
    pub fn send_over_table(&self, signer: &Keypair, instruction: &Instruction) -> TableRun {
        let addresses: Vec<Pubkey> = instruction
            .accounts
            .iter()
            .filter(|meta| !meta.is_signer)
            .map(|meta| meta.pubkey)
            .collect();
        let key = Pubkey::new_unique();
        let mut data = vec![0; TABLE_HEAD];
        data[0] = 1; // a table
        data[4..12].fill(0xff); // never deactivated
        for address in &addresses {
            data.extend(address.to_bytes());
        }
        self.world.put(
            &key,
            Account {
                lamports: 1_000_000_000,
                data,
                owner: TABLE_PROGRAM,
                executable: false,
                rent_epoch: u64::MAX,
            },
        );
        self.world.warp(1); // a table is usable from the next slot
        let run = self.world.chain.with(|svm| {
            let table = AddressLookupTableAccount { key, addresses };
            let budget =
                solana_compute_budget_interface::ComputeBudgetInstruction::set_compute_unit_limit(
                    400_000,
                );
            let message = v0::Message::try_compile(
                &signer.pubkey(),
                &[budget, instruction.clone()],
                &[table],
                svm.latest_blockhash(),
            )
            .expect("compiles");
            let transaction =
                VersionedTransaction::try_new(VersionedMessage::V0(message), &[signer])
                    .expect("signs");
            let bytes = wincode::serialize(&transaction).expect("serializes").len();
            let sent = svm.send_transaction(transaction);
            svm.expire_blockhash();
            match sent {
                Ok(meta) => TableRun {
                    compute_units: meta.compute_units_consumed,
                    bytes,
                },
                Err(failed) => panic!("{:?}\n{}", failed.err, failed.meta.pretty_logs()),
            }
        });
        assert!(run.bytes <= ion_client::send::MAX_TRANSACTION_BYTES);
        run
    }
}
