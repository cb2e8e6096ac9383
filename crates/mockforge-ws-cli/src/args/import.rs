//! `mockforge import`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Make a script of a WebSocket that a browser or a proxy has recorded.
///
/// A HAR file is what Chrome's devtools ("Export HAR"), Playwright (`recordHar`) and mitmproxy (`hardump`) write.
/// Of several WebSockets one is chosen, or all are written to a folder. Cookies and other headers are left out.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Import {
    /// The HAR file; - is the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The script to write, or a folder, with a / at its end, for one of each WebSocket [default: stdout]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) out: Option<PathBuf>,

    /// Take the WebSockets that have this text in their URLs
    #[arg(long, value_name = "TEXT")]
    pub(crate) url: Option<String>,

    /// Take the WebSocket of this number, as --list counts them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) index: Option<u64>,

    /// Print the WebSockets with their numbers, and write nothing
    #[arg(long, conflicts_with_all = ["out", "url", "index", "force"])]
    pub(crate) list: bool,

    /// Overwrite files that are there
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}

const EXAMPLES: &str = "\
Examples:
  mockforge import session.har                          its one WebSocket, on stdout
  mockforge import session.har --list                   all that it has
  mockforge import session.har --index 2 --out feed.jsonl
  mockforge import session.har --url /prices | mockforge check /dev/stdin
  mockforge import session.har --out mocks/             a script of each";
