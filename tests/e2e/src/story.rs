//! One booking from stake to earnings, three hourly blocks up to their claims, and everything around
//! them, on a real chain.

mod blocks;
mod claims;
mod hire;
mod supplier;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use booking::state::Booking;
use ion_client::{
    accounts, addresses,
    audit::{self, BookingTerms, Figure},
};
use ion_economics::{
    booking::Currency,
    units::{DAY, HOUR},
};
use ion_migrations::{tables, wallets::Wallets};
use ion_test_oracle::{PostedPrice, RECEIVER};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    indexer::Indexer,
    localnet::LocalControl,
    narration::{Narrator, io, usdc},
    network::{Built, Network},
    services::Services,
};

/// Processor of the story's device.
const PROCESSOR: &str = "H100 80GB HBM3";
const QTY: &str = "8";
const ASK: &str = "2.50";
const MINUTE: i64 = 60;
/// Booked minutes.
const HIRED: i64 = 60;
/// Minute at which the agent crashes, and how long it is away.
const OUTAGE_AT: i64 = 20;
const OUTAGE_MINUTES: i64 = 5;
/// Minutes between which one verifier is dead.
const VERIFIER_DEAD: std::ops::Range<i64> = 40..45;
const SERVICE_DEADLINE: Duration = Duration::from_secs(180);

/// What the story ended with.
pub struct Ending {
    /// Every recomputed figure beside the recorded one.
    pub figures: Vec<(String, Figure)>,
    /// Minutes that the verifiers attested.
    pub served_minutes: u32,
    /// What was left out on this chain and why.
    pub left_out: Vec<&'static str>,
}

impl Ending {
    /// Whether every figure agrees to the last unit.
    pub fn is_proven(&self) -> bool {
        !self.figures.is_empty() && self.figures.iter().all(|(_, figure)| figure.is_equal())
    }
}

/// The story and its stage.
pub struct Story<'a> {
    built: &'a Built,
    network: &'a Network,
    services: Services,
    narrator: Narrator,
    device: Pubkey,
    price_account: Pubkey,
    class: u16,
    /// The supplier's second device.
    second: Pubkey,
    exit_begun_at: i64,
    /// The first hour whose deadline lies after the maturity of the root.
    overdue: u64,
}

impl<'a> Story<'a> {
    /// Prepares the story; nothing happens yet.
    ///
    /// Errors: a binary is missing.
    pub fn new(built: &'a Built, network: &'a Network, narrator: Narrator) -> Result<Self> {
        let price_account = Wallets::Development.key("price account")?.pubkey();
        let class = tables::classes()?
            .into_iter()
            .find(|class| class.name == PROCESSOR)
            .context("the processor is in the tables")?
            .id;
        Ok(Self {
            built,
            network,
            services: Services::new(built, network, &price_account)?,
            narrator,
            device: Pubkey::default(),
            price_account,
            class,
            second: Pubkey::default(),
            exit_begun_at: 0,
            overdue: 0,
        })
    }

    /// Plays the story to its end and audits it.
    ///
    /// Errors: a step is refused or does not happen in time.
    pub fn play(mut self) -> Result<Ending> {
        if self.network.control.is_none() {
            return self.play_without_a_clock();
        }
        self.start_services()?;
        let objects = self.network.folder.join("objects");
        let mut indexer = Indexer::start(self.built, self.network, Some(objects))?;
        self.supplier()?;
        self.second_device()?;
        self.proof_of_compute()?;
        self.co_stake()?;
        let first_block = self.watch_blocks()?;
        self.governance()?;
        self.first_hire()?;
        let usdc_booking = self.book()?;
        self.run_hour(&usdc_booking)?;
        self.settle(&usdc_booking)?;
        let io_booking = self.cancelled_io_booking()?;
        let mut figures = self.audit(&[
            ("booking in USDC", usdc_booking, Currency::Usdc),
            ("booking in IO", io_booking, Currency::Io),
        ])?;
        let served_minutes = self
            .booking(&usdc_booking)?
            .lines
            .iter()
            .map(|line| line.recorded_minutes)
            .sum();
        self.begin_exit()?;
        let blocks = self.settle_blocks(first_block)?;
        figures.extend(self.audit_blocks(&blocks)?);
        figures.extend(self.claim_rewards(&blocks)?);
        figures.extend(self.withdraw()?);
        figures.extend(self.audit_schedule()?);
        self.close(&usdc_booking)?;
        self.read_index(&indexer)?;
        indexer.stop()?;
        self.services.stop()?;
        self.tell_figures(&figures);
        Ok(Ending {
            figures,
            served_minutes,
            left_out: Vec::new(),
        })
    }

    /// The part that a cluster with its own clock allows: register, stake, report and audit the stake.
    fn play_without_a_clock(mut self) -> Result<Ending> {
        self.start_services()?;
        self.supplier()?;
        self.narrator.chapter("Audit");
        let figures = vec![(
            "stake".to_owned(),
            audit::audit_stake(&self.network.chain, &self.device)?,
        )];
        self.services.stop()?;
        self.tell_figures(&figures);
        let left_out = vec![
            "governance action behind its timelock: needs 24 h",
            "device report and hire: need the end of an hour and 12 h of onboarding",
            "booking in IO: needs a written price account",
            "exit: needs 14 days of cooldown",
            "block rewards: need 8 hours of uptime and two times 7 days",
        ];
        for reason in &left_out {
            self.narrator.say(&format!("left out: {reason}"));
        }
        Ok(Ending {
            figures,
            served_minutes: 0,
            left_out,
        })
    }
    fn governance(&mut self) -> Result<()> {
        self.narrator
            .chapter("Governance raises the floor price of a class, after its timelock");
        let class = self.class.to_string();
        let id = self.network.config.next_action_id.to_string();
        let cli = &self.network.cli;
        cli.run(
            "governance",
            &[
                "gov",
                "queue",
                "set-class",
                &class,
                "--pool",
                "enterprise",
                "--multiplier",
                "10",
                "--floor-price",
                "0.50",
                "--max-cpu",
                "30",
                "--max-gpu",
                "5",
            ],
        )?;
        let (_, said) = cli.refused("auditor", &["gov", "execute", &id])?;
        ensure!(
            said.to_lowercase().contains("timelock"),
            "executing too early was refused otherwise: {said}"
        );
        self.narrator
            .say("executing it at once is refused: its timelock is not over");
        self.network.pass(DAY)?;
        cli.run("auditor", &["gov", "execute", &id])?;
        self.narrator.say("24 hours later anyone executes it: floor price of the class 0.50 USD per processor-hour");
        Ok(())
    }

