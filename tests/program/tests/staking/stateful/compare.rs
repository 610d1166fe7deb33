//! The program's accounts and tokens against the reference.

use super::*;

impl Run {
    /// Accounts, vault, shard and balances of one device against the model.
    pub(super) fn compare(&self, device: usize) {
        let (own, trace) = (&self.model.devices[device], &self.trace);
        let key = self.devices[device].device;
        let book: DeviceStake = self.world.get(&addr::device_stake(&key));
        assert_eq!(
            (book.active_io, book.cooling_io),
            (own.active, own.cooling),
            "{trace}"
        );
        assert_eq!(book.cooldown_ends_at, own.cool_until, "{trace}");
        assert_eq!(
            (book.restored_io, book.positions_restored_io),
            (own.restored, own.restored_of.values().sum()),
            "{trace}"
        );
        assert_eq!(
            (
                usize::from(book.open_cases),
                usize::from(book.open_code6_cases)
            ),
            (own.open_cases, own.open_code6),
            "{trace}"
        );
        assert_eq!(book.is_bound(), own.bound, "{trace}");
        assert_eq!(
            (book.offer_seq, book.open_offer_seq),
            (own.offer_seq, own.offer.map_or(0, |o| o.seq)),
            "{trace}"
        );
        assert_eq!(book.underfunded_since, own.since.unwrap_or(0), "{trace}");
        assert_eq!(
            book.eligible_io(self.model.now).expect("counts"),
            own.eligible(self.model.now),
            "{trace}"
        );
        for (slot, expected) in book.positions.iter().zip(&own.slots) {
            let (seq, amount, state, start, end) =
                expected.map_or((0, 0, PositionState::Empty, None, 0), |position| {
                    let (state, start, end) = match position.state {
                        State::Active => (PositionState::Active, None, 0),
                        State::Wait(until, end) => (PositionState::Wait, Some(until), end),
                        State::Cool(end) => (PositionState::Cooldown, None, end),
                        State::Zeroed => (PositionState::Zeroed, None, slot.cooldown_ends_at),
                    };
                    (position.seq, position.amount, state, start, end)
                });
            assert_eq!(
                (slot.seq, slot.amount_io, slot.state),
                (seq, amount, state.code()),
                "{trace}"
            );
            assert_eq!(slot.cooldown_ends_at, end, "{trace}");
            assert!(
                start.is_none_or(|start| slot.cooldown_starts_at == start),
                "{trace}"
            );
        }
        let active = book
            .positions
            .iter()
            .filter(|slot| slot.state == PositionState::Active.code())
            .count();
        assert!(active <= 1, "{trace}");
        let vault = addr::vault(&addr::device_stake(&key));
        assert_eq!(self.world.token(&vault), own.held(), "{trace}");
        assert_eq!(
            self.world.io_of(&self.owners[device].pubkey()),
            self.model.owners[device],
            "{trace}"
        );
        let claimed = self.claimed_by(|key| *key == (device, Who::Owner));
        assert!(self.model.owners[device] <= PURSE + claimed, "{trace}");
    }

    /// Everything at once: all books, all wallets, all shards.
    pub(super) fn compare_all(&self) {
        let mut shards = [0_u64; 16];
        for (device, staked) in self.devices.iter().enumerate() {
            self.compare(device);
            let book: DeviceStake = self.world.get(&addr::device_stake(&staked.device));
            shards[usize::from(book.shard)] += book.counted_io;
        }
        for (shard, counted) in (0..16).zip(shards) {
            assert_eq!(
                self.world
                    .get::<StakeTotals>(&addr::totals(shard))
                    .counted_io,
                counted
            );
        }
        for (wallet, key) in self.co_stakers.iter().enumerate() {
            assert_eq!(
                self.world.io_of(&key.pubkey()),
                self.model.co_stakers[wallet]
            );
            let claimed = self.claimed_by(|key| key.1 == Who::CoStaker(wallet));
            assert!(self.model.co_stakers[wallet] <= PURSE + claimed);
            let holder: CoStaker = self.world.get(&addr::co_staker(&key.pubkey()));
            assert_eq!(
                usize::try_from(holder.live_positions),
                Ok(self.model.live(wallet))
            );
        }
    }
}
