//! What holds after every step: vaults hold their ledgers, and no IO appears or vanishes
//! (economics §14 I01 to I09).

use anchor_spl::token::Mint;
use ion_client::addresses;
use ion_migrations::genesis::GENESIS_SUPPLY_IO;
use rewards::state::Emission;
use staking::state::Case;

use crate::town::Town;

impl Town {
    /// Every vault of the town holds its ledger to the unit, and the supply is what was minted less
    /// what was burned.
    #[track_caller]
    pub fn assert_books(&self) {
        for device in &self.devices {
            self.world.assert_stake_exact(&device.key);
        }
        let mut burned = 0;
        for key in &self.cases {
            let case: Case = self.world.get(&key.address());
            assert_eq!(
                self.world.token(&key.vault()),
                case.vault_io().expect("nothing more left than came")
            );
            burned += case.burned_io;
        }
        for hire in &self.hires {
            if self.world.exists(&hire.key()) {
                let booking: booking::state::Booking = self.world.get(&hire.key());
                assert_eq!(
                    self.world.token(&booking.escrow),
                    booking.escrow_ledger().expect("adds up"),
                    "escrow\n{:#?}",
                    self.trace
                );
            }
        }
        self.world.assert_reward_vaults_exact();
        self.world.assert_engine_vaults_exact();
        let emission: Emission = self.world.get(&addresses::rewards::emission());
        let vaults: ide::state::Vaults = self.world.get(&addresses::ide::vaults());
        burned += emission.burned_io + vaults.burned_io + vaults.retired_io;
        let supply = self.world.get::<Mint>(&self.io_mint()).supply;
        assert_eq!(supply + burned, GENESIS_SUPPLY_IO + emission.released_io);
    }
}
