//! Lookup tables of proposals: `ion case propose --make-table` and `ion case close-table`.

use std::time::{Duration, Instant};

use clap::Args;
use ion_client::{
    accounts::AccountError,
    send::Chain,
    table::{self, LookupTable},
};
use solana_instruction::Instruction;
use solana_message::AddressLookupTableAccount;
use solana_pubkey::Pubkey;

use crate::{
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::Record,
    write::Write,
};

/// How long a table may take to become usable.
const DEADLINE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);

/// Reads a table.
///
/// Errors: rpc; program when it is none.
fn read(ctx: &Context, key: &Pubkey) -> Outcome<LookupTable> {
    let account = ctx.chain.accounts(&[*key])?.into_iter().next().flatten();
    let account = account.ok_or(AccountError::Missing(*key))?;
    Ok(table::decode(key, &account)?)
}

fn slot(ctx: &Context) -> Outcome<u64> {
    ctx.chain
        .client()
        .get_slot()
        .map_err(|error| Failure::rpc("the slot cannot be read", error))
}

/// A table that was made before.
///
/// Errors: rpc; usage when it is out of use.
pub(super) fn named(ctx: &Context, text: &str) -> Outcome<AddressLookupTableAccount> {
    let key = parse_key(text, "lookup table")?;
    let table = read(ctx, &key)?;
    if table.deactivated_at_slot.is_some() {
        return Err(
            Failure::usage("the lookup table cannot be used", "it was put out of use")
                .next("make another with --make-table"),
        );
    }
    Ok(table.table)
}

/// Makes a table of the accounts of an instruction and waits until it can be used; `None` where nothing
/// is sent.
///
/// Errors: every kind.
pub(super) fn make(
    ctx: &Context,
    instruction: &Instruction,
) -> Outcome<Option<AddressLookupTableAccount>> {
    // one that the node surely remembers
    let (key, steps) = table::make(
        &ctx.payer_wallet()?,
        slot(ctx)?.saturating_sub(1),
        instruction,
    );
    let count = steps.len();
    for (number, mut step) in (1usize..).zip(steps) {
        let last = step.pop();
        let Some(last) = last else { continue };
        let write = Write::new(
            format!("Fill lookup table {key}, step {number} of {count}"),
            last,
        )
        .after(step.pop())
        .effect("table", key)
        .warning("ion case close-table returns its rent when the proposal is made");
        if write.carry_out(ctx)?.is_none() {
            return Ok(None);
        }
    }
    let until = Instant::now() + DEADLINE;
    loop {
        if let Ok(table) = read(ctx, &key)
            && slot(ctx)? > table.filled_at_slot
        {
            return Ok(Some(table.table));
        }
        if Instant::now() >= until {
            return Err(Failure::rpc(
                "the lookup table cannot be used yet",
                format!("the node does not show {key} filled"),
            )
            .next(format!("run it again with --table {key}")));
        }
        std::thread::sleep(PAUSE);
    }
}

/// Arguments of `case close-table`.
#[derive(Debug, Args)]
#[command(
    after_help = "The first run puts the table out of use; some 512 slots later a second one closes it.

Examples of slash cases:
  ion case close-table 4Hn... --keypair slasher.json"
)]
pub struct CloseTableArgs {
    /// Address of the lookup table
    table: String,
}

impl CloseTableArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let key = parse_key(&self.table, "lookup table")?;
        let table = read(ctx, &key)?;
        let authority = ctx.wallet()?;
        let (intent, instruction) = match table.deactivated_at_slot {
            None => (
                format!("Put lookup table {key} out of use"),
                table::deactivate(&key, &authority),
            ),
            Some(_) => (
                format!("Close lookup table {key}"),
                table::close(&key, &authority),
            ),
        };
        Write::new(intent, instruction).run(ctx, |ctx| {
            let account = ctx.chain.accounts(&[key])?.into_iter().next().flatten();
            let phase = match account.map(|account| table::decode(&key, &account)) {
                Some(Ok(table)) if table.deactivated_at_slot.is_none() => "in use",
                Some(Ok(_)) => "out of use",
                _ => "closed",
            };
            Ok(Record::new().with("table", key).with("phase", phase))
        })
    }
}
