//! `ion job` against a running agent on loopback: orders, results, refusals.

mod bench;
#[path = "../call/mod.rs"]
mod call;
mod flags;

use std::fs;

use ion_economics::booking::LineStatus;
use ion_evidence::JobRecord;
use ion_protocol::{
    Envelope, JobOrder, JobOutcome, JobOutput, JobResult, JobState, Realm, SignedJobResult,
};
use ion_services::agent::DeviceKey;
use serde_json::{Value, json};

use bench::{BOOKING, Bench, DEVICE, GENESIS, START, serve};
use call::{stderr, stdout};

const IMAGE: &str =
    "example/image@sha256:abababababababababababababababababababababababababababababababab";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn product_is_ordered_kept_checked_saved_and_worked_once() {
    let bench = Bench::start(false).await;
    let booking = BOOKING.to_string();
    let left = bench.file("a.csv", "1,2\n3,4\n-32768,5\n");
    let right = bench.file("b.csv", "7,-1\n10,32767\n");
    let nonce = "00112233445566778899aabbccddeeff";
    let order = [
        "run",
        &booking,
        "--left",
        &left,
        "--right",
        &right,
        "--nonce",
        nonce,
        "--save-order",
        "my.order",
    ];
    let dry = bench.good(&[&order[..], &["--dry-run"]].concat());
    assert_eq!(dry["state"], "not sent");
    assert!(!bench.path("my.order").exists());

    let finish = [
        "--wait",
        "--every",
        "10",
        "--save",
        "c.csv",
        "--save-signed",
        "c.signed",
    ];
    let done = bench.good(&[&order[..], &finish].concat());
    assert_eq!(done["outcome"], "completed");
    assert_eq!(done["order"], dry["order"]);
    assert_eq!(done["product_is_right"], true);
    let product = "27,65533\n61,131065\n-229326,196603\n";
    assert_eq!(fs::read_to_string(bench.path("c.csv")).unwrap(), product);

    // Both files prove it to anybody: the renter's order, the device's result.
    let kept = fs::read(bench.path("my.order")).unwrap();
    let kept: JobOrder = borsh::from_slice::<Envelope>(&kept)
        .unwrap()
        .message()
        .unwrap();
    assert_eq!(kept.nonce.to_vec(), hex::decode(nonce).unwrap());
    let signed = fs::read(bench.path("c.signed")).unwrap();
    let signed: SignedJobResult = borsh::from_slice(&signed).unwrap();
    assert!(signed.is_signed() && signed.result.order == kept.id());

    // A verifier that is given both comes to the same finding.
    let realm = Realm {
        genesis_hash: GENESIS,
        program_id: booking::ID.to_bytes(),
    };
    let verifier = serve(move |body| {
        let record: JobRecord = borsh::from_slice(body).unwrap();
        let (_, finding) = record.check(&realm).unwrap();
        borsh::to_vec(&finding).unwrap()
    });
    let report = |order: &'static str| {
        let files = ["report", order, "--result", "c.signed"];
        [&files[..], &["--verifier", &verifier]].concat()
    };
    let told = bench.good(&report("my.order"));
    assert_eq!(
        (&told["finding"], &told["stored_as_evidence"]),
        (&json!("right"), &json!(false))
    );

    // Again, by the same flags and by the file: the same job, which has ended.
    assert_eq!(bench.good(&order)["state"], "completed");
    let again = bench.good(&["run", "--order", "my.order"]);
    assert_eq!(
        (&again["state"], &again["order"]),
        (&json!("completed"), &done["order"])
    );
    let status = bench.good(&["status", "my.order"]);
    assert_eq!(status["state"], "completed");
    assert_eq!(status["work"], "product of 3x2 and 2x2");
    let id = done["order"].as_str().unwrap();
    let device = DEVICE.to_string();
    let result = bench.good(&["result", id, "--device", &device]);
    assert_eq!(
        (&result["entries"], &result["product_is_right"]),
        (&json!(6), &Value::Null)
    );
    let (_, said) = bench.bad("renter.json", &["result", id], 2);
    assert!(said.contains("--device is missing"), "{said}");

    // Another nonce is another job; drawn factors follow from their seed.
    let drawn = [
        "run", &booking, "--random", "9x5x7", "--seed", "3", "--wait", "--every", "10",
    ];
    let first = bench.good(&drawn);
    assert_eq!(
        (&first["product_is_right"], &first["entries"]),
        (&json!(true), &json!(63))
    );
    assert_ne!(bench.good(&drawn)["order"], first["order"]);
    let other = format!("job-{}.order", &first["order"].as_str().unwrap()[..16]);
    let report = [
        "report",
        &other,
        "--result",
        "c.signed",
        "--verifier",
        &verifier,
    ];
    let (_, said) = bench.bad("renter.json", &report, 2);
    assert!(said.contains("of another order"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn containers_are_run_and_their_failure_is_exit_code_4() {
    let bench = Bench::start(true).await;
    let booking = BOOKING.to_string();
    let run = |word: &str| {
        [
            "run", &booking, "--image", IMAGE, "--wait", "--every", "10", "--save", "out", "--",
            word,
        ]
        .map(str::to_owned)
    };
    let words = run("go");
    let good = bench.good(&words.each_ref().map(String::as_str));
    assert_eq!(
        (&good["exit_code"], &good["stdout"]),
        (&json!("0"), &json!("hello\n"))
    );
    assert_eq!(fs::read_to_string(bench.path("out")).unwrap(), "hello\n");

    let words = run("fail");
    let (failed, said) = bench.bad("renter.json", &words.each_ref().map(String::as_str), 4);
    assert_eq!(
        (&failed["exit_code"], &failed["stderr"]),
        (&json!("3"), &json!("broken\n"))
    );
    assert!(said.contains("the job did not complete"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_have_their_reason_and_their_advice() {
    let bench = Bench::start(false).await;
    let booking = BOOKING.to_string();
    let small = [
        "run",
        &booking,
        "--random",
        "1x1x1",
        "--save-order",
        "small.order",
    ];
    let cases: [(&str, Vec<&str>, &str, &str); 5] = [
        (
            "stranger.json",
            small.to_vec(),
            "(not_hired)",
            "-k with the renter's key",
        ),
        (
            "renter.json",
            vec!["run", &booking, "--image", IMAGE],
            "(no_engine)",
            "docker or podman",
        ),
        (
            "renter.json",
            vec!["run", &booking, "--random", "1x1x1", "--seconds", "3601"],
            "(order_refused)",
            "the limits are the supplier's",
        ),
        (
            "renter.json",
            vec!["run", &booking, "--random", "64x64x64"],
            "(body_too_large)",
            "smaller factors",
        ),
        (
            "renter.json",
            vec!["status", "small.order"],
            "(unknown_order)",
            "--order FILE",
        ),
    ];
    for (wallet, arguments, code, advice) in cases {
        let (shown, said) = bench.bad(wallet, &arguments, 4);
        assert!(said.contains(code) && said.contains(advice), "{said}");
        assert_eq!(shown["error"]["exit_code"], 4);
    }
    // The kept order of the stranger is sent by the renter: the same order, now taken.
    bench.good(&["run", "--order", "small.order"]);
    let waited = bench.good(&["wait", "small.order", "--every", "10"]);
    assert_eq!(waited["product_is_right"], true);

    let again = ["run", "--order", "small.order"];
    let nobody = bench.call_at(call::NOWHERE, "renter.json", &again);
    assert_eq!(nobody.status.code(), Some(3), "{}", stderr(&nobody));
    let said = stderr(&nobody);
    assert!(
        said.contains("does not answer") && said.contains("run --order"),
        "{said}"
    );

    bench.chain.with(|chain| {
        let booking = chain.bookings.get_mut(&BOOKING).unwrap();
        booking.lines[0].status = LineStatus::Failed as u8;
    });
    let (_, said) = bench.bad("renter.json", &["run", &booking, "--random", "1x1x1"], 4);
    assert!(said.contains("holds no device"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_products_foreign_signatures_and_other_orders_are_told() {
    let bench = Bench::start(false).await;
    let booking = BOOKING.to_string();
    bench.good(&[
        "run",
        &booking,
        "--random",
        "2x2x2",
        "--save-order",
        "a.order",
    ]);
    let kept = fs::read(bench.path("a.order")).unwrap();
    let kept: JobOrder = borsh::from_slice::<Envelope>(&kept)
        .unwrap()
        .message()
        .unwrap();
    let device = DeviceKey::load_or_make(&bench.path("key.json")).unwrap();
    let stranger = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let result = |order: [u8; 32]| JobResult {
        order,
        outcome: JobOutcome::Completed,
        started_at: START,
        ended_at: START,
        output: JobOutput::Product(vec![1, 2, 3, 4]),
    };
    let wrong = SignedJobResult::new(device.signing_key(), result(kept.id()));
    let mut changed = wrong.clone();
    changed.result.output = JobOutput::Product(vec![1, 2, 3, 5]);
    let mut hollow = wrong.result.clone();
    hollow.output = JobOutput::Container {
        exit_code: Some(0),
        stdout: b"all done".to_vec(),
        stderr: vec![],
        is_cut: false,
    };
    let mut late = wrong.result.clone();
    late.outcome = JobOutcome::TimedOut;
    late.output = JobOutput::Nothing;
    let by_device = |result| SignedJobResult::new(device.signing_key(), result);
    let cases = [
        (wrong, "Freivalds' test fails", true),
        (by_device(hollow), "there is no product", true),
        (by_device(late), "the job did not complete", false),
        (changed, "did not sign it", false),
        (
            SignedJobResult::new(&stranger, result(kept.id())),
            "the device's key is",
            false,
        ),
        (
            SignedJobResult::new(device.signing_key(), result([7; 32])),
            "it is of order 0707",
            false,
        ),
    ];
    // A result that came before, which none of them may spoil.
    let before = bench.file("c.csv", "1,2\n3,4\n");
    let save = ["result", "a.order", "--save", &before];
    for (signed, why, is_shown) in cases {
        let state = borsh::to_vec(&JobState::Ended(Box::new(signed))).unwrap();
        let liar = serve(move |_| state.clone());
        let output = bench.call_at(&liar, "renter.json", &save);
        assert_eq!(output.status.code(), Some(4), "{why}");
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
        let shown: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(
            shown["product_is_right"] == json!(false),
            is_shown,
            "{shown}"
        );
        assert_eq!(shown["saved_to"], Value::Null);
        assert_eq!(fs::read_to_string(&before).unwrap(), "1,2\n3,4\n");
    }
    // As signed it is kept, to be handed over.
    let signed = by_device(result(kept.id()));
    let state = borsh::to_vec(&JobState::Ended(Box::new(signed.clone()))).unwrap();
    let liar = serve(move |_| state.clone());
    let keep = ["result", "a.order", "--save-signed", "c.signed"];
    let output = bench.call_at(&liar, "renter.json", &keep);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let bytes = fs::read(bench.path("c.signed")).unwrap();
    assert_eq!(
        borsh::from_slice::<SignedJobResult>(&bytes).unwrap(),
        signed
    );
    // A reply without an end is not taken.
    let endless = serve(|_| vec![0; 1 << 20]);
    let output = bench.call_at(&endless, "renter.json", &["result", "a.order"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("is above"), "{}", stderr(&output));
}
