//! `ion explore` against the indexer's own read API, and against a port that answers as it may.

mod call;
mod explore_index;

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
};

use serde_json::Value;

use call::{ion, stderr, stdout};
use explore_index::{CLASS, DEVICES, Indexer};

/// A port that gives every caller this body; its address.
fn answering(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

const PAGE: &str = r#"{"slot":77,"next":9,"rows":[{"stake":"S","offer_seq":2,"position":"P","co_staker":"C","state":"cooldown","amount_io":"5000000000","restored_io":"0","share_bps":4000,"cooldown_starts_at":null,"cooldown_ends_at":1800000000,"opened_at":1700000000,"withdrawn_io":"0","closed_at":null}]}"#;

#[test]
fn list_shows_units_and_unlock_dates_and_names_the_slot() {
    let url = answering(PAGE);
    let output = ion()
        .args([
            "explore",
            "list",
            "positions",
            "--columns",
            "state,amount_io,cooldown_ends_at",
            "--indexer",
            &url,
            "--output",
            "json",
        ])
        .output()
        .unwrap();
    assert!(output.status.success());
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&shown["slot"], &shown["next"]),
        (&Value::from(77), &Value::from(9))
    );
    let row = &shown["rows"][0];
    assert_eq!(row["state"], "cooldown");
    assert_eq!(row["amount_io"]["amount"], "5000000000");
    assert_eq!(row["cooldown_ends_at"]["utc"], "2027-01-15T08:00:00Z");
    let text = ion()
        .args(["explore", "list", "positions", "--indexer", &url])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&text.stdout).contains("50 IO"));
}

#[test]
fn open_alarm_ends_the_status_with_exit_code_4() {
    let quiet =
        answering(r#"{"slot":7,"alarms_open":0,"checks_equal":3,"checks_due":0,"version":"1"}"#);
    let alarmed =
        answering(r#"{"slot":7,"alarms_open":1,"checks_equal":3,"checks_due":0,"version":"1"}"#);
    for (url, code) in [(quiet, 0), (alarmed, 4)] {
        let output = ion()
            .args(["explore", "status", "--indexer", &url])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(String::from_utf8_lossy(&output.stdout).contains("alarms open"));
    }
}

#[test]
fn unknown_model_column_and_silent_indexer_are_told_apart() {
    let cases: [(&[&str], i32); 4] = [
        (
            &["explore", "list", "luck", "--indexer", "http://127.0.0.1:9"],
            2,
        ),
        (
            &[
                "explore",
                "list",
                "offers",
                "--columns",
                "luck",
                "--indexer",
                "http://127.0.0.1:9",
            ],
            2,
        ),
        (
            &[
                "explore",
                "show",
                "lines",
                "one-key",
                "--indexer",
                "http://127.0.0.1:9",
            ],
            2,
        ),
        (&["explore", "totals", "--indexer", "http://127.0.0.1:9"], 3),
    ];
    for (arguments, code) in cases {
        let output = ion().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
    let models = ion()
        .args(["explore", "models", "--output", "json"])
        .output()
        .unwrap();
    let models: Value = serde_json::from_slice(&models.stdout).unwrap();
    assert!(models["models"].as_array().unwrap().len() > 20);
}

/// The JSON that a successful command prints.
fn json(indexer: &Indexer, arguments: &[&str]) -> Value {
    let output = ion()
        .arg("explore")
        .args(arguments)
        .args(["--indexer", &indexer.url, "--output", "json"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        stderr(&output)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn pages_and_filters_of_the_indexer_give_every_row_once() {
    let indexer = Indexer::start();
    let mut seen = Vec::new();
    let mut before: Option<String> = None;
    loop {
        let mut arguments = vec!["list", "devices", "--limit", "3", "--columns", "device,qty"];
        if let Some(before) = &before {
            arguments.extend(["--before", before]);
        }
        let page = json(&indexer, &arguments);
        assert_eq!(page["slot"], indexer.slot);
        let rows = page["rows"].as_array().unwrap();
        seen.extend(
            rows.iter()
                .map(|row| row["device"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_u64() {
            Some(next) => before = Some(next.to_string()),
            None => break,
        }
    }
    let mut wanted = indexer.devices.clone();
    wanted.reverse();
    assert_eq!(seen, wanted);

    let owner = format!("owner={}", indexer.owners[0]);
    let class = format!("class={CLASS}");
    let all = ["list", "devices", "--where", &owner];
    let both = ["list", "devices", "--where", &owner, "--where", &class];
    let three = [&both[..], &["--where", "status=up"]].concat();
    let count = |arguments: &[&str]| json(&indexer, arguments)["rows"].as_array().unwrap().len();
    assert_eq!(count(&all), DEVICES / 2);
    assert_eq!(count(&both), DEVICES / 4);
    assert_eq!(count(&three), 0);
}

#[test]
fn text_shows_rows_totals_and_the_slot_as_people_read_them() {
    let indexer = Indexer::start();
    let text = |arguments: &[&str]| {
        let output = ion()
            .arg("explore")
            .args(arguments)
            .args(["--indexer", &indexer.url])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    let list = text(&[
        "list",
        "devices",
        "--columns",
        "device,status,ask_usd_micros",
    ]);
    assert!(list.contains(&indexer.devices[0]), "{list}");
    assert!(list.contains("pending") && list.contains("1.25"), "{list}");
    assert!(list.contains(&indexer.slot.to_string()), "{list}");
    let row = text(&["show", "devices", &indexer.devices[1]]);
    assert!(row.contains(&indexer.owners[1]), "{row}");
    let totals = text(&["totals"]);
    assert!(totals.contains("processor_minutes_remaining"), "{totals}");
    assert!(text(&["status"]).contains("checks due"));
    let csv = ion()
        .args([
            "explore",
            "list",
            "devices",
            "--all-columns",
            "--output",
            "csv",
        ])
        .args(["--indexer", &indexer.url])
        .output()
        .unwrap();
    assert_eq!(
        stdout(&csv).lines().count(),
        DEVICES + 1,
        "{}",
        stdout(&csv)
    );
}

#[test]
fn refusals_of_the_indexer_are_told_with_their_reason() {
    let indexer = Indexer::start();
    for (arguments, reason) in [
        (
            &["show", "devices", "11111111111111111111111111111111"][..],
            "no such row",
        ),
        (
            &["list", "devices", "--where", "luck=1"],
            "no such parameter",
        ),
        (
            &["list", "devices", "--where", "status=sideways"],
            "one of pending, up",
        ),
        (
            &[
                "list", "devices", "--where", "class=1", "--where", "class=2",
            ],
            "given twice",
        ),
    ] {
        let output = ion()
            .arg("explore")
            .args(arguments)
            .args(["--indexer", &indexer.url])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(4), "{arguments:?}");
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
    let output = ion()
        .args(["explore", "list", "devices", "--where", "status"])
        .args(["--indexer", &indexer.url])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
