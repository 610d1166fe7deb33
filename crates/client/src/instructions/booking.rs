//! Instructions of the booking program.

use ::booking::{
    ApplyWorkLeafArgs, BookArgs, CancelArgs, CreateQuoteArgs, EarnArgs, ID, InitShardArgs,
    OpenTneDayArgs, PayArgs, PullPayDueArgs, StartArgs, TerminateArgs, accounts, instruction,
};
use anchor_lang::{InstructionData, ToAccountMetas};
use ion_economics::booking::Currency;
use ion_merkle::report::ReportKind;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::addresses;

/// A device as a quote or a lock names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotedDevice {
    /// The Device account.
    pub device: Pubkey,
    /// Its processor class.
    pub class: u16,
}

fn build(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    Instruction {
        program_id: ID,
        accounts: accounts.to_account_metas(None),
        data: data.data(),
    }
}

fn with_remaining(
    mut instruction: Instruction,
    metas: impl IntoIterator<Item = AccountMeta>,
) -> Instruction {
    instruction.accounts.extend(metas);
    instruction
}

fn writable(keys: &[Pubkey]) -> impl Iterator<Item = AccountMeta> {
    keys.iter().map(|key| AccountMeta::new(*key, false))
}

fn fee_vault(currency: Currency) -> Pubkey {
    match currency {
        Currency::Usdc => addresses::ide::fee_usdc(),
        Currency::Io => addresses::ide::fee_io(),
    }
}

/// Creates one of the 16 shards of the totals. Signer: the payer of its rent, anyone.
pub fn init_shard(payer: &Pubkey, shard: u8) -> Instruction {
    build(
        accounts::InitShard {
            payer: *payer,
            tne: addresses::booking::tne_totals(shard),
            system_program: anchor_lang::system_program::ID,
        },
        instruction::InitShard {
            args: InitShardArgs { shard },
        },
    )
}

