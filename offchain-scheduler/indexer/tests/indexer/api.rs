//! The read API over an indexed day, as its readers see it.

use std::time::Duration;

use ion_indexer::{
    Index,
    api::{self, Api},
    schema::TABLES,
};
use ion_runtime::{health::Health, metrics::Metrics, shutdown};
use ion_store::{Engine, Store};
use ion_test_postgres::{Database, databases};
use serde_json::Value;

use crate::{day::indexed, script::day};

/// How long the database may need for an answer that is not about its time.
const DEADLINE: Duration = Duration::from_secs(60);

struct Served {
    url: String,
    index: Index,
    _trigger: shutdown::ShutdownTrigger,
    _database: Database,
}

async fn served(database: Database, is_filled: bool) -> Served {
    let index = Index::open(database.store.clone()).await.unwrap();
    if is_filled {
        let day = tokio::task::spawn_blocking(day).await.unwrap();
        let node = indexed(&index, day).await;
        crate::day::check(&index, node, &Metrics::default()).await;
    }
    let (url, trigger) = serve(index.clone()).await;
    Served {
        url,
        index,
        _trigger: trigger,
        _database: database,
    }
}

/// The read API of an index on a port of this machine, until the trigger is dropped.
pub async fn serve(index: Index) -> (String, shutdown::ShutdownTrigger) {
    serve_limited(index, DEADLINE).await
}

