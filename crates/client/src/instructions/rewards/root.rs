//! Instructions on the roots of the reward tree.

use ion_merkle::{earnings::RewardRoot, report::ReportKind};
use rewards::{AcceptRootArgs, VetoRootArgs, accounts, instruction};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{addresses, instructions::build};

/// Accepts an attested root. Signer: anyone.
pub fn accept_root(cranker: &Pubkey, seq: u64, root: &RewardRoot) -> Instruction {
    let roots = addresses::rewards::roots();
    build(
        rewards::ID,
        accounts::AcceptRoot {
            cranker: *cranker,
            params: addresses::registry::params(&rewards::ID),
            poll: addresses::registry::poll(ReportKind::RewardRoot, &roots, seq),
            block: addresses::rewards::block(root.through_hour),
            roots,
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::AcceptRoot {
            args: AcceptRootArgs {
                seq,
                root: root.root,
                leaf_count: root.leaf_count,
                through_hour: root.through_hour,
                lifetime_io: root.lifetime_io,
                bundle: root.bundle,
            },
        },
    )
}

/// Vetoes a pending root. Signer: the guardian or governance.
pub fn veto_root(authority: &Pubkey, seq: u64) -> Instruction {
    build(
        rewards::ID,
        accounts::VetoRoot {
            authority: *authority,
            roles: addresses::registry::roles(),
            params: addresses::registry::params(&rewards::ID),
            roots: addresses::rewards::roots(),
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::VetoRoot {
            args: VetoRootArgs { seq },
        },
    )
}
