//! A booking that grows: hired lines, and the account that keeps more purchases (economics §8.1).

use anchor_lang::{
    prelude::*,
    system_program::{self, Transfer},
};
use ion_economics::{billing, booking::LineStatus, math};

use super::{Booking, Line, Quote, Segment};
use crate::error::BookingError;

impl Line {
    /// Adds a purchase: what no ruling can reach any more is folded first, equal terms are merged.
    ///
    /// Errors: `TooManySegments`, `ZeroMinutes`.
    fn buy(&mut self, purchase: billing::Segment) -> Result<()> {
        let mut segments = self
            .segments()?
            .fold(self.final_minutes)
            .map_err(BookingError::from)?;
        segments.push(purchase).map_err(BookingError::from)?;
        self.segments = segments
            .items()
            .map(|segment| Segment {
                minutes: segment.minutes,
                amount: segment.amount,
                hire_q_usd_micros: segment.hire_q,
            })
            .collect();
        Ok(())
    }
}

impl Booking {
    /// Devices of the hired lines in line order.
    pub fn hired_devices(&self) -> impl Iterator<Item = Pubkey> + '_ {
        self.lines
            .iter()
            .filter(|line| line.status == LineStatus::Hired as u8)
            .map(|line| line.device)
    }

    /// Number of hired lines.
    pub(crate) fn hired_count(&self) -> Result<u8> {
        u8::try_from(self.hired_devices().count()).map_err(|_| error!(BookingError::LineCount))
    }

    /// Refuses a list of devices that is not that of the hired lines, and any list while a failed line
    /// waits for its replacement: what it would be given ends with the booked minutes.
    ///
    /// Errors: `LinesChanged`.
    pub(crate) fn check_hired(&self, devices: impl Iterator<Item = Pubkey>) -> Result<()> {
        let is_failing = self
            .lines
            .iter()
            .any(|line| line.status == LineStatus::Failing as u8);
        require!(
            !is_failing && self.hired_devices().eq(devices),
            BookingError::LinesChanged
        );
        Ok(())
    }

    /// Adds the minutes and the price of a quote to every hired line and to the booking, paid in
    /// full.
    ///
    /// Errors: `TooManySegments`, `LinesChanged`.
    pub(crate) fn buy_extension(&mut self, quote: &Quote) -> Result<()> {
        let mut quoted = quote.lines.iter();
        for line in &mut self.lines {
            if line.status()? != LineStatus::Hired {
                continue;
            }
            let price = quoted.next().ok_or(BookingError::LinesChanged)?;
            line.buy(billing::Segment {
                minutes: quote.minutes,
                amount: price.compute,
                hire_q: price.hire_q_usd_micros,
            })?;
            line.reservation =
                math::add(line.reservation, price.reservation).map_err(BookingError::from)?;
            self.payment_fee =
                math::add(self.payment_fee, price.payment).map_err(BookingError::from)?;
        }
        self.total = math::add(self.total, quote.total).map_err(BookingError::from)?;
        self.paid = math::add(self.paid, quote.total).map_err(BookingError::from)?;
        Ok(())
    }

    /// Bytes that the account takes with its present lines and purchases.
    pub fn space_now(&self) -> Result<usize> {
        let none = Self::space(0);
        self.lines.iter().try_fold(none, |sum, line| {
            sum.checked_add(Line::space(line.segments.len()))
                .ok_or_else(|| error!(BookingError::MathOverflow))
        })
    }
}

/// Makes the account large enough for its present lines and purchases; `payer` pays the rent of what
/// is added, and closing returns it to the renter.
pub(crate) fn grow<'info>(
    booking: &Account<'info, Booking>,
    payer: &Signer<'info>,
    system_program: &Program<'info, System>,
) -> Result<()> {
    let (info, space) = (booking.to_account_info(), booking.space_now()?);
    if space <= info.data_len() {
        return Ok(());
    }
    let needed = Rent::get()?.minimum_balance(space);
    let missing = needed.saturating_sub(info.lamports()); // saturating: lamports above the rent stay
    if missing > 0 {
        system_program::transfer(
            CpiContext::new(
                system_program.key(),
                Transfer {
                    from: payer.to_account_info(),
                    to: info.clone(),
                },
            ),
            missing,
        )?;
    }
    info.resize(space)?;
    Ok(())
}
