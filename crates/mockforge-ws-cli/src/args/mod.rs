//! The command line. Each flag is defined once, here; help, man pages, completions and the reference follow.

mod augment;
mod check;
mod config;
mod connect;
mod export;
mod generate;
mod import;
mod inputs;
mod logging;
mod model;
mod record;
mod serve;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use augment::Augment;
pub(crate) use check::{Check, Graph};
pub(crate) use config::{Config, ConfigCommand};
pub(crate) use connect::Connect;
pub(crate) use export::Export;
pub(crate) use generate::Generate;
pub(crate) use import::Import;
pub(crate) use inputs::Inputs;
pub(crate) use logging::{LogFormat, Logging};
pub(crate) use record::Record;
pub(crate) use serve::{Serve, ServeOutputs};

/// Mock WebSocket servers: echo, canned answers, scripts with exact timing, rules.
#[derive(Debug, Parser)]
#[command(name = "mockforge", version, max_term_width = 100, after_help = AFTER, after_long_help = AFTER_LONG)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "`mockforge help COMMAND` says more, with examples.";

const AFTER_LONG: &str = "\
Examples:
  mockforge serve                            a server that echoes, at ws://localhost:3001/ws
  mockforge connect                          a terminal client for it
  mockforge init mocks                       a commented config and script to start from

Exit codes:
  0    ok
  1    `check` found problems, or a verification failed
  2    wrong usage, a file that can't be read, an invalid script or config
  3    could not listen, connect or write
  130  interrupted";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(Box<Serve>),
    Init(Init),
    Check(Check),
    Connect(Connect),
    Record(Box<Record>),
    Import(Import),
    Export(Export),
    Generate(Box<Generate>),
    Augment(Box<Augment>),
    Config(Config),
    Completions(Completions),
    Man(Man),
}

/// Write a commented config and script to start from.
///
/// They run as they are: `mockforge serve` in that folder finds the config. Nothing is overwritten.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder to write to; it is made if it is not there
    #[arg(value_name = "DIR", default_value = ".", value_hint = clap::ValueHint::DirPath)]
    pub(crate) dir: PathBuf,
}

/// Print a shell's completion script.
///
/// For instance, for bash: mockforge completions bash > ~/.local/share/bash-completion/completions/mockforge
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Print a man page.
///
/// For instance: mockforge man serve | man -l -
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The command that the page is about; none for `mockforge` itself
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }
}
