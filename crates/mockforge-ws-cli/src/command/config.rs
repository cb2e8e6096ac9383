//! `mockforge config`.

use mockforge_ws_config::{Environment, load, schema};

use crate::args::{Config, ConfigCommand};
use crate::exit::{Exit, Stop};
use crate::{problems, terminal};

pub(super) fn run(args: Config) -> Result<Exit, Stop> {
    let text = match args.command {
        ConfigCommand::Print(inputs) => {
            let config = load(&(*inputs).into(), &Environment::real())
                .map_err(|problems| problems::stop(&problems, "there is no configuration to show"))?;
            terminal::stderr(&problems::render(config.warnings(), config.sources()));
            config.print()
        }
        ConfigCommand::Schema => format!("{:#}\n", schema()),
    };
    terminal::stdout(&text)?;
    Ok(Exit::Ok)
}
