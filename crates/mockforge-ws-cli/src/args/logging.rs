//! How what happens is told on stderr.

use clap::{Args, ValueEnum};
use tracing::Level;

#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "What is told")]
pub(crate) struct Logging {
    /// Words for people, or a JSON object a line [default: text]
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    pub(crate) log_format: LogFormat,

    /// How much is told; messages are told at debug, and what is in them at trace [default: info]
    ///
    /// [env: RUST_LOG, with directives for parts of the program: `warn,mockforge_ws=debug`]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) log_level: Option<LogLevel>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}
