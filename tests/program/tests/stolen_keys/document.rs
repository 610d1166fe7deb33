//! docs/AUTHORITIES.md names every key that is played here, with the figures of the parameters.

use ion_economics::{
    params::{
        registry::{
            EXEMPTION_CAP, EXEMPTION_DELAY, EXEMPTION_MAX, EXEMPTION_MAX_QTY, GOVERNANCE_TIMELOCK,
            MODE_TIMELOCK, PAUSE_MAX, PAUSE_REARM, POLL_KEEP,
        },
        rewards::{GUARDIAN_VETO_MAX, REWARD_MATURITY},
        staking::{COOLDOWN, RECONSIDERATION_WINDOW, SLASH_ROLL_CAP_BPS, WAIT_PERIOD},
    },
    units::DAY,
};

const DOCUMENT: &str = include_str!("../../../../docs/AUTHORITIES.md");

/// The row of the first table that begins with this key.
fn row(key: &str) -> &'static str {
    let mut rows = DOCUMENT
        .lines()
        .skip_while(|line| !line.starts_with("| Key |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.find(|line| line.starts_with(&format!("| {key}")))
        .unwrap_or_else(|| panic!("docs/AUTHORITIES.md has no row for {key}"))
}

#[track_caller]
fn says(key: &str, figure: String) {
    assert!(
        row(key).contains(&figure),
        "the row of {key} does not say \"{figure}\": {}",
        row(key)
    );
}

#[test]
fn document_has_every_key_and_its_figures() {
    for key in [
        "Upgrade authority",
        "Governance",
        "Guardian",
        "Verifier (each of n)",
        "Verifier quorum",
        "Scheduler",
        "Slasher",
        "Arbiter",
        "Exemption admin",
        "Device key",
        "Supplier wallet",
        "Co-staker",
        "Renter",
    ] {
        row(key);
    }
    says(
        "Governance",
        format!("{} h", GOVERNANCE_TIMELOCK.default / 3_600),
    );
    says(
        "Governance",
        format!("{} h", GOVERNANCE_TIMELOCK.min / 3_600),
    );
    says("Guardian", format!("{} h", PAUSE_MAX.default / 3_600));
    says("Guardian", format!("{} days", PAUSE_REARM.default / DAY));
    says(
        "Governance",
        format!("mode switch {} days", MODE_TIMELOCK.default / DAY),
    );
    says(
        "Guardian",
        format!("at most {} immature roots", GUARDIAN_VETO_MAX.default),
    );
    let quorum = "Verifier quorum";
    says(quorum, format!("{} days", REWARD_MATURITY.default / DAY));
    says(quorum, format!("({} days)", POLL_KEEP.default / DAY));
    says(
        "Supplier wallet",
        format!("{} days", COOLDOWN.default / DAY),
    );
    says(
        "Co-staker",
        format!(
            "after {} days of waiting and {} of cooldown",
            WAIT_PERIOD.default / DAY,
            COOLDOWN.default / DAY
        ),
    );
    says("Slasher", format!("{} %", SLASH_ROLL_CAP_BPS.default / 100));
    says(
        "Slasher",
        format!("{}-day window", RECONSIDERATION_WINDOW.default / DAY),
    );
    says(
        "Exemption admin",
        format!("for {} days", EXEMPTION_MAX.default / DAY),
    );
    says(
        "Exemption admin",
        format!("{} devices", EXEMPTION_CAP.default),
    );
    says(
        "Exemption admin",
        format!("{} processors", EXEMPTION_MAX_QTY.default),
    );
    says(
        "Exemption admin",
        format!("{} h", EXEMPTION_DELAY.default / 3_600),
    );
}
