//! Rules of eligibility and nomination, broken one at a time.

use super::*;

fn hired(hours_since_pass: u32) -> Hire {
    Hire::Hired {
        passed_when_free: true,
        hours_since_pass,
    }
}

#[test]
fn device_that_meets_every_rule_succeeds_with_its_tier() {
    assert_eq!(judge(&good(), &limits()), Verdict::Succeeded { tier: 2 });
}

#[test]
fn each_rule_excludes_by_name_and_its_flag_waives_it() {
    for (change, reason, flag) in BROKEN {
        let mut device = good();
        change(&mut device);
        assert_eq!(judge(&device, &limits()), Verdict::NotNominated(reason));
        assert_eq!(reason.rule(), reason.code() / 10);
        device.exempt = exemption::BLOCK;
        let waived = judge(&device, &limits());
        let Some(flag) = flag else {
            assert_eq!(waived, Verdict::NotNominated(reason));
            continue;
        };
        assert!(matches!(waived, Verdict::Succeeded { .. }), "{reason:?}");
        device.exempt = flag;
        assert!(matches!(
            judge(&device, &limits()),
            Verdict::Succeeded { .. }
        ));
        // Every other flag leaves it excluded.
        for bit in 0..10 {
            let other = 1 << bit;
            if other != flag {
                device.exempt = other;
                assert_eq!(judge(&device, &limits()), Verdict::NotNominated(reason));
            }
        }
    }
}

#[test]
fn exempt_tier_counts_as_one_and_blocked_is_never_exempt() {
    let mut device = good();
    device.tier = 0;
    device.exempt = exemption::CONNECTIVITY_TIER;
    assert_eq!(judge(&device, &limits()), Verdict::Succeeded { tier: 1 });
    let all = exemption::ALL;
    for (status, reason) in [
        (DeviceStatus::Blocked, Exclusion::Blocked),
        (DeviceStatus::Terminated, Exclusion::Terminated),
    ] {
        let mut device = good();
        device.status = status;
        device.exempt = all;
        assert_eq!(judge(&device, &limits()), Verdict::NotNominated(reason));
    }
}

#[test]
fn rules_at_the_end_fail_a_nominated_device() {
    let changes: [(Change, Exclusion); 4] = [
        (|d| d.within.uptime_seconds = 60, Exclusion::UptimeShort),
        (|d| d.within.proof = Proof::Missing, Exclusion::ProofMissing),
        (|d| d.within.proof = Proof::Failed, Exclusion::ProofFailed),
        (|d| d.within.live_minutes = 49, Exclusion::TooFewMinutes),
    ];
    for (change, reason) in changes {
        let mut device = good();
        change(&mut device);
        assert_eq!(judge(&device, &limits()), Verdict::Failed(reason));
    }
    let mut device = good();
    device.within.live_minutes = 50;
    assert_eq!(judge(&device, &limits()), Verdict::Succeeded { tier: 2 });
}

#[test]
fn e37_work_proof_failed_while_hired_is_judged_by_the_light_probe() {
    let judged = |proof, hire| {
        let mut device = good();
        device.within.proof = proof;
        device.within.hire = hire;
        judge(&device, &limits())
    };
    let paid = Verdict::Succeeded { tier: 2 };
    assert_eq!(judged(Proof::Passed, hired(0)), paid);
    assert_eq!(judged(Proof::Missing, hired(24)), paid);
    assert_eq!(
        judged(Proof::Missing, hired(25)),
        Verdict::Failed(Exclusion::ProbeMissing)
    );
    assert_eq!(
        judged(Proof::Failed, hired(0)),
        Verdict::Failed(Exclusion::ProbeFailed)
    );
    let never_free = Hire::Hired {
        passed_when_free: false,
        hours_since_pass: 1,
    };
    assert_eq!(
        judged(Proof::Passed, never_free),
        Verdict::Failed(Exclusion::FreeHourFailed)
    );
}

#[test]
fn e38_restart_after_almost_five_hours_is_not_nominated() {
    let mut device = good();
    device.before.uptime_seconds = 4 * 3_600 + 59 * 60;
    assert_eq!(
        judge(&device, &limits()),
        Verdict::NotNominated(Exclusion::UptimeShort)
    );
}

#[test]
fn e66_bare_metal_not_wiped_in_a_day_is_ineligible_until_it_passes_again() {
    let judged = |hire, proof, live_minutes| {
        let mut device = good();
        device.within = HourSeen {
            proof,
            live_minutes,
            hire,
            uptime_seconds: 5 * 3_600,
        };
        judge(&device, &limits())
    };
    let paid = Verdict::Succeeded { tier: 2 };
    // away with its renter, then a day to wipe and reinstall
    assert_eq!(judged(Hire::BareMetal, Proof::Missing, 0), paid);
    let in_time = Hire::Wiping { seconds: 86_400 };
    assert_eq!(judged(in_time, Proof::Missing, 0), paid);
    // a second later it needs a full proof and an hour of life again
    let late = Hire::Wiping { seconds: 86_401 };
    for (proof, live_minutes, reason) in [
        (Proof::Missing, 60, Exclusion::WipeOverdue),
        (Proof::Failed, 60, Exclusion::ProofFailed),
        (Proof::Passed, 49, Exclusion::TooFewMinutes),
    ] {
        assert_eq!(judged(late, proof, live_minutes), Verdict::Failed(reason));
    }
    assert_eq!(judged(late, Proof::Passed, 50), paid);
}

#[test]
fn reasons_round_trip_and_have_a_text() {
    for reason in Exclusion::ALL {
        assert_eq!(Exclusion::from_code(reason.code()), Some(reason));
        assert!((1..=10).contains(&reason.rule()) && !reason.text().is_empty());
    }
    assert_eq!(Exclusion::from_code(0), None);
    assert_eq!(Exclusion::from_code(11), None);
}
