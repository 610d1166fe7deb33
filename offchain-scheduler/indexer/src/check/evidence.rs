//! Blocks and roots rebuilt from the evidence that the verifiers keep.

use std::sync::Arc;

use ion_client::addresses;
use ion_objects::ObjectStore;
use ion_report::{DeviceList, RootBundle, RootReport};

use super::{CheckError, Checker, Compared, Due, Outcome, rows::RowValues, shortened};
use crate::project::Field;

impl Checker {
    /// An object of the evidence; `None` when it is not there.
    async fn object(
        store: &Arc<dyn ObjectStore>,
        hash: &str,
    ) -> Result<Option<Vec<u8>>, CheckError> {
        let store = store.clone();
        let name = format!("bundles/{hash}");
        tokio::task::spawn_blocking(move || store.get(&name))
            .await
            .map_err(|_| CheckError::Thread)?
            .map_err(|error| {
                CheckError::Chain(ion_client::send::ChainError::Unreachable(error.to_string()))
            })
    }

    async fn list(
        store: &Arc<dyn ObjectStore>,
        hash: &str,
    ) -> Result<Option<DeviceList>, CheckError> {
        let bytes = Self::object(store, hash).await?;
        Ok(bytes.and_then(|bytes| DeviceList::decode(&bytes).ok()))
    }

    /// The rows of a completed block beside its totals.
    pub(super) async fn block_evidence(
        &self,
        row: &RowValues,
    ) -> Result<Vec<Compared>, CheckError> {
        let Some(store) = &self.evidence else {
            return Ok(Vec::new());
        };
        let recorded = row.get("device_list");
        let Some(list) = Self::list(store, recorded).await? else {
            return Ok(vec![Compared::new("list of devices", "missing", recorded)]);
        };
        let allocated = row
            .number("enterprise_allocated_io")
            .saturating_add(row.number("community_allocated_io"));
        Ok(vec![
            Compared::new("list of devices", hex::encode(list.hash()), recorded),
            Compared::new("hour of the list", list.hour, row.get("hour")),
            Compared::new(
                "sum of the rewards",
                list.allocated_io()
                    .map_or_else(|| "overflow".to_owned(), |sum| sum.to_string()),
                allocated,
            ),
        ])
    }

    /// A reward root from the lists of all blocks since the one before.
    pub(super) async fn reward_root(&self, due: &Due) -> Result<Outcome, CheckError> {
        let seq: i64 = due.subject.parse().unwrap_or_default();
        let row = self.root(seq).await?.ok_or(CheckError::NotYet)?;
        let Some(store) = &self.evidence else {
            return Ok(Outcome {
                outcome: "no evidence store",
                figures: Vec::new(),
                detail: String::new(),
            });
        };
        let recorded = row.get("bundle");
        let bundle = match Self::object(store, recorded).await? {
            None => {
                return Ok(shortened(vec![Compared::new(
                    "bundle", "missing", recorded,
                )]));
            }
            Some(bytes) => match RootBundle::decode(&bytes) {
                Ok(bundle) => bundle,
                Err(error) => {
                    return Ok(shortened(vec![Compared::new("bundle", error, recorded)]));
                }
            },
        };
        let previous = match bundle.previous {
            None => None,
            Some(hash) => match Self::object(store, &hex::encode(hash)).await? {
                None => {
                    let hash = hex::encode(hash);
                    return Ok(shortened(vec![Compared::new(
                        "bundle before",
                        "missing",
                        hash,
                    )]));
                }
                Some(bytes) => RootBundle::decode(&bytes).ok(),
            },
        };
        let mut lists = Vec::with_capacity(bundle.blocks.len());
        let mut figures = vec![Compared::new(
            "bundle",
            hex::encode(bundle.hash()),
            recorded,
        )];
        for (hour, hash) in &bundle.blocks {
            let hour = i64::try_from(*hour).unwrap_or(i64::MAX);
            let block = self.row("blocks", &[Field::Number(hour)]).await?;
            figures.push(Compared::new(
                format!("list of hour {hour}"),
                hex::encode(hash),
                block.unwrap_or_default().get("device_list"),
            ));
            match Self::list(store, &hex::encode(hash)).await? {
                Some(list) => lists.push(list),
                None => figures.push(Compared::new(format!("hour {hour}"), "missing", "list")),
            }
        }
        let ring = addresses::rewards::roots().to_bytes();
        let through = row.number("through");
        let rebuilt = RootBundle::build(previous.as_ref(), &lists, through)
            .and_then(|bundle| RootReport::new(bundle, &ring));
        match rebuilt {
            Ok(report) => {
                let payload = &report.payload;
                figures.push(Compared::new(
                    "root",
                    hex::encode(payload.root),
                    row.get("root"),
                ));
                figures.push(Compared::new(
                    "leaves",
                    payload.leaf_count,
                    row.get("leaf_count"),
                ));
                figures.push(Compared::new(
                    "rewards of all hours",
                    payload.lifetime_io,
                    row.get("lifetime_io"),
                ));
            }
            Err(error) => figures.push(Compared::new("root", error, row.get("root"))),
        }
        Ok(shortened(figures))
    }

    async fn root(&self, seq: i64) -> Result<Option<RowValues>, CheckError> {
        self.row(
            "roots",
            &[Field::Text("rewards".to_owned()), Field::Number(seq)],
        )
        .await
    }
}