/// The same, with a limit to the time that the database spends on an answer.
async fn serve_limited(index: Index, limit: Duration) -> (String, shutdown::ShutdownTrigger) {
    let (trigger, token) = shutdown::channel();
    let api = Api::new(index, Metrics::default(), 2, token).limited_to(limit);
    let listener = api::listen("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = api::router(api, Health::default());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, trigger)
}

impl Served {
    async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("{}{path}", self.url)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn json(&self, path: &str) -> Value {
        let (status, text) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_path_of_the_document_answers_in_its_shape_on_both_engines() {
    for database in databases().await {
        let served = served(database, true).await;
        let document = served.json("/openapi.json").await;
        let cursor = served.index.cursor().await.unwrap();
        for table in TABLES {
            let page = served.json(&format!("/v1/{}?limit=2", table.name)).await;
            assert_eq!(page["slot"], cursor, "{}", table.name);
            let rows = page["rows"].as_array().unwrap();
            let schema = &document["components"]["schemas"][table.name];
            for row in rows {
                for (name, property) in schema["properties"].as_object().unwrap() {
                    assert_type(&property["type"], &row[name], name);
                }
                assert_eq!(
                    row.as_object().unwrap().len(),
                    schema["required"].as_array().unwrap().len()
                );
                let keys: Vec<String> = table
                    .keys
                    .iter()
                    .map(|key| match &row[key.name] {
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    })
                    .collect();
                let path = format!("/v1/{}/{}", table.name, keys.join("/"));
                assert_eq!(served.json(&path).await["row"], *row);
            }
            let path = format!("/v1/{}?limit=2&format=csv", table.name);
            let (status, text) = served.get(&path).await;
            assert_eq!((status, text.lines().count()), (200, rows.len() + 1));
        }
        for path in ["/v1/status", "/healthz"] {
            served.json(path).await;
        }
        let estimates = served.json("/v1/estimates").await;
        assert_eq!(estimates["slot"], cursor);
        let open = estimates["rows"].as_array().unwrap();
        assert_eq!(open.len(), 1);
        // completed blocks are there, so the offer of a device that is up has a figure
        assert!(open[0]["estimate_io_per_block"].is_string(), "{estimates}");
        let totals = served.json("/v1/totals").await;
        assert_eq!(totals["totals"]["devices"], 4);
        assert_eq!(totals["totals"]["alarms_open"], 0);
        let known = document["components"]["schemas"]["totals"]["properties"].clone();
        for (name, property) in known.as_object().unwrap() {
            assert_type(&property["type"], &totals["totals"][name], name);
        }
        let (status, metrics) = served.get("/metrics").await;
        assert_eq!(status, 200);
        assert!(metrics.contains("indexer_requests_total{kind=\"list\",result=\"ok\"}"));
        let (status, _) = served.get("/v1/devices/nobody").await;
        assert_eq!(status, 404);
        let (status, _) = served.get("/v1/devices?luck=1").await;
        assert_eq!(status, 400);
    }
}

#[track_caller]
fn assert_type(wanted: &Value, found: &Value, name: &str) {
    let is_one = |kind: &Value| match kind.as_str() {
        Some("integer") => found.is_i64() || found.is_u64(),
        Some("string") => found.is_string(),
        Some("boolean") => found.is_boolean(),
        Some("null") => found.is_null(),
        _ => false,
    };
    let is_fine = match wanted {
        Value::Array(kinds) => kinds.iter().any(is_one),
        kind => is_one(kind),
    };
    assert!(is_fine, "{name}: {found} is not {wanted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_give_every_row_once_and_filters_narrow_them() {
    for database in databases().await {
        let served = served(database, true).await;
        let whole = served.json("/v1/events?limit=1000").await;
        let all = whole["rows"].as_array().unwrap();
        let mut paged = Vec::new();
        let mut path = "/v1/events?limit=37".to_owned();
        loop {
            let page = served.json(&path).await;
            paged.extend(page["rows"].as_array().unwrap().clone());
            match page["next"].as_i64() {
                Some(next) => path = format!("/v1/events?limit=37&before={next}"),
                None => break,
            }
        }
        assert_eq!(paged.len(), all.len());
        assert_eq!(&paged, all);
        let paid = served.json("/v1/events?name=BookingPaid").await;
        let counted = all.iter().filter(|event| event["name"] == "BookingPaid");
        assert_eq!(paid["rows"].as_array().unwrap().len(), counted.count());
        let closing = served.json("/v1/bookings?status=settling").await;
        for booking in closing["rows"].as_array().unwrap() {
            assert_eq!(booking["status"], "settling");
        }
        let devices = served.json("/v1/devices").await;
        let owner = devices["rows"][0]["owner"].as_str().unwrap();
        let status = devices["rows"][0]["status"].as_str().unwrap();
        for path in [
            format!("/v1/devices?owner={owner}&status={status}"),
            format!("/v1/devices?status={status}&class=5&owner={owner}"),
        ] {
            let both = served.json(&path).await;
            let wanted = devices["rows"].as_array().unwrap().iter().filter(|row| {
                row["owner"] == owner
                    && row["status"] == status
                    && (!path.contains("class") || row["class"] == 5)
            });
            assert!(wanted.eq(both["rows"].as_array().unwrap()), "{path}");
        }
        let positions = served.json("/v1/positions").await;
        let position = &positions["rows"][0];
        assert!(position["cooldown_ends_at"].is_i64(), "{position}");
        assert!(position["amount_io"].is_string(), "{position}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_rows_come_as_they_are_written_and_go_on_where_they_broke_off() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    for database in databases().await {
        let served = served(database, false).await;
        let client = reqwest::Client::new();
        let url = format!("{}/v1/live?after=0&program=booking", served.url);
        let mut stream = client.get(&url).send().await.unwrap();
        indexed(&served.index, day).await;
        let mut text = String::new();
        while !text.contains("event: BookingPaid") {
            let chunk = tokio::time::timeout(Duration::from_secs(60), stream.chunk())
                .await
                .expect("rows come")
                .unwrap()
                .unwrap();
            text.push_str(&String::from_utf8_lossy(&chunk));
        }
        assert!(!text.contains("\"program\":\"staking\""));
        let first: i64 = text
            .lines()
            .find_map(|line| line.strip_prefix("id: "))
            .unwrap()
            .parse()
            .unwrap();
        let mut later = client
            .get(&url)
            .header("last-event-id", first.to_string())
            .send()
            .await
            .unwrap();
        let chunk = later.chunk().await.unwrap().unwrap();
        let chunk = String::from_utf8_lossy(&chunk);
        assert!(chunk.starts_with("id: "), "{chunk}");
        assert!(!chunk.contains(&format!("id: {first}\n")));
        // two readers are there; a third is refused
        assert_eq!(client.get(&url).send().await.unwrap().status(), 503);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn remaining_minutes_are_those_that_are_paid_and_still_to_come() {
    for database in databases().await {
        let served = served(database, false).await;
        let now = 1_800_000_000_i64;
        let run = async |sql: String| {
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .execute(served.index.store().pool())
                .await
                .unwrap();
        };
        run(format!(
            "INSERT INTO transactions (slot, place, signature, block_time, entry, raw) \
             VALUES (7, 0, 's', {now}, 1, '')"
        ))
        .await;
        // status, minutes, end, and the processors of each line with its state
        type Bought<'a> = (i64, i64, i64, &'a [(i64, i64)]);
        let bookings: [Bought<'_>; 7] = [
            (1, 1_000, 0, &[(8, 0)]),                      // not paid in full
            (2, 100, 0, &[(2, 0), (1, 0)]),                // 300
            (3, 60, 0, &[(1, 0)]),                         // 60
            (4, 500, now + 659, &[(4, 1), (2, 4)]),        // ten whole minutes of four: 40
            (4, 500, now + 60, &[(1, 3), (1, 1), (8, 5)]), // of the one that took over: 1
            (4, 500, now - 1, &[(3, 1)]),                  // over
            (7, 900, now + 9_000, &[(5, 5)]),              // settled
        ];
        for (number, (status, minutes, ends_at, lines)) in (1..).zip(bookings) {
            run(format!(
                "INSERT INTO bookings (booking, status, minutes, ends_at, ordinal, changed, changed_slot) \
                 VALUES ('b{number}', {status}, {minutes}, {ends_at}, {number}, 1, 1)"
            ))
            .await;
            for (line, (qty, state)) in (0..).zip(lines) {
                run(format!(
                    "INSERT INTO lines (booking, line, qty, fault, ordinal, changed, changed_slot) \
                     VALUES ('b{number}', {line}, {qty}, {state}, {}, 1, 1)",
                    number * 10 + line
                ))
                .await;
            }
        }
        let totals = served.json("/v1/totals").await;
        assert_eq!(totals["totals"]["processor_minutes_remaining"], 401);
    }
}

/// Devices of two owners, each hired by a booking of its own: no device fits an owner with the booking
/// of the other, whichever index is walked.
async fn two_halves(store: &Store) {
    const ROWS: i64 = 10_000;
    let columns = "(device, owner, hired_by, ordinal, changed, changed_slot)";
    let values = "'d' || n, 'owner' || (n % 2), 'hired' || (n % 2), n, n, n";
    let sql = match store.engine() {
        Engine::Sqlite => format!(
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS}) \
             INSERT INTO devices {columns} SELECT {values} FROM s"
        ),
        Engine::Postgres => {
            format!(
                "INSERT INTO devices {columns} SELECT {values} FROM generate_series(1, {ROWS}) AS n"
            )
        }
    };
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(store.pool())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_that_takes_too_long_is_given_up_by_the_database_and_says_what_has_an_index() {
    let path = "/v1/devices?owner=owner0&hired_by=hired1";
    for database in databases().await {
        let index = Index::open(database.store.clone()).await.unwrap();
        two_halves(&database.store).await;
        let mut held = database.store.begin().await.unwrap();
        if database.store.engine() == Engine::Postgres {
            // a statement that waits is one that takes its time, on any machine
            sqlx::query("LOCK TABLE devices IN ACCESS EXCLUSIVE MODE")
                .execute(&mut *held)
                .await
                .unwrap();
        }
        let (url, _trigger) = serve_limited(index.clone(), Duration::from_nanos(1)).await;
        // more often than there are connections: each can be used again
        for _ in 0..20 {
            let answer = reqwest::get(format!("{url}{path}")).await.unwrap();
            assert_eq!(answer.status().as_u16(), 503);
            let body: Value = answer.json().await.unwrap();
            assert_eq!(body["error"], "too_slow");
            let message = body["message"].as_str().unwrap();
            for hint in ["hired_by", "owner with class"] {
                assert!(message.contains(hint), "{message}");
            }
        }
        held.rollback().await.unwrap();
        let (url, _trigger) = serve(index).await;
        let answer = reqwest::get(format!("{url}{path}")).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["rows"], serde_json::json!([]));
    }
}
