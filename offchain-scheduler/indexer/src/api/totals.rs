//! The network in figures (economics §9.3).

use std::time::{Duration, Instant};

use axum::response::Response;
use ion_store::Engine;
use tokio::sync::Mutex;

use super::{Api, ApiError, list::json, readers::Cells};

/// How long an answer is given again.
const FRESH: Duration = Duration::from_secs(5);

/// The last answer and when it was made.
pub(super) type Cache = Mutex<Option<(Instant, String)>>;

/// Processor-minutes that are paid for and still to come: of bookings that wait for their start all
/// that was bought, of running ones what is left until their end, at the time of the last transaction;
/// lines that failed or were replaced count no more.
const REMAINING: &str = "(SELECT CAST(COALESCE(SUM(l.qty * CASE b.status WHEN 4 THEN (b.ends_at - c.now) / 60 \
     ELSE b.minutes END), 0) AS BIGINT) \
     FROM (SELECT COALESCE((SELECT block_time FROM transactions ORDER BY slot DESC, place DESC LIMIT 1), 0) AS now) c \
     JOIN bookings b ON b.status IN (2, 3) OR (b.status = 4 AND b.ends_at > c.now) \
     JOIN lines l ON l.booking = b.booking AND l.fault < 3)";

/// Name and SQL of each figure; amounts are strings of base units.
const FIGURES: &[(&str, &str)] = &[
    ("devices", "(SELECT COUNT(*) FROM devices)"),
    (
        "devices_up",
        "(SELECT COUNT(*) FROM devices WHERE status = 1)",
    ),
    (
        "devices_hired",
        "(SELECT COUNT(*) FROM devices WHERE hired_by <> '')",
    ),
    (
        "processors",
        "(SELECT CAST(COALESCE(SUM(qty), 0) AS BIGINT) FROM devices)",
    ),
    (
        "processors_fully_staked",
        "(SELECT CAST(COALESCE(SUM(d.qty), 0) AS BIGINT) FROM stakes s JOIN devices d ON d.device = s.device \
         WHERE s.eligible_io > 0 AND s.underfunded_since = 0)",
    ),
    (
        "stake_net_io",
        "CAST((SELECT COALESCE(SUM(active_io), 0) FROM stakes) + \
         (SELECT COALESCE(SUM(amount_io), 0) FROM positions WHERE state IN (1, 2)) AS TEXT)",
    ),
    (
        "stake_gross_io",
        "CAST((SELECT COALESCE(SUM(active_io + cooling_io + restored_io + positions_restored_io), 0) FROM stakes) + \
         (SELECT COALESCE(SUM(amount_io), 0) FROM positions WHERE state > 0) AS TEXT)",
    ),
    (
        "stake_cooling_io",
        "CAST((SELECT COALESCE(SUM(cooling_io), 0) FROM stakes) + \
         (SELECT COALESCE(SUM(amount_io), 0) FROM positions WHERE state = 3) AS TEXT)",
    ),
    (
        "co_staked_net_io",
        "CAST((SELECT COALESCE(SUM(amount_io), 0) FROM positions WHERE state = 1) AS TEXT)",
    ),
    (
        "offers_open",
        "(SELECT COUNT(*) FROM offers WHERE state = 'open')",
    ),
    (
        "cases_unfinished",
        "(SELECT COUNT(*) FROM cases WHERE is_finished = 0)",
    ),
    ("blocks", "(SELECT COUNT(*) FROM blocks)"),
    (
        "device_rows",
        "(SELECT CAST(COALESCE(SUM(device_rows), 0) AS BIGINT) FROM days)",
    ),
    (
        "released_io",
        "CAST((SELECT COALESCE(SUM(released_io), 0) FROM days) AS TEXT)",
    ),
    (
        "allocated_io",
        "CAST((SELECT COALESCE(SUM(allocated_io), 0) FROM days) AS TEXT)",
    ),
    (
        "claimed_io",
        "CAST((SELECT COALESCE(SUM(claimed_io), 0) FROM days) AS TEXT)",
    ),
    (
        "burned_io",
        "CAST((SELECT COALESCE(SUM(burned_io), 0) FROM days) AS TEXT)",
    ),
    (
        "repurchased_io",
        "CAST((SELECT COALESCE(SUM(repurchased_io), 0) FROM days) AS TEXT)",
    ),
    ("bookings", "(SELECT COUNT(*) FROM bookings)"),
    (
        "bookings_running",
        "(SELECT COUNT(*) FROM bookings WHERE status = 4)",
    ),
    (
        "processor_minutes_served",
        "(SELECT CAST(COALESCE(SUM(processor_minutes), 0) AS BIGINT) FROM days)",
    ),
    ("processor_minutes_remaining", REMAINING),
    (
        "tne_estimated_io",
        "CAST((SELECT COALESCE(SUM(estimated_io + adjusted_estimated_io), 0) FROM days) AS TEXT)",
    ),
    (
        "tne_settled_io",
        "CAST((SELECT COALESCE(SUM(settled_io + adjusted_settled_io), 0) FROM days) AS TEXT)",
    ),
    (
        "alarms_open",
        "(SELECT COUNT(*) FROM alarms WHERE is_open = 1)",
    ),
    (
        "checks_due",
        "(SELECT COUNT(*) FROM checks WHERE is_due = 1)",
    ),
];

/// Names of the figures.
pub(super) fn names() -> impl Iterator<Item = (&'static str, bool)> {
    FIGURES
        .iter()
        .map(|(name, sql)| (*name, sql.starts_with("CAST")))
}

/// `GET /v1/totals`.
pub(super) async fn totals(api: &Api) -> Result<Response, ApiError> {
    let mut cached = api.totals.lock().await;
    if let Some((made, body)) = cached.as_ref()
        && made.elapsed() < FRESH
    {
        return Ok(json(body.clone()));
    }
    let object = match api.engine() {
        Engine::Sqlite => "json_object",
        Engine::Postgres => "json_build_object",
    };
    let fields: Vec<String> = FIGURES
        .iter()
        .map(|(name, sql)| format!("'{name}', {sql}"))
        .collect();
    let sql = format!(
        "SELECT (SELECT slot FROM progress WHERE id = 1), CAST({object}({}) AS TEXT)",
        fields.join(", ")
    );
    let (slot, figures) = api
        .figures
        .one(sql, Vec::new(), |row| Ok((row.number(0)?, row.text(1)?)))
        .await?;
    let body = format!("{{\"slot\":{slot},\"totals\":{figures}}}");
    *cached = Some((Instant::now(), body.clone()));
    Ok(json(body))
}

/// `GET /v1/status`.
pub(super) async fn status(api: &Api) -> Result<Response, ApiError> {
    let sql = "SELECT slot, entries, (SELECT COUNT(*) FROM alarms WHERE is_open = 1), \
         (SELECT COUNT(*) FROM checks WHERE is_due = 1), \
         (SELECT COUNT(*) FROM checks WHERE is_due = 0 AND is_equal = 1) FROM progress WHERE id = 1";
    let numbers = |row: &dyn Cells| {
        Ok([
            row.number(0)?,
            row.number(1)?,
            row.number(2)?,
            row.number(3)?,
            row.number(4)?,
        ])
    };
    let [slot, entries, alarms_open, checks_due, checks_equal] =
        api.readers.one(sql.to_owned(), Vec::new(), numbers).await?;
    Ok(json(
        serde_json::json!({
            "slot": slot,
            "entries": entries,
            "alarms_open": alarms_open,
            "checks_due": checks_due,
            "checks_equal": checks_equal,
            "version": env!("CARGO_PKG_VERSION"),
        })
        .to_string(),
    ))
}
