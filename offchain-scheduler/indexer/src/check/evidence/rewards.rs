//! A reward root from the lists of all completed blocks since the root before.

use ion_client::addresses;
use ion_report::{DeviceList, RootBundle, RootReport};
use sqlx::Row;

use super::{DROPPED, NO_STORE};
use crate::check::{CheckError, Checker, Compared, Due, Outcome, shortened};

const TREE: &str = "rewards";

impl Checker {
    pub(in crate::check) async fn reward_root(&self, due: &Due) -> Result<Outcome, CheckError> {
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
                match evidence.bundle(hash, RootBundle::decode).await? {
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
        let after = previous.as_ref().map(|one| one.through_hour);
        let through = row.number("through");
        let mut lists = Vec::new();
        for (hour, hash) in self.lists_between(after, through).await? {
            match evidence.bundle(&hash, DeviceList::decode).await? {
                Ok(list) => {
                    let found = hex::encode(list.hash());
                    figures.push(Compared::new(format!("list of hour {hour}"), found, &hash));
                    lists.push(list);
                }
                Err(why) => {
                    figures.push(Compared::new(format!("list of hour {hour}"), why, &hash));
                }
            }
        }
        let ring = addresses::rewards::roots().to_bytes();
        let rebuilt = RootBundle::build(previous.as_ref(), &lists, through)
            .and_then(|bundle| RootReport::new(bundle, &ring));
        match rebuilt {
            Ok(report) => {
                let payload = &report.payload;
                for (name, rebuilt, recorded) in [
                    ("evidence", hex::encode(payload.bundle), "bundle"),
                    ("root", hex::encode(payload.root), "root"),
                    ("leaves", payload.leaf_count.to_string(), "leaf_count"),
                    (
                        "rewards of all hours",
                        payload.lifetime_io.to_string(),
                        "lifetime_io",
                    ),
                ] {
                    figures.push(Compared::new(name, rebuilt, row.get(recorded)));
                }
            }
            Err(error) => figures.push(Compared::new("root", error, row.get("root"))),
        }
        let hash = row.get("bundle");
        if let Err(why) = evidence.bundle(hash, RootBundle::decode).await? {
            figures.push(Compared::new("evidence as stored", why, hash));
        }
        Ok(shortened(figures))
    }

    /// Hours and lists of the blocks that were completed after an hour up to another.
    async fn lists_between(
        &self,
        after: Option<u64>,
        through: u64,
    ) -> Result<Vec<(u64, String)>, CheckError> {
        let after = after.map_or(-1, |hour| i64::try_from(hour).unwrap_or(i64::MAX));
        sqlx::query(
            "SELECT hour, device_list FROM blocks WHERE hour > $1 AND hour <= $2 \
             AND device_list <> '' ORDER BY hour",
        )
        .bind(after)
        .bind(i64::try_from(through).unwrap_or(i64::MAX))
        .fetch_all(self.index.store().pool())
        .await?
        .iter()
        .map(|row| {
            let hour = ion_store::from_column("hour", row.try_get(0)?)?;
            Ok((hour, row.try_get(1)?))
        })
        .collect()
    }
}
