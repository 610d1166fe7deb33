//! Instructions on payout roots and claims.

use anchor_spl::token;
use ide::{
    AcceptPayoutRootArgs, OpenClaimArgs, ProveLeafArgs, VetoRootArgs, accounts, instruction,
};
use ion_merkle::{earnings::PayoutRoot, report::ReportKind};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{addresses, instructions::build};

/// Takes an attested payout root. Signer: none.
pub fn accept_payout_root(seq: u64, root: &PayoutRoot) -> Instruction {
    let roots = addresses::ide::roots();
    build(
        ide::ID,
        accounts::AcceptPayoutRoot {
            params: addresses::registry::params(&ide::ID),
            poll: addresses::registry::poll(ReportKind::PayoutRoot, &roots, seq),
            epoch: addresses::ide::epoch(root.through_epoch),
            roots,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::AcceptPayoutRoot {
            args: AcceptPayoutRootArgs {
                seq,
                root: root.root,
                leaf_count: root.leaf_count,
                through_epoch: root.through_epoch,
                lifetime_io: root.lifetime_io,
                lifetime_usdc: root.lifetime_usdc,
                arrears_usd_micros: root.arrears_usd_micros,
                bundle: root.bundle,
            },
        },
    )
}

/// Takes an immature root out of use. Signer: the guardian or governance.
pub fn veto_root(authority: &Pubkey, seq: u64) -> Instruction {
    build(
        ide::ID,
        accounts::VetoRoot {
            authority: *authority,
            roles: addresses::registry::roles(),
            params: addresses::registry::params(&ide::ID),
            roots: addresses::ide::roots(),
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::VetoRoot {
            args: VetoRootArgs { seq },
        },
    )
}

/// Creates the record of a leaf. Signer: the payer, anyone.
pub fn open_claim(payer: &Pubkey, device: &Pubkey, party: &Pubkey) -> Instruction {
    build(
        ide::ID,
        accounts::OpenClaim {
            payer: *payer,
            record: addresses::ide::claim(device, party),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::OpenClaim {
            args: OpenClaimArgs {
                device: *device,
                party: *party,
            },
        },
    )
}

/// Proves the leaf of a record. Signer: none.
pub fn prove_leaf(device: &Pubkey, party: &Pubkey, args: ProveLeafArgs) -> Instruction {
    build(
        ide::ID,
        accounts::ProveLeaf {
            roots: addresses::ide::roots(),
            record: addresses::ide::claim(device, party),
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::ProveLeaf { args },
    )
}

/// Where a payout goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayoutRoute {
    /// The wallet that is paid, if it signs.
    pub wallet: Option<Pubkey>,
    /// Account of the device.
    pub device: Pubkey,
    /// Owner at registration, or the wallet of a co-position.
    pub party: Pubkey,
    /// Where the IO goes; without it no IO is paid.
    pub to_io: Option<Pubkey>,
    /// Where the USDC goes; without it no USDC is paid.
    pub to_usdc: Option<Pubkey>,
    /// The IO mint.
    pub io_mint: Pubkey,
    /// The USDC mint.
    pub usdc_mint: Pubkey,
}

/// Pays what a leaf has earned. Signer: the wallet, where it is named.
pub fn claim(route: &PayoutRoute) -> Instruction {
    build(
        ide::ID,
        accounts::Claim {
            wallet: route.wallet,
            vaults: addresses::ide::vaults(),
            roots: addresses::ide::roots(),
            record: addresses::ide::claim(&route.device, &route.party),
            device: route.device,
            config: addresses::registry::config(),
            io_mint: route.io_mint,
            usdc_mint: route.usdc_mint,
            pay_io: addresses::ide::pay_io(),
            pay_usdc: addresses::ide::pay_usdc(),
            to_io: route.to_io,
            to_usdc: route.to_usdc,
            token_program: token::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::Claim {},
    )
}
