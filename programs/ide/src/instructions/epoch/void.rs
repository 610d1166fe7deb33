//! Drops an attested report that breaks a bound, so that a sound one can take its place
//! (economics §10.2).

use anchor_lang::prelude::*;
use ion_economics::{ide as rules, params::ide as params};
use ion_merkle::report::ReportKind;
use registry::state::Poll;

use crate::{
    constants::*,
    error::IdeError,
    events::{change, EpochReportVoided},
    state::{Engine, Epoch, EpochState},
};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct VoidEpochReport<'info> {
    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    /// Only the registry makes accounts of this type; the identity is compared in the handler.
    pub poll: AccountLoader<'info, Poll>,

    #[account(address = ENGINE @ IdeError::WrongEngine)]
    pub engine: AccountLoader<'info, Engine>,

    #[account(mut)]
    pub epoch: AccountLoader<'info, Epoch>,
}

impl VoidEpochReport<'_> {
    /// The report is the attested one that all later days wait for, and its time is over.
    fn validate(&self, epoch: &Epoch, now: i64) -> Result<()> {
        // epoch
        require!(
            epoch.state == EpochState::Ended.code(),
            IdeError::EpochNotEnded
        );
        // engine
        let engine = self.engine.load()?;
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
        let last = rules::report_usable_until(
            poll.attested_at,
            epoch.ended_at,
            engine.reported_at,
            self.params.value(&params::REPORT_TTL, now),
        )
        .map_err(IdeError::from)?;
        require_gt!(now, last, IdeError::ReportNotOverdue);
        Ok(())
    }
}

/// Drops the attested report of a day that nobody could complete within `report_ttl`: its rows break
/// a limit or are not known. What it stated is forgotten, no money has followed from it, and the
/// verifiers vote for another one under the next sequence of the day. The time runs only while it is
/// the turn of the day, so that a sound report cannot be voided for having waited.
///
/// Errors: `WrongConfig`, `WrongParams`, `WrongEngine`, `EpochNotEnded`, `NotIdeEpoch`,
/// `EarlierReportMissing`, `WrongReport`, `ReportNotAttested`, `ReportNotOverdue`,
/// `ArithmeticOverflow`.
pub fn handle_void_epoch_report(ctx: Context<VoidEpochReport>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let payload_hash = ctx.accounts.poll.load()?.attested_hash;
    let (day, voided, seq) = {
        let mut epoch = ctx.accounts.epoch.load_mut()?;
        ctx.accounts.validate(&epoch, now)?;
        let old = epoch.voided_reports;
        epoch.drop_report()?;
        let voided = change(u64::from(old), u64::from(epoch.voided_reports));
        (epoch.day, voided, epoch.next_event()?)
    };

    emit_cpi!(EpochReportVoided {
        epoch: ctx.accounts.epoch.key(),
        day,
        poll: ctx.accounts.poll.key(),
        payload_hash,
        voided_reports: voided,
        seq,
        at: now,
    });
    Ok(())
}
