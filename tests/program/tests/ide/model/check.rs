//! What the accounts must hold by the reference.

use super::*;

impl Run {
    /// Notes what a sealing did and checks what it promised.
    pub fn note_sealed(&mut self, day: u64, due_before: u64) {
        let epoch: Epoch = self.stage.epoch(day);
        let surplus = u128::from(epoch.surplus_usd_micros);
        let share = (surplus * u128::from(epoch.rules.burn_bps)).div_ceil(10_000);
        let wanted = u128::from(epoch.burn_usd_micros);
        assert!(
            wanted >= share + u128::from(due_before),
            "the floor share and what was carried"
        );
        // the burn is credited at the floor price, at most what it is for
        let worth = u128::from(epoch.burned_io) * u128::from(epoch.floor_p12) / 100_000_000_000_000;
        let covered = worth.min(wanted);
        assert_eq!(
            covered + u128::from(epoch.earmarked_usdc) + u128::from(epoch.burn_due_usd_micros),
            wanted,
            "burned, earmarked or carried: nothing else"
        );
        self.burns.0 += surplus;
        self.burns.1 += covered;
        self.burns.2 += u128::from(epoch.earmarked_usdc);
        let (today, late) = (&epoch.paid_obligation, &epoch.paid_arrears);
        assert!(epoch.arrears_usd_micros == 0 || epoch.retired_io == 0);
        let totals = SealedTotals {
            day,
            obligation_io: today.reward_io + today.fee_io,
            obligation_usdc: today.usdc,
            short_usd_micros: epoch.short_usd_micros,
            arrears_io: late.reward_io + late.fee_io,
            arrears_usdc: late.usdc,
            arrears_paid_usd_micros: late.paid_usd_micros,
        };
        let owed = self.owed.remove(&day).unwrap_or_default();
        assert_eq!(owed.values().sum::<u64>(), epoch.obligation_usd_micros);
        self.sealed.insert(day, (totals, owed));
    }

    /// What holds after every operation.
    pub fn check(&self) {
        let stage = &self.stage;
        stage.assert_vaults_exact();
        let (vaults, engine): (Vaults, _) = (stage.vaults(), stage.engine());
        let ledgers: Vec<_> = self
            .payees
            .iter()
            .map(|payee| stage.record(payee).ledger)
            .collect();
        let sum = |of: fn(&ion_claims::Ledger) -> u64| ledgers.iter().map(of).sum::<u64>();
        let case_burns = sum(|ledger| ledger.burned_io);
        let emission = self.emission();
        assert_eq!(
            stage.supply() + vaults.burned_io + vaults.retired_io + case_burns,
            self.start_supply + emission.released_io - self.start_released,
            "supply and burned are genesis and minted"
        );
        let hour = u64::try_from(stage.world.now().div_euclid(HOUR)).expect("after 1970");
        let released = emission.pre_released_io + emission.released_io;
        assert_eq!(
            released,
            pre_released(emission.next_hour).expect("in range")
        );
        assert!(emission.next_hour <= hour, "released at most the schedule");
        assert_eq!(
            self.usdc(),
            self.start_usdc,
            "no dollar appears or vanishes"
        );
        assert_eq!(
            vaults.payable_io + sum(|ledger| ledger.claimed_io) + case_burns,
            engine.cumulative_io
        );
        assert_eq!(
            vaults.payable_usdc + sum(|ledger| ledger.claimed_usdc),
            engine.cumulative_usdc
        );
        let is_burn_lot = engine.open_lot == LotKind::Burn.code();
        let lot = if is_burn_lot { vaults.lot_usdc } else { 0 };
        let queued = u128::from(vaults.buyback_usdc + lot);
        assert!(queued <= self.burns.2 + u128::from(engine.burn_due_usd_micros));
        let share = (self.burns.0 * 5_000).div_ceil(10_000);
        let due = u128::from(engine.burn_due_usd_micros);
        assert!(
            self.burns.1 + self.burns.2 + due >= share,
            "half of the surplus is burned, sold for burning, or visibly queued"
        );
    }
}
