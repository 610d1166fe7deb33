//! A completed block from the observation files of its hour.

use ion_economics::reward::{eligibility::Limits, score::Weights};
use ion_merkle::report::ReportKind;
use ion_report::{BlockBundle, BlockReport, BlockTerms, DeviceList};

use super::{Evidence, given};
use crate::check::{CheckError, Checker, Compared, RowValues, params::ParamHistory};

/// Seconds of an hour.
const HOUR: i64 = 3_600;

impl Checker {
    /// The block as its files make it, beside what was attested and recorded.
    pub(in crate::check) async fn block_evidence(
        &self,
        row: &RowValues,
    ) -> Result<Vec<Compared>, CheckError> {
        let Some(evidence) = &self.evidence else {
            return Ok(Vec::new());
        };
        let mut figures = list_of(evidence, row).await?;
        let recorded = row.get("bundle");
        let bundle = match evidence.bundle(recorded, BlockBundle::decode).await? {
            Ok(bundle) => bundle,
            Err(why) => {
                figures.push(Compared::new("evidence", why, recorded));
                return Ok(figures);
            }
        };
        figures.push(Compared::new(
            "evidence",
            hex::encode(bundle.hash()),
            recorded,
        ));
        let hour = row.number("hour");
        let files = evidence.files(hour, &bundle.files).await?;
        let Some(terms) = self.block_terms(row).await? else {
            figures.push(Compared::new("terms", "out of range", "known"));
            return Ok(figures);
        };
        let threshold = self
            .threshold(ReportKind::BlockSummary, &rewards::ID, hour)
            .await?;
        match BlockReport::rebuild(&bundle, &given(&files), &terms, threshold) {
            Ok(report) => {
                figures.push(Compared::new(
                    "attested payload",
                    hex::encode(report.vote(&rewards::ID.to_bytes())),
                    row.get("report"),
                ));
                let summary = &report.summary;
                for (name, value) in [
                    ("nominated", u64::from(summary.nominated)),
                    ("succeeded", summary.succeeded.into()),
                    ("failed", summary.failed.into()),
                    ("verified_cpus", summary.verified_cpus.into()),
                    ("verified_gpus", summary.verified_gpus.into()),
                    ("enterprise_base_sum", summary.enterprise.base_sum),
                    ("enterprise_allocated_io", summary.enterprise.allocated_io),
                    ("community_base_sum", summary.community.base_sum),
                    ("community_allocated_io", summary.community.allocated_io),
                ] {
                    figures.push(Compared::new(
                        format!("{name}, from the files"),
                        value,
                        row.get(name),
                    ));
                }
            }
            Err(error) => figures.push(Compared::new("block from its files", error, "recorded")),
        }
        Ok(figures)
    }

    /// Pools and weights as stamped at the release, limits of when the hour began.
    async fn block_terms(&self, row: &RowValues) -> Result<Option<BlockTerms>, CheckError> {
        let hour = row.number("hour");
        let opens_at = i64::try_from(hour).unwrap_or(i64::MAX).saturating_mul(HOUR);
        let params = ParamHistory::load(&self.index).await?;
        let weight = |name| u32::try_from(row.number(name)).unwrap_or_default();
        let limits = Limits::read(|param| params.value(param, opens_at));
        Ok(limits.ok().map(|limits| BlockTerms {
            hour,
            enterprise_io: row.number("enterprise_io"),
            community_io: row.number("community_io"),
            weights: Weights {
                tier: weight("tier_weight"),
                hardware: weight("hardware_weight"),
                hired: weight("hired_weight"),
            },
            limits,
        }))
    }
}

/// The list that claims are made of beside the totals of the block.
async fn list_of(evidence: &Evidence, row: &RowValues) -> Result<Vec<Compared>, CheckError> {
    let recorded = row.get("device_list");
    let list = match evidence.bundle(recorded, DeviceList::decode).await? {
        Ok(list) => list,
        Err(why) => return Ok(vec![Compared::new("list of devices", why, recorded)]),
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
