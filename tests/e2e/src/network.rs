//! A network to play on: a local chain or a cluster somebody runs, genesis done, keys at hand.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use ion_client::{
    accounts, addresses,
    history::{History, TransactionRecord},
    rpc::RpcChain,
    send,
};
use ion_migrations::wallets::Wallets;
use registry::state::Config;
use solana_commitment_config::CommitmentConfig;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;

use crate::{
    cli::Cli,
    localnet::{LocalControl, Localnet, LocalnetOptions, RpcControl},
    process::wait_for,
};

/// How long a node may take to give out a transaction that it has confirmed.
const HISTORY_DEADLINE: Duration = Duration::from_secs(30);

/// Where the built binaries and the programs' bytecode are.
#[derive(Clone, Debug)]
pub struct Built {
    /// Folder of `ion`, `ion-migrate` and the services.
    pub binaries: PathBuf,
    /// Folder of the programs' bytecode.
    pub bytecode: PathBuf,
}

impl Built {
    /// The binaries beside the running one, and the bytecode of the same checkout.
    ///
    /// Errors: the running program has no place on disk.
    pub fn beside_this_program() -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut folder = program.parent().context("a program lies in a folder")?;
        if folder.ends_with("deps") {
            folder = folder.parent().context("a test lies two folders deep")?;
        }
        let target = folder
            .parent()
            .context("binaries lie in a profile's folder")?;
        Ok(Self {
            binaries: folder.to_owned(),
            bytecode: target.join("deploy"),
        })
    }

    /// Path of a binary.
    ///
    /// Errors: it has not been built.
    pub fn binary(&self, name: &str) -> Result<PathBuf> {
        let path = self.binaries.join(name);
        ensure!(
            path.exists(),
            "{} is missing: run `cargo build --workspace --bins`",
            path.display()
        );
        Ok(path)
    }
}

/// The chain, its clock, and everybody's keys.
pub struct Network {
    /// JSON-RPC address.
    pub url: String,
    /// The chain through the client.
    pub chain: RpcChain,
    /// The chain's clock and accounts, where they can be moved.
    pub control: Option<RpcControl>,
    /// The command line.
    pub cli: Cli,
    /// Folder for key files, stores and logs of this run.
    pub folder: PathBuf,
    /// On-chain configuration.
    pub config: Config,
    // Ends with the network.
    _localnet: Option<Localnet>,
}

impl Network {
    /// Starts a local chain, or takes the one at `url`, and runs genesis on it.
    ///
    /// Errors: something is not built, the chain does not start, genesis is refused.
    pub fn start(
        built: &Built,
        url: Option<&str>,
        folder: &Path,
        show_progress: bool,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let localnet = match url {
            Some(_) => None,
            None => Some(Localnet::start(
                &Localnet::binary()?,
                &LocalnetOptions::default(),
            )?),
        };
        let url = match (&localnet, url) {
            (Some(localnet), _) => localnet.rpc_url().to_owned(),
            (None, url) => url.context("a chain was started or named")?.to_owned(),
        };
        let keys = folder.join("keys");
        let mut migrate = Command::new(built.binary("ion-migrate")?);
        migrate
            .args(["--url", &url, "--development", "--json", "--bytecode"])
            .arg(&built.bytecode)
            .arg("--wallet-dir")
            .arg(&keys)
            .stdout(Stdio::null());
        if !show_progress {
            migrate.stderr(Stdio::piped());
        }
        let output = migrate.spawn()?.wait_with_output()?;
        ensure!(
            output.status.success(),
            "genesis failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let chain = RpcChain::new(&url, CommitmentConfig::confirmed());
        let control = Some(RpcControl::new(&url)).filter(RpcControl::is_local);
        let config = accounts::fetch(&chain, &addresses::registry::config())?;
        Ok(Self {
            cli: Cli::new(&built.binary("ion")?, &url, &keys),
            url,
            chain,
            control,
            folder: folder.to_owned(),
            config,
            _localnet: localnet,
        })
    }

    /// A wallet's key.
    ///
    /// # Panics
    /// Never: development keys are derived.
    pub fn key(&self, wallet: &str) -> Keypair {
        Wallets::Development
            .key(wallet)
            .expect("development keys are derived")
    }

    /// The chain's clock, where it can be moved.
    ///
    /// Errors: this chain's clock cannot be moved.
    pub fn clock(&self) -> Result<&RpcControl> {
        self.control
            .as_ref()
            .context("this chain's clock cannot be moved")
    }

    /// The chain's time in Unix seconds.
    ///
    /// Errors: the chain cannot be asked.
    pub fn now(&self) -> Result<i64> {
        RpcControl::new(&self.url).now()
    }

    /// Moves the chain's time forward.
    ///
    /// Errors: this chain's clock cannot be moved.
    pub fn pass(&self, seconds: i64) -> Result<()> {
        let clock = self.clock()?;
        clock.time_travel_to(clock.now()? + seconds)
    }

    /// Sends instructions in one transaction and reads back what it did.
    ///
    /// Errors: as the client's `send`.
    pub fn send(
        &self,
        payer: &Keypair,
        signers: &[&Keypair],
        instructions: &[Instruction],
    ) -> Result<TransactionRecord> {
        let signature = send::send(&self.chain, payer, signers, instructions)?;
        wait_for(
            "a confirmed transaction in history",
            HISTORY_DEADLINE,
            || Ok(self.chain.transaction(&signature)?),
        )
    }

    /// Balance of a wallet's associated token account in base units.
    ///
    /// Errors: the chain cannot be asked.
    pub fn balance(&self, wallet: &Pubkey, mint: &Pubkey) -> Result<u64> {
        let account = anchor_spl::associated_token::get_associated_token_address(wallet, mint);
        Ok(accounts::token_balance(&self.chain, &account)?)
    }
}