    /// The hours before a new device's first hire are over.
    fn first_hire(&mut self) -> Result<()> {
        self.narrator
            .say("12 hours after it came up a device takes its first hire: they are over");
        self.pass_to_minute_of_hour(55)?;
        self.services
            .wait_for_heartbeat(&self.device, self.network.now()?.div_euclid(MINUTE))
    }

    fn start_services(&mut self) -> Result<()> {
        self.narrator
            .chapter("Three verifiers, a scheduler and the supplier's agent start");
        if self.network.control.is_some() {
            // A few minutes before the hour ends, so that its report is near.
            self.pass_to_minute_of_hour(54)?;
        }
        self.services.start_network()?;
        self.services.start_agent()?;
        self.narrator
            .say("agent's device key made; every process answers /healthz");
        Ok(())
    }

    fn audit(&mut self, bookings: &[(&str, [u8; 16], Currency)]) -> Result<Vec<(String, Figure)>> {
        self.narrator
            .chapter("Audit: every figure again, from the chain's events alone");
        let chain = &self.network.chain;
        let mut figures = Vec::new();
        for (what, id, currency) in bookings {
            for figure in audit::audit_booking(chain, id, &BookingTerms::published(*currency))? {
                figures.push(((*what).to_owned(), figure));
            }
        }
        let config = &self.network.config;
        for figure in audit::audit_fee_vaults(chain, &config.io_mint, &config.usdc_mint)? {
            figures.push(("engine".to_owned(), figure));
        }
        figures.push(("stake".to_owned(), audit::audit_stake(chain, &self.device)?));
        Ok(figures)
    }

    /// The indexer has followed everything, and recomputed what the programs recorded.
    fn read_index(&mut self, indexer: &Indexer) -> Result<()> {
        self.narrator
            .chapter("The indexer recomputes the chain from its events");
        let recomputed = indexer.recomputed(self.network)?;
        self.narrator.say(&format!(
            "{} subjects recomputed up to slot {}, all equal",
            recomputed.equal, recomputed.slot,
        ));
        Ok(())
    }

    fn tell_figures(&self, figures: &[(String, Figure)]) {
        let rows: Vec<Vec<String>> = figures
            .iter()
            .map(|(what, figure)| {
                let amount = |value: u64| match figure.unit {
                    "IO" => io(value),
                    "USDC" => usdc(value),
                    unit => format!("{value} {unit}"),
                };
                let verdict = if figure.is_equal() {
                    "equal"
                } else {
                    "DIFFERENT"
                };
                vec![
                    what.clone(),
                    figure.name.clone(),
                    amount(figure.recomputed),
                    amount(figure.recorded),
                    verdict.to_owned(),
                ]
            })
            .collect();
        self.narrator.table(
            &["of", "figure", "recomputed from events", "accounts say", ""],
            &rows,
        );
    }

    fn booking(&self, id: &[u8; 16]) -> Result<Booking> {
        Ok(accounts::fetch(
            &self.network.chain,
            &addresses::booking::booking(id),
        )?)
    }

    fn tell(&self, what: &str, answer: &serde_json::Value) {
        let signature = answer["signature"].as_str().unwrap_or_default();
        match &answer["compute_units"] {
            serde_json::Value::Null => self.narrator.say(&format!("{what}  {signature}")),
            units => self
                .narrator
                .say(&format!("{what}  [{units} CU] {signature}")),
        }
    }

    /// One minute passes and everybody who runs notices.
    fn step(&self) -> Result<()> {
        self.step_to(self.network.now()?.saturating_add(MINUTE))
    }

    /// The clock moves to a time, and everybody who runs notices.
    fn step_to(&self, unix_seconds: i64) -> Result<()> {
        let ahead = unix_seconds.saturating_sub(self.network.now()?);
        self.network.pass(ahead.max(0))?;
        let now = self.network.now()?;
        self.services.wait_for_time(now)?;
        let devices = [
            (self.device, &self.services.agent),
            (self.second, &self.services.second_agent),
        ];
        for (device, agent) in devices {
            if agent.is_running() && device != Pubkey::default() {
                self.services
                    .wait_for_heartbeat(&device, now.div_euclid(MINUTE))?;
            }
        }
        Ok(())
    }

    fn pass_to_minute_of_hour(&self, minute: i64) -> Result<()> {
        let now = self.network.now()?;
        let into = now.rem_euclid(HOUR);
        let wait = (minute * MINUTE - into).rem_euclid(HOUR);
        self.network.pass(wait)
    }

    /// Price 0.15 USD per IO, published now.
    fn post_price(&self) -> Result<()> {
        let clock = self.network.clock()?;
        let price = PostedPrice::at(clock.now()?, self.network.config.price_feed_id);
        clock.set_account(&self.price_account, &price.account(RECEIVER))
    }
}
