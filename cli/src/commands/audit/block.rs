//! `ion audit block`.
//!
//! Rebuilds the summary of a completed block from the observation files that its evidence names and
//! compares it, step by step, with what the chain shows.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::{
    block::BlockState, params::Program as Consumer, reward::eligibility::Limits,
    reward::score::Weights, units::HOUR,
};
use ion_merkle::{
    Sha256Hasher,
    report::{ReportKind, payload_hash},
};
use ion_objects::ObjectStore;
use ion_observation::{ObservationFile, SignedFile};
use ion_report::{
    BlockBundle, BlockReport, BlockTerms, DeviceList, DeviceRow, SourceFile, sources,
};
use registry::state::{Params, VerifierSet};
use rewards::state::Block;

use crate::{
    amount::Amount,
    commands::{block::show, case::evidence::StoreArgs},
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Differing devices that are shown.
const SHOWN: usize = 20;

/// Arguments of `audit block`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion audit block 494520 --store .ion/objects\n\nEnds with exit code 4 when a step differs. Needs the store in which the verifiers keep their files."
)]
pub struct BlockArgs {
    /// Hour index: Unix time / 3600
    hour: u64,

    #[command(flatten)]
    store: StoreArgs,
}

/// One compared thing.
struct Step {
    name: &'static str,
    rebuilt: Cell,
    recorded: Cell,
    is_equal: bool,
}

impl Step {
    fn hash(name: &'static str, rebuilt: [u8; 32], recorded: [u8; 32]) -> Self {
        Self {
            name,
            rebuilt: hex::encode(rebuilt).into(),
            recorded: hex::encode(recorded).into(),
            is_equal: rebuilt == recorded,
        }
    }

    fn count(name: &'static str, rebuilt: u64, recorded: u64) -> Self {
        Self {
            name,
            rebuilt: Cell::Count(rebuilt),
            recorded: Cell::Count(recorded),
            is_equal: rebuilt == recorded,
        }
    }

    fn io(name: &'static str, rebuilt: u64, recorded: u64) -> Self {
        Self {
            rebuilt: Amount::io(rebuilt).into(),
            recorded: Amount::io(recorded).into(),
            ..Self::count(name, rebuilt, recorded)
        }
    }

    fn row(self) -> Record {
        Record::new()
            .with("step", self.name)
            .with("rebuilt", self.rebuilt)
            .with("recorded", self.recorded)
            .with("equal", self.is_equal)
    }
}

