use super::*;
use crate::settings::{load, print};

#[test]
fn example_file_holds_the_defaults() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/verifier.example.toml");
    let example: VerifierSettings = load(Some(file.as_ref()), &[]).unwrap();
    assert_eq!(example, VerifierSettings::default());
    assert!(print(&example).unwrap().contains("[challenge]"));
}

#[test]
fn values_out_of_range_are_refused_by_name() {
    for (set, key) in [
        ("challenge.n=0", "challenge.n"),
        ("challenge.light_n=133145", "challenge.light_n"),
        ("challenge.rounds=0", "challenge.rounds"),
        ("challenge.openings=1025", "challenge.openings"),
        ("report.vote_after=1m", "report.vote_after"),
        (
            "report.min_watched_minutes=61",
            "report.min_watched_minutes",
        ),
        ("report.price_account=nowhere", "report.price_account"),
        ("heartbeat.degraded_after=0", "heartbeat.degraded_after"),
        ("loops.report=0s", "loops.report"),
        ("cranks.per_hour=0", "cranks.per_hour"),
        ("loops.lease=1ms", "loops.lease"),
        ("challenge.light_within=61s", "challenge.light_within"),
        ("http.device_burst=0", "http.device_burst"),
        ("http.requests_per_second=0", "http.requests_per_second"),
        ("http.read_within=0s", "http.read_within"),
        ("http.batch_pause=51ms", "http.batch_pause"),
        ("loops.often=1s", "often"),
    ] {
        let error = load::<VerifierSettings>(None, &[set.to_owned()])
            .unwrap_err()
            .to_string();
        assert!(error.contains(key), "{set}: {error}");
    }
}
