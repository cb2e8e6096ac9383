//! `mockforge record`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use mockforge_ws_config::Flags;

use super::Logging;
use super::inputs::{Limits, Place, Upstream};

/// Forward to a server, and write each session as a script.
///
/// Point the client at the URL that is printed. Each connection is recorded as it happens: a script with the
/// messages of both sides and their times, which `mockforge serve` plays. Tokens, cookies and passwords are left
/// out. It is `serve --proxy URL --record PATH`, with nothing else to serve.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Record {
    /// The server: ws:// or wss://
    ///
    /// A URL without a path takes every client's path and query as they are. With a path, that stands for --ws-path,
    /// and what follows is appended.
    #[arg(long = "upstream", value_name = "URL")]
    url: String,

    /// Where to: a file (.jsonl; sessions after the first get a number), or a folder
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    out: PathBuf,

    /// Make identifiers, times and UUIDs templates, so that the script serves any client
    #[arg(long)]
    correlate: bool,

    /// Stop after this many sessions; without it, with Ctrl-C
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) sessions: Option<u64>,

    /// Print the URL on stdout, and `ready` on a second line once connections are accepted
    #[arg(long)]
    pub(crate) print_url: bool,

    #[command(flatten)]
    upstream: Upstream,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    pub(crate) logging: Logging,
}

impl From<Record> for Flags {
    fn from(args: Record) -> Self {
        let mut flags = Self {
            proxy: Some(args.url),
            record: Some(args.out),
            correlate: args.correlate,
            proxy_only: true,
            ..Self::default()
        };
        args.upstream.put_into(&mut flags);
        args.place.put_into(&mut flags);
        args.limits.put_into(&mut flags);
        flags
    }
}

const EXAMPLES: &str = "\
Examples:
  mockforge record --upstream wss://api.example.com --out session.jsonl
  mockforge record --upstream wss://api.example.com/feed --out sessions/ --correlate
  mockforge record --upstream ws://localhost:8080 --out session.jsonl -n 1
                                                   one session, then stop
  mockforge serve session.jsonl                    the session again, without the server";
