//! The accounts of the stage, read and rewritten.

use ion_client::{addresses, instructions::registry as reg};
use ion_economics::device::DeviceStatus;
use registry::state::{Device, PauseBit, ProcessorClass};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::state::{CoPosition, CoStaker, DeviceStake, Offer, StakeTotals};

use super::{CLASS, Stage, edit};

impl Stage {
    /// Address of the device's stake.
    pub fn stake_key(&self) -> Pubkey {
        addresses::staking::device_stake(&self.device.device)
    }

    /// Address of the device's vault.
    pub fn vault(&self) -> Pubkey {
        addresses::staking::vault(&self.stake_key())
    }

    /// The device's stake.
    pub fn book(&self) -> DeviceStake {
        self.world.get(&self.stake_key())
    }

    /// Counted stake of the device's shard.
    pub fn counted(&self) -> u64 {
        self.world
            .get::<StakeTotals>(&addresses::staking::totals_of(&self.device.device))
            .counted_io
    }

    /// An offer of the device.
    pub fn offer_account(&self, seq: u64) -> Offer {
        self.world
            .get(&addresses::staking::offer(&self.device.device, seq))
    }

    /// Address of a position.
    pub fn position_key(&self, seq: u64) -> Pubkey {
        addresses::staking::co_position(&self.device.device, seq)
    }

    /// A position of the device.
    pub fn position(&self, seq: u64) -> CoPosition {
        self.world.get(&self.position_key(seq))
    }

    /// Live positions of a wallet.
    pub fn live(&self, wallet: &Pubkey) -> u64 {
        self.world
            .get::<CoStaker>(&addresses::staking::co_staker(wallet))
            .live_positions
    }

    /// Balance of a wallet.
    pub fn balance(&self, wallet: &Keypair) -> u64 {
        self.world.io_of(&wallet.pubkey())
    }

    /// Changes the device as only another program or governance could.
    pub fn edit_device(&self, change: impl FnOnce(&mut Device)) {
        edit::<Device>(&self.world, &self.device.device, change);
    }

    /// Sets the device's status.
    pub fn set_status(&self, status: DeviceStatus) {
        self.edit_device(|device| device.status = status.code());
    }

    /// Changes the class as only governance could.
    pub fn edit_class(&self, change: impl FnOnce(&mut ProcessorClass)) {
        edit::<ProcessorClass>(&self.world, &addresses::registry::class(CLASS), change);
    }

    /// Governance has announced a multiplier for the stake side.
    pub fn announce_multiplier(&self, multiplier: u32, at: i64) {
        self.edit_class(|class| {
            class.mult_next = multiplier;
            class.mult_next_at = at;
        });
    }

    /// Governance has withdrawn the class: no reward multiplier, the stake side as before.
    pub fn withdraw_class(&self) {
        self.edit_class(|class| {
            class.mult_before = 0;
            class.mult_now = 0;
        });
    }

    /// Changes the stake account as only a slash case could.
    pub fn edit_book(&self, change: impl FnOnce(&mut DeviceStake)) {
        edit::<DeviceStake>(&self.world, &self.stake_key(), change);
    }

    /// The guardian pauses an entry.
    pub fn pause(&self, bit: PauseBit) {
        let guardian = &self.world.guardian;
        self.send(guardian, reg::pause(&guardian.pubkey(), bit))
            .expect("pauses");
    }

    /// Vault and book agree (I03), and the shard counts what the book counts.
    #[track_caller]
    pub fn assert_true_books(&self) {
        self.world.assert_stake_exact(&self.device.device);
        assert_eq!(self.counted(), self.book().counted_io);
    }
}
