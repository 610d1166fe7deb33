//! What the transactions of a flow have cost.

use anchor_lang::AnchorDeserialize;
use ion_client::{
    history::{History, TransactionRecord},
    idl,
};
use ion_program_tests::{World, world::Measured};
use staking::ProposeSlashArgs;

use crate::{
    budgets,
    tries::{Known, PER_TRY, further_tries},
};

/// One instruction that was alone in its transaction.
pub struct Sample {
    /// Program, instruction, `booking.pay`, and its variant if it has several.
    pub instruction: String,
    /// Lines it worked on, where its cost depends on them.
    pub lines: Option<u64>,
    /// Compute units with every address at bump 255.
    pub units: u64,
    /// Compute units as charged.
    pub charged: u64,
    /// Size of the transaction.
    pub bytes: usize,
    /// Account keys of the transaction.
    pub keys: usize,
    /// Inner instructions.
    pub inner: usize,
}

/// Program and instruction of a transaction that holds one instruction of a program.
fn single(record: &TransactionRecord) -> Option<String> {
    let [top] = record.instructions.as_slice() else {
        return None;
    };
    let program = idl::program_name(&top.instruction.program)?;
    let name = idl::instruction_name(&top.instruction.program, &top.instruction.data)?;
    Some(format!("{program}.{name}"))
}

/// What sets an instruction apart that has budgets of its own: how many claim records a proposal shows.
fn variant(name: &str, data: &[u8]) -> &'static str {
    if name != "staking.propose_slash" {
        return "";
    }
    let args = ProposeSlashArgs::try_from_slice(&data[8..]).expect("it was accepted");
    match args.shows.reward_parties.len() + args.shows.payout_parties.len() {
        0 => "",
        1..=4 => budgets::WITH_REWARDS,
        _ => budgets::AT_ITS_CAPS,
    }
}

/// Everything that a world has measured, for bookings of `lines` lines.
///
/// # Panics
/// If the world's measurements and its history differ.
pub fn samples(world: &World, lines: u64, known: &Known) -> Vec<Sample> {
    let measured = world.measured();
    let mut samples = Vec::with_capacity(measured.len());
    for (program, id) in ion_migrations::keys::PROGRAMS {
        let prefix = format!("{program}.");
        let measured: Vec<&Measured> = measured
            .iter()
            .filter(|measured| measured.instruction.starts_with(&prefix))
            .collect();
        let records: Vec<(String, TransactionRecord)> = world
            .chain
            .transactions(&id)
            .expect("reading cannot fail")
            .into_iter()
            .filter_map(|record| Some((single(&record)?, record)))
            .filter(|(name, _)| name.starts_with(&prefix))
            .collect();
        // what was sent during genesis is not measured
        let sent = &records[records.len() - measured.len()..];
        for (measured, (name, record)) in measured.into_iter().zip(sent) {
            assert_eq!(
                (&measured.instruction, measured.compute_units),
                (name, record.compute_units)
            );
            let instruction = &record.instructions[0].instruction;
            let tries = further_tries(name, instruction, known);
            samples.push(Sample {
                lines: budgets::lines(name, lines),
                instruction: name.clone() + variant(name, &instruction.data),
                units: measured.compute_units - tries * PER_TRY,
                charged: measured.compute_units,
                bytes: measured.bytes,
                keys: measured.keys,
                inner: measured.inner,
            });
        }
    }
    samples
}
