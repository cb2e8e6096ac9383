//! `mockforge completions`.

use clap::CommandFactory as _;

use crate::args::{Cli, Completions};
use crate::exit::{Exit, Stop};
use crate::terminal;

pub(super) fn run(args: &Completions) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "mockforge", &mut script);
    terminal::stdout(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
