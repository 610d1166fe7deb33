//! The principal of a device from the deposits and withdrawals that its vault saw.

use solana_pubkey::Pubkey;
use staking::events::{
    OfferFilled, OverflowWithdrawn, PositionWithdrawn, StakeDeposited, StakeRestored, StakeSeized,
    StakeWithdrawn,
};

use super::{
    AuditError, Figure, contradiction,
    prefix::{self, Fold},
};
use crate::{
    accounts, addresses,
    events::EmittedEvent,
    history::{History, TransactionRecord},
    send::Chain,
};

/// Audits the vault of a device's stake: what the owner and co-stakers put in, less what they took
/// out and what slash cases hold or burned, against what the vault holds.
///
/// Errors: `Chain`, `Account`, `UnknownEvent`, `Contradiction`.
pub fn audit_stake<C: Chain + History>(chain: &C, device: &Pubkey) -> Result<Figure, AuditError> {
    let vault = addresses::staking::vault(&addresses::staking::device_stake(device));
    let figures = prefix::figures(
        chain,
        &vault,
        || Ok(accounts::token_balance(chain, &vault)?),
        |recorded| Principal {
            recomputed: 0,
            recorded: *recorded,
        },
    )?;
    figures
        .into_iter()
        .next()
        .ok_or_else(|| contradiction("a vault has a balance"))
}

/// What a vault saw, beside its balance, IO base units.
struct Principal {
    recomputed: u64,
    recorded: u64,
}

impl Fold for Principal {
    fn fold(&mut self, _: &TransactionRecord, events: &[EmittedEvent]) -> Result<(), AuditError> {
        for event in events {
            let (into, out) = moved(event);
            self.recomputed = self
                .recomputed
                .checked_add(into)
                .and_then(|sum| sum.checked_sub(out))
                .ok_or_else(|| contradiction("more left the vault than came in"))?;
        }
        Ok(())
    }

    fn figures(&self) -> Result<Vec<Figure>, AuditError> {
        Ok(vec![Figure {
            name: "stake vault".to_owned(),
            unit: "IO",
            recomputed: self.recomputed,
            recorded: self.recorded,
        }])
    }
}

/// IO base units into and out of the vault by one event.
fn moved(event: &EmittedEvent) -> (u64, u64) {
    let program = staking::ID;
    if let Some(event) = event.decode::<StakeDeposited>(&program) {
        (event.amount_io, 0)
    } else if let Some(event) = event.decode::<OfferFilled>(&program) {
        (event.amount_io, 0)
    } else if let Some(event) = event.decode::<OverflowWithdrawn>(&program) {
        (0, event.amount_io)
    } else if let Some(event) = event.decode::<StakeWithdrawn>(&program) {
        (0, event.amount_io)
    } else if let Some(event) = event.decode::<PositionWithdrawn>(&program) {
        (0, event.amount_io)
    } else if let Some(event) = event.decode::<StakeSeized>(&program) {
        (0, event.amount_io)
    } else if let Some(event) = event.decode::<StakeRestored>(&program) {
        (event.amount_io, 0)
    } else {
        (0, 0)
    }
}
