//! A payout root from the sealed days since the root before (economics §10.5).

use ion_client::addresses;
use ion_report::{
    EpochBundle, Hire, PayoutBundle, PayoutReport, ReportError, SealedDay, SealedTotals,
};
use serde_json::Value;
use solana_pubkey::Pubkey;
use sqlx::Row;

use super::{DROPPED, Evidence, NO_STORE};
use crate::check::{
    CheckError, Checker, Compared, Due, Outcome, RowValues, params::number, shortened,
};

const TREE: &str = "payouts";

/// A sealed day with what its division needs.
struct PaidDay {
    totals: SealedTotals,
    report: EpochBundle,
    hire: Hire,
}

impl Checker {
    pub(in crate::check) async fn payout_root(&self, due: &Due) -> Result<Outcome, CheckError> {
        let seq: i64 = due.subject.parse().unwrap_or_default();
        let row = self.root(TREE, seq).await?;
        if row.get("is_vetoed") == "1" {
            self.recheck_after(due).await?;
            return Ok(Outcome::without(DROPPED));
        }
        let Some(evidence) = &self.evidence else {
            return Ok(Outcome::without(NO_STORE));
        };
        let mut figures = Vec::new();
        let previous = match self.root_before(TREE, seq).await? {
            None => None,
            Some(before) => {
                let hash = before.get("bundle");
                match evidence.bundle(hash, PayoutBundle::decode).await? {
                    Ok(bundle) => {
                        let found = hex::encode(bundle.hash());
                        figures.push(Compared::new("evidence of the root before", found, hash));
                        Some(bundle)
                    }
                    Err(why) => {
                        let figure = Compared::new("evidence of the root before", why, hash);
                        return Ok(shortened(vec![figure]));
                    }
                }
            }
        };
        let after = previous.as_ref().map(|one| one.through_epoch);
        let through = row.number("through");
        let days = self
            .paid_days(evidence, (after, through), &mut figures)
            .await?;
        match rebuilt(previous.as_ref(), &days) {
            Ok(report) => {
                let payload = &report.payload;
                for (name, rebuilt, recorded) in [
                    ("evidence", hex::encode(payload.bundle), "bundle"),
                    ("root", hex::encode(payload.root), "root"),
                    ("last day", payload.through_epoch.to_string(), "through"),
                    ("leaves", payload.leaf_count.to_string(), "leaf_count"),
                    ("IO paid", payload.lifetime_io.to_string(), "lifetime_io"),
                    (
                        "USDC paid",
                        payload.lifetime_usdc.to_string(),
                        "lifetime_usdc",
                    ),
                    (
                        "arrears",
                        payload.arrears_usd_micros.to_string(),
                        "arrears_usd_micros",
                    ),
                ] {
                    figures.push(Compared::new(name, rebuilt, row.get(recorded)));
                }
            }
            Err(error) => figures.push(Compared::new("root", error, row.get("root"))),
        }
        let hash = row.get("bundle");
        if let Err(why) = evidence.bundle(hash, PayoutBundle::decode).await? {
            figures.push(Compared::new("evidence as stored", why, hash));
        }
        Ok(shortened(figures))
    }

    /// Days of the engine that were sealed after a day up to another, each with the evidence of its
    /// report and its hire.
    async fn paid_days(
        &self,
        evidence: &Evidence,
        (after, through): (Option<u64>, u64),
        figures: &mut Vec<Compared>,
    ) -> Result<Vec<PaidDay>, CheckError> {
        let after = after.map_or(-1, |day| i64::try_from(day).unwrap_or(i64::MAX));
        let rows = sqlx::query(
            "SELECT day FROM epochs WHERE day > $1 AND day <= $2 AND sealed_at > 0 AND mode = 1 \
             ORDER BY day",
        )
        .bind(after)
        .bind(i64::try_from(through).unwrap_or(i64::MAX))
        .fetch_all(self.index.store().pool())
        .await?;
        let mut days = Vec::with_capacity(rows.len());
        for row in rows {
            let day = ion_store::from_column("day", row.try_get(0)?)?;
            let epoch = self.epoch(day).await?;
            let hash = epoch.get("report_bundle");
            let report = match evidence.bundle(hash, EpochBundle::decode).await? {
                Ok(report) => report,
                Err(why) => {
                    figures.push(Compared::new(format!("report of day {day}"), why, hash));
                    continue;
                }
            };
            let found = hex::encode(report.hash());
            figures.push(Compared::new(format!("report of day {day}"), found, hash));
            let hire = self.hire_of(day).await?;
            figures.push(Compared::new(
                format!("hire of day {day}"),
                hire.values()
                    .try_fold(0_u64, |sum, part| sum.checked_add(*part))
                    .map_or_else(|| "overflow".to_owned(), |sum| sum.to_string()),
                epoch.get("hire_due_usd_micros"),
            ));
            days.push(PaidDay {
                totals: totals_of(day, &epoch),
                report,
                hire,
            });
        }
        Ok(days)
    }

    /// Hire of a day by device and owner, from the deposits into its epoch.
    async fn hire_of(&self, day: u64) -> Result<Hire, CheckError> {
        let rows = sqlx::query(
            "SELECT body FROM events WHERE subject = $1 AND name = $2 ORDER BY ordinal",
        )
        .bind(day.to_string())
        .bind("RevenueDeposited")
        .fetch_all(self.index.store().pool())
        .await?;
        let mut hire = Hire::new();
        for row in rows {
            let text: String = row.try_get(0)?;
            let body: Value = serde_json::from_str(&text).unwrap_or_default();
            let key = |name: &str| {
                let key: Option<Pubkey> = body[name].as_str().and_then(|key| key.parse().ok());
                key.unwrap_or_default().to_bytes()
            };
            let amount = number(&body["hire_usd_micros"])
                .and_then(|amount| u64::try_from(amount).ok())
                .unwrap_or_default();
            if amount > 0 {
                let sum = hire.entry((key("device"), key("owner"))).or_default();
                // the sum of all is compared with that of the day before anything follows from it
                *sum = sum.saturating_add(amount);
            }
        }
        Ok(hire)
    }
}

fn rebuilt(previous: Option<&PayoutBundle>, days: &[PaidDay]) -> Result<PayoutReport, ReportError> {
    let facts: Vec<SealedDay<'_>> = days
        .iter()
        .map(|day| SealedDay {
            totals: day.totals,
            report: &day.report,
            hire: &day.hire,
        })
        .collect();
    let ring = addresses::ide::roots().to_bytes();
    PayoutBundle::build(previous, &facts).and_then(|bundle| PayoutReport::new(bundle, &ring))
}

/// Totals of a sealed day as the division takes them.
fn totals_of(day: u64, epoch: &RowValues) -> SealedTotals {
    SealedTotals {
        day,
        obligation_io: epoch.number("paid_io"),
        obligation_usdc: epoch.number("paid_usdc"),
        short_usd_micros: epoch.number("short_usd_micros"),
        arrears_io: epoch.number("arrears_paid_io"),
        arrears_usdc: epoch.number("arrears_paid_usdc"),
        arrears_paid_usd_micros: epoch.number("arrears_paid_usd_micros"),
    }
}
