//! The chain as a node shows it.

use std::collections::BTreeMap;

use anchor_lang::{AccountDeserialize, Discriminator, Owner};
use anyhow::Context;
use ide::state::{Auction, ClassRates, Epoch, RootRing};
use ion_client::{
    accounts, addresses,
    rpc::RpcChain,
    send::{Chain, ChainError},
};
use ion_economics::{params::Program as Consumer, slash::CaseState};
use ion_merkle::report::ReportKind;
use ion_report::Hire;
use solana_account::Account;
use solana_commitment_config::CommitmentConfig;
use solana_pubkey::Pubkey;

use super::{
    BlockView, ChainSettings, ClusterReader, EmissionView, EngineReader, EngineState, HireView,
    HourChain, LedgerReader, PollView, RewardReader, RootsView, ScheduledHour, VerifierSetView,
    ViewError, hire_of,
};

/// The clock sysvar.
const CLOCK: Pubkey = solana_pubkey::pubkey!("SysvarC1ock11111111111111111111111111111111");
/// Place of `unix_timestamp` in its data: after slot, epoch start, epoch and leader epoch.
const UNIX_TIMESTAMP: std::ops::Range<usize> = 32..40;

/// A node at one commitment for accounts, finalized for blockhashes of challenges.
pub struct RpcView {
    chain: RpcChain,
    finalized: RpcChain,
}

impl RpcView {
    /// Connects lazily: no call is made here.
    pub fn new(settings: &ChainSettings) -> anyhow::Result<Self> {
        let commitment = settings
            .commitment()
            .context("chain.commitment is unknown")?;
        Ok(RpcView {
            chain: RpcChain::new(&settings.rpc_url, commitment),
            finalized: RpcChain::new(&settings.rpc_url, CommitmentConfig::finalized()),
        })
    }

    fn all<T: AccountDeserialize + Discriminator + Owner>(
        &self,
    ) -> Result<Vec<(Pubkey, T)>, ViewError> {
        self.chain
            .program_accounts(&T::owner(), T::DISCRIMINATOR)?
            .into_iter()
            .map(|(key, account)| Ok((key, accounts::decode(&key, &account)?)))
            .collect()
    }
}

impl ClusterReader for RpcView {
    fn now(&self) -> Result<i64, ViewError> {
        let clock = self.chain.accounts(&[CLOCK])?.into_iter().next().flatten();
        clock
            .and_then(|clock| {
                clock
                    .data
                    .get(UNIX_TIMESTAMP)?
                    .try_into()
                    .ok()
                    .map(i64::from_le_bytes)
            })
            .ok_or_else(|| ChainError::Refused("the node has no clock".to_owned()).into())
    }

    fn genesis_hash(&self) -> Result<[u8; 32], ViewError> {
        Ok(self.chain.genesis_hash()?.to_bytes())
    }

    fn verifiers(&self) -> Result<VerifierSetView, ViewError> {
        let set: registry::state::VerifierSet =
            accounts::fetch(&self.chain, &addresses::registry::verifier_set())?;
        Ok(VerifierSetView {
            keys: set.members().iter().map(Pubkey::to_bytes).collect(),
            threshold: set.threshold,
            version: set.version,
        })
    }

    fn holder(&self, device: &Pubkey) -> Result<Option<HireView>, ViewError> {
        let Some(account) = accounts::find::<registry::state::Device>(&self.chain, device)? else {
            return Ok(None);
        };
        if !account.is_hired() {
            return Ok(None);
        }
        let held_by = accounts::find::<booking::state::Booking>(&self.chain, &account.hired_by)?;
        Ok(held_by.and_then(|booking| HireView::of(device, &account, &booking)))
    }
}

