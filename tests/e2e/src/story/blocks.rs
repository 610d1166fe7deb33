//! Three hourly blocks with a failing device among them, from observations to claims.

use anyhow::{Context, Result, ensure};
use ion_client::{accounts, addresses, audit::Figure};
use ion_economics::{
    block::BlockState,
    device::DeviceStatus,
    units::{DAY, HOUR},
};
use registry::state::Device;
use rewards::state::{Block, Emission, RootRing};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::{MINUTE, Story};
use crate::{narration::io, process::wait_for};

/// Blocks of the chapter.
const BLOCKS: u64 = 3;
/// Hours of uptime before the first of them.
const UPTIME_HOURS: i64 = 5;
/// Minutes of a step: short enough that a missed heartbeat is none.
const STEP: i64 = 3;
/// Minutes of the second block in which the second device is away.
const AWAY: std::ops::Range<i64> = 21..42;
/// Real time in which the verifiers read the opening of an hour.
const OPENING_PAUSE: std::time::Duration = std::time::Duration::from_secs(3);
/// Blocks of days that nobody watched fail on the way, in batches.
const SCHEDULE_DEADLINE: std::time::Duration = std::time::Duration::from_secs(240);

impl Story<'_> {
    /// Plays the chapter; its figures.
    ///
    /// Errors: a step is refused or does not happen in time.
    pub(super) fn blocks(&mut self) -> Result<Vec<(String, Figure)>> {
        let second = self.second_device()?;
        self.narrator.chapter(
            "Three hourly blocks; one of two devices is away for 21 minutes of the second",
        );
        let first = self.watch_hours(&second)?;
        self.narrator.say(&format!(
            "hours {first} to {} watched by three verifiers, their summaries voted for",
            first + BLOCKS - 1
        ));
        self.settle_blocks(first)?;
        let mut figures = self.audit_blocks(first, &second)?;
        figures.extend(self.claim_rewards(first)?);
        self.services.second_agent.stop()?;
        Ok(figures)
    }

    /// A second machine of the supplier, up and running, and what block rewards ask of a supplier.
    fn second_device(&mut self) -> Result<Pubkey> {
        self.narrator
            .chapter("The supplier signs the service agreement, links wallets, adds one more GPU");
        let cli = &self.network.cli;
        let wallets = ["co-staker", "auditor"].map(|name| cli.key_file(name).display().to_string());
        let [one, two] = &wallets;
        let url = self.services.verifier_url()?.to_owned();
        cli.run(
            "supplier",
            &[
                "supplier",
                "declare",
                "--accept-agreement",
                "--wallet",
                one,
                "--wallet",
                two,
                "--verifier",
                &url,
            ],
        )?;
        self.narrator
            .say("declaration signed by owner and wallets, kept by the verifiers");
        self.pass_to_minute_of_hour(50)?;
        self.services.start_second_agent()?;
        let key_file = self.services.second_key_file.display().to_string();
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
                "1",
                "--ask",
                super::ASK,
            ],
        )?;
        self.tell("second device registered", &registered);
        let key = solana_keypair::read_keypair_file(&self.services.second_key_file)
            .map_err(|error| anyhow::anyhow!("{key_file}: {error}"))?
            .pubkey();
        let device = addresses::registry::device(&key);
        let address = device.to_string();
        cli.run("supplier", &["stake", "open", &address])?;
        let staked = cli.run("supplier", &["stake", "deposit", &address, "2000"])?;
        self.tell("its stake deposited", &staked);
        wait_for(
            "the second device's challenges",
            super::SERVICE_DEADLINE,
            || {
                let views = self.services.views(&device);
                Ok(views
                    .is_ok_and(|views| views.iter().all(|view| view["outcome"] == "pass"))
                    .then_some(()))
            },
        )?;
        for _ in 0..7 {
            let next = self.network.now()? + STEP * MINUTE;
            self.step_both(&device, next, true)?;
        }
        wait_for(
            "the second device to come up",
            super::SERVICE_DEADLINE,
            || {
                let device: Device = accounts::fetch(&self.network.chain, &device)?;
                let is_up =
                    device.device_status()? == DeviceStatus::Up && device.connectivity_tier == 4;
                Ok(is_up.then_some(()))
            },
        )?;
        self.narrator
            .say("up by an attested report, connectivity tier 4");
        Ok(device)
    }

    /// Five hours of uptime, the hour before, then three hours minute by minute, and on until the
    /// summary of the last one is attested. The first of the three hours.
    fn watch_hours(&mut self, second: &Pubkey) -> Result<u64> {
        self.network.pass(UPTIME_HOURS * HOUR)?;
        self.pass_to_minute_of_hour(57)?;
        self.step_both(second, 0, true)?;
        // The hour before the first block, which its devices must have served too.
        let before = self.network.now()?.div_euclid(HOUR) + 1;
        for (hour, away, both) in [
            (before, 0..0, true),
            (before + 1, 0..0, true),
            (before + 2, AWAY, false),
            (before + 3, 0..0, false),
        ] {
            self.watch_hour(second, hour * HOUR, away)?;
            self.wait_for_proofs(second, hour * HOUR, both)?;
        }
        let first = u64::try_from(before)? + 1;
        let close = (before + 4) * HOUR;
        for minute in [1, 4, 7] {
            self.step_both(second, close + minute * MINUTE, true)?;
        }
        for hour in first..first + BLOCKS {
            wait_for("the summary of a block", super::SERVICE_DEADLINE, || {
                let poll = addresses::registry::poll(
                    ion_merkle::report::ReportKind::BlockSummary,
                    &rewards::ID,
                    hour,
                );
                let poll: Option<registry::state::Poll> =
                    accounts::find(&self.network.chain, &poll)?;
                Ok(poll.is_some_and(|poll| poll.attested_at != 0).then_some(()))
            })?;
        }
        Ok(first)
    }

    /// An hour from its first minute to its end.
    fn watch_hour(
        &mut self,
        second: &Pubkey,
        opens_at: i64,
        away: std::ops::Range<i64>,
    ) -> Result<()> {
        let mut is_away = false;
        for minute in (1..=58).step_by(3) {
            if away.contains(&minute) != is_away {
                is_away = !is_away;
                if is_away {
                    self.services.second_agent.kill()?;
                    self.narrator.say("the second agent is killed");
                } else {
                    self.services.start_second_agent()?;
                    self.narrator.say("it is back");
                }
            }
            self.step_both(second, opens_at + minute * MINUTE, !is_away)?;
            if minute == 1 {
                // The verifiers read the opening of the hour in their own time.
                std::thread::sleep(OPENING_PAUSE);
            }
        }
        Ok(())
    }

    /// Waits for the hour's proofs: the first device's always, and the second one's while it has not
    /// been away, since a challenge that its crash left open first has to time out.
    fn wait_for_proofs(&self, second: &Pubkey, opens_at: i64, both: bool) -> Result<()> {
        let watched = if both {
            vec![self.device, *second]
        } else {
            vec![self.device]
        };
        wait_for("the hour's work proofs", super::SERVICE_DEADLINE, || {
            for device in &watched {
                let views = self.services.views(device)?;
                let passed = views.iter().all(|view| {
                    view["outcome"] == "pass"
                        && view["outcome_at"].as_i64().is_some_and(|at| at >= opens_at)
                });
                if !passed {
                    return Ok(None);
                }
            }
            Ok(Some(()))
        })
    }

    /// The clock moves to a time, every verifier counts both devices.
    fn step_both(&self, second: &Pubkey, to: i64, with_second: bool) -> Result<()> {
        let ahead = to.saturating_sub(self.network.now()?);
        self.network.pass(ahead.max(0))?;
        let minute = self.network.now()?.div_euclid(MINUTE);
        self.services.wait_for_heartbeat(&self.device, minute)?;
        if with_second {
            self.services.wait_for_heartbeat(second, minute)?;
        }
        Ok(())
    }

    /// Seven days later the hours that nobody watched have failed, and the three are complete.
    fn settle_blocks(&mut self, first: u64) -> Result<()> {
        let last = first + BLOCKS - 1;
        let released = wait_for(
            "the release of the last block",
            super::SERVICE_DEADLINE,
            || {
                Ok(accounts::find::<Block>(
                    &self.network.chain,
                    &addresses::rewards::block(last),
                )?)
            },
        )?;
        self.network
            .pass(released.released_at + 7 * DAY + MINUTE - self.network.now()?)?;
        let settled = wait_for("the three blocks to complete", SCHEDULE_DEADLINE, || {
            let block: Option<Block> =
                accounts::find(&self.network.chain, &addresses::rewards::block(last))?;
            Ok(block.filter(|block| block.block_state().is_ok_and(BlockState::is_summarised)))
        })?;
        ensure!(
            settled.block_state()? == BlockState::Completed,
            "the last block failed"
        );
        let emission: Emission =
            accounts::fetch(&self.network.chain, &addresses::rewards::emission())?;
        self.narrator.say(&format!(
            "seven days later {} hours that nobody watched have failed, their emission went to the reward vault",
            first - emission.start_hour
        ));
        Ok(())
    }

    /// The three blocks as the command line rebuilds them.
    fn audit_blocks(&self, first: u64, second: &Pubkey) -> Result<Vec<(String, Figure)>> {
        let store = self.network.folder.join("objects").display().to_string();
        let mut figures = Vec::new();
        for (number, hour) in (1..).zip(first..first + BLOCKS) {
            let block: Block =
                accounts::fetch(&self.network.chain, &addresses::rewards::block(hour))?;
            let audit = self.network.cli.run(
                "auditor",
                &["audit", "block", &hour.to_string(), "--store", &store],
            )?;
            ensure!(audit["equal"] == true, "block {hour}: {audit}");
            let allocated = block.enterprise.allocated_io + block.community.allocated_io;
            self.narrator.say(&format!(
                "block {hour}: {} of {} paid to {} of {} nominated devices; rebuilt from the verifiers' files: equal",
                io(allocated),
                io(block.emission_io),
                block.counts.succeeded,
                block.counts.nominated,
            ));
            let succeeded = [2, 1, 1][number - 1];
            let nominated = [2, 2, 1][number - 1];
            for (name, recomputed, recorded) in [
                ("devices paid", succeeded, block.counts.succeeded),
                ("devices nominated", nominated, block.counts.nominated),
            ] {
                figures.push((
                    format!("block {number} of 3"),
                    Figure {
                        name: name.to_owned(),
                        unit: "",
                        recomputed,
                        recorded: recorded.into(),
                    },
                ));
            }
            figures.push((
                format!("block {number} of 3"),
                Figure {
                    name: "allocated and left sum to the emission".to_owned(),
                    unit: "IO",
                    recomputed: allocated + block.unallocated_io,
                    recorded: block.emission_io,
                },
            ));
        }
        self.narrator
            .say(&format!("{second} failed in the second block and is not nominated in the third: it needs five hours of uptime again"));
        Ok(figures)
    }

    /// The root is accepted, matures for seven days, and the owner claims.
    fn claim_rewards(&mut self, first: u64) -> Result<Vec<(String, Figure)>> {
        self.narrator
            .chapter("The reward tree: attested, accepted, seven days old, claimed by its owner");
        let last = first + BLOCKS - 1;
        let root = wait_for(
            "a reward root through the blocks",
            SCHEDULE_DEADLINE,
            || {
                let ring: Option<RootRing> =
                    accounts::find(&self.network.chain, &addresses::rewards::roots())?;
                Ok(ring.and_then(|ring| {
                    let root = ring.ring.newest_accepted().copied();
                    root.filter(|root| root.through >= last)
                }))
            },
        )?;
        let store = self.network.folder.join("objects").display().to_string();
        let cli = &self.network.cli;
        let (_, said) = cli.refused("supplier", &["rewards", "claim-all", "--store", &store])?;
        ensure!(
            said.contains("matured"),
            "claiming from an immature root was refused otherwise: {said}"
        );
        self.narrator
            .say("claiming at once is refused: the root can still be vetoed");
        self.network
            .pass(root.mature_at + MINUTE - self.network.now()?)?;
        let supplier = self.network.key("supplier").pubkey();
        let mint = self.network.config.io_mint;
        let before = self.network.balance(&supplier, &mint)?;
        let claimed = cli.run("supplier", &["rewards", "claim-all", "--store", &store])?;
        let amount: u64 = claimed["amount"]["amount"]
            .as_str()
            .context("the claim names no amount")?
            .parse()?;
        let after = self.network.balance(&supplier, &mint)?;
        self.narrator.say(&format!(
            "{} claimed with {} devices",
            io(amount),
            claimed["count"]
        ));
        let (_, said) = cli.refused(
            "supplier",
            &[
                "rewards",
                "claim",
                &self.device.to_string(),
                "--store",
                &store,
            ],
        )?;
        ensure!(said.contains("nothing"), "a second claim said: {said}");
        let emission: Emission =
            accounts::fetch(&self.network.chain, &addresses::rewards::emission())?;
        let vault = addresses::rewards::distribution();
        let held = accounts::token_balance(&self.network.chain, &vault)?;
        let figure = |name: &str, recomputed, recorded| {
            (
                "rewards".to_owned(),
                Figure {
                    name: name.to_owned(),
                    unit: "IO",
                    recomputed,
                    recorded,
                },
            )
        };
        Ok(vec![
            figure("lifetimes of the tree", root.lifetime_io, amount),
            figure("supplier's IO after the claims", before + amount, after),
            figure("claimed by all", amount, emission.claimed_io),
            figure("distribution vault", emission.owed_io()?, held),
        ])
    }
}
