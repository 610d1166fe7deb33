//! Lookup tables of proposals: `ion case propose --make-table` and `ion case close-table`.

use std::time::{Duration, Instant};

use clap::Args;
use ion_client::{
    accounts::AccountError,
    send::Chain,
    table::{self, LookupTable},
};
use solana_commitment_config::CommitmentConfig;
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
    slot_at(ctx, ctx.chain.client().commitment())
}

fn slot_at(ctx: &Context, commitment: CommitmentConfig) -> Outcome<u64> {
    ctx.chain
        .client()
        .get_slot_with_commitment(commitment)
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
    // A slot that has a block for good: one that was skipped names no table.
    let recent = slot_at(ctx, CommitmentConfig::finalized())?;
    let (key, steps) = table::make(&ctx.payer_wallet()?, recent, instruction);
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
        .warning(
            "ion case close-table with the same keys returns its rent when the proposal is made",
        );
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

/// Which of one's own keys is the authority of a table.
///
/// Errors: program when none is.
fn closer(table: &Pubkey, authority: Option<Pubkey>, own: &[Pubkey]) -> Outcome<Pubkey> {
    let Some(authority) = authority else {
        return Err(Failure::chain(
            "the lookup table cannot be closed",
            format!("{table} was frozen: nobody has authority over it"),
        ));
    };
    if own.contains(&authority) {
        return Ok(authority);
    }
    Err(Failure::chain(
        "the lookup table is another's",
        format!("its authority is {authority}, neither the signing key nor the fee payer"),
    )
    .next("give the key that paid for it with --keypair or --fee-payer"))
}

/// Arguments of `case close-table`.
#[derive(Debug, Args)]
#[command(
    after_help = "The first run puts the table out of use; some 512 slots later a second one closes it. A table
belongs to whoever paid for it: give the fee payer that made it, or its key as the signing key.

Examples of slash cases:
  ion case close-table 4Hn... --keypair slasher.json
  ion case close-table 4Hn... --keypair slasher.json --fee-payer payer.json"
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
        let authority = closer(&key, table.authority, &[ctx.wallet()?, ctx.payer_wallet()?])?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Exit;

    #[test]
    fn table_is_closed_by_whichever_own_key_made_it() {
        let [table, signer, payer, other] = [(); 4].map(|()| Pubkey::new_unique());
        let own = [signer, payer];
        assert_eq!(closer(&table, Some(signer), &own).unwrap(), signer);
        assert_eq!(closer(&table, Some(payer), &own).unwrap(), payer);
        let foreign = closer(&table, Some(other), &own).unwrap_err();
        assert_eq!(foreign.exit, Exit::Program);
        assert!(foreign.why.contains(&other.to_string()), "{foreign}");
        assert!(foreign.next.as_ref().unwrap().contains("--fee-payer"));
        let frozen = closer(&table, None, &own).unwrap_err();
        assert!(frozen.why.contains("frozen"), "{frozen}");
    }
}
