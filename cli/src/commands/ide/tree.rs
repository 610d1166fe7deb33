//! The payout tree of an accepted root, from the store of evidence.

use ion_claims::Root;
use ion_client::addresses;
use ion_merkle::{earnings::PayoutRoot, report::ReportKind};
use ion_objects::ObjectStore;
use ion_report::{PayoutBundle, PayoutReport};

use crate::failure::{Failure, Outcome};

/// The tree of an accepted root.
///
/// Errors: rpc when the store does not answer; program when it does not have the tree or has another.
pub fn load(store: &dyn ObjectStore, root: &Root) -> Outcome<PayoutReport> {
    let failed = |why: String| {
        Failure::chain("the payout tree cannot be read", why)
            .next("name another store of evidence with --store")
    };
    let answer = |error| Failure::rpc("the store of evidence does not answer", error);
    let folder = format!("reports/{}/{}", ReportKind::PayoutRoot.to_u8(), root.seq);
    for name in store.list(&folder).map_err(answer)? {
        let bytes = store.get(&name).map_err(answer)?.unwrap_or_default();
        let Some(payload) = PayoutRoot::decode(&bytes).filter(|one| one.root == root.hash) else {
            continue;
        };
        let name = format!("bundles/{}", hex::encode(payload.bundle));
        let Some(bytes) = store.get(&name).map_err(answer)? else {
            return Err(failed(format!("{name} is not in the store")));
        };
        let bundle = PayoutBundle::decode(&bytes).map_err(|error| failed(error.to_string()))?;
        let ring = addresses::ide::roots().to_bytes();
        let report = PayoutReport::new(bundle, &ring).map_err(|error| failed(error.to_string()))?;
        if report.payload == payload {
            return Ok(report);
        }
        return Err(failed(format!(
            "{name} gives another root than the chain's"
        )));
    }
    Err(failed(format!(
        "no payload of root {} is in the store",
        root.seq
    )))
}
