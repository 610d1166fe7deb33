//! Devices, bookings, polls and what waits for a crank, as a cluster shows them.

use std::collections::BTreeMap;

use anchor_lang::{AccountDeserialize, Owner};
use ion_client::{accounts, addresses, history::History, send::Cluster};
use ion_merkle::report::ReportKind;
use solana_account::Account;
use solana_pubkey::Pubkey;

use super::{
    BlockRent, BlockView, ChainView, LedgerReader, Leftovers, PollRent, PollView, ScheduledHour,
    TokenView, ViewError,
};

impl<C: Cluster + History> LedgerReader for ChainView<C> {
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
            let totals: Option<booking::state::TneTotals> = self.find(&address)?;
            for day in totals.iter().flat_map(|totals| &totals.days) {
                if day.day != 0 && day.is_folded == 0 {
                    days.entry(day.day).or_default().push(shard);
                }
            }
        }
        Ok(days)
    }

    fn leftovers(&self) -> Result<Leftovers, ViewError> {
        let roles: Option<registry::state::Roles> = self.find(&addresses::registry::roles())?;
        Ok(Leftovers {
            polls: self
                .all::<registry::state::Poll>()?
                .into_iter()
                .map(|(address, poll)| PollRent {
                    address,
                    payer: poll.payer,
                    kept_since: poll.kept_since().get(),
                })
                .collect(),
            blocks: self
                .all::<::rewards::state::Block>()?
                .into_iter()
                .filter_map(|(_, block)| {
                    Some(BlockRent {
                        hour: block.hour,
                        state: block.block_state().ok()?,
                        released_at: block.released_at,
                        payer: block.payer,
                    })
                })
                .collect(),
            actions: self
                .all::<registry::state::Action>()?
                .into_iter()
                .map(|(_, action)| action)
                .collect(),
            cases: self.all()?,
            offers: self
                .all::<staking::state::Offer>()?
                .into_iter()
                .map(|(_, offer)| offer)
                .collect(),
            positions: self
                .all::<staking::state::CoPosition>()?
                .into_iter()
                .map(|(_, position)| position)
                .collect(),
            scheduler: roles
                .map(|roles| roles.scheduler.current)
                .unwrap_or_default(),
        })
    }

    fn cases(&self) -> Result<Vec<(Pubkey, staking::state::Case)>, ViewError> {
        self.all()
    }

    fn tokens(&self, addresses: &[Pubkey]) -> Result<Vec<Option<TokenView>>, ViewError> {
        let found = self.chain.accounts(addresses)?;
        // What is no token account takes no tokens: as good as none.
        let views = addresses.iter().zip(&found).map(|(key, account)| {
            let token = accounts::decode_token(key, account.as_ref()?).ok()?;
            Some(TokenView::of(&token))
        });
        Ok(views.collect())
    }

    fn claim_ledger(
        &self,
        kind: ReportKind,
        device: &Pubkey,
        party: &Pubkey,
    ) -> Result<Option<ion_claims::Ledger>, ViewError> {
        if kind == ReportKind::PayoutRoot {
            let record: Option<ide::state::ClaimRecord> =
                self.find(&addresses::ide::claim(device, party))?;
            return Ok(record.map(|record| record.ledger));
        }
        let record: Option<::rewards::state::ClaimRecord> =
            self.find(&addresses::rewards::claim_record(device, party))?;
        Ok(record.map(|record| record.ledger))
    }

    fn schedule(&self) -> Result<Option<::rewards::state::Emission>, ViewError> {
        self.find(&addresses::rewards::emission())
    }

    fn mints(&self) -> Result<(Pubkey, Pubkey), ViewError> {
        let config: registry::state::Config = self.fetch(&addresses::registry::config())?;
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
        let poll: Option<registry::state::Poll> = self.find(&address)?;
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
