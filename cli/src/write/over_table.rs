//! A change that is too large for the keys of its accounts.

use ion_client::send;
use solana_message::AddressLookupTableAccount;

use super::{MAX_COMPUTE_UNITS, Write};
use crate::{context::Context, failure::Outcome};

impl Write<'_> {
    /// Looks accounts up in a table.
    pub fn over(mut self, table: Option<AddressLookupTableAccount>) -> Self {
        self.tables.extend(table);
        self
    }

    /// Whether the change fits one transaction, over the tables that it has.
    ///
    /// Errors: usage.
    pub fn fits(&self, ctx: &Context) -> Outcome<bool> {
        let instructions = self.with_budget(ctx, MAX_COMPUTE_UNITS)?;
        Ok(send::fits(
            &ctx.payer_wallet()?,
            &instructions,
            &self.tables,
        )?)
    }
}
