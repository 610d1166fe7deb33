//! One booking from stake to earnings, and everything around it, on a real chain.

mod blocks;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use booking::state::Booking;
use ion_client::{
    accounts, addresses,
    audit::{self, BookingTerms, Figure},
};
use ion_economics::{
    booking::{BookingStatus, Currency},
    device::DeviceStatus,
    units::{DAY, HOUR, IO_ONE},
};
use ion_migrations::{tables, wallets::Wallets};
use ion_test_oracle::{PostedPrice, RECEIVER};
use registry::state::Device;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    localnet::LocalControl,
    narration::{Narrator, io, usdc},
    network::{Built, Network},
    process::wait_for,
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
const SERVICE_DEADLINE: Duration = Duration::from_secs(60);

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
    network: &'a Network,
    services: Services,
    narrator: Narrator,
    device: Pubkey,
    price_account: Pubkey,
    class: u16,
    with_blocks: bool,
}

impl<'a> Story<'a> {
    /// Prepares the story; nothing happens yet.
    ///
    /// Errors: a binary is missing.
    pub fn new(built: &Built, network: &'a Network, narrator: Narrator) -> Result<Self> {
        let price_account = Wallets::Development.key("price account")?.pubkey();
        let class = tables::classes()?
            .into_iter()
            .find(|class| class.name == PROCESSOR)
            .context("the processor is in the tables")?
            .id;
        Ok(Self {
            network,
            services: Services::new(built, network, &price_account)?,
            narrator,
            device: Pubkey::default(),
            price_account,
            class,
            with_blocks: false,
        })
    }

    /// Also plays three hourly blocks up to their claims, which takes several minutes: all hours that
    /// nobody watched must fail first.
    pub fn with_blocks(mut self, with_blocks: bool) -> Self {
        self.with_blocks = with_blocks;
        self
    }

