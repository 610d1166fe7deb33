//! The program's accounts and tokens against the reference.

use super::*;

impl Run {
    /// One booking, its escrow and all purses against the model; sums of all tokens.
    pub(super) fn compare(&mut self, place: usize) {
        self.model.check(place);
        self.look_at(place);
        if let Some(model) = &self.model.bookings[place] {
            self.compare_booking(model);
        } else if self.ids[place] != [0; 16] {
            assert!(!self.stage.world.exists(&self.stage.key()));
        }
        for io in [false, true] {
            self.stage.currency = currency(io);
            let token = |key: &Pubkey| self.stage.world.token(key);
            let real = Purses {
                payer: token(&self.stage.purse(&self.stage.payer.pubkey())),
                payout: token(&self.stage.purse(&self.stage.payout.pubkey())),
                vault: token(&self.stage.fee_vault()),
            };
            assert_eq!(real, self.model.purses[usize::from(io)], "{}", self.trace);
            let escrows: u64 = self
                .model
                .bookings
                .iter()
                .flatten()
                .filter(|booking| booking.io == io)
                .map(Booking::escrow)
                .sum();
            assert_eq!(
                real.payer + real.payout + real.vault + escrows,
                self.sums[usize::from(io)],
                "{}",
                self.trace
            );
        }
    }

    pub(super) fn compare_booking(&self, model: &Booking) {
        let (booking, trace) = (self.stage.booking(), &self.trace);
        let escrow = self.stage.world.token(&self.stage.escrow());
        assert_eq!(escrow, model.escrow(), "{trace}");
        assert_eq!(booking.escrow_ledger().expect("adds up"), escrow, "{trace}");
        assert_eq!(booking.status, state_code(model.state), "{trace}");
        assert_eq!(
            (booking.total, booking.paid, booking.payment_fee),
            (model.total, model.paid, model.payment),
            "{trace}"
        );
        assert_eq!(
            (
                booking.refund_due,
                booking.refunds_pulled,
                booking.fees_kept
            ),
            (model.refund, model.pulled, model.kept),
            "{trace}"
        );
        assert_eq!(
            (booking.fees_deposited, booking.fees_due),
            (model.deposited, model.fees_due),
            "{trace}"
        );
        assert_eq!(
            (booking.deadline, booking.started_at, booking.ends_at),
            (model.deadline, model.started_at, model.ends_at),
            "{trace}"
        );
        assert_eq!(
            (
                usize::from(booking.head_line),
                usize::from(booking.failovers)
            ),
            (model.head, model.failovers),
            "{trace}"
        );
        assert_eq!(
            (
                booking.is_fault_ended,
                booking.lost_challenges,
                booking.lock_failed
            ),
            (model.fault_ended, model.lost, model.lock_failed),
            "{trace}"
        );
        assert_eq!(booking.next_record as usize, model.records.len(), "{trace}");
        assert_eq!(booking.lines.len(), model.lines.len(), "{trace}");
        for (line, expected) in booking.lines.iter().zip(&model.lines) {
            assert_eq!(line.device, self.stage.devices[expected.device], "{trace}");
            assert_eq!(line.status, line_code(expected.state), "{trace}");
            assert_eq!(
                (line.billed, line.vault_part, line.refunded, line.moved),
                (
                    expected.billed + expected.vault,
                    expected.vault,
                    expected.refunded,
                    expected.moved
                ),
                "{trace}"
            );
            assert_eq!(
                (line.earned, line.fee_taken, line.pay_due, line.cut),
                (
                    expected.earned,
                    expected.fee,
                    expected.pay_due,
                    expected.cut
                ),
                "{trace}"
            );
            assert_eq!(
                (u64::from(line.recorded_minutes), line.reservation),
                (expected.recorded, expected.reservation),
                "{trace}"
            );
            assert_eq!(
                line.compute().expect("adds up"),
                expected.compute(),
                "{trace}"
            );
        }
    }

    /// Every booking, and who holds which device.
    pub(super) fn compare_all(&mut self) {
        (0..PLACES).for_each(|place| self.compare(place));
        for (device, key) in self.stage.devices.iter().enumerate() {
            let held = self.model.devices[device].held;
            let expected = held.map_or_else(Pubkey::default, |place| {
                addresses::booking::booking(&self.ids[place])
            });
            assert_eq!(
                self.stage.world.get::<Device>(key).hired_by,
                expected,
                "{}",
                self.trace
            );
        }
    }
}

const fn state_code(state: State) -> u8 {
    match state {
        State::Unpaid { part: false } => 0,
        State::Unpaid { part: true } => 1,
        State::Funded => 2,
        State::Paid => 3,
        State::Running => 4,
        State::Closing => 5,
        State::Settling => 6,
        State::Settled => 7,
        State::Cancelled => 8,
        State::Expired => 9,
    }
}

const fn line_code(state: LineState) -> u8 {
    match state {
        LineState::Reserved => 0,
        LineState::Hired => 1,
        LineState::Failing => 2,
        LineState::Replaced => 3,
        LineState::Failed => 4,
        LineState::Ended => 5,
    }
}
