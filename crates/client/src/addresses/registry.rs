//! Addresses of the registry.

use ion_merkle::report::ReportKind;
use registry::constants::{
    ACTION_SEED, CLASS_SEED, CONFIG_SEED, DEVICE_SEED, EXEMPTION_SEED, PARAMS_SEED, POLL_SEED,
    ROLES_SEED, VERIFIERS_SEED,
};
use solana_pubkey::Pubkey;

/// What all programs read: mints, callers, pauses, genesis.
pub fn config() -> Pubkey {
    derive(&[CONFIG_SEED])
}

/// Parameters of a consuming program, by its id.
pub fn params(program: &Pubkey) -> Pubkey {
    derive(&[PARAMS_SEED, program.as_ref()])
}

/// Who holds which role.
pub fn roles() -> Pubkey {
    derive(&[ROLES_SEED])
}

/// A queued decision of governance, by its number.
pub fn action(id: u64) -> Pubkey {
    derive(&[ACTION_SEED, &id.to_le_bytes()])
}

/// A processor class, by its number.
pub fn class(id: u16) -> Pubkey {
    derive(&[CLASS_SEED, &id.to_le_bytes()])
}

/// A device, by its id: the device key at registration.
pub fn device(id: &Pubkey) -> Pubkey {
    derive(&[DEVICE_SEED, id.as_ref()])
}

/// The exemption of a device, by the device's account.
pub fn exemption(device: &Pubkey) -> Pubkey {
    derive(&[EXEMPTION_SEED, device.as_ref()])
}

/// The set that attests reports.
pub fn verifier_set() -> Pubkey {
    derive(&[VERIFIERS_SEED])
}

/// The poll of a report, by its identity.
pub fn poll(kind: ReportKind, subject: &Pubkey, seq: u64) -> Pubkey {
    derive(&[
        POLL_SEED,
        &[kind.to_u8()],
        subject.as_ref(),
        &seq.to_le_bytes(),
    ])
}

/// Address with which the program signs its events.
pub fn event_authority() -> Pubkey {
    super::event_authority(&registry::ID)
}

fn derive(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &registry::ID).0
}
