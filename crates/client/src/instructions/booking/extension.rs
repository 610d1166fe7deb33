//! More minutes of a running booking.

use super::{QuotedDevice, class_account};
use crate::addresses;
use crate::instructions::{build, with_remaining};
use ::booking::{ExtendArgs, ID, QuoteExtensionArgs, accounts, instruction};
use ion_economics::booking::Stamp;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

/// Offers more minutes of a running booking. Signer: the scheduler. `hired` are its hired lines in line
/// order, `stamp` its reward mode; `price_update` is the oracle's account, needed for one in IO.
pub fn quote_extension(
    scheduler: &Pubkey,
    booking: &Pubkey,
    stamp: Stamp,
    price_update: Option<&Pubkey>,
    hired: &[QuotedDevice],
    args: QuoteExtensionArgs,
) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::QuoteExtension {
            scheduler: *scheduler,
            roles: addresses::registry::roles(),
            config: addresses::registry::config(),
            params: addresses::registry::params(&ID),
            booking: *booking,
            quote: addresses::booking::quote(&args.id),
            price_update: price_update.copied(),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::QuoteExtension { args },
    );
    with_remaining(
        instruction,
        hired.iter().flat_map(|line| {
            [
                AccountMeta::new_readonly(line.device, false),
                AccountMeta::new_readonly(class_account(line.class, stamp), false),
            ]
        }),
    )
}

/// What `extend` is told beside its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Id of the quote of kind extend.
    pub quote_id: [u8; 16],
    /// Highest price with fees that is accepted, base units.
    pub max_total: u64,
    /// `Booking::op_seq`.
    pub op_seq: u32,
}

/// Adds the quoted minutes and pays them. Signers: the renter and the payer of the booking. `source` is
/// a token account of the payer, `hired` the devices of the hired lines in line order.
pub fn extend(
    renter: &Pubkey,
    payer: &Pubkey,
    booking: &Pubkey,
    mint: &Pubkey,
    source: &Pubkey,
    extension: &Extension,
    hired: &[Pubkey],
) -> Instruction {
    let instruction = build(
        ::booking::ID,
        accounts::Extend {
            renter: *renter,
            payer: *payer,
            config: addresses::registry::config(),
            quote: addresses::booking::quote(&extension.quote_id),
            booking: *booking,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            source: *source,
            tne: addresses::booking::tne_totals_of(booking),
            token_program: anchor_spl::token::ID,
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::Extend {
            args: ExtendArgs {
                max_total: extension.max_total,
                op_seq: extension.op_seq,
            },
        },
    );
    with_remaining(
        instruction,
        hired
            .iter()
            .map(|device| AccountMeta::new_readonly(*device, false)),
    )
}
