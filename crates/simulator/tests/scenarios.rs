//! Short runs of every built-in scenario: reproducible, conserving, and answering.

use ion_simulator::{BUILT_IN, Scenario, report, run, summarize};

fn short(name: &str, days: u32) -> Scenario {
    let mut scenario = Scenario::built_in(name).unwrap();
    scenario.days = days;
    scenario.devices = 300;
    scenario
}

#[test]
fn every_built_in_scenario_runs_and_answers() {
    for (name, _) in BUILT_IN {
        let scenario = short(name, 500);
        let days = run(&scenario).unwrap();
        let summary = summarize(&days).unwrap();
        assert_eq!(summary.days, 500, "{name}");
        assert_eq!(summary.status_days.iter().sum::<u32>(), 500);
        assert!(summary.paid_usd <= summary.owed_usd);
        assert!(summary.income_held_days <= 500);
        assert_eq!(report::csv(&days).lines().count(), 501);
        let page = report::html(&[(&scenario, &days)]);
        assert_eq!(page.matches("<svg").count(), 8);
        assert!(!page.contains("http"), "the page loads nothing");
    }
}

#[test]
fn same_seed_gives_the_same_days_and_another_seed_others() {
    let scenario = short("steady", 120);
    let mut other = scenario.clone();
    other.seed += 1;
    assert_eq!(run(&scenario), run(&scenario));
    assert_ne!(run(&scenario), run(&other));
}

#[test]
fn supply_is_what_was_there_and_minted_less_what_was_burned() {
    let scenario = short("steady", 400);
    let days = run(&scenario).unwrap();
    for pair in days.windows(2) {
        let [before, after] = pair else {
            unreachable!()
        };
        assert_eq!(
            before.supply_io + after.emission_io,
            after.supply_io + after.burned_io + after.retired_io
        );
    }
}

#[test]
fn shock_reaches_its_full_size_on_its_last_day() {
    let mut scenario = short("price-half", 400);
    scenario.price.noise_bps = 0;
    let days = run(&scenario).unwrap();
    assert_eq!(days[364].price_p12, 150_000_000_000);
    assert_eq!(days[371].price_p12, 75_000_000_000);
    assert_eq!(days[399].price_p12, 75_000_000_000);
}

#[test]
fn unknown_fields_names_and_values_out_of_range_are_refused() {
    let (_, text) = BUILT_IN[0];
    assert!(Scenario::parse(text).is_ok());
    for (from, to) in [
        ("days = 3650", "days = 0"),
        ("days = 3650", "days = 3650\nspeed = 1"),
        ("share_bps = 500", "share_bps = 501"),
        ("hire_usd_micros = 100000", "hire_usd_micros = 1990001"),
        ("sellers_bps = 20", "sellers_bps = 0"),
        ("noise_bps = 150", "noise_bps = 2001"),
        ("conf_bps = 20", "conf_bps = 201"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        assert!(Scenario::parse(&changed).is_err(), "{to}");
    }
    assert!(Scenario::built_in("none").is_err());
}
