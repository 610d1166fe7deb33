//! Calls of `ion job run` that are wrong in themselves: refused before anything is asked or sent.

use crate::{
    IMAGE,
    bench::BOOKING,
    call::{NOWHERE, ion, stderr},
};

#[test]
fn orders_that_no_agent_takes_are_usage_errors_before_any_call() {
    let booking = BOOKING.to_string();
    let run = |arguments: &[&str]| {
        let output = ion()
            .env("ION_AGENT", NOWHERE)
            .args(["job", "run", &booking])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        stderr(&output)
    };
    for (arguments, why) in [
        (&[][..], "no work is named"),
        (&["--image", "ubuntu:24.04"], "by its digest"),
        (&["--image", IMAGE, "--memory-mib", "5"], "memory"),
        (
            &["--image", IMAGE, "--random", "1x1x1"],
            "cannot be used with",
        ),
        (&["--random", "2x2"], "ROWSxINNERxCOLUMNS"),
        (&["--random", "1x1x1", "--gpus"], "--image"),
        (&["--random", "1x1x1", "--nonce", "1"], "32 hex digits"),
        (
            &["--random", "1x1x1", "--save", "c.csv"],
            "--wait is missing",
        ),
        (
            &["--left", "/no/file", "--right", "/no/file"],
            "cannot be read",
        ),
        (&["--left", "a.csv"], "--right"),
    ] {
        let said = run(arguments);
        assert!(said.contains(why), "{arguments:?}: {said}");
    }
}

#[test]
fn order_of_a_file_takes_no_other_work() {
    let refused = |arguments: &[&str]| {
        let output = ion()
            .env("ION_AGENT", NOWHERE)
            .args(["job", "run", "--order", "a.order"])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        stderr(&output)
    };
    for arguments in [
        &["0a1b2c"][..],
        &["--device", "7Xw"],
        &["--nonce", "1"],
        &["--seconds", "60"],
        &["--save-order", "b.order"],
        &["--left", "a.csv", "--right", "b.csv"],
        &["--random", "1x1x1"],
        &["--random", "1x1x1", "--seed", "3"],
        &["--image", IMAGE],
        &["--cpu-millis", "500"],
        &["--memory-mib", "64"],
        &["--gpus"],
        &["--network"],
        &["--", "echo"],
    ] {
        let said = refused(arguments);
        assert!(
            said.contains("cannot be used with"),
            "{arguments:?}: {said}"
        );
    }
    // What remains is a matter of the call, not of the order: the file is looked for.
    assert!(refused(&["--wait"]).contains("is no order"));
}
