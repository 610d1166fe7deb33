//! Reveals class rows of a report (economics §2.5, §10.2).

use anchor_lang::prelude::*;
use ion_economics::{ide as rules, math};
use ion_merkle::epoch::{ClassRow, LAST_LINK};
use registry::ChainHasher;

use crate::{
    constants::*,
    error::IdeError,
    events::{change, EpochRowsApplied, RowShown, U64Change},
    state::{ClassRates, Engine, Epoch, EpochState},
};

/// A class row as it is shown.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassRowArgs {
    /// Number of the class.
    pub class: u16,
    /// Processors that count.
    pub processors: u32,
    /// Verified processor-minutes of the day.
    pub processor_minutes: u64,
}

/// Arguments of `apply_epoch_rows`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ApplyEpochRowsArgs {
    /// The next rows, 1 to 12, in ascending order of their classes.
    pub rows: Vec<ClassRowArgs>,
    /// Link that follows them; zeros after the last row.
    pub next_link: [u8; 32],
}

/// Caller: anyone. Further accounts: the ClassRates of each row, in the order of the rows.
#[event_cpi]
#[derive(Accounts)]
pub struct ApplyEpochRows<'info> {
    #[account(mut, address = ENGINE @ IdeError::WrongEngine)]
    pub engine: AccountLoader<'info, Engine>,

    #[account(mut)]
    pub epoch: AccountLoader<'info, Epoch>,
}

/// Checks rows against the chain of hashes and the dated rates of their classes and adds what they
/// are worth; after the last one the totals are compared and the epoch is reported.
///
/// Errors: `WrongEngine`, `NoRowsExpected`, `RowCount`, `RowAccounts`, `RowOrder`, `RowHash`,
/// `RatesMissing`, `RowAboveLimits`, `ReportAboveLimit`, `ReportAboveRows`, `ReportBelowRows`,
/// `ArithmeticOverflow`.
pub fn handle_apply_epoch_rows<'info>(
    ctx: Context<'info, ApplyEpochRows<'info>>,
    args: ApplyEpochRowsArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut shown = Vec::with_capacity(args.rows.len());
    let (day, cursor, sum, is_complete, seq) = {
        let mut engine = ctx.accounts.engine.load_mut()?;
        let mut epoch = ctx.accounts.epoch.load_mut()?;
        let sum = epoch.show(&args, ctx.remaining_accounts, &mut shown)?;
        let is_complete = epoch.complete_report(&mut engine, now)?;
        let seq = epoch.next_event()?;
        (epoch.day, epoch.row_cursor, sum, is_complete, seq)
    };

    emit_cpi!(EpochRowsApplied {
        epoch: ctx.accounts.epoch.key(),
        day,
        rows: shown,
        row_cursor: cursor,
        row_sum_usd_micros: sum,
        is_complete,
        seq,
        at: now,
    });
    Ok(())
}

impl Epoch {
    /// Applies rows; returns the change of their sum.
    fn show(
        &mut self,
        args: &ApplyEpochRowsArgs,
        accounts: &[AccountInfo],
        shown: &mut Vec<RowShown>,
    ) -> Result<U64Change> {
        require!(
            self.state == EpochState::Ended.code() && self.row_cursor < self.class_count,
            IdeError::NoRowsExpected
        );
        let count = u16::try_from(args.rows.len()).map_err(|_| IdeError::RowCount)?;
        let cursor = self
            .row_cursor
            .checked_add(count)
            .ok_or(IdeError::RowCount)?;
        require!(
            count > 0 && args.rows.len() <= MAX_ROWS_PER_CALL && cursor <= self.class_count,
            IdeError::RowCount
        );
        require!(accounts.len() == args.rows.len(), IdeError::RowAccounts);

        let mut link = args.next_link;
        for row in args.rows.iter().rev() {
            link = ClassRow {
                class: row.class,
                processors: row.processors,
                processor_minutes: row.processor_minutes,
            }
            .link::<ChainHasher>(&link);
        }
        require!(link == self.row_hash, IdeError::RowHash);
        require!(
            (cursor == self.class_count) == (args.next_link == LAST_LINK),
            IdeError::RowHash
        );

        let old = self.row_sum_usd_micros;
        for (row, account) in args.rows.iter().zip(accounts) {
            require!(
                self.row_cursor == 0 || row.class > self.last_class,
                IdeError::RowOrder
            );
            let rate = self.row_rate(row, account)?;
            let value =
                rules::row_usd_micros(rate, row.processor_minutes).map_err(IdeError::from)?;
            self.row_sum_usd_micros =
                math::add(self.row_sum_usd_micros, value).map_err(IdeError::from)?;
            self.last_class = row.class;
            self.row_cursor = self
                .row_cursor
                .checked_add(1)
                .ok_or(IdeError::ArithmeticOverflow)?;
            shown.push(RowShown {
                class: row.class,
                processors: row.processors,
                processor_minutes: row.processor_minutes,
                avail_rate_usd_micros: rate,
            });
        }
        self.row_hash = args.next_link;
        Ok(change(old, self.row_sum_usd_micros))
    }

    /// Availability rate of a row's class on this day; the row must keep its limits.
    fn row_rate(&self, row: &ClassRowArgs, account: &AccountInfo) -> Result<u64> {
        require_keys_eq!(*account.owner, crate::ID, IdeError::RowAccounts);
        let data = account.try_borrow_data()?;
        let (tag, body) = data
            .split_at_checked(ClassRates::DISCRIMINATOR.len())
            .ok_or(IdeError::RowAccounts)?;
        require!(tag == ClassRates::DISCRIMINATOR, IdeError::RowAccounts);
        let rates: &ClassRates =
            bytemuck::try_from_bytes(body).map_err(|_| IdeError::RowAccounts)?;
        require!(rates.class == row.class, IdeError::RowAccounts);
        let day = rates
            .sets
            .iter()
            .rev()
            .find(|set| set.from_day != 0 && set.from_day <= self.day)
            .ok_or(IdeError::RatesMissing)?;
        require!(
            rules::is_within_limits(row.processors, row.processor_minutes, day.max_processors),
            IdeError::RowAboveLimits
        );
        Ok(day.avail_rate_usd_micros)
    }

    /// Reported, once every row is shown and the totals agree; returns whether that is so.
    pub(crate) fn complete_report(&mut self, engine: &mut Engine, now: i64) -> Result<bool> {
        if self.row_cursor < self.class_count {
            return Ok(false);
        }
        require!(self.row_hash == LAST_LINK, IdeError::RowHash);
        rules::check_report(&rules::ReportTotals {
            avail_usd_micros: self.avail_usd_micros,
            floors: self.floors,
            row_sum_usd_micros: self.row_sum_usd_micros,
            limit_usd_micros: self.max_obligation_usd_micros,
        })
        .map_err(IdeError::from)?;
        self.state = EpochState::Reported.code();
        self.reported_at = now;
        engine.reported_day = self.day;
        engine.reported_at = now;
        Ok(true)
    }
}
