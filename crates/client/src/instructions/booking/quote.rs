//! Quotes.

use super::{QuotedDevice, class_account};
use crate::addresses;
use crate::instructions::{build, with_remaining};
use ::booking::{CreateQuoteArgs, ID, accounts, instruction};
use ion_economics::booking::Stamp;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

/// Offers devices at their owners' prices, in an hour of mode `Schedule`. Signer: the scheduler.
/// `price_update` is the oracle's account, needed for a quote in IO; `lines` in line order, as many as
/// `args.lines`.
pub fn create_quote(
    scheduler: &Pubkey,
    price_update: Option<&Pubkey>,
    lines: &[QuotedDevice],
    args: CreateQuoteArgs,
) -> Instruction {
    create_quote_in(Stamp::Schedule, scheduler, price_update, lines, args)
}

/// As [`create_quote`] in an hour of any reward mode; in `Ide` the prices are those of the classes.
pub fn create_quote_in(
    stamp: Stamp,
    scheduler: &Pubkey,
    price_update: Option<&Pubkey>,
    lines: &[QuotedDevice],
    args: CreateQuoteArgs,
) -> Instruction {
    let instruction = build(
        ::booking::ID,
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
                AccountMeta::new_readonly(class_account(line.class, stamp), false),
            ]
        }),
    )
}

/// Closes a used or expired quote; the rent goes to the scheduler that made it. Signer: anyone.
pub fn close_quote(by: &Pubkey, id: &[u8; 16], scheduler: &Pubkey) -> Instruction {
    build(
        ::booking::ID,
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
