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
    ("booking.create_quote", 30_000, 5_000),
    ("booking.book", 45_000, 2_000),
    ("booking.pay", 35_000, 0),
    // a base of 25,000 and 8,000 for every device, the first too
    ("booking.lock_lines", 33_000, 8_000),
    ("booking.start", 25_000, 0),
    ("booking.apply_work_leaf", 35_000, 3_000),
    ("booking.terminate", 30_000, 3_000),
    ("booking.end", 30_000, 3_000),
    ("booking.earn", 55_000, 0),
    ("booking.pull_refund", 25_000, 0),
    ("booking.settle", 30_000, 0),
    ("booking.close", 25_000, 0),
];

/// Instructions without a budget whose cost follows the number of lines.
const BY_LINE: [&str; 3] = [
    "booking.cancel",
    "booking.cancel_unstarted",
    "booking.expire",
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
