//! Instructions on claim records.

use anchor_spl::token;
use ion_merkle::earnings::EarningsLeaf;
use rewards::{OpenClaimArgs, ProveLeafArgs, accounts, instruction};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{addresses, instructions::build};

/// Whose rewards of which device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimOf {
    /// The Device account.
    pub device: Pubkey,
    /// Owner of the device at registration, or the wallet of a co-position.
    pub party: Pubkey,
}

/// Creates the record of a leaf. Signer: the payer of the rent, anyone.
pub fn open_claim(payer: &Pubkey, of: &ClaimOf) -> Instruction {
    build(
        rewards::ID,
        accounts::OpenClaim {
            payer: *payer,
            device: of.device,
            record: addresses::rewards::claim_record(&of.device, &of.party),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::OpenClaim {
            args: OpenClaimArgs { party: of.party },
        },
    )
}

/// Proves what a leaf says at the root with this sequence. Signer: anyone.
pub fn prove_leaf(
    prover: &Pubkey,
    seq: u64,
    index: u64,
    leaf: &EarningsLeaf,
    siblings: Vec<[u8; 32]>,
) -> Instruction {
    let (device, party) = (Pubkey::from(leaf.device), Pubkey::from(leaf.party));
    build(
        rewards::ID,
        accounts::ProveLeaf {
            prover: *prover,
            roots: addresses::rewards::roots(),
            record: addresses::rewards::claim_record(&device, &party),
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::ProveLeaf {
            args: ProveLeafArgs {
                seq,
                index,
                lifetime_io: leaf.lifetime_io,
                siblings,
            },
        },
    )
}

/// Pays all that can be claimed to a token account of the party's wallet: its associated one unless
/// that wallet signs. Signer: anyone.
pub fn claim(claimer: &Pubkey, of: &ClaimOf, destination: &Pubkey) -> Instruction {
    build(
        rewards::ID,
        accounts::Claim {
            claimer: *claimer,
            roots: addresses::rewards::roots(),
            record: addresses::rewards::claim_record(&of.device, &of.party),
            device: of.device,
            emission: addresses::rewards::emission(),
            distribution: addresses::rewards::distribution(),
            destination: *destination,
            token_program: token::ID,
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::Claim {},
    )
}
