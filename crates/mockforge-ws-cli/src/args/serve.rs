//! `mockforge serve`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{Inputs, Logging};

/// Run a mock server: echo, or what the file and the flags say.
///
/// Flags win over environment variables, these over the config file, that over the defaults. What happens is
/// told on stderr; stdout has results only. Ctrl-C closes all connections with code 1001, a second one stops
/// at once. SIGHUP has the files read again, as --watch does by itself.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    #[command(flatten)]
    pub(crate) logging: Logging,

    #[command(flatten)]
    pub(crate) outputs: ServeOutputs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "For scripts and CI")]
pub(crate) struct ServeOutputs {
    /// Print the URL on stdout, and `ready` on a second line once connections are accepted
    #[arg(long)]
    pub(crate) print_url: bool,

    /// Stop after the sessions; exit code 1 if a client left a wait or an expected message unmet
    #[arg(long)]
    pub(crate) verify: bool,

    /// How many sessions --verify waits for [default: 1]
    #[arg(long, value_name = "N", requires = "verify", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) connections: Option<u64>,

    /// Write the verdict of --verify as JUnit XML to this file
    #[arg(long, value_name = "FILE", requires = "verify", value_hint = ValueHint::FilePath)]
    pub(crate) junit: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  mockforge serve                                  echo at ws://localhost:3001/ws
  mockforge serve --reply '^ping$=pong'            answer ping with pong
  mockforge serve --reply '$.id={\"ok\":{{$.id}}}'   answer JSON that has an id, with that id
  mockforge serve feed.jsonl                       play a script to every client
  mockforge serve session.har                      play what a browser has recorded
  mockforge serve mockforge.yaml --watch           several routes; edits take effect at once
  mockforge serve feed.jsonl --seed 7 --verify --junit verdict.xml
                                                   one session, judged: for CI
  mockforge serve --tls-auto --tls-save mock.pem   wss://, with the certificate for clients to trust
  mockforge serve --ws-port 0 --print-url          any free port, told on stdout: for test suites";
