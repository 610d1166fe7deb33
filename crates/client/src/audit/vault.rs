//! The fee vaults from the deposits that reached them.

use ide::events::RevenueDeposited;
use solana_pubkey::Pubkey;

use super::{AuditError, Figure, contradiction};
use crate::{accounts, addresses, events::events_of, history::History, send::Chain};

/// Audits the USDC and the IO fee vault: every deposit ever made against what the vaults hold. Valid
/// while nothing leaves them.
///
/// Errors: `Chain`, `Account`, `UnknownEvent`.
pub fn audit_fee_vaults<C: Chain + History>(
    chain: &C,
    io_mint: &Pubkey,
    usdc_mint: &Pubkey,
) -> Result<Vec<Figure>, AuditError> {
    [
        (usdc_mint, "USDC", addresses::ide::fee_usdc()),
        (io_mint, "IO", addresses::ide::fee_io()),
    ]
    .into_iter()
    .map(|(mint, unit, vault)| {
        let mut deposited = 0u64;
        for record in chain.transactions(&vault)? {
            for event in events_of(&record) {
                if event.describe().is_none() {
                    return Err(AuditError::UnknownEvent(record.signature));
                }
                if let Some(revenue) = event
                    .decode::<RevenueDeposited>(&ide::ID)
                    .filter(|event| event.mint == *mint)
                {
                    deposited = deposited
                        .checked_add(revenue.amount)
                        .ok_or_else(|| contradiction("deposits overflow"))?;
                }
            }
        }
        Ok(Figure {
            name: format!("fee vault, {unit}"),
            unit,
            recomputed: deposited,
            recorded: accounts::token_balance(chain, &vault)?,
        })
    })
    .collect()
}
