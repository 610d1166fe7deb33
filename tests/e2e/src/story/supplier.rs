//! The supplier: two devices, their stake, the co-staker on one of them, and the exit.

use anyhow::{Result, ensure};
use ion_client::{
    accounts, addresses,
    audit::{self, Figure},
    events::events_of,
    history::History,
};
use ion_economics::{
    device::DeviceStatus,
    units::{DAY, IO_ONE},
};
use ion_migrations::wallets::{Wallets, write_key};
use registry::state::Device;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::events::PositionWithdrawn;

use super::{ASK, MINUTE, PROCESSOR, QTY, SERVICE_DEADLINE, Story};
use crate::{narration::io, process::wait_for};

/// Stake of the first device, whole IO.
const STAKE: u64 = 16_000;
/// What the co-staker puts in beside it, whole IO, and for which share.
const CO_STAKE: u64 = 4_000;
const CO_SHARE: &str = "25";
/// Wallets that the supplier links beside its own.
const LINKED: [&str; 2] = ["supplier-savings", "supplier-cold"];

impl Story<'_> {
    pub(super) fn supplier(&mut self) -> Result<()> {
        self.narrator
            .chapter("A supplier registers eight GPUs and stakes for them");
        let key_file = self.services.device_key_file.clone();
        self.device = self.register(
            &key_file,
            QTY,
            STAKE,
            &format!("{QTY} × {PROCESSOR} registered, asking {ASK} USD per processor-hour"),
        )?;
        self.narrator.say(&format!(
            "{} staked: 200 IO × multiplier 10 × 8",
            io(STAKE * IO_ONE)
        ));
        Ok(())
    }

    /// A second machine of the supplier, and what block rewards ask of a supplier.
    pub(super) fn second_device(&mut self) -> Result<()> {
        self.narrator
            .chapter("The supplier signs the service agreement, links wallets, adds one more GPU");
        let cli = &self.network.cli;
        let folder = cli.key_file(LINKED[0]);
        let folder = folder.parent().unwrap_or(&self.network.folder);
        let mut declaration = vec!["supplier".to_owned(), "declare".to_owned()];
        declaration.push("--accept-agreement".to_owned());
        for name in LINKED {
            let path = write_key(folder, name, &Wallets::Development.key(name)?)?;
            declaration.extend(["--wallet".to_owned(), path.display().to_string()]);
        }
        declaration.extend([
            "--verifier".to_owned(),
            self.services.verifier_url()?.to_owned(),
        ]);
        let declaration: Vec<&str> = declaration.iter().map(String::as_str).collect();
        cli.run("supplier", &declaration)?;
        self.narrator
            .say("declaration signed by owner and two wallets, kept by the verifiers");
        self.services.start_second_agent()?;
        let key_file = self.services.second_key_file.clone();
        self.second = self.register(&key_file, "1", 2_000, "second device registered")?;
        Ok(())
    }

    /// Registers the device of a key file and stakes for it; its address.
    fn register(
        &self,
        key_file: &std::path::Path,
        qty: &str,
        stake: u64,
        what: &str,
    ) -> Result<Pubkey> {
        let path = key_file.display().to_string();
        let class = self.class.to_string();
        let cli = &self.network.cli;
        let registered = cli.run(
            "supplier",
            &[
                "device",
                "register",
                "--device-key",
                &path,
                "--class",
                &class,
                "--qty",
                qty,
                "--ask",
                ASK,
            ],
        )?;
        self.tell(what, &registered);
        let key = solana_keypair::read_keypair_file(key_file)
            .map_err(|error| anyhow::anyhow!("{path}: {error}"))?
            .pubkey();
        let address = addresses::registry::device(&key);
        let device = address.to_string();
        let opened = cli.run("supplier", &["stake", "open", &device])?;
        self.tell("stake account and vault opened", &opened);
        let staked = cli.run(
            "supplier",
            &["stake", "deposit", &device, &stake.to_string()],
        )?;
        self.tell(&format!("{} deposited", io(stake * IO_ONE)), &staked);
        Ok(address)
    }

    pub(super) fn proof_of_compute(&mut self) -> Result<()> {
        self.narrator
            .chapter("Every verifier challenges the devices, two of three attest them");
        let mut devices = vec![self.device];
        devices.extend((self.second != Pubkey::default()).then_some(self.second));
        for device in &devices {
            wait_for("the challenges to pass", SERVICE_DEADLINE, || {
                let views = self.services.views(device);
                Ok(views
                    .is_ok_and(|views| views.iter().all(|view| view["outcome"] == "pass"))
                    .then_some(()))
            })?;
        }
        self.narrator
            .say("chained int8 matrix products committed, opened and checked: pass at all three");
        for _ in 0..14 {
            self.step()?;
        }
        for address in &devices {
            let device = wait_for("a device to come up", SERVICE_DEADLINE, || {
                let device: Device = accounts::fetch(&self.network.chain, address)?;
                let is_up =
                    device.device_status()? == DeviceStatus::Up && device.connectivity_tier == 4;
                Ok(is_up.then_some(device))
            })?;
            self.narrator.say(&format!(
                "device report attested and applied by a crank: {address} is up since {}, connectivity tier 4",
                device.onboarded_at
            ));
        }
        Ok(())
    }

    /// A stranger puts stake beside the supplier's for a share of the rewards.
    pub(super) fn co_stake(&mut self) -> Result<()> {
        self.narrator
            .chapter("The supplier offers a share of the rewards, a co-staker takes it");
        let device = self.device.to_string();
        let amount = CO_STAKE.to_string();
        let cli = &self.network.cli;
        let offered = cli.run(
            "supplier",
            &["offer", "create", &device, &amount, "--share", CO_SHARE],
        )?;
        self.tell(
            &format!(
                "{} wanted for {CO_SHARE} % of the device's block rewards",
                io(CO_STAKE * IO_ONE)
            ),
            &offered,
        );
        let seq = {
            let stake: staking::state::DeviceStake = accounts::fetch(
                &self.network.chain,
                &addresses::staking::device_stake(&self.device),
            )?;
            (stake.next_offer_seq() - 1).to_string()
        };
        let accepted = cli.run(
            "co-staker",
            &[
                "offer", "accept", &device, "--seq", &seq, "--amount", &amount, "--share", CO_SHARE,
            ],
        )?;
        self.tell("accepted: it earns from the next full hour on", &accepted);
        Ok(())
    }

    /// The owner begins to leave, and the co-staker's clock runs with it.
    pub(super) fn begin_exit(&mut self) -> Result<()> {
        self.narrator
            .chapter("The supplier leaves: 14 days of cooldown for owner and co-staker");
        let device = self.device.to_string();
        let cli = &self.network.cli;
        let begun = cli.run("supplier", &["stake", "unstake", &device])?;
        self.tell("exit begun", &begun);
        let (_, said) = cli.refused("supplier", &["stake", "withdraw", &device])?;
        ensure!(
            said.to_lowercase().contains("cool"),
            "withdrawing too early was refused otherwise: {said}"
        );
        self.exit_begun_at = self.network.now()?;
        Ok(())
    }

    /// Both take their whole stake.
    pub(super) fn withdraw(&mut self) -> Result<Vec<(String, Figure)>> {
        self.narrator
            .chapter("14 days after the exit began: the whole stake of both");
        let over = self.exit_begun_at + 14 * DAY + MINUTE;
        self.network.pass((over - self.network.now()?).max(0))?;
        let device = self.device.to_string();
        let mint = self.network.config.io_mint;
        let owner = self.network.key("supplier").pubkey();
        let before = self.network.balance(&owner, &mint)?;
        let withdrawn = self
            .network
            .cli
            .run("supplier", &["stake", "withdraw", &device])?;
        self.tell(
            &format!("{} back in the supplier's wallet", io(STAKE * IO_ONE)),
            &withdrawn,
        );
        let mut figures = vec![
            (
                "stake".to_owned(),
                Figure {
                    name: "supplier's IO after the exit".to_owned(),
                    unit: "IO",
                    recomputed: before + STAKE * IO_ONE,
                    recorded: self.network.balance(&owner, &mint)?,
                },
            ),
            (
                "stake".to_owned(),
                Figure {
                    name: "paid to the co-staker from its position".to_owned(),
                    unit: "IO",
                    recomputed: CO_STAKE * IO_ONE,
                    recorded: self.pay_co_staker_out(&device)?,
                },
            ),
        ];
        figures.push((
            "stake".to_owned(),
            audit::audit_stake(&self.network.chain, &self.device)?,
        ));
        Ok(figures)
    }

    /// The co-staker takes its stake; the verifiers' housekeeping may have been faster. Returns what the
    /// position has paid.
    fn pay_co_staker_out(&self, device: &str) -> Result<u64> {
        let chain = &self.network.chain;
        let line = format!("{} back in the co-staker's wallet", io(CO_STAKE * IO_ONE));
        let stake = addresses::staking::device_stake(&self.device);
        let stake: staking::state::DeviceStake = accounts::fetch(chain, &stake)?;
        let position = addresses::staking::co_position(&self.device, stake.offer_seq);
        let cli = &self.network.cli;
        match cli.run("co-staker", &["co-stake", "withdraw", device]) {
            Ok(withdrawn) => self.tell(&line, &withdrawn),
            // Without a verifier the payout does not come, and the wait below says so.
            Err(_) => self.narrator.say(&format!("{line}, sent by a verifier")),
        }
        wait_for("the co-staker's payout", SERVICE_DEADLINE, || {
            let mut paid = 0;
            for record in chain.transactions(&position)? {
                for event in events_of(&record) {
                    if let Some(event) = event.decode::<PositionWithdrawn>(&staking::ID) {
                        paid += event.amount_io;
                    }
                }
            }
            Ok((paid > 0).then_some(paid))
        })
    }
}