    /// Plays the story to its end and audits it.
    ///
    /// Errors: a step is refused or does not happen in time.
    pub fn play(mut self) -> Result<Ending> {
        if self.network.control.is_none() {
            return self.play_without_a_clock();
        }
        self.governance()?;
        self.start_services()?;
        self.supplier()?;
        self.proof_of_compute()?;
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
        if self.with_blocks {
            figures.extend(self.blocks()?);
        }
        figures.extend(self.exit()?);
        self.close(&usdc_booking)?;
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

    fn supplier(&mut self) -> Result<()> {
        self.narrator
            .chapter("A supplier registers eight GPUs and stakes for them");
        let key_file = self.services.device_key_file.display().to_string();
        let class = self.class.to_string();
        let cli = &self.network.cli;
        let registered = cli.run(
            "supplier",
            &[
                "device",
                "register",
                "--device-key",
                &key_file,
                "--class",
                &class,
                "--qty",
                QTY,
                "--ask",
                ASK,
            ],
        )?;
        self.tell(
            &format!("{QTY} × {PROCESSOR} registered, asking {ASK} USD per processor-hour"),
            &registered,
        );
        let device_key = solana_keypair::read_keypair_file(&self.services.device_key_file)
            .map_err(|error| anyhow::anyhow!("{key_file}: {error}"))?
            .pubkey();
        self.device = addresses::registry::device(&device_key);
        let device = self.device.to_string();
        let opened = cli.run("supplier", &["stake", "open", &device])?;
        self.tell("stake account and vault opened", &opened);
        let staked = cli.run("supplier", &["stake", "deposit", &device, "16000"])?;
        self.tell(
            &format!("{} staked: 200 IO × multiplier 10 × 8", io(16_000 * IO_ONE)),
            &staked,
        );
        Ok(())
    }

    fn proof_of_compute(&mut self) -> Result<()> {
        self.narrator
            .chapter("Every verifier challenges the device, two of three attest it");
        wait_for("the challenges to pass", SERVICE_DEADLINE, || {
            let views = self.services.views(&self.device);
            Ok(views
                .is_ok_and(|views| views.iter().all(|view| view["outcome"] == "pass"))
                .then_some(()))
        })?;
        self.narrator
            .say("chained int8 matrix products committed, opened and checked: pass at all three");
        for _ in 0..14 {
            self.step()?;
        }
        let device = wait_for("the device to come up", SERVICE_DEADLINE, || {
            let device: Device = accounts::fetch(&self.network.chain, &self.device)?;
            Ok((device.device_status()? == DeviceStatus::Up).then_some(device))
        })?;
        self.narrator.say(&format!(
            "device report attested and applied by a crank: the device is up since {}",
            device.onboarded_at
        ));
        self.narrator
            .say("12 hours pass: a new device takes its first hire then");
        self.network.pass(12 * HOUR)?;
        self.pass_to_minute_of_hour(55)?;
        self.services
            .wait_for_heartbeat(&self.device, self.network.now()?.div_euclid(MINUTE))
    }

    /// Asks the scheduler for a quote of the whole device; its id and the text of it.
    fn quote(&self, minutes: i64, currency: &str) -> Result<([u8; 16], String)> {
        let quote = self.network.cli.run(
            "renter",
            &[
                "quote",
                "request",
                "--scheduler",
                &self.services.scheduler_url,
                "--class",
                &self.class.to_string(),
                "--gpus",
                QTY,
                "--minutes",
                &minutes.to_string(),
                "--currency",
                currency,
            ],
        )?;
        let text = quote["id"].as_str().context("the quote has no id")?;
        let id = hex::decode(text)?
            .try_into()
            .map_err(|_| anyhow::anyhow!("quote id {text}"))?;
        Ok((id, text.to_owned()))
    }

    fn book(&mut self) -> Result<[u8; 16]> {
        self.narrator
            .chapter("A renter asks for a quote and books it in USDC");
        let cli = &self.network.cli;
        let (id, text) = self.quote(HIRED, "usdc")?;
        self.narrator.say(&format!(
            "quote {text} placed on the device by the scheduler"
        ));
        let booked = cli.run("renter", &["booking", "create", &text])?;
        self.tell("booked", &booked);
        let paid = cli.run("renter", &["booking", "pay", &text])?;
        self.tell(
            &format!(
                "{} paid into the escrow, device locked",
                usdc(self.booking(&id)?.total)
            ),
            &paid,
        );
        Ok(id)
    }

    fn run_hour(&mut self, id: &[u8; 16]) -> Result<()> {
        self.narrator
            .chapter("The scheduler starts it; an hour of work, minute by minute");
        let running = wait_for(
            "the scheduler to start the booking",
            SERVICE_DEADLINE,
            || {
                let booking = self.booking(id)?;
                Ok((booking.status()? == BookingStatus::Running).then_some(booking))
            },
        )?;
        self.narrator
            .say(&format!("running until {}", running.ends_at));
        for minute in 0..HIRED {
            match minute {
                OUTAGE_AT => {
                    self.services.agent.kill()?;
                    self.narrator
                        .say(&format!("minute {minute}: the agent is killed"));
                }
                _ if minute == OUTAGE_AT + OUTAGE_MINUTES => {
                    self.services.start_agent()?;
                    self.services
                        .wait_for_heartbeat(&self.device, self.network.now()?.div_euclid(MINUTE))?;
                    self.narrator.say(&format!("minute {minute}: it is back"));
                }
                _ if minute == VERIFIER_DEAD.start => {
                    self.services.kill_verifier(2)?;
                    self.narrator.say(&format!(
                        "minute {minute}: a verifier is killed; two are enough"
                    ));
                }
                _ if minute == VERIFIER_DEAD.end => {
                    self.services.restart_verifier(2)?;
                    self.narrator.say(&format!(
                        "minute {minute}: it is back and goes on where it was"
                    ));
                }
                _ => {}
            }
            self.step()?;
        }
        // To the report of the hour in which the booking ended.
        while self.network.now()? < running.ends_at {
            self.step()?;
        }
        let closed = running.ends_at.div_euclid(HOUR) * HOUR + HOUR + 7 * MINUTE;
        while self.network.now()? < closed {
            self.step()?;
        }
        self.post_price()?;
        let recorded = wait_for("the work record", SERVICE_DEADLINE, || {
            let booking = self.booking(id)?;
            let status = booking.status()?;
            Ok(
                matches!(status, BookingStatus::Settling | BookingStatus::Settled)
                    .then_some(booking),
            )
        })?;
        for line in &recorded.lines {
            self.narrator.say(&format!(
                "work report attested, leaf applied: {} of {HIRED} minutes served, {} billed, {} refunded",
                line.recorded_minutes,
                usdc(line.billed),
                usdc(line.refunded),
            ));
        }
        Ok(())
    }

    fn settle(&mut self, id: &[u8; 16]) -> Result<()> {
        self.narrator.chapter("A day later nobody has challenged the record: the supplier is paid, fees are deposited");
        self.network.pass(DAY + MINUTE)?;
        let settled = wait_for("the booking to settle", SERVICE_DEADLINE, || {
            let booking = self.booking(id)?;
            Ok(
                (booking.status()? == BookingStatus::Settled && booking.refund_due == 0)
                    .then_some(booking),
            )
        })?;
        let earned: u64 = settled.lines.iter().map(|line| line.earned).sum();
        let fees: u64 = settled.lines.iter().map(|line| line.fee_taken).sum();
        self.narrator.say(&format!(
            "supplier earned {}, {} of it fees",
            usdc(earned),
            usdc(fees)
        ));
        self.narrator.say(&format!(
            "{} of renter fees in the fee vault, {} back to the renter",
            usdc(settled.fees_kept),
            usdc(settled.refunds_pulled)
        ));
        Ok(())
    }

    fn cancelled_io_booking(&mut self) -> Result<[u8; 16]> {
        self.narrator.chapter(
            "The renter books in IO at the oracle's price, the scheduler dies, the renter cancels",
        );
        self.services
            .wait_for_heartbeat(&self.device, self.network.now()?.div_euclid(MINUTE))?;
        self.post_price()?;
        let id = self.book_and_cancel()?;
        let booking = wait_for("the cancelled booking to settle", SERVICE_DEADLINE, || {
            let booking = self.booking(&id)?;
            Ok(
                (booking.status()? == BookingStatus::Settled && booking.refund_due == 0)
                    .then_some(booking),
            )
        })?;
        self.narrator.say(&format!(
            "{} back to the renter, {} reservation fee kept",
            io(booking.refunds_pulled),
            io(booking.fees_kept)
        ));
        Ok(id)
    }

    fn book_and_cancel(&mut self) -> Result<[u8; 16]> {
        let cli = &self.network.cli;
        let (id, text) = self.quote(90, "io")?;
        // The scheduler must not start it before the renter changes its mind.
        self.services.scheduler.kill()?;
        let booked = cli.run("renter", &["booking", "create", &text])?;
        self.tell("booked", &booked);
        let paid = cli.run("renter", &["booking", "pay", &text])?;
        self.tell(
            &format!(
                "{} paid at the lower bound of the price",
                io(self.booking(&id)?.total)
            ),
            &paid,
        );
        let cancelled = cli.run("renter", &["booking", "cancel", &text])?;
        self.tell(
            "cancelled before its start: the reservation fee stays",
            &cancelled,
        );
        self.services.start_scheduler()?;
        Ok(id)
    }

    fn exit(&mut self) -> Result<Vec<(String, Figure)>> {
        self.narrator
            .chapter("The supplier leaves: 14 days of cooldown, then the whole stake");
        let device = self.device.to_string();
        let supplier = self.network.key("supplier").pubkey();
        let before = self
            .network
            .balance(&supplier, &self.network.config.io_mint)?;
        let cli = &self.network.cli;
        let begun = cli.run("supplier", &["stake", "unstake", &device])?;
        self.tell("exit begun", &begun);
        let (_, said) = cli.refused("supplier", &["stake", "withdraw", &device])?;
        ensure!(
            said.to_lowercase().contains("cool"),
            "withdrawing too early was refused otherwise: {said}"
        );
        self.network.pass(14 * DAY + MINUTE)?;
        let withdrawn = cli.run("supplier", &["stake", "withdraw", &device])?;
        self.tell(
            &format!("{} back in the supplier's wallet", io(16_000 * IO_ONE)),
            &withdrawn,
        );
        let after = self
            .network
            .balance(&supplier, &self.network.config.io_mint)?;
        Ok(vec![
            (
                "stake".to_owned(),
                audit::audit_stake(&self.network.chain, &self.device)?,
            ),
            (
                "stake".to_owned(),
                Figure {
                    name: "supplier's IO after the exit".to_owned(),
                    unit: "IO",
                    recomputed: before + 16_000 * IO_ONE,
                    recorded: after,
                },
            ),
        ])
    }

    fn close(&mut self, id: &[u8; 16]) -> Result<()> {
        let text = hex::encode(id);
        if self.booking(id)?.open_records > 0 {
            self.network.cli.run(
                "auditor",
                &["booking", "close-record", &text, "--record", "0"],
            )?;
        }
        let closed = self
            .network
            .cli
            .run("auditor", &["booking", "close", &text])?;
        self.tell("booking closed, its rent back with the renter", &closed);
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
        self.network.pass(MINUTE)?;
        let now = self.network.now()?;
        if self.services.agent.is_running() {
            self.services
                .wait_for_heartbeat(&self.device, now.div_euclid(MINUTE))
        } else {
            self.services.wait_for_time(now)
        }
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
