//! Exemptions from eligibility rules.

use crate::addresses;
use crate::instructions::build;
use ::registry::{GrantExemptionArgs, accounts, instruction};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Exempts a device (its account) from rules for a while. Signers: the exemption admin, or governance
/// for the flags that only it grants, and the payer of the rent.
pub fn grant_exemption(
    payer: &Pubkey,
    authority: &Pubkey,
    device: &Pubkey,
    args: GrantExemptionArgs,
) -> Instruction {
    build(
        registry::ID,
        accounts::GrantExemption {
            payer: *payer,
            authority: *authority,
            roles: addresses::registry::roles(),
            config: addresses::registry::config(),
            params: addresses::registry::params(&registry::ID),
            device: *device,
            exemption: addresses::registry::exemption(device),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::GrantExemption { args },
    )
}

/// Ends the exemption of a device (its account) before its time. Signer: guardian or governance.
pub fn cancel_exemption(authority: &Pubkey, device: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::CancelExemption {
            authority: *authority,
            roles: addresses::registry::roles(),
            config: addresses::registry::config(),
            exemption: addresses::registry::exemption(device),
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::CancelExemption {},
    )
}

/// Returns the rent of the exemption of a device (its account) to its payer. Signer: anyone.
pub fn close_exemption(cranker: &Pubkey, device: &Pubkey, payer: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::CloseExemption {
            cranker: *cranker,
            config: addresses::registry::config(),
            exemption: addresses::registry::exemption(device),
            payer: *payer,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::CloseExemption {},
    )
}
