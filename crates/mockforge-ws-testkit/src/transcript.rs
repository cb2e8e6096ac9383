//! What happened on a simulated connection, and its printed form.

use std::fmt::Write as _;

use mockforge_ws_core::{CloseFrame, Elapsed, Fact, Message, ToUpstream};

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// The client sent this.
    Received(Elapsed, Message),
    /// The session sent this.
    Sent(Elapsed, Message),
    /// The session closed.
    Closed(Elapsed, Option<CloseFrame>),
    /// The session aborted.
    Aborted(Elapsed),
    /// The other server sent this.
    FromUpstream(Elapsed, Message),
    /// The other server closed.
    UpstreamLeft(Elapsed, Option<CloseFrame>),
    /// The session asked for this at the other server.
    ToUpstream(Elapsed, ToUpstream),
    /// The session reported this.
    Noted(Elapsed, Fact),
}

/// `MS < received`, `MS > sent`, `MS x close CODE REASON`, `MS x abort`, `MS ! fact`; `<<` and `>>` are from and to
/// the other server; binary as hex.
pub(crate) fn print(entries: &[Entry], with_facts: bool) -> String {
    let mut out = String::new();
    for entry in entries {
        let written = match entry {
            Entry::Received(at, message) => writeln!(out, "{} < {}", ms(*at), show(message)),
            Entry::Sent(at, message) => writeln!(out, "{} > {}", ms(*at), show(message)),
            Entry::Closed(at, frame) => writeln!(out, "{} x close{}", ms(*at), code(frame.as_ref())),
            Entry::Aborted(at) => writeln!(out, "{} x abort", ms(*at)),
            Entry::FromUpstream(at, message) => writeln!(out, "{} << {}", ms(*at), show(message)),
            Entry::UpstreamLeft(at, frame) => writeln!(out, "{} << close{}", ms(*at), code(frame.as_ref())),
            Entry::ToUpstream(at, ToUpstream::Send(message)) => {
                writeln!(out, "{} >> {}", ms(*at), show(message))
            }
            Entry::ToUpstream(at, ToUpstream::Close(frame)) => {
                writeln!(out, "{} >> close{}", ms(*at), code(frame.as_ref()))
            }
            Entry::ToUpstream(at, ToUpstream::Dial(dial)) => {
                writeln!(out, "{} >> dial {}", ms(*at), dial.url)
            }
            Entry::Noted(at, fact) if with_facts => writeln!(out, "{} ! {fact:?}", ms(*at)),
            Entry::Noted(..) => Ok(()),
        };
        written.expect("writing to a string cannot fail");
    }
    out
}

/// The code and reason, with a space before each.
fn code(frame: Option<&CloseFrame>) -> String {
    let shown = frame.map(|frame| format!(" {} {}", u16::from(frame.code), frame.reason));
    shown.unwrap_or_default().trim_end().to_string()
}

fn ms(at: Elapsed) -> f64 {
    at.as_micros() as f64 / 1000.0
}

fn show(message: &Message) -> String {
    match message {
        Message::Text(text) => text.to_string(),
        other => {
            let kind = match other {
                Message::Ping(_) => "ping ",
                Message::Pong(_) => "pong ",
                _ => "",
            };
            let mut out = format!("{kind}0x");
            other.clone().into_data().iter().for_each(|byte| {
                write!(out, "{byte:02x}").expect("writing to a string cannot fail");
            });
            out
        }
    }
}
