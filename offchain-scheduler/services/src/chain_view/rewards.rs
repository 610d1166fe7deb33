//! What the hourly loop reads of the chain.

use std::collections::BTreeMap;

use anchor_lang::AnchorDeserialize;
use ion_claims::{Ring, Root};
use ion_client::{accounts::AccountError, addresses};
use ion_economics::{block::BlockState, params::Program as Consumer, reward::score::Weights};
use ion_merkle::report::ReportKind;
use ion_observation::Key;
use solana_pubkey::Pubkey;

use super::{ClusterReader, PollView, ViewError};

/// Everything that eligibility and shares depend on, at one reading.
#[derive(Clone, Debug)]
pub struct HourChain {
    /// Devices by address.
    pub devices: BTreeMap<Key, registry::state::Device>,
    /// Processor classes by number.
    pub classes: BTreeMap<u16, registry::state::ProcessorClass>,
    /// Stakes by device.
    pub stakes: BTreeMap<Key, staking::state::DeviceStake>,
    /// Exemptions by device.
    pub exemptions: BTreeMap<Key, registry::state::Exemption>,
    /// Parameters of the staking program.
    pub staking_params: registry::state::Params,
}

/// How far the schedule has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmissionView {
    /// First hour that this chain releases.
    pub start_hour: u64,
    /// Hour of the next block.
    pub next_hour: u64,
    /// Hour of the next block to complete or fail.
    pub next_final_hour: u64,
    /// First hour of the other mode.
    pub ide_from_hour: u64,
}

/// One block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockView {
    /// Where it stands.
    pub state: BlockState,
    /// When it was released, Unix seconds.
    pub released_at: i64,
    /// Enterprise pool, IO base units.
    pub enterprise_io: u64,
    /// Community pool, IO base units.
    pub community_io: u64,
    /// Weights of the base score.
    pub weights: Weights,
    /// Hash of the list of its devices; zeros before a summary.
    pub device_list: [u8; 32],
}

impl BlockView {
    /// Off the account. A state byte that names none counts as waiting: nothing follows from it.
    pub fn of(block: &::rewards::state::Block) -> Self {
        Self {
            state: BlockState::from_code(block.state).unwrap_or(BlockState::Processing),
            released_at: block.released_at,
            enterprise_io: block.enterprise_io,
            community_io: block.community_io,
            weights: Weights {
                tier: block.weights.tier,
                hardware: block.weights.hardware,
                hired: block.weights.hired,
            },
            device_list: block.device_list,
        }
    }
}

/// An hour of the schedule with the votes on its summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledHour {
    /// Hour index.
    pub hour: u64,
    /// Its block, if it was released and is not closed.
    pub block: Option<BlockView>,
    /// The poll on its summary, if it is open.
    pub poll: Option<PollView>,
}

/// An accepted root of one of the trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootView {
    /// Sequence of its report.
    pub seq: u64,
    /// Last hour (reward tree) or UTC day (payout tree) that it contains.
    pub through: u64,
    /// The root.
    pub root: [u8; 32],
    /// When it was accepted, Unix seconds.
    pub accepted_at: i64,
    /// When it matures, Unix seconds.
    pub mature_at: i64,
    /// Whether it was vetoed.
    pub is_vetoed: bool,
}

/// The roots of one of the trees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RootsView {
    /// Sequence of the last accepted one; 0 = none.
    pub head: u64,
    /// Those that the ring holds.
    pub roots: Vec<RootView>,
}

impl RootsView {
    /// Off the ring of an account.
    pub fn of_ring(ring: &Ring) -> Self {
        Self {
            head: ring.head_seq,
            roots: ring
                .roots
                .iter()
                .filter(|root| root.seq != 0)
                .map(|root| RootView {
                    seq: root.seq,
                    through: root.through,
                    root: root.hash,
                    accepted_at: root.accepted_at,
                    mature_at: root.mature_at,
                    is_vetoed: root.vetoed_at != 0,
                })
                .collect(),
        }
    }

    /// The ring that these are of, as far as claims and holds depend on it.
    pub fn to_ring(&self) -> Ring {
        let mut ring = Ring {
            head_seq: self.head,
            ..Ring::EMPTY
        };
        for (place, root) in ring.roots.iter_mut().zip(&self.roots) {
            *place = Root {
                seq: root.seq,
                through: root.through,
                accepted_at: root.accepted_at,
                mature_at: root.mature_at,
                vetoed_at: i64::from(root.is_vetoed),
                hash: root.root,
                ..Root::EMPTY
            };
        }
        ring
    }

    /// The root that an accepted one stands on: the newest before it that is not vetoed. The ring
    /// keeps it as long as the accepted one can be vetoed.
    pub fn before(&self, root: &RootView) -> Option<&RootView> {
        self.roots
            .iter()
            .filter(|one| one.seq < root.seq && !one.is_vetoed)
            .max_by_key(|one| one.seq)
    }

    /// The newest root that can no longer be vetoed at `now`, Unix seconds.
    pub fn newest_matured(&self, now: i64) -> Option<&RootView> {
        self.roots
            .iter()
            .filter(|root| !root.is_vetoed && now >= root.mature_at)
            .max_by_key(|root| root.seq)
    }

    /// The newest root that is not vetoed.
    pub fn newest(&self) -> Option<&RootView> {
        self.roots
            .iter()
            .filter(|root| !root.is_vetoed)
            .max_by_key(|root| root.seq)
    }
}

/// What the hourly loop reads of the chain.
pub trait RewardReader: ClusterReader {
    /// Devices, classes, stakes and exemptions at one reading.
    fn hour_chain(&self) -> Result<HourChain, ViewError>;
    /// Parameters of a program.
    fn params(&self, consumer: Consumer) -> Result<registry::state::Params, ViewError>;
    /// How far the schedule has run.
    fn emission(&self) -> Result<EmissionView, ViewError>;
    /// The block of an hour, if it was released and is not closed.
    fn block(&self, hour: u64) -> Result<Option<BlockView>, ViewError>;
    /// When the report with this identity was attested, Unix seconds; `None` while it is not.
    fn attested_at(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
    ) -> Result<Option<i64>, ViewError>;
    /// Roots of the reward tree.
    fn roots(&self) -> Result<RootsView, ViewError>;
}

/// Parameters with every value at its default.
pub(super) fn default_params(consumer: Consumer) -> Result<registry::state::Params, ViewError> {
    let program = match consumer {
        Consumer::Registry => registry::ID,
        Consumer::Staking => staking::ID,
        Consumer::Rewards => ::rewards::ID,
        Consumer::Ide => ide::ID,
        Consumer::Booking => booking::ID,
    };
    // All zero is no announced change; the values follow.
    let zeros = [0_u8; registry::state::Params::SPACE];
    let mut params =
        registry::state::Params::deserialize(&mut zeros.as_slice()).map_err(|error| {
            AccountError::Undecodable {
                key: addresses::registry::params(&program),
                reason: error.to_string(),
            }
        })?;
    params.consumer = consumer.to_u8();
    params.program = program;
    for param in consumer.params() {
        if let Some(value) = params.values.get_mut(usize::from(param.slot)) {
            *value = param.default;
        }
    }
    Ok(params)
}
