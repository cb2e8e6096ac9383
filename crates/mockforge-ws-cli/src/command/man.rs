//! `mockforge man`.

use clap::CommandFactory as _;
use mockforge_ws_diagnostic::did_you_mean;

use crate::args::{Cli, Man};
use crate::exit::{Exit, Stop};
use crate::terminal;

pub(super) fn run(args: &Man) -> Result<Exit, Stop> {
    let mut root = Cli::command();
    // Gives each command its full name, as in mockforge-serve(1).
    root.build();
    let mut command = &root;
    for name in &args.command {
        command = command.find_subcommand(name).ok_or_else(|| {
            let names: Vec<_> = command.get_subcommands().map(clap::Command::get_name).collect();
            let hint = did_you_mean(name, names.iter().copied())
                .unwrap_or_else(|| format!("the commands are {}", names.join(", ")));
            Stop::usage(format!("no such command: `{name}`")).hint(hint)
        })?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(|error| Stop::new(Exit::World, format!("could not write the page: {error}")))?;
    terminal::stdout(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Ok)
}
