//! What the escrow of a booking owes, and what no instruction may break (economics §14).

use anchor_lang::prelude::*;
use ion_economics::{booking::BookingStatus, math};

use super::Booking;
use crate::error::BookingError;

impl Booking {
    /// What the escrow owes, base units: paid, less refunds pulled, pay delivered and fees deposited,
    /// with the supplier fees that still wait for the fee vault (economics §14 I11). The token account
    /// may hold more by gifts, never less.
    pub fn escrow_ledger(&self) -> Result<u64> {
        self.ledger(
            self.sum(|line| line.earned)?,
            self.sum(|line| line.pay_due)?,
        )
    }

    /// The same, from what the lines earned and what of it waits to be pulled.
    fn ledger(&self, earned: u64, pay_due: u64) -> Result<u64> {
        let delivered = math::sub(earned, pay_due);
        let left = math::sub(self.paid, self.refunds_pulled)
            .and_then(|left| math::sub(math::add(left, self.fees_due)?, delivered?))
            .and_then(|left| math::sub(left, self.fees_deposited));
        Ok(left.map_err(BookingError::from)?)
    }

    /// What no instruction may break (economics §14 I11, I12).
    pub(crate) fn invariant(&self) -> Result<()> {
        let status = self.status()?;
        let is_billed = matches!(
            status,
            BookingStatus::Settling
                | BookingStatus::Settled
                | BookingStatus::Cancelled
                | BookingStatus::Expired
        );
        let (mut earned, mut pay_due) = (0u64, 0u64);
        for line in &self.lines {
            line.invariant(is_billed)?;
            earned = math::add(earned, line.earned).map_err(BookingError::from)?;
            pay_due = math::add(pay_due, line.pay_due).map_err(BookingError::from)?;
        }
        require!(self.paid <= self.total, BookingError::LedgerMismatch);
        let escrow = self.ledger(earned, pay_due)?;
        let to_pull = math::add(self.refund_due, pay_due).map_err(BookingError::from)?;
        require!(to_pull <= escrow, BookingError::LedgerMismatch);
        require!(
            status != BookingStatus::Settled || to_pull == escrow,
            BookingError::LedgerMismatch
        );
        Ok(())
    }
}
