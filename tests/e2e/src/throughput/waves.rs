//! Waves of bookings through their whole life.

mod cost;

use anchor_spl::associated_token::get_associated_token_address;
use anyhow::{Context, Result};
use booking::{ApplyWorkLeafArgs, CreateQuoteArgs, ID};
use ion_client::{
    addresses,
    instructions::{
        booking::{self as ix, QuotedDevice},
        ide,
    },
};
use ion_economics::{
    booking::{Currency, MAX_LINES},
    units::{DAY, HOUR},
};
use ion_merkle::{
    Sha256Hasher, Tree,
    leaf::WorkLeaf,
    report::{LeafReport, ReportKind},
};
use ion_migrations::wallets::Wallets;
use ion_test_oracle::{PostedPrice, RECEIVER};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::{
    Outcome, PhaseTime, Size,
    ledger::SIGNATURE,
    sender::{Job, send_all},
    setup::{Setup, purse},
};
use crate::{localnet::LocalControl, network::Network};

/// Minutes of every booking.
const MINUTES: u32 = 60;

/// A run in progress.
struct Run<'a> {
    network: &'a Network,
    setup: Setup,
    mint: Pubkey,
    outcome: Outcome,
    /// Ids of bookings with the number of their renter and device.
    open: Vec<([u8; 16], usize)>,
    nonce: u64,
}

/// Drives the bookings and measures.
///
/// Errors: the chain cannot be set up or asked.
pub fn run(network: &Network, size: Size) -> Result<Outcome> {
    let waves = size.bookings.div_ceil(size.devices);
    println!(
        "{} bookings on {} devices, in {waves} waves",
        size.bookings, size.devices
    );
    let setup = Setup::new(network, size.devices, purse(waves + 1))?;
    println!("devices are up and staked");
    let mut run = Run {
        network,
        setup,
        mint: network.config.usdc_mint,
        outcome: Outcome::default(),
        open: Vec::new(),
        nonce: 0,
    };
    run.second_line()?;
    let (renters, others) = (run.renters_lamports()?, run.others_lamports()?);
    let mut left = size.bookings;
    while left > 0 {
        let count = left.min(size.devices);
        run.wave(count)?;
        left -= count;
        println!("{} of {} settled", size.bookings - left, size.bookings);
    }
    run.close()?;
    run.outcome.cost.renters_spent = renters.saturating_sub(run.renters_lamports()?);
    run.outcome.cost.others_spent = others.saturating_sub(run.others_lamports()?);
    Ok(run.outcome)
}

