//! Work records and what they pay.

use super::fee_vault;
use crate::addresses;
use crate::instructions::build;
use ::booking::{ApplyWorkLeafArgs, EarnArgs, ID, accounts, instruction};
use ion_economics::booking::Currency;
use ion_merkle::report::ReportKind;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Accepts an attested work record. Signer: the payer of its rent, anyone. `price_update` values work
/// paid in USDC; without it the record is priced later.
pub fn apply_work_leaf(
    payer: &Pubkey,
    booking: &Pubkey,
    price_update: Option<&Pubkey>,
    args: ApplyWorkLeafArgs,
) -> Instruction {
    build(
        ::booking::ID,
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
        ::booking::ID,
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
        ::booking::ID,
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
        ::booking::ID,
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
