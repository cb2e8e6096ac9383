//! What is to be sent: the messages of `-x`, or the lines of stdin.

use std::io::BufRead as _;

use tokio::sync::mpsc::{Receiver, channel};

use crate::exit::Stop;

/// Lines that are read ahead of the connection.
const AHEAD: usize = 64;

/// The messages in order; the channel ends with them.
pub(super) fn messages(given: Vec<String>) -> Receiver<Result<String, Stop>> {
    let (lines, receiver) = channel(AHEAD);
    // A thread that is not waited for: a read from a terminal can't be called off.
    std::thread::spawn(move || {
        if !given.is_empty() {
            // Sending fails when the connection is over; the rest is of no use then.
            return given
                .into_iter()
                .try_for_each(|message| lines.blocking_send(Ok(message)).ok())
                .unwrap_or(());
        }
        for (index, line) in std::io::stdin().lock().lines().enumerate() {
            let line = line.map_err(|error| {
                Stop::usage(format!("line {} of stdin: {error}", index + 1))
                    .hint("a text message is UTF-8; binary messages can't be sent from a terminal")
            });
            let is_last = line.is_err();
            if lines.blocking_send(line).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}
