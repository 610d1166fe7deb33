//! What an instruction may cost, in compute units with every address at bump 255.

/// Instruction, budget for one line or none, and what each further line or device adds.
pub const BUDGETS: &[(&str, u64, u64)] = &[
    ("registry.register_device", 25_000, 0),
    ("registry.open_poll", 25_000, 0),
    ("registry.vote_report", 15_000, 0),
    ("staking.open_stake", 25_000, 0),
    ("staking.stake", 30_000, 0),
    ("staking.begin_unstake", 20_000, 0),
    ("staking.withdraw", 25_000, 0),
    ("staking.create_offer", 20_000, 0),
    ("staking.accept_offer", 45_000, 0),
    ("staking.co_unstake", 20_000, 0),
    ("staking.advance_exit", 20_000, 0),
    ("staking.withdraw_overflow", 25_000, 0),
    ("staking.withdraw_position", 25_000, 0),
    // 35,000 in mode `Schedule`; see the test of the release
    ("rewards.release_block", 40_000, 0),
    ("rewards.complete_block", 40_000, 0),
    ("rewards.accept_root", 30_000, 0),
    ("rewards.prove_leaf", 20_000, 0),
    ("rewards.claim", 25_000, 0),
    ("rewards.forfeit", 20_000, 4_000),
    ("ide.deposit_allowance", 20_000, 0),
    ("ide.deposit_remainder", 20_000, 0),
    ("ide.deposit_revenue", 25_000, 0),
    // a base of 20,000 and 3,000 for every row, the first too
    ("ide.apply_epoch_rows", 23_000, 3_000),
    ("ide.seal_epoch", 90_000, 0),
    ("ide.accept_payout_root", 30_000, 0),
    ("ide.prove_leaf", 20_000, 0),
    ("ide.claim", 35_000, 0),
    ("ide.open_auction", 25_000, 0),
    ("ide.fill_auction", 50_000, 0),
    ("ide.end_auction", 20_000, 0),
    // without reward legs, for every code and any number of parties
    ("staking.propose_slash", 60_000, 0),
    ("staking.propose_slash, with rewards", 110_000, 0),
    ("staking.propose_slash, at its caps", 170_000, 0),
    ("staking.appeal", 15_000, 0),
    ("staking.rule", 20_000, 0),
    ("staking.finalize_case", 40_000, 0),
    ("staking.restore_leg", 45_000, 0),
    ("staking.sweep_case", 25_000, 0),
    ("booking.create_quote", 30_000, 5_000),
    ("booking.book", 45_000, 2_000),
    ("booking.pay", 35_000, 0),
    // a base of 25,000 and 8,000 for every device, the first too
    ("booking.lock_lines", 33_000, 8_000),
    ("booking.start", 25_000, 0),
    ("booking.apply_work_leaf", 35_000, 3_000),
    ("booking.cancel", 35_000, 0),
    ("booking.expire", 30_000, 0),
    ("booking.quote_extension", 30_000, 5_000),
    ("booking.extend", 45_000, 0),
    ("booking.challenge", 15_000, 0),
    ("booking.rule_record", 30_000, 0),
    ("booking.price_record", 25_000, 0),
    ("booking.sweep_excess", 25_000, 0),
    ("booking.adjust", 30_000, 0),
    ("booking.report_fault", 40_000, 0),
    ("booking.failover", 60_000, 0),
    ("booking.fail_line", 35_000, 0),
    ("booking.pull_pay_due", 25_000, 0),
    ("booking.fold_tne_day", 40_000, 0),
    ("booking.terminate", 30_000, 3_000),
    ("booking.end", 30_000, 3_000),
    ("booking.earn", 55_000, 0),
    ("booking.pull_refund", 25_000, 0),
    ("booking.settle", 30_000, 0),
    ("booking.close", 25_000, 0),
];

/// A proposal that holds rewards of up to two parties in both trees.
pub const WITH_REWARDS: &str = ", with rewards";
/// A proposal that holds rewards of five parties in both trees.
pub const AT_ITS_CAPS: &str = ", at its caps";

/// Instructions whose cost follows the number of lines while their budget, if they have one, does not.
const BY_LINE: [&str; 9] = [
    "booking.cancel",
    "booking.cancel_unstarted",
    "booking.challenge",
    "booking.extend",
    "booking.fail_line",
    "booking.rule_record",
    "booking.start_group",
    "rewards.unforfeit",
    "rewards.burn_forfeited",
];

/// Budget of an instruction over `lines` lines, if it has one.
pub fn budget(instruction: &str, lines: u64) -> Option<u64> {
    BUDGETS
        .iter()
        .find(|(name, _, _)| *name == instruction)
        .map(|(_, first, further)| first + further * lines.saturating_sub(1))
}

/// Lines that one instruction of a booking of `lines` lines works on; `None` where the cost does not
/// depend on them.
pub fn lines(instruction: &str, lines: u64) -> Option<u64> {
    let depends = BUDGETS
        .iter()
        .any(|(name, _, further)| *name == instruction && *further > 0);
    if instruction == "booking.lock_lines" {
        return Some(lines.min(crate::flows::LOCKED_AT_ONCE));
    }
    (depends || BY_LINE.contains(&instruction)).then_some(lines)
}
