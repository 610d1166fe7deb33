//! Sending genesis over a chain.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use ion_client::send::{self, Chain};
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::{
    deploy,
    genesis::{self, GenesisPlan},
    keys::PROGRAMS,
};

/// Told what happens: the work at hand and how much of it is done.
pub trait Observer {
    /// A piece of work begins or moves on; `done` of `total` in its own unit.
    fn progress(&self, work: &str, done: usize, total: usize);
}

/// What exists after genesis, for people and scripts.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Summary {
    /// Program addresses by name.
    pub programs: BTreeMap<&'static str, String>,
    /// The IO mint.
    pub io_mint: String,
    /// The USDC mint.
    pub usdc_mint: String,
    /// Transactions sent; 0 when everything was there already.
    pub transactions: usize,
}

/// Deploys the five programs from `bytecode_dir` and runs genesis to its seal.
///
/// `keys` holds every key that genesis needs, the authority's first; program keys by name come from
/// `program_keys`. What is done already is left alone, so a broken run is continued by running it
/// again.
///
/// Errors: missing bytecode, a chain that refuses, a key that is missing.
pub fn run(
    chain: &dyn Chain,
    plan: &GenesisPlan,
    keys: &[Keypair],
    program_keys: &dyn Fn(&str) -> Result<Keypair>,
    bytecode_dir: &Path,
    observer: &dyn Observer,
) -> Result<Summary> {
    let authority = keys.first().context("genesis needs the authority's key")?;
    for (name, id) in PROGRAMS {
        let path = bytecode_dir.join(format!("{name}.so"));
        let bytecode = fs::read(&path).with_context(|| {
            format!("read {}: run `cargo xtask build-sbf` first", path.display())
        })?;
        let key = program_keys(name)?;
        anyhow::ensure!(
            key.pubkey() == id,
            "the key of {name} is not that of its declared address {id}"
        );
        let work = format!("deploy {name}");
        deploy::deploy(chain, authority, &key, &bytecode, &|done, total| {
            observer.progress(&work, done, total)
        })
        .with_context(|| work.clone())?;
    }
    let steps = genesis::steps(plan)?;
    let total = steps.len();
    let mut transactions = 0;
    for (index, step) in steps.iter().enumerate() {
        observer.progress(&step.name, index, total);
        if step.is_done(chain)? {
            continue;
        }
        let signers: Vec<&Keypair> = keys
            .iter()
            .filter(|key| step.needs(&key.pubkey()))
            .collect();
        send::send(chain, authority, &signers, &step.instructions)
            .with_context(|| format!("genesis step \"{}\"", step.name))?;
        transactions += 1;
    }
    observer.progress("genesis sealed", total, total);
    Ok(Summary {
        programs: PROGRAMS
            .iter()
            .map(|(name, id)| (*name, id.to_string()))
            .collect(),
        io_mint: plan.io_mint.to_string(),
        usdc_mint: plan.usdc_mint.to_string(),
        transactions,
    })
}
