//! Asking the person.

use std::io::IsTerminal;

use crate::{
    context::Context,
    failure::{Failure, Outcome},
};

/// Asks whether to send, unless the call agreed beforehand.
///
/// Errors: declined.
pub(super) fn confirm(ctx: &Context) -> Outcome<()> {
    if ctx.args.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::declined("there is no terminal to ask on")
            .next("add -y to send without being asked"));
    }
    let agreed = dialoguer::Confirm::new()
        .with_prompt("Send it?")
        .default(false)
        .interact()
        .map_err(|error| Failure::declined(error).next("add -y to send without being asked"))?;
    if agreed {
        Ok(())
    } else {
        Err(Failure::declined("you said no"))
    }
}
