//! What to do next after a program's refusal.

use ion_client::{errors::ProgramFailure, idl};

/// Advice by error name; names are unique enough over the five programs for a hint.
const BY_NAME: &[(&str, &str)] = &[
    ("ActionExpired", "queue it again (ion gov propose)"),
    (
        "AlreadyEarned",
        "nothing is left to do for this line; ion booking show ID shows all lines",
    ),
    (
        "BalancesOpen",
        "pull the balances first: ion booking refund ID",
    ),
    (
        "BelowRequirement",
        "the owner adds stake first (ion stake deposit DEVICE AMOUNT)",
    ),
    (
        "ChallengeOpen",
        "ion booking show ID shows until when the renter can challenge; run it then",
    ),
    (
        "CooldownNotOver",
        "ion stake show DEVICE or ion position show DEVICE shows when the cooldown ends; withdraw then",
    ),
    (
        "DeadlineNotPassed",
        "ion booking show ID shows the deadline; run it afterwards",
    ),
    (
        "DeadlinePassed",
        "what was paid comes back: ion booking expire ID, then ion booking refund ID; ask for a new quote",
    ),
    (
        "DeviceHired",
        "wait for the end of the booking (ion device show DEVICE)",
    ),
    (
        "GenesisOpen",
        "seal the genesis first (ion gov propose seal-genesis, then ion gov execute)",
    ),
    (
        "InsufficientFunds",
        "the token account holds too little; pay from another with --from, or less with --amount",
    ),
    (
        "LockFailed",
        "let it expire and take the refund: ion booking expire ID, then ion booking refund ID",
    ),
    (
        "NoFreeSlot",
        "anyone may pay a withdrawable position out: ion co-stake withdraw DEVICE --seq N",
    ),
    (
        "NotScheduler",
        "sign with the scheduler's key (ion config get roles)",
    ),
    (
        "OfferAboveCap",
        "ion stake show DEVICE shows the requirement; at most half of it can be a co-stake",
    ),
    ("OfferExpired", "look for another: ion offer list"),
    ("OfferOpen", "take it back first: ion offer retract DEVICE"),
    (
        "OfferStillValid",
        "only its maker takes it back: ion offer retract DEVICE",
    ),
    (
        "OracleUnusable",
        "wait for a fresh price update, or quote in USDC",
    ),
    (
        "PayOpen",
        "pay the open lines first: ion booking earn ID --record N --line N",
    ),
    (
        "PositionActive",
        "one co-staker at a time: wait until the position of this device has ended",
    ),
    (
        "PositionNotActive",
        "ion position show DEVICE --seq N shows the dates of its exit",
    ),
    (
        "PositionNotEmpty",
        "pay it out first: ion co-stake withdraw DEVICE --seq N",
    ),
    ("QuoteExpired", "ask for a new quote (ion quote create)"),
    ("QuoteUsed", "ask for a new quote (ion quote create)"),
    (
        "RecordEarly",
        "the work report comes after the boundary or the end; wait for the verifiers",
    ),
    (
        "ReportNotAttested",
        "ion poll show work-report booking HOUR shows the votes; wait for the verifiers",
    ),
    (
        "SelfCoStake",
        "sign with a wallet that is not the device's owner, stake or payout wallet",
    ),
    (
        "TermsMismatch",
        "look at the offer again: ion offer show DEVICE",
    ),
    (
        "TimelockNotOver",
        "ion gov show ID shows from when it can be executed",
    ),
    (
        "TooManyPositions",
        "end and withdraw one first: ion co-stake list shows them",
    ),
    (
        "UnknownVerifier",
        "sign with the key of a current verifier (ion config get verifiers)",
    ),
    (
        "WaitNotOver",
        "ion position show DEVICE --seq N shows when the wait ends",
    ),
    (
        "WrongOpSeq",
        "ion booking show ID shows the next sequence number; the operation may have happened already",
    ),
    (
        "WrongRecord",
        "ion booking show ID shows the next record; this one may be applied already",
    ),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hint_belongs_to_an_error_of_a_program() {
        // Codes of the programs begin at 6000 and are dense; 500 is far above the longest list.
        let programs = [registry::ID, staking::ID, rewards::ID, ide::ID, booking::ID];
        let known: Vec<String> = programs
            .iter()
            .flat_map(|program| (6_000..6_500).filter_map(|code| idl::error(program, code)))
            .map(|(name, _)| name)
            .collect();
        for (name, _) in BY_NAME {
            assert!(
                known.iter().any(|known| known == name),
                "{name} is an error of no program"
            );
        }
    }

    #[test]
    fn hints_are_in_order_without_repetition() {
        assert!(BY_NAME.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
