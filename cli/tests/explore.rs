//! `ion explore` against a port that answers as the indexer does.

mod call;

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
};

use serde_json::Value;

use call::ion;

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
