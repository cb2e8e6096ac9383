//! `mockforge config`.

use clap::{Args, Subcommand};

use super::Inputs;

/// Show the configuration, or its JSON Schema.
#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the effective configuration as YAML, and where each value comes from
    ///
    /// It takes the flags of `serve` and shows what `serve` would run with. Secrets are masked.
    Print(Box<Inputs>),

    /// Print the JSON Schema of the config file, for editors
    ///
    /// For instance: mockforge config schema > mockforge.schema.json, and as the first line of mockforge.yaml:
    /// # yaml-language-server: $schema=mockforge.schema.json
    Schema,
}
