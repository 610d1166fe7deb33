//! How the databases run the lists: never by reading a whole table.

use ion_indexer::{
    Index,
    api::{ListPlan, ListQuery},
    project::Field,
    schema::{Kind, TABLES},
};
use ion_store::{Engine, Store};
use ion_test_postgres::databases;
use sqlx::Row;

/// Rows that a table has, so that a planner has a choice.
const ROWS: i64 = 20_000;

fn query(filter: Option<(&'static str, Field)>) -> ListQuery {
    ListQuery {
        before: i64::MAX,
        limit: 100,
        is_csv: false,
        filter,
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
    fill(store, format!("ANALYZE {name}")).await;
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

#[tokio::test]
async fn no_list_reads_a_whole_table_on_either_engine() {
    for database in databases().await {
        let store = &database.store;
        Index::open(store.clone()).await.unwrap();
        let engine = store.engine();
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
            let first = plan(store, ListPlan::of_table(table, &query(None), engine)).await;
            assert_indexed(engine, table.name, "all", &first);
            for name in table.filters {
                let column = table.column(name).unwrap();
                let value = match column.kind {
                    Kind::Key | Kind::Text | Kind::Hex => Field::Text("v7".to_owned()),
                    _ => Field::Number(7),
                };
                let narrowed = query(Some((column.name, value)));
                let text = plan(store, ListPlan::of_table(table, &narrowed, engine)).await;
                assert_indexed(engine, table.name, name, &text);
            }
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
        for filter in ["program", "name", "subject"] {
            let narrowed = query(Some((filter, Field::Text("v7".to_owned()))));
            let text = plan(store, ListPlan::of_events(&narrowed, engine)).await;
            assert_indexed(engine, "events", filter, &text);
        }
    }
}