impl RewardReader for RpcView {
    fn hour_chain(&self) -> Result<HourChain, ViewError> {
        Ok(HourChain {
            devices: self
                .devices()?
                .into_iter()
                .map(|(key, device)| (key.to_bytes(), device))
                .collect(),
            classes: self
                .all::<registry::state::ProcessorClass>()?
                .into_iter()
                .map(|(_, class)| (class.id, class))
                .collect(),
            stakes: self
                .all::<staking::state::DeviceStake>()?
                .into_iter()
                .map(|(_, stake)| (stake.device.to_bytes(), stake))
                .collect(),
            exemptions: self
                .all::<registry::state::Exemption>()?
                .into_iter()
                .map(|(_, one)| (one.target.to_bytes(), one))
                .collect(),
            staking_params: self.params(Consumer::Staking)?,
        })
    }

    fn params(&self, consumer: Consumer) -> Result<registry::state::Params, ViewError> {
        let program = match consumer {
            Consumer::Registry => registry::ID,
            Consumer::Staking => staking::ID,
            Consumer::Rewards => ::rewards::ID,
            Consumer::Ide => ide::ID,
            Consumer::Booking => booking::ID,
        };
        Ok(accounts::fetch(
            &self.chain,
            &addresses::registry::params(&program),
        )?)
    }

    fn emission(&self) -> Result<EmissionView, ViewError> {
        let emission: ::rewards::state::Emission =
            accounts::fetch(&self.chain, &addresses::rewards::emission())?;
        let config: registry::state::Config =
            accounts::fetch(&self.chain, &addresses::registry::config())?;
        Ok(EmissionView {
            start_hour: emission.start_hour,
            next_hour: emission.next_hour,
            next_final_hour: emission.next_final_hour,
            ide_from_hour: config.ide_from_hour,
        })
    }

    fn block(&self, hour: u64) -> Result<Option<BlockView>, ViewError> {
        let block: Option<::rewards::state::Block> =
            accounts::find(&self.chain, &addresses::rewards::block(hour))?;
        Ok(block.map(|block| BlockView::of(&block)))
    }

    fn attested_at(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
    ) -> Result<Option<i64>, ViewError> {
        let address = addresses::registry::poll(kind, subject, seq);
        let poll: Option<registry::state::Poll> = accounts::find(&self.chain, &address)?;
        Ok(poll
            .map(|poll| poll.attested_at)
            .filter(|attested_at| *attested_at != 0))
    }

    fn roots(&self) -> Result<RootsView, ViewError> {
        let ring: Option<::rewards::state::RootRing> =
            accounts::find(&self.chain, &addresses::rewards::roots())?;
        Ok(ring.map(|ring| RootsView::of(&ring)).unwrap_or_default())
    }
}

impl EngineReader for RpcView {
    fn engine(&self) -> Result<Option<EngineState>, ViewError> {
        EngineState::read(&self.chain)
    }

    fn epoch(&self, day: u64) -> Result<Option<Epoch>, ViewError> {
        Ok(accounts::find(&self.chain, &addresses::ide::epoch(day))?)
    }

    fn auction(&self, seq: u64) -> Result<Option<Auction>, ViewError> {
        Ok(accounts::find(&self.chain, &addresses::ide::auction(seq))?)
    }

    fn class_rates(&self) -> Result<BTreeMap<u16, ClassRates>, ViewError> {
        Ok(self
            .all::<ClassRates>()?
            .into_iter()
            .map(|(_, rates)| (rates.class, rates))
            .collect())
    }

    fn payout_roots(&self) -> Result<Option<RootRing>, ViewError> {
        Ok(accounts::find(&self.chain, &addresses::ide::roots())?)
    }

    fn hire(&self, day: u64) -> Result<Hire, ViewError> {
        hire_of(&self.chain, day)
    }
}

impl LedgerReader for RpcView {
    fn recent_blockhash(&self) -> Result<[u8; 32], ViewError> {
        Ok(self.finalized.blockhash()?.hash.to_bytes())
    }

    fn devices(&self) -> Result<Vec<(Pubkey, registry::state::Device)>, ViewError> {
        self.all()
    }

    fn bookings(&self) -> Result<Vec<(Pubkey, booking::state::Booking)>, ViewError> {
        self.all()
    }

    fn records(&self) -> Result<Vec<(Pubkey, booking::state::WorkRecord)>, ViewError> {
        self.all()
    }

