//! Deploys the programs and runs genesis against a JSON-RPC node.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use ion_client::{
    rpc::RpcChain,
    send::{self, Chain},
};
use ion_economics::units::{IO_ONE, USDC_ONE};
use ion_migrations::{
    genesis::GenesisPlan,
    keys::program_key,
    rent::Rent,
    run::{self, Observer},
    tokens::{self, Mint},
    wallets::{DEMO_WALLETS, GENESIS_WALLETS, Wallets, write_key},
};
use solana_commitment_config::CommitmentConfig;
use solana_keypair::{Keypair, read_keypair_file};
use solana_pubkey::Pubkey;
use solana_sdk_ids::sysvar;
use solana_signer::Signer;

/// The receiver program that owns price accounts on public clusters.
const PRICE_RECEIVER: Pubkey =
    solana_pubkey::pubkey!("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ");
const AUTHORITY_LAMPORTS: u64 = 1_000_000_000_000;
const WALLET_LAMPORTS: u64 = 100_000_000_000;
const WALLET_IO: u64 = 100_000 * IO_ONE;
const WALLET_USDC: u64 = 100_000 * USDC_ONE;
const AIRDROP_DEADLINE: Duration = Duration::from_secs(30);

/// Deploy the five programs and run genesis; running it again continues where it stopped.
///
/// Example, local chain: ion-migrate --url http://127.0.0.1:8899 --development
/// Example, own keys:    ion-migrate --url http://127.0.0.1:8899 --keys keys --feed HEX
#[derive(Parser)]
struct Arguments {
    /// JSON-RPC URL of the node.
    #[arg(short, long, env = "ION_URL")]
    url: String,
    /// Use derived keys that anyone has, fund demo wallets from the node's faucet. Local chains only.
    #[arg(long, conflicts_with = "keys", required_unless_present = "keys")]
    development: bool,
    /// Folder with `<wallet>.json` of every role and `program-<name>.json` of every program.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// Folder with the programs' bytecode.
    #[arg(long, default_value = "target/deploy")]
    bytecode: PathBuf,
    /// Where to write the development wallets' key files.
    #[arg(long, default_value = ".ion/localnet/keys")]
    wallet_dir: PathBuf,
    /// Feed of IO in dollars, 64 hexadecimal digits.
    #[arg(
        long,
        default_value = "0707070707070707070707070707070707070707070707070707070707070707"
    )]
    feed: String,
    /// Print one JSON object on standard output.
    #[arg(long)]
    json: bool,
}

struct Bar(ProgressBar);

impl Observer for Bar {
    fn progress(&self, work: &str, done: usize, total: usize) {
        self.0.set_length(total as u64);
        self.0.set_position(done as u64);
        self.0.set_message(work.to_owned());
    }
}