impl BlockArgs {
    /// Runs the audit.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let block = show::find(ctx, self.hour)?;
        if BlockState::from_code(block.state) != Ok(BlockState::Completed) {
            return Err(Failure::chain(
                "the block has no summary to audit",
                format!("hour {} is {}", self.hour, show::state_name(&block)),
            )
            .next("ion block list shows completed blocks"));
        }
        let store = self.store.required()?;
        let bundle = BlockBundle::decode(&fetch(store.as_ref(), &block.bundle)?)
            .map_err(|error| Failure::chain("the evidence cannot be read", error))?;
        let set: VerifierSet = accounts::fetch(&ctx.chain, &addresses::registry::verifier_set())?;
        let files = files_of(store.as_ref(), &bundle)?;
        let given: Vec<SourceFile<'_>> = files
            .iter()
            .map(|(hash, file)| SourceFile { hash: *hash, file })
            .collect();
        let genesis = ctx
            .chain
            .client()
            .get_genesis_hash()
            .map_err(|error| Failure::rpc("the genesis hash cannot be read", error))?
            .to_bytes();
        // The bundle names its authors; whether they were members is compared below.
        let authors: Vec<[u8; 32]> = bundle.files.iter().map(|file| file.verifier).collect();
        let chosen = sources(
            &given,
            self.hour,
            &genesis,
            &registry::ID.to_bytes(),
            &authors,
        );
        let terms = terms_of(&block, &bundle);
        let rebuilt = BlockReport::build(&chosen, &terms, bundle.min_observations)
            .map_err(|error| Failure::chain("the block cannot be rebuilt", error))?;
        let mut steps = compare(&block, &bundle, &rebuilt);
        steps.push(Step::count(
            "files of the evidence found",
            chosen.len() as u64,
            bundle.files.len() as u64,
        ));
        let members = authors
            .iter()
            .filter(|author| set.members().iter().any(|key| key.to_bytes() == **author))
            .count();
        steps.push(Step::count(
            "authors in the verifier set of now",
            members as u64,
            authors.len() as u64,
        ));
        steps.extend(self.limits(ctx, &bundle)?);
        let recorded = fetch(store.as_ref(), &block.device_list)
            .ok()
            .and_then(|bytes| DeviceList::decode(&bytes).ok());
        let devices = recorded
            .as_ref()
            .map(|recorded| differing(&rebuilt.list, recorded))
            .unwrap_or_default();
        let failed = steps.iter().filter(|step| !step.is_equal).count();
        let total = steps.len();
        ctx.print(
            &Record::new()
                .with("hour", self.hour)
                .with("equal", failed == 0)
                .with(
                    "steps",
                    steps.into_iter().map(Step::row).collect::<Vec<_>>(),
                )
                .with("devices_that_differ", devices),
        );
        if failed == 0 {
            return Ok(());
        }
        Err(Failure::chain(
            "the audit failed",
            format!("{failed} of {total} steps differ"),
        )
        .next("the rows with equal = no say where; report it")
        .with_result())
    }

    /// The limits that the evidence used beside the parameters of now.
    fn limits(&self, ctx: &Context, bundle: &BlockBundle) -> Outcome<Vec<Step>> {
        let params: Params =
            accounts::fetch(&ctx.chain, &addresses::registry::params(&registry::ID))?;
        let at = i64::try_from(self.hour)
            .unwrap_or(i64::MAX)
            .saturating_mul(HOUR);
        debug_assert_eq!(params.consumer, Consumer::Registry.to_u8());
        let now = Limits::read(|param| params.value(param, at)).map_err(|error| {
            Failure::chain("the parameters cannot be read", format!("{error:?}"))
        })?;
        let seconds = |value: i64| u64::try_from(value).unwrap_or_default();
        Ok(vec![
            Step::count(
                "least uptime, s",
                seconds(bundle.min_uptime),
                seconds(now.min_uptime),
            ),
            Step::count(
                "least live minutes",
                bundle.min_minutes.into(),
                now.min_minutes.into(),
            ),
            Step::count(
                "least linked wallets",
                bundle.min_wallets.into(),
                now.min_wallets.into(),
            ),
        ])
    }
}

fn fetch(store: &dyn ObjectStore, hash: &[u8; 32]) -> Outcome<Vec<u8>> {
    let name = format!("bundles/{}", hex::encode(hash));
    store
        .get(&name)
        .map_err(|error| Failure::rpc("the store of evidence does not answer", error))?
        .ok_or_else(|| {
            Failure::chain(
                "the evidence is incomplete",
                format!("{name} is not in the store"),
            )
            .next("name another store of evidence with --store")
        })
}

/// Good files of the bundle's hour that the bundle names.
fn files_of(
    store: &dyn ObjectStore,
    bundle: &BlockBundle,
) -> Outcome<Vec<([u8; 32], ObservationFile)>> {
    let answer = |error| Failure::rpc("the store of evidence does not answer", error);
    let mut files = Vec::new();
    for name in store
        .list(&format!("observations/{}", bundle.hour))
        .map_err(answer)?
    {
        let bytes = store.get(&name).map_err(answer)?.unwrap_or_default();
        let Ok(signed) = SignedFile::decode(&bytes) else {
            continue;
        };
        let hash = signed.file.hash();
        if bundle.files.iter().any(|file| file.hash == hash) {
            files.push((hash, signed.file));
        }
    }
    Ok(files)
}

