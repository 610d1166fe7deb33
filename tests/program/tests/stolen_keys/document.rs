//! docs/AUTHORITIES.md names every key that is played here, with the figures of the parameters.

use ion_economics::params::registry::{
    EXEMPTION_CAP, EXEMPTION_DELAY, EXEMPTION_MAX_QTY, GOVERNANCE_TIMELOCK, PAUSE_MAX, PAUSE_REARM,
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
    says("Guardian", format!("{} days", PAUSE_REARM.default / 86_400));
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