    fn unfolded_days(&self) -> Result<BTreeMap<u64, Vec<u8>>, ViewError> {
        let mut days: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for shard in 0..booking::constants::TNE_SHARDS {
            let address = addresses::booking::tne_totals(shard);
            let totals: Option<booking::state::TneTotals> = accounts::find(&self.chain, &address)?;
            for day in totals.iter().flat_map(|totals| &totals.days) {
                if day.day != 0 && day.is_folded == 0 {
                    days.entry(day.day).or_default().push(shard);
                }
            }
        }
        Ok(days)
    }

    fn leftovers(&self) -> Result<super::Leftovers, ViewError> {
        Ok(super::Leftovers {
            polls: self
                .all::<registry::state::Poll>()?
                .into_iter()
                .map(|(address, poll)| super::PollRent {
                    address,
                    payer: poll.payer,
                    kept_since: poll.kept_since().get(),
                })
                .collect(),
            blocks: self
                .all::<::rewards::state::Block>()?
                .into_iter()
                .filter_map(|(_, block)| {
                    Some(super::BlockRent {
                        hour: block.hour,
                        state: block.block_state().ok()?,
                        released_at: block.released_at,
                        payer: block.payer,
                    })
                })
                .collect(),
            cases: self.all()?,
        })
    }

    fn upheld_offences(&self) -> Result<Vec<super::OffenceView>, ViewError> {
        Ok(self
            .all::<staking::state::Case>()?
            .into_iter()
            .filter(|(_, case)| {
                matches!(
                    CaseState::from_code(case.state),
                    Ok(CaseState::Upheld | CaseState::Partial | CaseState::Burned)
                )
            })
            .map(|(_, case)| super::OffenceView {
                device: case.device.to_bytes(),
                id: case.offence_id,
                offence_at: case.offence_at,
            })
            .collect())
    }

    fn mints(&self) -> Result<(Pubkey, Pubkey), ViewError> {
        let config: registry::state::Config =
            accounts::fetch(&self.chain, &addresses::registry::config())?;
        Ok((config.io_mint, config.usdc_mint))
    }

    fn exist(&self, addresses: &[Pubkey]) -> Result<Vec<bool>, ViewError> {
        Ok(self
            .chain
            .accounts(addresses)?
            .iter()
            .map(Option::is_some)
            .collect())
    }

    fn poll(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
    ) -> Result<Option<PollView>, ViewError> {
        let address = addresses::registry::poll(kind, subject, seq);
        let poll: Option<registry::state::Poll> = accounts::find(&self.chain, &address)?;
        Ok(poll.as_ref().map(poll_view))
    }

    fn hours(&self, hours: &[u64]) -> Result<Vec<ScheduledHour>, ViewError> {
        let blocks = hours.iter().copied().map(addresses::rewards::block);
        let polls = hours
            .iter()
            .map(|hour| addresses::registry::poll(ReportKind::BlockSummary, &::rewards::ID, *hour));
        let keys: Vec<Pubkey> = blocks.chain(polls).collect();
        let found = self.chain.accounts(&keys)?;
        let mut read = keys.iter().zip(&found);
        let mut views = Vec::with_capacity(hours.len());
        for hour in hours {
            views.push(ScheduledHour {
                hour: *hour,
                block: decoded(read.next())?.as_ref().map(BlockView::of),
                poll: None,
            });
        }
        for (view, poll) in views.iter_mut().zip(read) {
            view.poll = decoded(Some(poll))?.as_ref().map(poll_view);
        }
        Ok(views)
    }
}

fn decoded<T: AccountDeserialize + Owner>(
    read: Option<(&Pubkey, &Option<Account>)>,
) -> Result<Option<T>, ViewError> {
    let Some((key, Some(account))) = read else {
        return Ok(None);
    };
    Ok(Some(accounts::decode(key, account)?))
}

fn poll_view(poll: &registry::state::Poll) -> PollView {
    PollView {
        set_version: poll.set_version,
        votes: poll
            .votes
            .iter()
            .map(|vote| (*vote != [0; 32]).then_some(*vote))
            .collect(),
        attested: (poll.attested_at != 0).then_some(poll.attested_hash),
    }
}