/// Pools and weights as the chain stamped them, limits as the evidence has them.
fn terms_of(block: &Block, bundle: &BlockBundle) -> BlockTerms {
    BlockTerms {
        hour: block.hour,
        enterprise_io: block.enterprise_io,
        community_io: block.community_io,
        weights: Weights {
            tier: block.weights.tier,
            hardware: block.weights.hardware,
            hired: block.weights.hired,
        },
        limits: Limits {
            min_uptime: bundle.min_uptime,
            min_minutes: bundle.min_minutes,
            min_wallets: bundle.min_wallets,
            exempt_hours: bundle.exempt_hours,
            wipe_window: bundle.wipe_window,
        },
    }
}

fn compare(block: &Block, bundle: &BlockBundle, rebuilt: &BlockReport) -> Vec<Step> {
    let summary = &rebuilt.summary;
    let pools = [
        (
            [
                "Enterprise: sum of scores",
                "Enterprise: paid devices",
                "Enterprise: allocated",
            ],
            &summary.enterprise,
            block.enterprise,
        ),
        (
            [
                "Community: sum of scores",
                "Community: paid devices",
                "Community: allocated",
            ],
            &summary.community,
            block.community,
        ),
    ];
    let vote = payload_hash::<Sha256Hasher>(
        ReportKind::BlockSummary,
        &::rewards::ID.to_bytes(),
        block.hour,
        &summary.encode(),
    );
    let mut steps = vec![
        Step::hash("evidence as stored", bundle.hash(), block.bundle),
        Step::hash("evidence as rebuilt", summary.bundle, block.bundle),
        Step::hash("list of devices", summary.device_list, block.device_list),
        Step::hash("attested payload", vote, block.report),
        Step::count(
            "nominated",
            summary.nominated.into(),
            block.counts.nominated.into(),
        ),
        Step::count(
            "succeeded",
            summary.succeeded.into(),
            block.counts.succeeded.into(),
        ),
        Step::count("failed", summary.failed.into(), block.counts.failed.into()),
    ];
    for ([scores, paid, allocated], ours, theirs) in pools {
        steps.push(Step::count(scores, ours.base_sum, theirs.base_sum));
        steps.push(Step::count(
            paid,
            ours.paid_devices.into(),
            theirs.paid_devices.into(),
        ));
        steps.push(Step::io(allocated, ours.allocated_io, theirs.allocated_io));
    }
    steps
}

/// Devices whose rows differ, the first ones.
fn differing(rebuilt: &DeviceList, recorded: &DeviceList) -> Vec<Record> {
    let find = |list: &'_ DeviceList, device: &[u8; 32]| -> Option<DeviceRow> {
        let at = list
            .rows
            .binary_search_by(|row| row.device.cmp(device))
            .ok()?;
        list.rows.get(at).cloned()
    };
    let mut devices: Vec<[u8; 32]> = rebuilt
        .rows
        .iter()
        .chain(&recorded.rows)
        .map(|row| row.device)
        .collect();
    devices.sort_unstable();
    devices.dedup();
    devices
        .into_iter()
        .map(|device| (device, find(rebuilt, &device), find(recorded, &device)))
        .filter(|(_, ours, theirs)| ours != theirs)
        .take(SHOWN)
        .map(|(device, ours, theirs)| {
            let told = |row: Option<DeviceRow>| {
                row.map_or_else(
                    || "no row".to_owned(),
                    |row| {
                        format!(
                            "{:?}, reason {}, score {}, {}",
                            row.state,
                            row.reason,
                            row.base,
                            Amount::io(row.reward_io)
                        )
                    },
                )
            };
            Record::new()
                .with("device", solana_pubkey::Pubkey::from(device))
                .with("rebuilt", told(ours))
                .with("recorded", told(theirs))
        })
        .collect()
}
