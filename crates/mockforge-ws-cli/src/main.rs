//! The command `mockforge`. It parses the command line, prints and chooses exit codes; what it does is done by
//! the crates below.

mod args;
mod command;
mod exit;
mod problems;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use crate::exit::Exit;

fn main() -> ExitCode {
    let exit = match args::Cli::try_parse() {
        Ok(cli) => command::run(cli).unwrap_or_else(|stop| {
            terminal::stderr(&stop.to_string());
            stop.exit
        }),
        Err(error) => {
            // Help and version go to stdout and are no failure; a closed pipe is none either.
            let _ = error.print();
            if error.use_stderr() { Exit::Usage } else { Exit::Ok }
        }
    };
    exit.into()
}
