//! Vaults against their ledgers, to the unit (economics §14 I03, I05, I07 to I09).

use ide::state::{Engine, Epoch, Vaults};
use ion_client::addresses;
use ion_economics::{emission, units::DAY};
use rewards::state::Emission;
use solana_pubkey::Pubkey;
use staking::state::DeviceStake;

use crate::World;

impl World {
    /// The stake vault of a device holds what its book counts.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn assert_stake_exact(&self, device: &Pubkey) {
        let stake = addresses::staking::device_stake(device);
        let book: DeviceStake = self.get(&stake);
        let positions: u64 = book.positions.iter().map(|slot| slot.amount_io).sum();
        let held = book.active_io
            + book.cooling_io
            + book.restored_io
            + book.positions_restored_io
            + positions;
        assert_eq!(book.held_io().expect("counts"), held);
        assert_eq!(self.token(&addresses::staking::vault(&stake)), held);
    }

    /// The distribution vault holds what blocks allocated and nobody took, within the schedule.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn assert_reward_vaults_exact(&self) {
        let emission: Emission = self.get(&addresses::rewards::emission());
        assert_eq!(
            self.token(&addresses::rewards::distribution()),
            emission.owed_io().expect("in range"),
            "distribution vault"
        );
        assert!(emission.pre_released_io + emission.released_io <= emission::TOTAL);
    }

    /// Every vault of the engine holds its ledger, with the revenue and emission that waits.
    ///
    /// # Panics
    /// If one does not.
    #[track_caller]
    pub fn assert_engine_vaults_exact(&self) {
        let vaults: Vaults = self.get(&addresses::ide::vaults());
        let engine: Engine = self.get(&addresses::ide::engine());
        let today = u64::try_from(self.now().div_euclid(DAY)).expect("after 1970");
        let mut waiting = (0, 0, engine.carried_revenue_io);
        for day in engine.next_day..=today + 7 {
            let key = addresses::ide::epoch(day);
            if self.exists(&key) {
                let epoch: Epoch = self.get(&key);
                waiting.0 += epoch.emission_io;
                waiting.1 += epoch.revenue_usdc;
                waiting.2 += epoch.revenue_io;
            }
        }
        assert_eq!(vaults.waiting_io, waiting.0);
        assert_eq!(
            self.token(&addresses::ide::reward_vault()),
            vaults.y1_io + waiting.0,
            "reward vault"
        );
        assert_eq!(
            self.token(&addresses::ide::fee_usdc()),
            vaults.yu_usdc + vaults.buyback_usdc + vaults.lot_usdc + waiting.1,
            "fee vault, USDC"
        );
        assert_eq!(
            self.token(&addresses::ide::fee_io()),
            vaults.yi_io + waiting.2,
            "fee vault, IO"
        );
        assert_eq!(self.token(&addresses::ide::pay_io()), vaults.payable_io);
        assert_eq!(self.token(&addresses::ide::pay_usdc()), vaults.payable_usdc);
    }
}
