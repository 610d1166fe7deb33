//! What a day owed for availability, from the observation files of its hours.

use std::collections::BTreeMap;

use ion_economics::reward::eligibility::Limits;
use ion_merkle::{epoch::report_seq, report::ReportKind};
use ion_report::{ClassTerms, CountedDevice, DayBuilder, DayReport, DayTerms, EpochBundle, named};
use serde_json::Value;
use solana_pubkey::Pubkey;
use sqlx::Row;

use super::{DROPPED, Evidence, NO_STORE, given};
use crate::{
    check::{
        CheckError, Checker, Compared, Due, Outcome, RowValues,
        params::{ParamHistory, number},
        shortened,
    },
    project::Field,
};

/// Seconds of an hour and of a day.
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

impl Checker {
    pub(in crate::check) async fn epoch_report(&self, due: &Due) -> Result<Outcome, CheckError> {
        let day: u64 = due.subject.parse().unwrap_or_default();
        let row = self.epoch(day).await?;
        if !["reported", "sealed"].contains(&row.get("state")) {
            return Ok(Outcome::without(DROPPED));
        }
        let Some(evidence) = &self.evidence else {
            return Ok(Outcome::without(NO_STORE));
        };
        let recorded = row.get("report_bundle");
        let bundle = match evidence.bundle(recorded, EpochBundle::decode).await? {
            Ok(bundle) => bundle,
            Err(why) => {
                return Ok(shortened(vec![Compared::new("evidence", why, recorded)]));
            }
        };
        let stored = hex::encode(bundle.hash());
        let mut figures = vec![Compared::new("evidence as stored", stored, recorded)];
        let builder = self.day_builder(day, &row).await?;
        match self
            .rebuilt(evidence, &bundle, builder, &mut figures)
            .await?
        {
            Ok(report) => {
                let payload = &report.payload;
                for (name, rebuilt, recorded) in [
                    ("evidence", hex::encode(payload.bundle), "report_bundle"),
                    (
                        "owed for availability",
                        payload.avail_usd_micros.to_string(),
                        "avail_usd_micros",
                    ),
                    ("floors", payload.floors.to_string(), "floors"),
                    ("classes", payload.class_count.to_string(), "class_count"),
                    (
                        "rows of classes",
                        hex::encode(payload.class_rows),
                        "class_rows",
                    ),
                ] {
                    figures.push(Compared::new(name, rebuilt, row.get(recorded)));
                }
            }
            Err(why) => figures.push(Compared::new("day from its files", why, "recorded")),
        }
        Ok(shortened(figures))
    }

    pub(super) async fn epoch(&self, day: u64) -> Result<RowValues, CheckError> {
        let day = i64::try_from(day).unwrap_or(i64::MAX);
        self.row("epochs", &[Field::Number(day)])
            .await?
            .ok_or(CheckError::NotYet)
    }

    /// The report that the named files give.
    async fn rebuilt(
        &self,
        evidence: &Evidence,
        bundle: &EpochBundle,
        mut builder: DayBuilder,
        figures: &mut Vec<Compared>,
    ) -> Result<Result<DayReport, String>, CheckError> {
        let params = ParamHistory::load(&self.index).await?;
        for hour in DayBuilder::hours(bundle.day) {
            let names = bundle.files_of(hour);
            let files = evidence.files(hour, names).await?;
            if files.len() != names.len() {
                let name = format!("files of hour {hour}");
                figures.push(Compared::new(name, files.len(), names.len()));
                continue;
            }
            let opens_at = i64::try_from(hour).unwrap_or(i64::MAX).saturating_mul(HOUR);
            let Ok(limits) = Limits::read(|param| params.value(param, opens_at)) else {
                return Ok(Err("limits out of range".to_owned()));
            };
            let sources = given(&files);
            let added = named(names, &sources)
                .and_then(|sources| builder.add_hour(hour, &limits, &sources));
            if let Err(error) = added {
                return Ok(Err(format!("hour {hour}: {error}")));
            }
        }
        Ok(builder.finish().map_err(|error| error.to_string()))
    }

    /// A builder with what the log says of the day.
    async fn day_builder(&self, day: u64, row: &RowValues) -> Result<DayBuilder, CheckError> {
        let voided = u8::try_from(row.number("voided_reports")).unwrap_or(u8::MAX);
        let seq = report_seq(day, voided);
        let terms = DayTerms {
            day,
            voided_reports: voided,
            limit_usd_micros: row.number("max_obligation_usd_micros"),
            classes: self.rates_of(day).await?,
            min_observations: self
                .threshold(ReportKind::EpochReport, &ide::ID, seq)
                .await?,
        };
        Ok(DayBuilder::new(terms, &self.counted(day).await?))
    }

    /// Rates of the classes on a day: of each class the set that began last.
    async fn rates_of(&self, day: u64) -> Result<BTreeMap<u16, ClassTerms>, CheckError> {
        let rows = sqlx::query("SELECT body FROM events WHERE name = $1 ORDER BY ordinal")
            .bind("ClassRatesSet")
            .fetch_all(self.index.store().pool())
            .await?;
        let mut newest: BTreeMap<u16, (i64, ClassTerms)> = BTreeMap::new();
        for row in rows {
            let text: String = row.try_get(0)?;
            let body: Value = serde_json::from_str(&text).unwrap_or_default();
            let rates = &body["new"];
            let from = number(&rates["from_day"]).unwrap_or(i64::MAX);
            let Some(class) = number(&body["class"]).and_then(|class| u16::try_from(class).ok())
            else {
                continue;
            };
            let is_in_force = i64::try_from(day).is_ok_and(|day| from <= day);
            let is_newer = newest.get(&class).is_none_or(|(known, _)| *known <= from);
            if is_in_force && is_newer {
                let amount = |name: &str| number(&rates[name]).unwrap_or_default();
                let terms = ClassTerms {
                    avail_usd_micros: u64::try_from(amount("avail_rate_usd_micros"))
                        .unwrap_or_default(),
                    max_processors: u32::try_from(amount("max_processors")).unwrap_or_default(),
                };
                newest.insert(class, (from, terms));
            }
        }
        let terms = newest
            .into_iter()
            .map(|(class, (_, terms))| (class, terms))
            .collect();
        Ok(terms)
    }

    /// Devices that were onboarded before the end of a day.
    async fn counted(&self, day: u64) -> Result<Vec<CountedDevice>, CheckError> {
        let end = i64::try_from(day)
            .unwrap_or(i64::MAX)
            .saturating_add(1)
            .saturating_mul(DAY);
        let rows = sqlx::query(
            "SELECT device, class, qty, onboarded_at FROM devices \
             WHERE onboarded_at > 0 AND onboarded_at < $1",
        )
        .bind(end)
        .fetch_all(self.index.store().pool())
        .await?;
        let mut devices = Vec::with_capacity(rows.len());
        for row in rows {
            let device: String = row.try_get(0)?;
            let Ok(device) = device.parse::<Pubkey>() else {
                continue;
            };
            devices.push(CountedDevice {
                device: device.to_bytes(),
                class: u16::try_from(row.try_get::<i64, _>(1)?).unwrap_or_default(),
                qty: u8::try_from(row.try_get::<i64, _>(2)?).unwrap_or_default(),
                onboarded_at: row.try_get(3)?,
            });
        }
        Ok(devices)
    }
}
