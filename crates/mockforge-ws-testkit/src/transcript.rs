//! What happened on a simulated connection, and its printed form.

use std::fmt::Write as _;

use mockforge_ws_core::{CloseFrame, Elapsed, Fact, Message};

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
    /// The session reported this.
    Noted(Elapsed, Fact),
}

/// `MS < received`, `MS > sent`, `MS x close CODE REASON`, `MS x abort`, `MS ! fact`; binary as hex.
pub(crate) fn print(entries: &[Entry], with_facts: bool) -> String {
    let mut out = String::new();
    for entry in entries {
        let written = match entry {
            Entry::Received(at, message) => writeln!(out, "{} < {}", ms(*at), show(message)),
            Entry::Sent(at, message) => writeln!(out, "{} > {}", ms(*at), show(message)),
            Entry::Closed(at, None) => writeln!(out, "{} x close", ms(*at)),
            Entry::Closed(at, Some(frame)) => {
                let code = u16::from(frame.code);
                writeln!(out, "{} x close {}", ms(*at), format!("{code} {}", frame.reason).trim_end())
            }
            Entry::Aborted(at) => writeln!(out, "{} x abort", ms(*at)),
            Entry::Noted(at, fact) if with_facts => writeln!(out, "{} ! {fact:?}", ms(*at)),
            Entry::Noted(..) => Ok(()),
        };
        written.expect("writing to a string cannot fail");
    }
    out
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
