//! The watch over accepted reward roots: a root is judged by the newest one before it that stands.

mod support;

use std::sync::Arc;

use ion_client::addresses;
use ion_economics::{block::BlockState, reward::score::Weights};
use ion_merkle::report::ReportKind;
use ion_objects::{FolderStore, ObjectStore};
use ion_report::{DeviceList, DeviceRow, RootBundle, RootReport, RowState};
use ion_services::{
    chain_view::{BlockView, MemoryView, RootView, RootsView},
    verifier::{Bench, Verifier},
};
use support::*;

struct Watch {
    chain: Arc<MemoryView>,
    verifier: Verifier,
    bench: Bench,
    objects: FolderStore,
    _dir: tempfile::TempDir,
}

/// One device that earned `reward_io` in an hour.
fn list(hour: u64, reward_io: u64) -> DeviceList {
    DeviceList {
        hour,
        rows: vec![DeviceRow {
            device: [60; 32],
            owner: [70; 32],
            state: RowState::Succeeded,
            reason: 0,
            failed_at_start: 0,
            failed_at_end: 0,
            pool: 1,
            base: 1,
            reward_io,
            co_stakers: Vec::new(),
        }],
    }
}

fn first() -> u64 {
    hour_of(START)
}

fn root(previous: Option<&RootReport>, added: &[DeviceList], through: u64) -> RootReport {
    let previous = previous.map(|report| &report.bundle);
    let bundle = RootBundle::build(previous, added, through).unwrap();
    RootReport::new(bundle, &addresses::rewards::roots().to_bytes()).unwrap()
}

impl Watch {
    /// Two completed hours that paid 100 each.
    async fn new() -> Self {
        let (chain, dir) = (memory_chain(), tempfile::tempdir().unwrap());
        let folder = dir.path().join("objects");
        let verifier = make_verifier(chain.clone(), 0, dir.path(), &folder).await;
        let watch = Watch {
            chain,
            verifier,
            bench: Bench::default(),
            objects: FolderStore::open(&folder).unwrap(),
            _dir: dir,
        };
        for hour in first()..first() + 2 {
            let list = list(hour, 100);
            let name = format!("bundles/{}", hex::encode(list.hash()));
            watch
                .objects
                .put(&name, &borsh::to_vec(&list).unwrap())
                .unwrap();
            watch.chain.with(|chain| {
                chain.blocks.insert(
                    hour,
                    BlockView {
                        state: BlockState::Completed,
                        released_at: START,
                        enterprise_io: 100,
                        community_io: 0,
                        weights: Weights::DEFAULT,
                        device_list: list.hash(),
                    },
                );
                chain.emission.start_hour = first();
                chain.emission.next_hour = first() + 2;
                chain.emission.next_final_hour = first() + 2;
            });
        }
        watch
    }

    /// Accepted roots in order with whether they were vetoed; their evidence is stored.
    fn accept(&self, roots: &[(&RootReport, bool)]) {
        let mut accepted = Vec::new();
        for (seq, (report, is_vetoed)) in (1..).zip(roots) {
            let payload = report.payload;
            let kind = ReportKind::RewardRoot.to_u8();
            let name = format!("reports/{kind}/{seq}/{}", hex::encode(payload.root));
            self.objects.put(&name, &payload.encode()).unwrap();
            let name = format!("bundles/{}", hex::encode(payload.bundle));
            let bytes = borsh::to_vec(&report.bundle).unwrap();
            self.objects.put(&name, &bytes).unwrap();
            accepted.push(RootView {
                seq,
                through: payload.through_hour,
                root: payload.root,
                accepted_at: START,
                mature_at: START + 7 * 86_400,
                is_vetoed: *is_vetoed,
            });
        }
        self.chain.with(|chain| {
            chain.roots = RootsView {
                head: roots.len() as u64,
                roots: accepted,
            };
        });
    }

    /// Roots that the watch calls doubtful.
    async fn doubtful(&mut self) -> u64 {
        let now = self.verifier.tick().await.unwrap();
        self.verifier.refresh().await.unwrap();
        self.verifier.round(&mut self.bench, now).await.unwrap();
        let text = self.verifier.metrics.render();
        let line = text
            .lines()
            .find(|line| line.starts_with("verifier_reward_roots_doubtful "))
            .unwrap();
        line.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

#[tokio::test]
async fn root_on_a_vetoed_one_is_recognised_although_it_adds_true_hours() {
    let mut watch = Watch::new().await;
    let (one, two) = (first(), first() + 1);
    let honest = root(None, &[list(one, 100)], one);
    let second = root(Some(&honest), &[list(two, 100)], two);
    watch.accept(&[(&honest, false), (&second, false)]);
    assert_eq!(watch.doubtful().await, 0);

    // A false root, and one that adds a true hour to it.
    let mut watch = Watch::new().await;
    let inflated = root(None, &[list(one, 100_000)], one);
    let on_it = root(Some(&inflated), &[list(two, 100)], two);
    watch.accept(&[(&inflated, false), (&on_it, false)]);
    assert_eq!(watch.doubtful().await, 1, "the first of them");
    watch.accept(&[(&inflated, true), (&on_it, false)]);
    assert_eq!(watch.doubtful().await, 1, "the one that stood on it");
    watch.accept(&[(&inflated, true), (&on_it, true)]);
    assert_eq!(watch.doubtful().await, 0, "nothing can be vetoed any more");
}

#[tokio::test]
async fn root_that_starts_anew_after_a_veto_is_sound() {
    let mut watch = Watch::new().await;
    let (one, two) = (first(), first() + 1);
    let inflated = root(None, &[list(one, 100_000)], one);
    let anew = root(None, &[list(one, 100), list(two, 100)], two);
    watch.accept(&[(&inflated, true), (&anew, false)]);
    assert_eq!(watch.doubtful().await, 0);
    // One that leaves an hour out is not.
    let mut watch = Watch::new().await;
    let short = root(None, &[list(two, 100)], two);
    watch.accept(&[(&inflated, true), (&short, false)]);
    assert_eq!(watch.doubtful().await, 1);
}
