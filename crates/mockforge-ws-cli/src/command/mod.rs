//! One file a command.

mod augment;
mod check;
mod completions;
mod config;
mod connect;
mod export;
mod generate;
mod import;
mod init;
mod man;
mod place;
mod serve;

use crate::args::{Cli, Command};
use crate::exit::{Exit, Stop};

/// Does what the command line says.
pub(crate) fn run(cli: Cli) -> Result<Exit, Stop> {
    match cli.command {
        Command::Serve(args) => serve::run(*args),
        Command::Init(args) => init::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Connect(args) => connect::run(args),
        Command::Record(args) => serve::record(*args),
        Command::Import(args) => import::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Augment(args) => augment::run(&args),
        Command::Config(args) => config::run(args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

/// The one runtime: a single thread, where a message costs least and a mock has time to spare.
fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::new(Exit::World, format!("could not start: {error}")))
}
