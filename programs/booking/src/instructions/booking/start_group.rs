//! Starts the bookings of a cluster together (economics §8.1).

use anchor_lang::prelude::*;
use registry::state::{Config, Roles};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, BookingStarted, StatusChange},
    state::Booking,
};

/// Arguments of `start_group`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct StartGroupArgs {
    /// Next operation of each booking, in the order of the accounts.
    pub op_seqs: Vec<u32>,
}

/// Caller: the scheduler. Remaining accounts: every booking of one group (writable), each once.
#[event_cpi]
#[derive(Accounts)]
pub struct StartGroup<'info> {
    #[account(address = roles.scheduler.current @ BookingError::NotScheduler)]
    pub scheduler: Signer<'info>,

    #[account(address = ROLES @ BookingError::WrongRoles)]
    pub roles: Box<Account<'info, Roles>>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,
}

/// Starts all bookings of a group in one instruction, or none of them: what is not started in time
/// goes back in full, so a cluster is paid for whole or not at all.
///
/// Errors: `Paused`, `NotScheduler`, `WrongGroup`, and per booking `WrongOpSeq`, `WrongState`,
/// `DeadlinePassed`.
pub fn handle_start_group<'info>(
    ctx: Context<'info, StartGroup<'info>>,
    args: StartGroupArgs,
) -> Result<()> {
    let now = checks::now()?;
    checks::not_paused(&ctx.accounts.config, now)?;
    let accounts = ctx.remaining_accounts;
    require!(
        accounts.len() == args.op_seqs.len(),
        BookingError::WrongGroup
    );
    let mut keys: Vec<Pubkey> = Vec::with_capacity(accounts.len());
    let mut group: Option<([u8; 16], Pubkey)> = None;
    for (info, op_seq) in accounts.iter().zip(args.op_seqs) {
        require!(
            info.is_writable && !keys.contains(info.key),
            BookingError::WrongGroup
        );
        keys.push(*info.key);
        let mut booking = Box::new(Account::<Booking>::try_from(info)?);
        let (id, renter) = *group.get_or_insert((booking.group, booking.renter));
        require!(
            booking.group == id
                && booking.renter == renter
                && usize::from(booking.group_size()) == accounts.len(),
            BookingError::WrongGroup
        );
        let status_before = booking.status;
        let seq = booking.start(op_seq, now)?;
        booking.overwrite(info)?;
        emit(
            &ctx.accounts.event_authority,
            &BookingStarted {
                booking: *info.key,
                by: ctx.accounts.scheduler.key(),
                status: StatusChange {
                    old: status_before,
                    new: booking.status,
                },
                ends_at: booking.ends_at,
                op_seq,
                seq,
                at: now,
            },
        )?;
    }
    require!(!keys.is_empty(), BookingError::WrongGroup);
    Ok(())
}
