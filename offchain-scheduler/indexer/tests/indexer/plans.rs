//! How the databases run the lists: never by reading a whole table.

use ion_indexer::{
    Index,
    api::{ListPlan, ListQuery},
    project::Field,
    schema::{Kind, TABLES, Table},
};
use ion_store::{Engine, Store};
use ion_test_postgres::databases;
use sqlx::Row;

/// Rows that a table has, so that a planner has a choice.
const ROWS: i64 = 20_000;

fn query(filters: Vec<(&'static str, Field)>) -> ListQuery {
    ListQuery {
        before: i64::MAX,
        limit: 100,
        is_csv: false,
        filters,
    }
}

async fn fill(store: &Store, sql: String) {
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(store.pool())
        .await
        .unwrap();
}

/// Fills a table with rows whose filters have many values.
async fn crowd(store: &Store, name: &str, columns: &[(&str, bool, bool)]) {
    let names: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
    let values: Vec<String> = columns
        .iter()
        .map(|(_, is_text, is_key)| match (is_text, is_key) {
            (true, true) => "'k' || n".to_owned(),
            (false, true) => "n".to_owned(),
            (true, false) => "'v' || (n % 500)".to_owned(),
            (false, false) => "n % 500".to_owned(),
        })
        .collect();
    let series = match store.engine() {
        Engine::Sqlite => format!(
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS}) \
             INSERT INTO {name} ({}) SELECT {} FROM s",
            names.join(", "),
            values.join(", ")
        ),
        Engine::Postgres => format!(
            "INSERT INTO {name} ({}) SELECT {} FROM generate_series(1, {ROWS}) AS n",
            names.join(", "),
            values.join(", ")
        ),
    };
    fill(store, series).await;
}

/// The plan as text.
async fn plan(store: &Store, plan: ListPlan) -> String {
    let prefix = match store.engine() {
        Engine::Sqlite => "EXPLAIN QUERY PLAN ",
        Engine::Postgres => "EXPLAIN ",
    };
    let mut query = sqlx::query(sqlx::AssertSqlSafe(format!("{prefix}{}", plan.sql)));
    for value in plan.values {
        query = match value {
            Field::Number(number) => query.bind(number),
            Field::Text(text) => query.bind(text),
        };
    }
    let detail = match store.engine() {
        Engine::Sqlite => 3,
        Engine::Postgres => 0,
    };
    let lines: Vec<String> = query
        .fetch_all(store.pool())
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(detail))
        .collect();
    lines.join("\n")
}

/// A value that some rows of a crowd have.
fn value_of(table: &Table, name: &str) -> Field {
    match table.column(name).unwrap().kind {
        Kind::Key | Kind::Text | Kind::Hex => Field::Text("v7".to_owned()),
        _ => Field::Number(7),
    }
}

#[track_caller]
fn assert_indexed(engine: Engine, name: &str, what: &str, plan: &str) {
    match engine {
        Engine::Sqlite => {
            assert!(
                plan.contains(&format!("SEARCH {name} USING INDEX")),
                "{name} {what}:\n{plan}"
            );
            assert!(
                !plan.contains(&format!("SCAN {name}")),
                "{name} {what}:\n{plan}"
            );
            assert!(!plan.contains("TEMP B-TREE"), "{name} {what}:\n{plan}");
        }
        Engine::Postgres => {
            assert!(
                !plan.contains(&format!("Seq Scan on {name}")),
                "{name} {what}:\n{plan}"
            );
            assert!(plan.contains("Index"), "{name} {what}:\n{plan}");
        }
    }
}

/// Every choice of filters of a list, none and all of them included.
async fn assert_table(store: &Store, table: &Table) {
    let engine = store.engine();
    for chosen in 0..1_u32 << table.filters.len() {
        let filters: Vec<(&'static str, Field)> = (0..)
            .zip(table.filters)
            .filter(|(place, _)| chosen >> place & 1 == 1)
            .map(|(_, name)| (*name, value_of(table, name)))
            .collect();
        let names: Vec<&str> = filters.iter().map(|(name, _)| *name).collect();
        let what = names.join(" and ");
        let narrowed = query(filters);
        let text = plan(store, ListPlan::of_table(table, &narrowed, engine)).await;
        assert_indexed(engine, table.name, &what, &text);
    }
    for [first, second] in table.pairs {
        let pair = [first, second].map(|name| (*name, value_of(table, name)));
        let narrowed = query(pair.to_vec());
        let text = plan(store, ListPlan::of_table(table, &narrowed, engine)).await;
        assert!(
            text.contains(&format!("{}_by_{first}_and_{second}", table.name)),
            "{} {first} and {second}:\n{text}",
            table.name
        );
    }
}

/// Every choice of filters of the list of events but none, which walks the key.
async fn assert_events(store: &Store) {
    let engine = store.engine();
    let all = ["program", "name", "subject"];
    for chosen in 1..1_usize << all.len() {
        let filters: Vec<(&'static str, Field)> = (0..)
            .zip(all)
            .filter(|(place, _)| chosen >> place & 1 == 1)
            .map(|(_, name)| (name, Field::Text("v7".to_owned())))
            .collect();
        let what = format!("{filters:?}");
        let text = plan(store, ListPlan::of_events(&query(filters), engine)).await;
        assert_indexed(engine, "events", &what, &text);
    }
    for [first, second] in [["subject", "name"], ["program", "name"]] {
        let pair = [first, second].map(|name| (name, Field::Text("v7".to_owned())));
        let text = plan(store, ListPlan::of_events(&query(pair.to_vec()), engine)).await;
        assert!(
            text.contains(&format!("events_by_{first}_and_{second}")),
            "{first} and {second}:\n{text}"
        );
    }
}

#[tokio::test]
async fn no_list_reads_a_whole_table_on_either_engine() {
    for database in databases().await {
        let store = &database.store;
        Index::open(store.clone()).await.unwrap();
        for table in TABLES {
            let mut columns: Vec<(&str, bool, bool)> = table
                .keys
                .iter()
                .map(|key| (key.name, key.kind.is_text(), true))
                .collect();
            columns.extend(
                table
                    .columns
                    .iter()
                    .filter(|column| table.filters.contains(&column.name))
                    .map(|column| (column.name, column.kind.is_text(), false)),
            );
            columns.extend([
                ("ordinal", false, true),
                ("changed", false, true),
                ("changed_slot", false, true),
            ]);
            crowd(store, table.name, &columns).await;
        }
        let columns = [
            ("ordinal", false, true),
            ("slot", false, true),
            ("signature", true, true),
            ("program", true, false),
            ("name", true, false),
            ("subject", true, false),
            ("at", false, true),
            ("body", true, true),
        ];
        crowd(store, "events", &columns).await;
        // an indexer's SQLite file has no statistics, PostgreSQL keeps its own
        for is_analyzed in [false, true] {
            match (store.engine(), is_analyzed) {
                (Engine::Postgres, false) => continue,
                (_, true) => fill(store, "ANALYZE".to_owned()).await,
                (Engine::Sqlite, false) => {}
            }
            for table in TABLES {
                assert_table(store, table).await;
            }
            assert_events(store).await;
        }
    }
}
