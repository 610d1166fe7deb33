//! Takes the attested obligations of a day (economics §2.5, §10.2).

use anchor_lang::prelude::*;
use ion_merkle::{epoch::EpochReport, report::ReportKind};
use registry::state::Poll;

use crate::{
    constants::*,
    error::IdeError,
    events::EpochReportAccepted,
    state::{Engine, Epoch, EpochState},
};

/// Arguments of `accept_epoch_report`: the attested payload without its day.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct AcceptEpochReportArgs {
    /// Availability obligations of the day, 1e-6 USD.
    pub avail_usd_micros: u64,
    /// Floors taken in the sum.
    pub floors: u64,
    /// Class rows that follow.
    pub class_count: u16,
    /// Link before the first row.
    pub class_rows: [u8; 32],
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
}

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct AcceptEpochReport<'info> {
    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    /// Only the registry makes accounts of this type; the identity is compared in the handler.
    pub poll: AccountLoader<'info, Poll>,

    #[account(mut, address = ENGINE @ IdeError::WrongEngine)]
    pub engine: AccountLoader<'info, Engine>,

    #[account(mut)]
    pub epoch: AccountLoader<'info, Epoch>,
}

impl AcceptEpochReport<'_> {
    /// The report is the attested one of this day, and the day before has its own.
    fn validate(&self, args: &AcceptEpochReportArgs, epoch: &Epoch, engine: &Engine) -> Result<()> {
        // epoch
        require!(
            epoch.state == EpochState::Ended.code() && epoch.reported_at == 0,
            IdeError::EpochNotEnded
        );
        require!(epoch.row_hash == [0; 32], IdeError::EpochNotEnded);
        let first_ide_day = self
            .config
            .ide_from_hour
            .checked_div(HOURS_PER_DAY)
            .ok_or(IdeError::ArithmeticOverflow)?;
        require_gte!(epoch.day, first_ide_day, IdeError::NotIdeEpoch);
        require_eq!(
            engine.unreported_from(first_ide_day),
            epoch.day,
            IdeError::EarlierReportMissing
        );
        // poll
        let poll = self.poll.load()?;
        require!(
            poll.kind == ReportKind::EpochReport.to_u8()
                && poll.subject == crate::ID
                && poll.seq == epoch.report_seq(),
            IdeError::WrongReport
        );
        require!(poll.attested_at != 0, IdeError::ReportNotAttested);
        let payload = EpochReport {
            day: epoch.day,
            avail_usd_micros: args.avail_usd_micros,
            floors: args.floors,
            class_count: args.class_count,
            class_rows: args.class_rows,
            bundle: args.bundle,
        };
        poll.check_payload(
            ReportKind::EpochReport,
            &crate::ID,
            epoch.report_seq(),
            &payload.encode(),
        )
        .map_err(|_| IdeError::WrongPayload)?;
        Ok(())
    }
}

/// Stores the totals of the attested report; its class rows follow by `apply_epoch_rows`. A report
/// without rows is complete at once.
///
/// Errors: `WrongConfig`, `WrongEngine`, `EpochNotEnded`, `NotIdeEpoch`, `EarlierReportMissing`,
/// `WrongReport`, `ReportNotAttested`, `WrongPayload`, `ReportAboveLimit`, `ReportAboveRows`,
/// `ReportBelowRows`, `ArithmeticOverflow`.
pub fn handle_accept_epoch_report(
    ctx: Context<AcceptEpochReport>,
    args: AcceptEpochReportArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let (day, is_complete, seq) = {
        let mut engine = ctx.accounts.engine.load_mut()?;
        let mut epoch = ctx.accounts.epoch.load_mut()?;
        ctx.accounts.validate(&args, &epoch, &engine)?;
        epoch.avail_usd_micros = args.avail_usd_micros;
        epoch.floors = args.floors;
        epoch.class_count = args.class_count;
        epoch.row_hash = args.class_rows;
        let is_complete = epoch.complete_report(&mut engine, now)?;
        (epoch.day, is_complete, epoch.next_event()?)
    };

    emit_cpi!(EpochReportAccepted {
        epoch: ctx.accounts.epoch.key(),
        day,
        avail_usd_micros: args.avail_usd_micros,
        floors: args.floors,
        class_count: args.class_count,
        class_rows: args.class_rows,
        bundle: args.bundle,
        is_complete,
        seq,
        at: now,
    });
    Ok(())
}
