//! `mockforge connect`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// Talk to a WebSocket server from the terminal: lines in, messages out.
///
/// Each line of stdin is sent as a text message, each message that comes is printed on stdout: text as it is,
/// binary in hex. Notices (connected, pings, closed) go to stderr. The exit code is 0 once the connection was
/// closed in order, by either side, and 3 when it could not be opened or was lost.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Connect {
    /// ws://HOST:PORT/PATH or wss://…, or in short `[HOST][:PORT][/PATH]`
    ///
    /// What is left out of the short form is localhost, 3001 and /ws.
    #[arg(value_name = "URL", default_value = ":3001")]
    pub(crate) url: String,

    /// Send this message once connected, and read nothing from stdin; repeatable
    #[arg(short = 'x', long = "execute", value_name = "MESSAGE", allow_hyphen_values = true)]
    pub(crate) messages: Vec<String>,

    /// Offer this subprotocol; repeatable, the most preferred first
    #[arg(short = 's', long = "subprotocol", value_name = "NAME")]
    pub(crate) subprotocols: Vec<String>,

    /// Send this header with the handshake; repeatable
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,

    /// Trust the certificates in this file (PEM) in place of the system's; as curl has it
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, conflicts_with = "insecure")]
    pub(crate) cacert: Option<PathBuf>,

    /// Show this client certificate (PEM)
    #[arg(short = 'E', long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, requires = "key")]
    pub(crate) cert: Option<PathBuf>,

    /// The key of the client certificate (PEM)
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, requires = "cert")]
    pub(crate) key: Option<PathBuf>,

    /// Trust any certificate of the server, of whomever
    #[arg(short = 'k', long)]
    pub(crate) insecure: bool,

    /// Stay this long after the last -x or line of stdin; `inf` until the server closes
    ///
    /// Without it: 1 second, not at all when you end the input at a terminal, and as long as it takes with -n.
    #[arg(short, long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) wait: Option<Duration>,

    /// Leave once this many messages have come; exit code 1 if fewer came
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,

    /// Print a JSON object a message: type, data (base64 for binary), elapsed (milliseconds)
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = "\
Examples:
  mockforge connect                                 ws://localhost:3001/ws, line by line
  mockforge connect :3001/chat/lobby                the short form of a URL
  mockforge connect -x '{\"op\":\"subscribe\"}' -w 10   send, listen for ten seconds, leave
  mockforge connect -k wss://localhost:3001/ws      whatever certificate the server shows
  mockforge connect -x ping -n 1                    send, print one answer, leave
  mockforge connect -s chat.v2 -H 'Authorization: Bearer x' ws://localhost:3001/ws";

fn seconds(text: &str) -> Result<Duration, String> {
    if text.eq_ignore_ascii_case("inf") {
        return Ok(Duration::MAX);
    }
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds, or `inf`".to_string())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "expected a time that is not negative".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_for_ever() {
        let check = |text: &str, expect: Option<Duration>| assert_eq!(seconds(text).ok(), expect, "{text}");
        check("0", Some(Duration::ZERO));
        check("2.5", Some(Duration::from_millis(2500)));
        check("inf", Some(Duration::MAX));
        check("-1", None);
        check("soon", None);
        check("NaN", None);
    }
}
