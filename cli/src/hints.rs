//! What to do next after a program's refusal.

use ion_client::{errors::ProgramFailure, idl};

/// Advice by error name; names are unique enough over the five programs for a hint.
const BY_NAME: &[(&str, &str)] = &[
    ("ActionExpired", "queue it again (ion gov queue)"),
    ("BookingPaused", "bookings are paused; ion status shows until when"),
    ("CooldownNotOver", "ion stake show DEVICE shows when the cooldown ends; run ion stake withdraw then"),
    ("DeviceHired", "wait for the end of the booking (ion device show DEVICE)"),
    ("GenesisOpen", "seal the genesis first (ion gov queue seal-genesis, then ion gov execute)"),
    ("InsufficientStake", "add stake: ion stake deposit DEVICE AMOUNT"),
    ("NothingStaked", "deposit first: ion stake deposit DEVICE AMOUNT"),
    ("OracleUnusable", "wait for a fresh price update, or quote in USDC"),
    ("OverPayment", "ion booking show ID shows what is still owed"),
    ("PayWindowOver", "ask for a new quote; what was paid comes back by ion booking expire and refund"),
    ("QuoteExpired", "ask for a new quote (ion quote create)"),
    ("StaleSequence", "ion booking show ID shows the next sequence number; the operation may have happened already"),
    ("TimelockNotOver", "ion gov show ID shows from when it can be executed"),
    ("UnknownVerifier", "use the key of a current verifier (ion config get verifiers)"),
    ("ZeroAmount", "give an amount above 0"),
];

/// Advice after a refusal; a pointer to the logs if there is none.
pub fn after(refusal: &ProgramFailure) -> Option<String> {
    let name = refusal.name.as_deref().unwrap_or_default();
    if let Some((_, hint)) = BY_NAME.iter().find(|(known, _)| *known == name) {
        return Some((*hint).to_owned());
    }
    let program = idl::program_name(&refusal.program)?;
    Some(format!("-v shows the log of program {program}"))
}
