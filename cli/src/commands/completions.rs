//! `ion completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{args::Cli, failure::Outcome};

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion completions bash > /etc/bash_completion.d/ion")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    /// Prints the script.
    pub fn run(&self) -> Outcome<()> {
        clap_complete::generate(
            self.shell,
            &mut Cli::command(),
            "ion",
            &mut std::io::stdout(),
        );
        Ok(())
    }
}