fn main() -> ExitCode {
    match migrate(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn migrate(arguments: &Arguments) -> Result<()> {
    let chain = RpcChain::new(&arguments.url, CommitmentConfig::confirmed());
    let wallets = match &arguments.keys {
        Some(folder) => Wallets::Folder(folder.clone()),
        None => Wallets::Development,
    };
    let keys: Vec<Keypair> = GENESIS_WALLETS
        .iter()
        .map(|name| wallets.key(name))
        .collect::<Result<_>>()?;
    let authority = &keys[0];
    if arguments.development {
        airdrop(&chain, &authority.pubkey(), AUTHORITY_LAMPORTS)?;
    }
    let now = chain_time(&chain)?;
    let plan = GenesisPlan::new(
        &wallets,
        PRICE_RECEIVER,
        feed_id(&arguments.feed)?,
        now,
        Rent::read(&chain)?,
    )?;
    let bar = Bar(ProgressBar::new(0));
    bar.0
        .set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")?);
    let key_folder = arguments.keys.as_deref();
    let program_keys = |name: &str| program_key_of(key_folder, name);
    let summary = run::run(
        &chain,
        &plan,
        &keys,
        &program_keys,
        &arguments.bytecode,
        &bar,
    )?;
    bar.0.finish_and_clear();
    let mut files = BTreeMap::new();
    if arguments.development {
        for (name, key) in GENESIS_WALLETS.iter().zip(&keys) {
            files.insert(*name, write_key(&arguments.wallet_dir, name, key)?);
        }
        for name in DEMO_WALLETS {
            let key = wallets.key(name)?;
            fund(&chain, authority, &keys, &plan, &key.pubkey())?;
            files.insert(name, write_key(&arguments.wallet_dir, name, &key)?);
        }
        for name in [
            "governance",
            "guardian",
            "scheduler",
            "verifier-1",
            "verifier-2",
            "verifier-3",
        ] {
            airdrop(&chain, &wallets.key(name)?.pubkey(), WALLET_LAMPORTS)?;
        }
    }
    if arguments.json {
        println!(
            "{}",
            serde_json::json!({ "url": arguments.url, "summary": summary, "wallets": files })
        );
    } else {
        println!(
            "genesis is sealed ({} transactions sent)",
            summary.transactions
        );
        for (name, address) in &summary.programs {
            println!("  program {name:<10} {address}");
        }
        println!(
            "  IO mint            {}\n  USDC mint          {}",
            summary.io_mint, summary.usdc_mint
        );
        for (name, path) in &files {
            println!("  wallet {name:<16} {}", path.display());
        }
    }
    Ok(())
}

fn program_key_of(folder: Option<&Path>, name: &str) -> Result<Keypair> {
    match folder {
        None => Ok(program_key(name)),
        Some(folder) => {
            let path = folder.join(format!("program-{name}.json"));
            read_keypair_file(&path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
        }
    }
}

fn feed_id(text: &str) -> Result<[u8; 32]> {
    ensure!(
        text.len() == 64 && text.is_ascii(),
        "a feed id has 64 hexadecimal digits"
    );
    let mut id = [0; 32];
    for (byte, at) in id.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16)
            .context("a feed id has 64 hexadecimal digits")?;
    }
    Ok(id)
}

/// Chain time from the Clock sysvar; the timestamp is its last field.
fn chain_time(chain: &dyn Chain) -> Result<i64> {
    let clock = chain
        .accounts(&[sysvar::clock::ID])?
        .pop()
        .flatten()
        .context("the chain has no clock")?;
    let bytes = clock
        .data
        .get(32..40)
        .context("the clock sysvar is short")?;
    Ok(i64::from_le_bytes(bytes.try_into()?))
}

/// Tops a wallet up from the node's faucet.
fn airdrop(chain: &RpcChain, wallet: &Pubkey, lamports: u64) -> Result<()> {
    let balance = |chain: &RpcChain| -> Result<u64> {
        Ok(chain
            .accounts(&[*wallet])?
            .pop()
            .flatten()
            .map_or(0, |account| account.lamports))
    };
    if balance(chain)? >= lamports / 2 {
        return Ok(());
    }
    chain
        .client()
        .request_airdrop(wallet, lamports)
        .context("the node gives no lamports: is it a local chain?")?;
    let deadline = Instant::now() + AIRDROP_DEADLINE;
    while balance(chain)? < lamports / 2 {
        if Instant::now() > deadline {
            bail!("the airdrop to {wallet} did not arrive");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Gives a demo wallet lamports and both tokens, once.
fn fund(
    chain: &RpcChain,
    authority: &Keypair,
    keys: &[Keypair],
    plan: &GenesisPlan,
    wallet: &Pubkey,
) -> Result<()> {
    airdrop(chain, wallet, WALLET_LAMPORTS)?;
    let io_account =
        anchor_spl::associated_token::get_associated_token_address(wallet, &plan.io_mint);
    if chain.accounts(&[io_account])?.pop().flatten().is_some() {
        return Ok(());
    }
    let payer = authority.pubkey();
    let treasury = keys
        .iter()
        .find(|key| key.pubkey() == plan.treasury)
        .context("the treasury's key")?;
    let mut instructions = vec![
        tokens::create_associated_account(&payer, wallet, &plan.io_mint),
        tokens::transfer(Mint::Io, &plan.io_mint, &plan.treasury, wallet, WALLET_IO)?,
    ];
    instructions.extend(tokens::mint_to_wallet(
        &plan.usdc_mint,
        &payer,
        &payer,
        wallet,
        WALLET_USDC,
    )?);
    send::send(chain, authority, &[treasury], &instructions)
        .with_context(|| format!("fund {wallet}"))?;
    Ok(())
}
