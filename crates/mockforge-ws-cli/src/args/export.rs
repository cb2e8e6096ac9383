//! `mockforge export`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Write scripts as a HAR file, for Chrome's devtools, mitmproxy and others.
///
/// A HAR is what happened once: a message that is a template, and a line that repeats, jumps or branches, can't
/// be in it and is an error. Constants of the script are filled in. Without a time in the script's `recorded`
/// the recording begins with the year 2000.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Export {
    /// The scripts, each of them a WebSocket of the HAR; - is the standard input
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// The HAR file to write; - is stdout
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,

    /// Where the client connected to [default: the script's recorded.url]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) url: Option<String>,

    /// Overwrite the file if it is there
    #[arg(long)]
    pub(crate) force: bool,
}

const EXAMPLES: &str = "\
Examples:
  mockforge export feed.jsonl --out feed.har
  mockforge export feed.jsonl --url wss://example.com/feed --out - | jq .log.entries";
