//! The reward tree of an accepted root, from the store of evidence.

use ion_claims::{Root, RootState};
use ion_client::{accounts, addresses};
use ion_merkle::{earnings::RewardRoot, report::ReportKind};
use ion_objects::ObjectStore;
use ion_report::{RootBundle, RootReport};
use rewards::state::RootRing;
use solana_pubkey::Pubkey;

use crate::{
    context::Context,
    failure::{Failure, Outcome},
};

/// The roots as the chain has them.
///
/// Errors: rpc; program when the cluster has none.
pub fn roots(ctx: &Context) -> Outcome<RootRing> {
    Ok(accounts::fetch(&ctx.chain, &addresses::rewards::roots())?)
}

/// Newest matured root.
pub fn matured(ring: &RootRing, now: i64) -> Option<Root> {
    ring.ring.newest_matured(now).copied()
}

/// Newest root that is not vetoed, matured or not.
pub fn newest(ring: &RootRing) -> Option<Root> {
    ring.ring.newest_accepted().copied()
}

/// When a root can pay, Unix seconds; `None` when it can.
pub fn waits_until(root: &Root, now: i64) -> Option<i64> {
    (root.state(now) == RootState::Pending).then_some(root.mature_at)
}

/// The tree of an accepted root.
///
/// Errors: rpc when the store does not answer; program when it does not have the tree or has another.
pub fn load(store: &dyn ObjectStore, root: &Root) -> Outcome<RootReport> {
    let failed = |why: String| {
        Failure::chain("the reward tree cannot be read", why)
            .next("name another store of evidence with --store")
    };
    let answer = |error| Failure::rpc("the store of evidence does not answer", error);
    let folder = format!("reports/{}/{}", ReportKind::RewardRoot.to_u8(), root.seq);
    for name in store.list(&folder).map_err(answer)? {
        let bytes = store.get(&name).map_err(answer)?.unwrap_or_default();
        let Some(payload) = RewardRoot::decode(&bytes).filter(|one| one.root == root.hash) else {
            continue;
        };
        let name = format!("bundles/{}", hex::encode(payload.bundle));
        let Some(bytes) = store.get(&name).map_err(answer)? else {
            return Err(failed(format!("{name} is not in the store")));
        };
        let bundle = RootBundle::decode(&bytes).map_err(|error| failed(error.to_string()))?;
        let ring = addresses::rewards::roots().to_bytes();
        let report = RootReport::new(bundle, &ring).map_err(|error| failed(error.to_string()))?;
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

/// Devices with which a wallet has rows, in order.
pub fn devices_of(report: &RootReport, party: &Pubkey) -> Vec<Pubkey> {
    let party = party.to_bytes();
    report
        .bundle
        .lifetimes
        .rows()
        .iter()
        .filter(|row| row.party == party)
        .map(|row| Pubkey::from(row.device))
        .collect()
}
