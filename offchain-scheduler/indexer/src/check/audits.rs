//! The audits of the client, run over the log and accounts of one slot.

use ion_client::{
    accounts, addresses,
    audit::{self, AuditError, DayRange, Figure},
};
use solana_pubkey::Pubkey;
use tokio::runtime::Handle;

use super::{
    CheckError, Checker, Compared, Outcome, RowValues, Snapshot, audited, shortened, terms,
    values::read_all,
};
use crate::{LogHistory, project::Field};

type Audit = Box<dyn Fn(&LogHistory) -> Result<Vec<Figure>, AuditError> + Send + Sync>;

impl Checker {
    /// Accounts of an audit of the whole network, those that still change first.
    pub(super) async fn audit_keys(&self, kind: &str) -> Result<Vec<Pubkey>, CheckError> {
        match kind {
            "schedule" => Ok(vec![
                addresses::rewards::emission(),
                addresses::rewards::distribution(),
            ]),
            "engine" => self.sealed_epochs().await,
            _ => self.totals().await,
        }
    }

    /// An audit of the whole network.
    pub(super) async fn audit(
        &self,
        kind: &str,
        snapshot: &Snapshot,
    ) -> Result<Outcome, CheckError> {
        let run: Audit = match kind {
            "schedule" => Box::new(audit::audit_schedule::<LogHistory>),
            "engine" => Box::new(audit::audit_engine::<LogHistory>),
            _ => Box::new(|log| {
                let all = DayRange {
                    from: 0,
                    to: u64::MAX,
                };
                audit::audit_tne(log, all)
            }),
        };
        let (result, missing) = self.over(run, snapshot).await?;
        // an account that was not read with the others: the next round knows it
        if !missing.is_empty() {
            return Err(CheckError::NotYet);
        }
        audited(result)
    }

    /// Shards and folded days of the public record.
    async fn totals(&self) -> Result<Vec<Pubkey>, CheckError> {
        let shards = (0..booking::constants::TNE_SHARDS).map(addresses::booking::tne_totals);
        let days = self
            .numbers("SELECT day FROM day_folds ORDER BY day DESC")
            .await?;
        Ok(shards
            .chain(days.into_iter().map(addresses::booking::tne_day))
            .collect())
    }

    async fn sealed_epochs(&self) -> Result<Vec<Pubkey>, CheckError> {
        let days = self
            .numbers("SELECT day FROM epochs WHERE sealed_at > 0 ORDER BY day DESC")
            .await?;
        Ok(days.into_iter().map(addresses::ide::epoch).collect())
    }

    async fn numbers(&self, sql: &'static str) -> Result<Vec<u64>, CheckError> {
        use sqlx::Row;
        sqlx::query(sql)
            .fetch_all(self.index.store().pool())
            .await?
            .iter()
            .map(|row| Ok(ion_store::from_column("day", row.try_get(0)?)?))
            .collect()
    }

    /// Runs an audit off the async threads; with it, the accounts that it missed.
    async fn over(
        &self,
        run: Audit,
        snapshot: &Snapshot,
    ) -> Result<(Result<Vec<Figure>, AuditError>, Vec<Pubkey>), CheckError> {
        let store = self.index.store().clone();
        let handle = Handle::current();
        let (through, pinned) = (snapshot.slot, snapshot.accounts.clone());
        tokio::task::spawn_blocking(move || {
            let log = LogHistory::new(store, handle, through, pinned);
            let result = run(&log);
            (result, log.unpinned().into_iter().collect())
        })
        .await
        .map_err(|_| CheckError::Thread)
    }

    pub(super) async fn audit_stake(
        &self,
        device: Pubkey,
        snapshot: &Snapshot,
    ) -> Result<Outcome, CheckError> {
        let run: Audit =
            Box::new(move |log| audit::audit_stake(log, &device).map(|figure| vec![figure]));
        let (result, _) = self.over(run, snapshot).await?;
        audited(result)
    }

    pub(super) async fn booking(
        &self,
        row: &RowValues,
        key: Pubkey,
        snapshot: &Snapshot,
    ) -> Result<Outcome, CheckError> {
        let Some(account) = snapshot.accounts.get(&key).and_then(Option::as_ref) else {
            return Ok(shortened(vec![Compared::new(
                "closed",
                row.get("is_closed"),
                1,
            )]));
        };
        let account: booking::state::Booking = match accounts::decode(&key, account) {
            Ok(account) => account,
            Err(error) => {
                return Ok(shortened(vec![Compared::new("account", "readable", error)]));
            }
        };
        let mut figures: Vec<Compared> = [
            ("paid", account.paid),
            ("total", account.total),
            ("status", account.status.into()),
            ("refund_due", account.refund_due),
            ("refunds_pulled", account.refunds_pulled),
        ]
        .iter()
        .map(|(name, recorded)| Compared::new(*name, row.get(name), recorded))
        .collect();
        figures.extend(self.lines(&account, key).await?);
        let mut result = shortened(figures);
        let quote = self
            .row("quotes", &[Field::Text(row.get("quote").to_owned())])
            .await?
            .unwrap_or_default();
        let quoted_at = i64::try_from(quote.number("created_at")).unwrap_or_default();
        let terms = terms::of(&self.index, &account, quoted_at).await?;
        let id = account.id;
        let run: Audit = Box::new(move |log| audit::audit_booking(log, &id, &terms));
        let (found, _) = self.over(run, snapshot).await?;
        let found = audited(found)?;
        if found.outcome != "equal" {
            result.outcome = found.outcome;
            result.detail = format!("{} {}", result.detail, found.detail)
                .trim()
                .to_owned();
        }
        result.figures.extend(found.figures);
        Ok(result)
    }

    /// Lines of a booking beside those of its account.
    async fn lines(
        &self,
        account: &booking::state::Booking,
        key: Pubkey,
    ) -> Result<Vec<Compared>, CheckError> {
        let rows = read_all(&self.index, "lines", &[Field::Text(key.to_string())]).await?;
        let mut figures = vec![Compared::new("lines", rows.len(), account.lines.len())];
        for (number, line) in account.lines.iter().enumerate() {
            let row = rows
                .iter()
                .find(|row| row.get("line") == number.to_string());
            let row = row.cloned().unwrap_or_default();
            let mut equal = |name: &str, recorded: String| {
                figures.push(Compared::new(
                    format!("line {number}, {name}"),
                    row.get(name),
                    recorded,
                ));
            };
            equal("device", line.device.to_string());
            equal("class", line.class.to_string());
            equal("qty", line.qty.to_string());
        }
        Ok(figures)
    }
}
