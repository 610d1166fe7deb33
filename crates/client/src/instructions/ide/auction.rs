//! Instructions on the buyback.

use anchor_spl::{associated_token::get_associated_token_address, token};
use ide::{FillAuctionArgs, OpenAuctionArgs, accounts, instruction, state::LotKind};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{addresses, instructions::build};

/// Opens auction number `seq`, the last one plus 1. Signer: the payer, anyone.
pub fn open_auction(payer: &Pubkey, seq: u64, kind: LotKind) -> Instruction {
    build(
        ide::ID,
        accounts::OpenAuction {
            payer: *payer,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ide::ID),
            vaults: addresses::ide::vaults(),
            engine: addresses::ide::engine(),
            auction: addresses::ide::auction(seq),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::OpenAuction {
            args: OpenAuctionArgs { seq, kind },
        },
    )
}

/// What a fill refers to besides its amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillRoute {
    /// Who sells; signs. IO comes from its associated account, USDC goes to its associated account.
    pub seller: Pubkey,
    /// Number of the auction.
    pub seq: u64,
    /// UTC day index of now.
    pub day: u64,
    /// The oracle's account.
    pub price: Pubkey,
    /// The IO mint.
    pub io_mint: Pubkey,
    /// The USDC mint.
    pub usdc_mint: Pubkey,
}

/// Sells up to `io_in` IO for at least `min_usdc` USDC, base units. Signer: the seller.
pub fn fill_auction(route: &FillRoute, io_in: u64, min_usdc: u64) -> Instruction {
    build(
        ide::ID,
        accounts::FillAuction {
            seller: route.seller,
            config: addresses::registry::config(),
            params: addresses::registry::params(&ide::ID),
            vaults: addresses::ide::vaults(),
            auction: addresses::ide::auction(route.seq),
            epoch: addresses::ide::epoch(route.day),
            price: route.price,
            io_mint: route.io_mint,
            usdc_mint: route.usdc_mint,
            seller_io: get_associated_token_address(&route.seller, &route.io_mint),
            seller_usdc: get_associated_token_address(&route.seller, &route.usdc_mint),
            fee_usdc: addresses::ide::fee_usdc(),
            fee_io: addresses::ide::fee_io(),
            token_program: token::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::FillAuction {
            args: FillAuctionArgs { io_in, min_usdc },
        },
    )
}

/// Ends an auction. Signer: none.
pub fn end_auction(seq: u64) -> Instruction {
    build(
        ide::ID,
        accounts::EndAuction {
            vaults: addresses::ide::vaults(),
            engine: addresses::ide::engine(),
            auction: addresses::ide::auction(seq),
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::EndAuction {},
    )
}
