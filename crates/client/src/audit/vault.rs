//! The fee vaults from the deposits that reached them.

use ide::events::RevenueDeposited;
use solana_pubkey::Pubkey;

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

/// Audits the USDC and the IO fee vault: every deposit ever made against what the vaults hold. Valid
/// while nothing leaves them.
///
/// Errors: `Chain`, `Account`, `UnknownEvent`.
pub fn audit_fee_vaults<C: Chain + History>(
    chain: &C,
    io_mint: &Pubkey,
    usdc_mint: &Pubkey,
) -> Result<Vec<Figure>, AuditError> {
    let mut figures = Vec::with_capacity(2);
    for (mint, unit, vault) in [
        (usdc_mint, "USDC", addresses::ide::fee_usdc()),
        (io_mint, "IO", addresses::ide::fee_io()),
    ] {
        figures.extend(prefix::figures(
            chain,
            &vault,
            || Ok(accounts::token_balance(chain, &vault)?),
            |recorded| Deposits {
                mint: *mint,
                unit,
                recomputed: 0,
                recorded: *recorded,
            },
        )?);
    }
    Ok(figures)
}

/// What reached a vault, beside its balance, base units.
struct Deposits {
    mint: Pubkey,
    unit: &'static str,
    recomputed: u64,
    recorded: u64,
}

impl Fold for Deposits {
    fn fold(&mut self, _: &TransactionRecord, events: &[EmittedEvent]) -> Result<(), AuditError> {
        for event in events {
            if let Some(revenue) = event
                .decode::<RevenueDeposited>(&ide::ID)
                .filter(|event| event.mint == self.mint)
            {
                self.recomputed = self
                    .recomputed
                    .checked_add(revenue.amount)
                    .ok_or_else(|| contradiction("deposits overflow"))?;
            }
        }
        Ok(())
    }

    fn figures(&self) -> Result<Vec<Figure>, AuditError> {
        Ok(vec![Figure {
            name: format!("fee vault, {}", self.unit),
            unit: self.unit,
            recomputed: self.recomputed,
            recorded: self.recorded,
        }])
    }
}
