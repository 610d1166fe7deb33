//! `ion tne show --supplier`: what a supplier earned, from the events of its devices.

use std::collections::HashSet;

use ::booking::events::{EarnDestination, LineEarned};
use ion_client::{
    accounts::{self, AccountError},
    events::events_of,
    history::History,
};
use registry::state::Device;
use solana_pubkey::Pubkey;

use crate::{
    amount::{Amount, Unit},
    commands::booking::show::unit,
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// The device of this key, or all devices of this owner.
///
/// Errors: rpc, program when there is none.
fn devices(ctx: &Context, key: &Pubkey) -> Outcome<Vec<Pubkey>> {
    match accounts::find::<Device>(&ctx.chain, key) {
        Ok(Some(_)) => return Ok(vec![*key]),
        Ok(None) | Err(AccountError::WrongOwner { .. } | AccountError::Undecodable { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let mut owned = Vec::new();
    for (address, device) in accounts::all::<Device>(&ctx.chain)? {
        if device.owner == *key {
            owned.push(address);
        }
    }
    if owned.is_empty() {
        return Err(Failure::chain(
            "the supplier was not found",
            format!("{key} is no device and owns none"),
        )
        .next("ion device list shows all devices with their owners"));
    }
    owned.sort_unstable();
    Ok(owned)
}

/// What the devices of a supplier earned.
///
/// Errors: usage, rpc, program when there is no such supplier or an event is unknown.
pub fn record(ctx: &Context, text: &str) -> Outcome<Record> {
    let key = parse_key(text, "supplier")?;
    let devices = devices(ctx, &key)?;
    let mut rows = Vec::new();
    let mut io = 0u64;
    let (mut usdc_gross, mut io_gross, mut usdc_fee, mut io_fee) = (0u64, 0u64, 0u64, 0u64);
    let mut seen = HashSet::new();
    for device in &devices {
        for transaction in ctx.chain.transactions(device)? {
            for event in events_of(&transaction)
                .iter()
                .filter(|event| event.program == booking::ID)
            {
                if event.describe().is_none() {
                    return Err(Failure::chain(
                        "the record cannot be read",
                        format!("{} holds an unknown event", event.signature),
                    )
                    .next("use the newest version of this command"));
                }
                let Some(earned) = event.decode::<LineEarned>(&booking::ID) else {
                    continue;
                };
                // a transaction that names two of the devices is read twice
                let is_new = seen.insert((event.signature, event.index));
                if earned.device != *device || !is_new {
                    continue;
                }
                let unit = unit(earned.currency);
                let (gross, fee) = match unit {
                    Unit::Io => (&mut io_gross, &mut io_fee),
                    _ => (&mut usdc_gross, &mut usdc_fee),
                };
                // sums of chain amounts stay below the supply
                *gross = gross.saturating_add(earned.amount);
                *fee = fee.saturating_add(earned.fee);
                io = io.saturating_add(earned.io_amount);
                let amount = |base| Amount { base, unit };
                rows.push(
                    Record::new()
                        .with("at", Cell::Time(earned.at))
                        .with("device", earned.device)
                        .with("booking", earned.booking)
                        .with("record", earned.record_seq)
                        .with("line", earned.line)
                        .with("gross", amount(earned.amount))
                        .with("fee", amount(earned.fee))
                        .with("io_amount", Amount::io(earned.io_amount))
                        .with(
                            "destination",
                            match earned.destination_kind {
                                EarnDestination::Supplier => "supplier",
                                EarnDestination::PayDue => "waits to be pulled",
                                EarnDestination::FeeVault => "fee vault",
                            },
                        )
                        .with("transaction", event.signature.to_string()),
                );
            }
        }
    }
    let amount = |base, unit| Amount { base, unit };
    Ok(Record::new()
        .with("supplier", key)
        .with("devices", devices.len() as u64)
        .with("lines_earned", rows.len() as u64)
        .with("tne_settled", Amount::io(io))
        .with("gross_usdc", amount(usdc_gross, Unit::Usdc))
        .with("fees_usdc", amount(usdc_fee, Unit::Usdc))
        .with("gross_io", amount(io_gross, Unit::Io))
        .with("fees_io", amount(io_fee, Unit::Io))
        .with("earnings", rows))
}
