//! What a write will cost, from its simulation.

use solana_transaction::versioned::VersionedTransaction;

use super::Write;
use crate::{
    amount::Amount,
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Outcome of the simulation.
pub(super) struct Preview {
    /// Compute units it took.
    pub compute_units: u64,
    /// Limit to send it with.
    pub limit: u64,
    /// Fee in lamports.
    pub fee: u64,
    /// Lamports that the payer loses beyond the fee; negative when rent comes back.
    pub rent: Option<i128>,
    /// Program logs.
    pub logs: Vec<String>,
}

impl Preview {
    pub fn cost(&self) -> Record {
        let mut cost = Record::new()
            .with("fee", Amount::sol(self.fee))
            .with("compute_units", self.compute_units);
        if let Some(rent) = self.rent
            && rent != 0
        {
            let name = if rent > 0 {
                "rent_deposit"
            } else {
                "rent_returned"
            };
            let lamports = u64::try_from(rent.unsigned_abs()).unwrap_or(u64::MAX);
            cost = cost.with(name, Amount::sol(lamports));
        }
        cost
    }

    pub fn report(&self, status: &str, write: &Write<'_>) -> Record {
        Record::new()
            .with("status", status)
            .with("intent", write.intent.as_str())
            .with("effect", write.effect.clone())
            .with("cost", self.cost())
            .with("warnings", Cell::Texts(write.warnings.clone()))
    }
}

/// Price per compute unit in micro-lamports, if there is one.
pub(super) fn compute_unit_price(ctx: &Context) -> Outcome<Option<u64>> {
    let parse = |text: &str| {
        text.parse().map_err(|_| {
            Failure::usage(
                "the compute unit price is not understood",
                format!("\"{text}\" is no number"),
            )
        })
    };
    ctx.settings
        .compute_unit_price
        .as_ref()
        .map(|setting| parse(&setting.value))
        .transpose()
}

fn lamports_of_signatures(transaction: &VersionedTransaction) -> u64 {
    const LAMPORTS_PER_SIGNATURE: u64 = 5_000;
    LAMPORTS_PER_SIGNATURE
        .saturating_mul(u64::try_from(transaction.signatures.len()).unwrap_or(u64::MAX))
}

/// Fee of a transaction at a compute-unit limit, lamports.
pub(super) fn fee_at(
    ctx: &Context,
    transaction: &VersionedTransaction,
    limit: u64,
) -> Outcome<u64> {
    const MICRO: u64 = 1_000_000;
    let price = compute_unit_price(ctx)?.unwrap_or_default();
    let priority = price.saturating_mul(limit).div_ceil(MICRO);
    Ok(lamports_of_signatures(transaction).saturating_add(priority))
}