impl Run<'_> {
    fn fresh_id(&mut self) -> Result<[u8; 16]> {
        let mut id = [0; 16];
        self.nonce += 1;
        id[..8].copy_from_slice(&self.network.now()?.to_le_bytes());
        id[8..].copy_from_slice(&self.nonce.to_le_bytes());
        Ok(id)
    }

    fn line(&self, at: usize) -> QuotedDevice {
        QuotedDevice {
            device: self.setup.devices[at],
            class: self.setup.class,
        }
    }

    fn quote(&self, id: [u8; 16], renter: &Pubkey, lines: &[QuotedDevice]) -> Instruction {
        ix::create_quote(
            &self.setup.scheduler.pubkey(),
            None,
            lines,
            CreateQuoteArgs {
                id,
                group: [0; 16],
                renter: *renter,
                payer: *renter,
                currency: Currency::Usdc as u8,
                source: 0,
                flags: 0,
                minutes: MINUTES,
                lines: lines.len() as u8,
            },
        )
    }

    /// Sends one transaction per booking and keeps the time and the failures.
    fn phase(
        &mut self,
        name: &'static str,
        by: impl Fn(&Setup, usize) -> &Keypair,
        is_other: bool,
        of: impl Fn(&Self, &([u8; 16], usize)) -> Result<Vec<Instruction>>,
    ) -> Result<()> {
        let jobs = self
            .open
            .iter()
            .map(|booking| {
                Ok(Job {
                    payer: by(&self.setup, booking.1),
                    instructions: of(self, booking)?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let count = jobs.len() as u64;
        let sent = send_all(&self.network.chain, &jobs)?;
        drop(jobs);
        if is_other {
            self.outcome.cost.others_fees += count * SIGNATURE;
        }
        self.outcome.failures.extend(sent.failures);
        match self
            .outcome
            .phases
            .iter_mut()
            .find(|phase| phase.name == name)
        {
            Some(phase) => {
                phase.transactions += sent.succeeded;
                phase.seconds += sent.seconds;
            }
            None => self.outcome.phases.push(PhaseTime {
                name,
                transactions: sent.succeeded,
                seconds: sent.seconds,
            }),
        }
        Ok(())
    }

    fn day(&self) -> Result<u64> {
        Ok(u64::try_from(self.network.now()?.div_euclid(DAY))?)
    }

    /// One booking per device from its quote to its settling.
    fn wave(&mut self, count: usize) -> Result<()> {
        let closed_later = std::mem::take(&mut self.open);
        for at in 0..count {
            let id = self.fresh_id()?;
            self.open.push((id, at));
        }
        let renter = |setup: &Setup, at: usize| setup.renters[at].pubkey();
        self.phase(
            "create_quote",
            |setup, _| &setup.scheduler,
            true,
            |run, (id, at)| {
                Ok(vec![run.quote(
                    *id,
                    &renter(&run.setup, *at),
                    &[run.line(*at)],
                )])
            },
        )?;
        self.phase(
            "book",
            |setup, at| &setup.renters[at],
            false,
            |run, (id, at)| {
                Ok(vec![ix::book(
                    &renter(&run.setup, *at),
                    &run.mint,
                    id,
                    u64::MAX,
                )])
            },
        )?;
        self.measure_locked()?;
        self.phase(
            "pay, lock_lines",
            |setup, at| &setup.renters[at],
            false,
            |run, (id, at)| {
                let (wallet, key) = (renter(&run.setup, *at), addresses::booking::booking(id));
                let source = get_associated_token_address(&wallet, &run.mint);
                Ok(vec![
                    ix::pay(&wallet, &run.mint, &key, &source, u64::MAX, 1),
                    ix::lock_lines(&wallet, &key, &[run.line(*at)]),
                ])
            },
        )?;
        self.phase(
            "start",
            |setup, _| &setup.scheduler,
            true,
            |run, (id, _)| {
                let key = addresses::booking::booking(id);
                Ok(vec![ix::start(&run.setup.scheduler.pubkey(), &key, 2)])
            },
        )?;
        self.network.pass(i64::from(MINUTES) * 60 + 60)?;
        self.phase(
            "end",
            |setup, _| &setup.crank,
            true,
            |run, (id, at)| {
                let key = addresses::booking::booking(id);
                Ok(vec![ix::end(
                    &run.setup.crank.pubkey(),
                    &key,
                    &[run.setup.devices[*at]],
                )])
            },
        )?;
        self.record()?;
        self.network.pass(DAY + 1)?;
        self.earn_and_settle()?;
        self.open.extend(closed_later);
        Ok(())
    }

    /// One report over all bookings of the wave, then its leaves.
    fn record(&mut self) -> Result<()> {
        let served = |id: &[u8; 16]| {
            let mut served_minutes = [0; MAX_LINES];
            served_minutes[0] = MINUTES;
            WorkLeaf {
                booking: addresses::booking::booking(id).to_bytes(),
                record_seq: 0,
                is_final: true,
                served_minutes,
            }
        };
        let tree = Tree::new(
            self.open
                .iter()
                .map(|(id, _)| served(id).hash::<Sha256Hasher>())
                .collect(),
        );
        let report = LeafReport {
            root: tree.root(),
            leaf_count: tree.count(),
            bundle: [4; 32],
        };
        let now = self.network.now()?;
        let hour = u64::try_from(now.div_euclid(HOUR))?;
        self.setup
            .attest(self.network, ReportKind::WorkReport, &ID, hour, &report)?;
        let price = Wallets::Development.key("price account")?.pubkey();
        let posted = PostedPrice::at(self.network.now()?, self.network.config.price_feed_id);
        self.network
            .clock()?
            .set_account(&price, &posted.account(RECEIVER))?;
        let places: std::collections::HashMap<[u8; 16], usize> = self
            .open
            .iter()
            .enumerate()
            .map(|(place, (id, _))| (*id, place))
            .collect();
        self.phase(
            "apply_work_leaf",
            |setup, _| &setup.crank,
            true,
            |run, (id, _)| {
                let index = *places.get(id).context("a booking of the wave")?;
                let leaf = served(id);
                Ok(vec![ix::apply_work_leaf(
                    &run.setup.crank.pubkey(),
                    &addresses::booking::booking(id),
                    Some(&price),
                    ApplyWorkLeafArgs {
                        hour,
                        root: report.root,
                        leaf_count: report.leaf_count,
                        bundle: report.bundle,
                        record_seq: 0,
                        is_final: true,
                        served_minutes: leaf.served_minutes,
                        index: index as u64,
                        siblings: tree.proof(index).context("a leaf of the tree")?,
                    },
                )])
            },
        )
    }

    fn earn_and_settle(&mut self) -> Result<()> {
        let day = self.day()?;
        let open = ide::open_epoch(&self.setup.authority.pubkey(), day);
        self.network.send(&self.setup.authority, &[], &[open])?;
        let payout = get_associated_token_address(&self.setup.payout.pubkey(), &self.mint);
        self.phase(
            "earn",
            |setup, _| &setup.crank,
            true,
            |run, (id, at)| {
                Ok(vec![ix::earn(
                    &run.setup.crank.pubkey(),
                    &addresses::booking::booking(id),
                    0,
                    0,
                    &run.setup.devices[*at],
                    Currency::Usdc,
                    &run.mint,
                    &payout,
                    day,
                )])
            },
        )?;
        self.phase(
            "settle, close_record, close_quote",
            |setup, _| &setup.crank,
            true,
            |run, (id, _)| {
                let by = run.setup.crank.pubkey();
                let key = addresses::booking::booking(id);
                Ok(vec![
                    ix::settle(&by, &key, Currency::Usdc, &run.mint, day),
                    ix::close_record(&by, &key, 0, &by),
                    ix::close_quote(&by, id, &run.setup.scheduler.pubkey()),
                ])
            },
        )
    }

    /// Closes everything a week after the last report.
    fn close(&mut self) -> Result<()> {
        self.network.pass(8 * DAY)?;
        self.phase(
            "close",
            |setup, _| &setup.crank,
            true,
            |run, (id, at)| {
                Ok(vec![ix::close(
                    &run.setup.crank.pubkey(),
                    &addresses::booking::booking(id),
                    &run.mint,
                    &run.setup.renters[*at].pubkey(),
                    &ix::CloseExtras::default(),
                )])
            },
        )?;
        self.outcome.bookings = self
            .outcome
            .phases
            .iter()
            .find(|phase| phase.name == "close")
            .map_or(0, |phase| phase.transactions);
        Ok(())
    }
}
