//! What agent and verifier read of the chain.
//!
//! Mechanism: two blocking traits, one for the cluster (time, identity, verifier set) and one for
//! the ledger (devices, bookings, records, polls), called through [`read`] off the async threads.
//! Sides: [`RpcView`] over a node, [`MemoryView`] in memory. Place of use: all loops of agent and
//! verifier. Invariant: time is the chain's clock, never the machine's.

mod engine;
mod hire;
mod ledger;
mod leftovers;
mod memory;
mod rewards;
mod rpc;
mod settings;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::Context;
use ion_merkle::report::ReportKind;
use ion_observation::Key;
use solana_pubkey::Pubkey;

use crate::shutdown::Shutdown;

pub use engine::{EngineReader, EngineState, hire_of};
pub use hire::HireView;
pub use leftovers::{BlockRent, Leftovers, OffenceView, PollRent, TokenView};
pub use memory::MemoryView;
pub use rewards::{
    BlockView, EmissionView, HourChain, RewardReader, RootView, RootsView, ScheduledHour,
};
pub use rpc::{ChainView, RpcView};
pub use settings::ChainSettings;

/// Why the chain could not be read.
#[derive(thiserror::Error, Debug)]
pub enum ViewError {
    /// The node did not answer.
    #[error(transparent)]
    Chain(#[from] ion_client::send::ChainError),
    /// An account is missing or does not decode.
    #[error(transparent)]
    Account(#[from] ion_client::accounts::AccountError),
    /// The reading thread was lost.
    #[error("reading thread was lost")]
    Thread,
}

/// The set that attests reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierSetView {
    /// Members in their order: a member's place is its slot in polls.
    pub keys: Vec<Key>,
    /// Votes needed.
    pub threshold: u8,
    /// Number of this set.
    pub version: u32,
}

/// Votes on one report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollView {
    /// Set version of the votes.
    pub set_version: u32,
    /// Payload hash that each member votes for, by its place; `None` before its vote.
    pub votes: Vec<Option<[u8; 32]>>,
    /// The attested payload hash.
    pub attested: Option<[u8; 32]>,
}

impl PollView {
    /// Payloads with their votes, in order of hash.
    pub fn counted(&self) -> BTreeMap<[u8; 32], usize> {
        let mut votes = BTreeMap::new();
        for payload in self.votes.iter().flatten() {
            *votes.entry(*payload).or_default() += 1;
        }
        votes
    }
}

/// Time, identity and verifier set of a cluster.
pub trait ClusterReader: Send + Sync {
    /// Unix seconds of the chain's clock.
    fn now(&self) -> Result<i64, ViewError>;
    /// Genesis hash.
    fn genesis_hash(&self) -> Result<[u8; 32], ViewError>;
    /// The verifier set.
    fn verifiers(&self) -> Result<VerifierSetView, ViewError>;
    /// The running booking that holds the device at this address, if one does.
    fn holder(&self, device: &Pubkey) -> Result<Option<HireView>, ViewError>;
}

/// Devices, bookings, records and polls.
pub trait LedgerReader: RewardReader + EngineReader {
    /// A recent finalized blockhash.
    fn recent_blockhash(&self) -> Result<[u8; 32], ViewError>;
    /// All devices by address.
    fn devices(&self) -> Result<Vec<(Pubkey, registry::state::Device)>, ViewError>;
    /// All bookings by address.
    fn bookings(&self) -> Result<Vec<(Pubkey, booking::state::Booking)>, ViewError>;
    /// All work records by address.
    fn records(&self) -> Result<Vec<(Pubkey, booking::state::WorkRecord)>, ViewError>;
    /// Days with counts that are not yet in their permanent account, with the shards that hold them,
    /// days in order.
    fn unfolded_days(&self) -> Result<BTreeMap<u64, Vec<u8>>, ViewError>;
    /// Accounts that wait for a crank once their time is over, whatever their age.
    fn leftovers(&self) -> Result<Leftovers, ViewError>;
    /// All slash cases by address.
    fn cases(&self) -> Result<Vec<(Pubkey, staking::state::Case)>, ViewError>;
    /// Offences that cost reliability.
    fn upheld_offences(&self) -> Result<Vec<OffenceView>, ViewError> {
        Ok(self
            .cases()?
            .iter()
            .filter_map(|(_, case)| OffenceView::of(case))
            .collect())
    }
    /// The classic token account at each address, in the order asked for.
    fn tokens(&self, addresses: &[Pubkey]) -> Result<Vec<Option<TokenView>>, ViewError>;
    /// What a party of a device was paid and proven in the tree of this kind of root.
    fn claim_ledger(
        &self,
        kind: ReportKind,
        device: &Pubkey,
        party: &Pubkey,
    ) -> Result<Option<ion_claims::Ledger>, ViewError>;
    /// The schedule's account; `None` before it is initialised.
    fn schedule(&self) -> Result<Option<::rewards::state::Emission>, ViewError>;
    /// IO and USDC mint.
    fn mints(&self) -> Result<(Pubkey, Pubkey), ViewError>;
    /// Whether there is an account at each address, in the order asked for.
    fn exist(&self, addresses: &[Pubkey]) -> Result<Vec<bool>, ViewError>;
    /// The poll of a report, if it is open.
    fn poll(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
    ) -> Result<Option<PollView>, ViewError>;
    /// Hours of the schedule with the polls on their summaries, in the order asked for.
    fn hours(&self, hours: &[u64]) -> Result<Vec<ScheduledHour>, ViewError> {
        hours
            .iter()
            .map(|hour| {
                Ok(ScheduledHour {
                    hour: *hour,
                    block: self.block(*hour)?,
                    poll: self.poll(ReportKind::BlockSummary, &::rewards::ID, *hour)?,
                })
            })
            .collect()
    }
}

/// Runs one reading off the async threads. Error: `Thread` beside the reading's own.
pub async fn read<R, T>(
    reader: &Arc<R>,
    call: impl FnOnce(&R) -> Result<T, ViewError> + Send + 'static,
) -> Result<T, ViewError>
where
    R: Send + Sync + ?Sized + 'static,
    T: Send + 'static,
{
    let reader = reader.clone();
    tokio::task::spawn_blocking(move || call(&reader))
        .await
        .map_err(|_| ViewError::Thread)?
}

/// Calls the chain until it answers; used at start, when nothing works without the answer. Error: the
/// end was asked for meanwhile, or the calling thread was lost.
pub async fn read_until_answered<T: Send + 'static, E: std::fmt::Display + Send + 'static>(
    shutdown: &Shutdown,
    what: &'static str,
    call: impl Fn() -> Result<T, E> + Clone + Send + 'static,
) -> anyhow::Result<T> {
    let mut wait = Duration::from_millis(200);
    loop {
        let call = call.clone();
        match tokio::task::spawn_blocking(call).await.context(what)? {
            Ok(value) => return Ok(value),
            Err(error) => tracing::warn!(error = %error, "{what}"),
        }
        if !shutdown.pause(wait).await {
            anyhow::bail!("{what}: asked to end");
        }
        wait = (wait * 2).min(Duration::from_secs(10));
    }
}
