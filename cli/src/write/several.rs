//! A change that is one of several of the same command.

use super::{Write, confirm};
use crate::{context::Context, failure::Outcome};

impl Write<'_> {
    /// As [`Write::run`], but prints no result, since the command prints one for all; `None` where
    /// nothing was sent (`--dry-run`, `--print-only`).
    ///
    /// Errors: every kind.
    pub fn carry_out(self, ctx: &Context) -> Outcome<Option<String>> {
        if ctx.args.is_printed() {
            self.print_instructions(ctx)?;
            return Ok(None);
        }
        let preview = self.simulate(ctx)?;
        self.show(ctx, &preview);
        if ctx.args.dry_run {
            return Ok(None);
        }
        confirm(ctx)?;
        if let Some(guard) = &self.guard {
            guard(ctx)?;
        }
        self.send(ctx, &preview).map(Some)
    }
}