/// Offers devices at their owners' prices. Signer: the scheduler. `price_update` is the oracle's
/// account, needed for a quote in IO; `lines` in line order, as many as `args.lines`.
pub fn create_quote(
    scheduler: &Pubkey,
    price_update: Option<&Pubkey>,
    lines: &[QuotedDevice],
    args: CreateQuoteArgs,
) -> Instruction {
    let instruction = build(
        accounts::CreateQuote {
            scheduler: *scheduler,
            roles: addresses::registry::roles(),
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            quote: addresses::booking::quote(&args.id),
            price_update: price_update.copied(),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::CreateQuote { args },
    );
    with_remaining(
        instruction,
        lines.iter().flat_map(|line| {
            [
                AccountMeta::new_readonly(line.device, false),
                AccountMeta::new_readonly(addresses::registry::class(line.class), false),
            ]
        }),
    )
}

/// Closes a used or expired quote; the rent goes to the scheduler that made it. Signer: anyone.
pub fn close_quote(by: &Pubkey, id: &[u8; 16], scheduler: &Pubkey) -> Instruction {
    build(
        accounts::CloseQuote {
            by: *by,
            quote: addresses::booking::quote(id),
            scheduler: *scheduler,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::CloseQuote {},
    )
}

/// Turns a quote into a booking. Signer: the renter of the quote. `mint` is that of its currency,
/// `max_total` the highest price accepted, base units.
pub fn book(renter: &Pubkey, mint: &Pubkey, quote_id: &[u8; 16], max_total: u64) -> Instruction {
    let booking = addresses::booking::booking(quote_id);
    build(
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

/// Accepts an attested work record. Signer: the payer of its rent, anyone. `price_update` values work
/// paid in USDC; without it the record is priced later.
pub fn apply_work_leaf(
    payer: &Pubkey,
    booking: &Pubkey,
    price_update: Option<&Pubkey>,
    args: ApplyWorkLeafArgs,
) -> Instruction {
    build(
        accounts::ApplyWorkLeaf {
            payer: *payer,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            poll: addresses::registry::poll(ReportKind::WorkReport, &ID, args.hour),
            booking: *booking,
            record: addresses::booking::work_record(booking, args.record_seq),
            tne: addresses::booking::tne_totals_of(booking),
            price_update: price_update.copied(),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::ApplyWorkLeaf { args },
    )
}

/// Ends a running booking before its booked end. Signer: the renter. `hired` as in [`cancel`];
/// `op_seq` is `Booking::op_seq`.
pub fn terminate(renter: &Pubkey, booking: &Pubkey, op_seq: u32, hired: &[Pubkey]) -> Instruction {
    let instruction = build(
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

/// Pays one line of a record to its supplier. Signer: anyone; `destination` is the associated account
/// of the device's payout wallet, or any account of that wallet when it signs. `day` is the UTC day of
/// now, whose epoch must be open.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a fact the caller read from the booking"
)]
pub fn earn(
    by: &Pubkey,
    booking: &Pubkey,
    record_seq: u32,
    line: u8,
    device: &Pubkey,
    currency: Currency,
    mint: &Pubkey,
    destination: &Pubkey,
    day: u64,
) -> Instruction {
    build(
        accounts::Earn {
            by: *by,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            booking: *booking,
            record: addresses::booking::work_record(booking, record_seq),
            device: *device,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            destination: *destination,
            tne: addresses::booking::tne_totals_of(booking),
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
        instruction::Earn {
            args: EarnArgs { line },
        },
    )
}

/// Gives an unpriced record its IO amount. Signer: anyone.
pub fn price_record(
    by: &Pubkey,
    booking: &Pubkey,
    record_seq: u32,
    price_update: &Pubkey,
) -> Instruction {
    build(
        accounts::PriceRecord {
            by: *by,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            record: addresses::booking::work_record(booking, record_seq),
            tne: addresses::booking::tne_totals_of(booking),
            price_update: *price_update,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::PriceRecord {},
    )
}

/// Closes an earned and priced record; the rent goes to `payer`, who applied its leaf. Signer: anyone.
pub fn close_record(by: &Pubkey, booking: &Pubkey, record_seq: u32, payer: &Pubkey) -> Instruction {
    build(
        accounts::CloseRecord {
            by: *by,
            record: addresses::booking::work_record(booking, record_seq),
            payer: *payer,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::CloseRecord {},
    )
}

/// Sends the payer's balance. Signer: the payer, to any token account of it; anyone, to its
/// associated account.
pub fn pull_refund(
    by: &Pubkey,
    booking: &Pubkey,
    mint: &Pubkey,
    destination: &Pubkey,
) -> Instruction {
    build(
        accounts::PullRefund {
            by: *by,
            booking: *booking,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            destination: *destination,
            tne: addresses::booking::tne_totals_of(booking),
            token_program: anchor_spl::token::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::PullRefund {},
    )
}

/// Sends the undelivered pay of a line. Signer: the payout wallet of its device, to any token account
/// of it.
pub fn pull_pay_due(
    payout_wallet: &Pubkey,
    booking: &Pubkey,
    line: u8,
    device: &Pubkey,
    mint: &Pubkey,
    destination: &Pubkey,
) -> Instruction {
    build(
        accounts::PullPayDue {
            payout_wallet: *payout_wallet,
            booking: *booking,
            device: *device,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            destination: *destination,
            token_program: anchor_spl::token::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::PullPayDue {
            args: PullPayDueArgs { line },
        },
    )
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

/// Closes a settled booking whose balances are pulled; the rent goes to the renter. Signer: anyone.
pub fn close(
    by: &Pubkey,
    booking: &Pubkey,
    currency: Currency,
    mint: &Pubkey,
    renter: &Pubkey,
) -> Instruction {
    let excess_vault = match currency {
        Currency::Usdc => addresses::ide::fee_usdc(),
        Currency::Io => addresses::ide::reward_vault(),
    };
    build(
        accounts::Close {
            by: *by,
            params: addresses::registry::params(&ID),
            booking: *booking,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            renter: *renter,
            excess_vault,
            token_program: anchor_spl::token::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Close {},
    )
}

/// Creates the permanent totals of a past UTC day. Signer: the payer of the rent, anyone.
pub fn open_tne_day(payer: &Pubkey, day: u64) -> Instruction {
    build(
        accounts::OpenTneDay {
            payer: *payer,
            tne_day: addresses::booking::tne_day(day),
            system_program: anchor_lang::system_program::ID,
        },
        instruction::OpenTneDay {
            args: OpenTneDayArgs { day },
        },
    )
}

/// Adds shards, each once, to the permanent totals of a past day. Signer: anyone.
pub fn fold_tne_day(by: &Pubkey, day: u64, shards: &[u8]) -> Instruction {
    let instruction = build(
        accounts::FoldTneDay {
            by: *by,
            tne_day: addresses::booking::tne_day(day),
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::FoldTneDay {},
    );
    let keys: Vec<Pubkey> = shards
        .iter()
        .map(|shard| addresses::booking::tne_totals(*shard))
        .collect();
    with_remaining(instruction, writable(&keys))
}
