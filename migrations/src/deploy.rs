//! Deploying bytecode through the upgradeable loader, as on any cluster.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use ion_client::send::{self, Chain, ChainError, TxStatus};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_loader_v3_interface::{instruction as loader, state::UpgradeableLoaderState};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::rent::Rent;

/// Bytes of a write that leave room for its transaction's signature, keys and header.
const CHUNK_BYTES: usize = 960;
/// Writes in flight at once.
const WINDOW: usize = 64;
/// Size kept for later upgrades, in multiples of the present size.
const GROWTH: usize = 2;
const WRITE_DEADLINE: Duration = Duration::from_secs(120);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Told after each step: bytes written so far and bytes in all.
pub type Progress<'a> = &'a dyn Fn(usize, usize);

/// Whether a program is deployed with exactly this bytecode.
pub fn is_deployed(chain: &dyn Chain, program: &Pubkey, bytecode: &[u8]) -> Result<bool> {
    let data = solana_loader_v3_interface::get_program_data_address(program);
    let account = chain.accounts(&[data])?.pop().flatten();
    Ok(account.is_some_and(|account| {
        account
            .data
            .get(UpgradeableLoaderState::size_of_programdata_metadata()..)
            .is_some_and(|code| {
                code.starts_with(bytecode) && code[bytecode.len()..].iter().all(|byte| *byte == 0)
            })
    }))
}

/// Deploys a program at its key's address, upgradeable by `authority`, who also pays.
///
/// A fresh buffer is written and deployed in one last transaction, so a broken run leaves the
/// address untouched. Nothing is done if the same bytecode is there already.
pub fn deploy(
    chain: &dyn Chain,
    authority: &Keypair,
    program: &Keypair,
    bytecode: &[u8],
    progress: Progress,
) -> Result<()> {
    if is_deployed(chain, &program.pubkey(), bytecode)? {
        progress(bytecode.len(), bytecode.len());
        return Ok(());
    }
    let exists = chain
        .accounts(&[program.pubkey()])?
        .pop()
        .flatten()
        .is_some();
    ensure!(
        !exists,
        "{} is deployed with other bytecode: upgrade it instead",
        program.pubkey()
    );
    let rent = Rent::read(chain)?;
    let buffer = Keypair::new();
    let create = loader::create_buffer(
        &authority.pubkey(),
        &buffer.pubkey(),
        &authority.pubkey(),
        rent.minimum_balance(UpgradeableLoaderState::size_of_buffer(bytecode.len())),
        bytecode.len(),
    )?;
    send::send(chain, authority, &[&buffer], &create).context("create the program's buffer")?;
    write_all(chain, authority, &buffer.pubkey(), bytecode, progress)?;
    let deploy = loader::deploy_with_max_program_len(
        &authority.pubkey(),
        &program.pubkey(),
        &buffer.pubkey(),
        &authority.pubkey(),
        rent.minimum_balance(UpgradeableLoaderState::size_of_program()),
        bytecode.len() * GROWTH,
    )?;
    send::send(chain, authority, &[program], &deploy)
        .context("deploy the program from its buffer")?;
    Ok(())
}

/// Writes every chunk, several in flight, each again until it is seen to have landed.
fn write_all(
    chain: &dyn Chain,
    authority: &Keypair,
    buffer: &Pubkey,
    bytecode: &[u8],
    progress: Progress,
) -> Result<()> {
    let mut open: VecDeque<(usize, Instruction)> = bytecode
        .chunks(CHUNK_BYTES)
        .enumerate()
        .map(|(index, chunk)| {
            let offset = u32::try_from(index * CHUNK_BYTES)?;
            Ok((
                chunk.len(),
                loader::write(buffer, &authority.pubkey(), offset, chunk.to_vec()),
            ))
        })
        .collect::<Result<_>>()?;
    let mut written = 0;
    let deadline = Instant::now() + WRITE_DEADLINE;
    while !open.is_empty() {
        let latest = chain.blockhash()?;
        let window: Vec<_> = open.drain(..open.len().min(WINDOW)).collect();
        let mut sent = Vec::with_capacity(window.len());
        for (length, instruction) in window {
            let transaction = send::build(
                authority,
                &[],
                std::slice::from_ref(&instruction),
                latest.hash,
            )?;
            match chain.submit(&send::serialize(&transaction)?) {
                Ok(_) => sent.push((transaction.signatures[0], length, instruction)),
                Err(ChainError::Unreachable(_)) => open.push_back((length, instruction)),
                Err(error) => return Err(error).context("write a chunk of the program"),
            }
        }
        while !sent.is_empty() {
            let signatures: Vec<_> = sent.iter().map(|(signature, _, _)| *signature).collect();
            let found = chain.status(&signatures, false)?;
            let dead = found.finalized_block_height > latest.last_valid_block_height;
            let mut pending = Vec::new();
            for (entry, status) in sent.into_iter().zip(found.statuses) {
                match status {
                    TxStatus::Succeeded => {
                        written += entry.1;
                        progress(written, bytecode.len());
                    }
                    TxStatus::Failed(error) => bail!("writing a chunk failed: {error}"),
                    TxStatus::NotFound if dead => open.push_back((entry.1, entry.2)),
                    TxStatus::NotFound | TxStatus::Pending => pending.push(entry),
                }
            }
            sent = pending;
            ensure!(
                Instant::now() < deadline,
                "the chain stopped taking the program's chunks"
            );
            if !sent.is_empty() {
                std::thread::sleep(POLL_INTERVAL);
            }
        }
    }
    Ok(())
}
