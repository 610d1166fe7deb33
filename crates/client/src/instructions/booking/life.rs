//! A booking from its payment to its closing.

use super::{QuotedDevice, excess_vault, fee_vault};
use crate::addresses;
use crate::instructions::{build, with_remaining, writable};
use ::booking::{
    BookArgs, CancelArgs, ID, PayArgs, StartArgs, StartGroupArgs, TerminateArgs, accounts,
    instruction,
};
use ion_economics::booking::Currency;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

/// Turns a quote into a booking. Signer: the renter of the quote. `mint` is that of its currency,
/// `max_total` the highest price accepted, base units.
pub fn book(renter: &Pubkey, mint: &Pubkey, quote_id: &[u8; 16], max_total: u64) -> Instruction {
    let booking = addresses::booking::booking(quote_id);
    build(
        ::booking::ID,
        accounts::Book {
            renter: *renter,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            quote: addresses::booking::quote(quote_id),
            booking,
            escrow: addresses::booking::escrow(&booking),
            mint: *mint,
            tne: addresses::booking::tne_totals_of(&booking),
            token_program: anchor_spl::token::ID,
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Book {
            args: BookArgs {
                max_total,
                op_seq: 0,
            },
        },
    )
}

/// Pays up to `amount` base units from a token account of the payer. Signer: the payer of the quote.
/// `op_seq` is `Booking::op_seq`.
pub fn pay(
    payer: &Pubkey,
    mint: &Pubkey,
    booking: &Pubkey,
    source: &Pubkey,
    amount: u64,
    op_seq: u32,
) -> Instruction {
    build(
        ::booking::ID,
        accounts::Pay {
            payer: *payer,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            booking: *booking,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            source: *source,
            tne: addresses::booking::tne_totals_of(booking),
            token_program: anchor_spl::token::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Pay {
            args: PayArgs { amount, op_seq },
        },
    )
}

/// Locks the devices of one to four lines of a booking that is paid in full. Signer: anyone.
pub fn lock_lines(by: &Pubkey, booking: &Pubkey, lines: &[QuotedDevice]) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::LockLines {
            by: *by,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            staking_params: addresses::registry::params(&::staking::ID),
            booking: *booking,
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::LockLines {},
    );
    with_remaining(
        instruction,
        lines.iter().flat_map(|line| {
            [
                AccountMeta::new(line.device, false),
                AccountMeta::new_readonly(addresses::staking::device_stake(&line.device), false),
                AccountMeta::new_readonly(addresses::registry::class(line.class), false),
            ]
        }),
    )
}

/// Ends a booking before its start. Signer: the renter. `hired` are the devices of its locked lines in
/// line order; `op_seq` is `Booking::op_seq`.
pub fn cancel(renter: &Pubkey, booking: &Pubkey, op_seq: u32, hired: &[Pubkey]) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::Cancel {
            renter: *renter,
            config: addresses::registry::config(),
            booking: *booking,
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Cancel {
            args: CancelArgs { op_seq },
        },
    );
    with_remaining(instruction, writable(hired))
}

/// Ends a paid booking that was not started in time. Signer: anyone. `hired` as in [`cancel`].
pub fn cancel_unstarted(by: &Pubkey, booking: &Pubkey, hired: &[Pubkey]) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::CancelUnstarted {
            by: *by,
            config: addresses::registry::config(),
            booking: *booking,
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::CancelUnstarted {},
    );
    with_remaining(instruction, writable(hired))
}

/// Ends a booking that was not paid or not locked in time. Signer: anyone. `hired` as in [`cancel`].
pub fn expire(by: &Pubkey, booking: &Pubkey, hired: &[Pubkey]) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::Expire {
            by: *by,
            config: addresses::registry::config(),
            booking: *booking,
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Expire {},
    );
    with_remaining(instruction, writable(hired))
}

/// Starts a paid booking. Signer: the scheduler. `op_seq` is `Booking::op_seq`.
pub fn start(scheduler: &Pubkey, booking: &Pubkey, op_seq: u32) -> Instruction {
    build(
        ::booking::ID,
        accounts::Start {
            scheduler: *scheduler,
            roles: addresses::registry::roles(),
            config: addresses::registry::config(),
            booking: *booking,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Start {
            args: StartArgs { op_seq },
        },
    )
}

/// Starts all bookings of a group. Signer: the scheduler. Each booking comes with its
/// `Booking::op_seq`.
pub fn start_group(scheduler: &Pubkey, bookings: &[(Pubkey, u32)]) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::StartGroup {
            scheduler: *scheduler,
            roles: addresses::registry::roles(),
            config: addresses::registry::config(),
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::StartGroup {
            args: StartGroupArgs {
                op_seqs: bookings.iter().map(|(_, op_seq)| *op_seq).collect(),
            },
        },
    );
    let keys: Vec<Pubkey> = bookings.iter().map(|(key, _)| *key).collect();
    with_remaining(instruction, writable(&keys))
}

/// Ends a running booking before its booked end. Signer: the renter. `hired` as in [`cancel`];
/// `op_seq` is `Booking::op_seq`.
pub fn terminate(renter: &Pubkey, booking: &Pubkey, op_seq: u32, hired: &[Pubkey]) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::Terminate {
            renter: *renter,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            booking: *booking,
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Terminate {
            args: TerminateArgs { op_seq },
        },
    );
    with_remaining(instruction, writable(hired))
}

/// Ends a booking at its booked end, or settles one whose final record never came. Signer: anyone.
/// `hired` as in [`cancel`], empty in the second case.
pub fn end(by: &Pubkey, booking: &Pubkey, hired: &[Pubkey]) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::End {
            by: *by,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            booking: *booking,
            caller: addresses::caller(&ID),
            registry_event_authority: addresses::event_authority(&registry::ID),
            registry_program: registry::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::End {},
    );
    with_remaining(instruction, writable(hired))
}

/// Sends the fees of an ended booking to the fee vault. Signer: anyone. `day` as in [`earn`].
pub fn settle(
    by: &Pubkey,
    booking: &Pubkey,
    currency: Currency,
    mint: &Pubkey,
    day: u64,
) -> Instruction {
    build(
        ::booking::ID,
        accounts::Settle {
            by: *by,
            config: addresses::registry::config(),
            booking: *booking,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            fee_vault: fee_vault(currency),
            vaults: addresses::ide::vaults(),
            epoch: addresses::ide::epoch(day),
            caller: addresses::caller(&ID),
            ide_event_authority: addresses::event_authority(&::ide::ID),
            ide_program: ::ide::ID,
            token_program: anchor_spl::token::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Settle {},
    )
}

/// What `close` needs beyond the accounts of the booking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CloseExtras {
    /// Currency of the booking, when strangers sent tokens to its escrow.
    pub excess: Option<Currency>,
    /// Scheduler of the roles account, when a line was replaced (`Booking::failover_rent` is not 0).
    pub scheduler: Option<Pubkey>,
}

/// Closes a settled booking whose balances are pulled; the rent goes to the renter, that of replacement
/// lines to the scheduler. Signer: anyone.
pub fn close(
    by: &Pubkey,
    booking: &Pubkey,
    mint: &Pubkey,
    renter: &Pubkey,
    extras: &CloseExtras,
) -> Instruction {
    build(
        ::booking::ID,
        accounts::Close {
            by: *by,
            params: addresses::registry::params(&ID),
            booking: *booking,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            renter: *renter,
            excess_vault: extras.excess.map(excess_vault),
            token_program: anchor_spl::token::ID,
            roles: extras.scheduler.map(|_| addresses::registry::roles()),
            scheduler: extras.scheduler,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Close {},
    )
}
