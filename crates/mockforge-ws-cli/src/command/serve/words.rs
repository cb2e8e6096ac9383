//! Facts in words, one line each, with the near miss on a second.

use std::fmt::{self, Write as _};

use mockforge_ws_config::FileNews;
use mockforge_ws_core::{
    AiFact, CloseFrame, DropReason, Ended, Fact, Hello, Message, Party, Record, Refused, Status, Traffic,
    UpstreamFact, WaitOutcome,
};
use mockforge_ws_observe::logs::excerpt;
use tracing::Level;

use crate::terminal::{ERROR, QUIET, WARNING, money, printable};

/// How loud a fact is: messages and the steps that go as written are for who asks for them.
pub(super) fn level(fact: &Fact) -> Level {
    match fact {
        Fact::Error { .. } | Fact::Unsendable { .. } | Fact::Upstream(UpstreamFact::Failed { .. }) => {
            Level::ERROR
        }
        Fact::Received(_)
        | Fact::Sent(_)
        | Fact::WaitMet { .. }
        | Fact::Fired { .. }
        | Fact::Moved { .. }
        | Fact::Joined { .. }
        | Fact::Left { .. }
        | Fact::Published { .. }
        | Fact::Dropped(DropReason::Gap | DropReason::Rule)
        | Fact::Upstream(UpstreamFact::Received(_) | UpstreamFact::Sent(_))
        | Fact::Ai(AiFact::Asked { .. }) => Level::DEBUG,
        Fact::Opened { .. }
        | Fact::Closed(_)
        | Fact::Finished { .. }
        | Fact::Upstream(
            UpstreamFact::Opened { .. }
            | UpstreamFact::Closed { reason: None, .. }
            | UpstreamFact::Spliced { .. },
        )
        | Fact::Ai(AiFact::Answered { .. }) => Level::INFO,
        Fact::WaitUnmet { .. }
        | Fact::Mismatch { .. }
        | Fact::Dropped(_)
        | Fact::Unanswered { .. }
        | Fact::MissingValue { .. }
        | Fact::Truncated { .. }
        | Fact::GuardFailed { .. }
        | Fact::InvalidJson { .. }
        | Fact::Upstream(UpstreamFact::Closed { reason: Some(_), .. })
        | Fact::Ai(AiFact::Skipped { .. } | AiFact::Spent { .. } | AiFact::FellBack { .. }) => Level::WARN,
    }
}

/// The line for a fact; `open` is the number of open connections, and messages are shown with what is in them where
/// `bodies` says so.
pub(super) fn line(record: &Record<'_>, open: usize, bodies: bool) -> String {
    // Writing to a string does not fail.
    let mut out = String::new();
    let _ = write!(out, "{QUIET}{}{QUIET:#} ", record.conn);
    let _ = match record.fact {
        Fact::Received(message) => carried(&mut out, "received", message, bodies),
        Fact::Sent(message) => carried(&mut out, "sent", message, bodies),
        Fact::Upstream(UpstreamFact::Received(message)) => {
            carried(&mut out, "upstream sent", message, bodies)
        }
        Fact::Upstream(UpstreamFact::Sent(message)) => {
            carried(&mut out, "upstream received", message, bodies)
        }
        _ => describe(&mut out, record, open),
    };
    out.push('\n');
    out
}

/// A message, and which way it went.
fn carried(out: &mut String, how: &str, message: &Message, bodies: bool) -> fmt::Result {
    let kind = match message {
        Message::Text(_) => "text",
        Message::Binary(_) => "binary",
        Message::Ping(_) => "ping",
        Message::Pong(_) => "pong",
        Message::Close(_) | Message::Frame(_) => "close",
    };
    write!(out, "{how} {kind}, {} bytes", message.len())?;
    if bodies { write!(out, ": {}", excerpt(message)) } else { Ok(()) }
}

/// The line for a handshake that was refused.
pub(super) fn refused(refused: &Refused<'_>) -> String {
    let Refused { path, peer, status, reason } = refused;
    let from = peer.map(|peer| format!(" from {peer}")).unwrap_or_default();
    let why = reason.map(|reason| format!(": {}", printable(reason))).unwrap_or_default();
    // Who is refused before there is a request has asked for no path.
    let path = if path.is_empty() { String::new() } else { format!(" {}", printable(path)) };
    format!("{WARNING}refused{WARNING:#}{path}{from} with {status}{why}\n")
}

/// The line for what has become of a recording.
pub(super) fn of_file(news: &FileNews) -> String {
    match news {
        FileNews::Written { path, bytes } => {
            let here = std::env::current_dir().unwrap_or_default();
            let path = path.strip_prefix(here).unwrap_or(path).display().to_string();
            format!("recorded {} ({bytes} bytes)\n", printable(&path))
        }
        FileNews::Failed { reason } => {
            format!("{ERROR}a recording ends early{ERROR:#}: {}\n", printable(reason))
        }
    }
}

fn describe(out: &mut String, record: &Record<'_>, open: usize) -> fmt::Result {
    match record.fact {
        Fact::Opened { subprotocol } => {
            out.push_str("connected");
            came(out, record.hello)?;
            if let Some(name) = subprotocol {
                write!(out, ", subprotocol {}", printable(name))?;
            }
            write!(out, " ({open} open)")
        }
        Fact::Closed(ended) => {
            closed(out, ended)?;
            write!(out, " after {:.1} s", record.at.as_secs_f64())?;
            if let Some(reason) = &ended.reason {
                write!(out, ": {}", printable(reason))?;
            }
            write!(out, " ({open} open)")
        }
        Fact::WaitUnmet { step, wanted, near, outcome } => {
            let how = match outcome {
                WaitOutcome::Failed => "timed out, so the connection is failed",
                WaitOutcome::Skipped => "timed out, skipped",
                WaitOutcome::Closed => "timed out, so the connection is closed",
                WaitOutcome::Left => "the client left",
            };
            let wanted = printable(wanted);
            write!(out, "{WARNING}wait unmet{WARNING:#} at {step}: waited for {wanted}; {how}")?;
            nearest(out, near.as_deref())
        }
        Fact::Mismatch { step, difference } => {
            write!(out, "{WARNING}mismatch{WARNING:#} at {step}: {}", printable(difference))
        }
        Fact::Finished { steps } => write!(out, "the script is at its end ({steps} steps)"),
        Fact::Dropped(reason) => out.write_str(match reason {
            DropReason::KeptOverflow => "dropped the oldest of the messages that came early: too many",
            DropReason::Early => "dropped a message that nothing waited for yet (`early: drop`)",
            DropReason::Fault => "dropped a message (fault)",
            DropReason::Gap => "left a message out (gap)",
            DropReason::Rule => "dropped a message (rule)",
            DropReason::RateLimit => "dropped a message (rate limit)",
            DropReason::Backlog => "dropped a message for the upstream, which is not there",
        }),
        Fact::Unanswered { near } => {
            write!(out, "{WARNING}unanswered{WARNING:#}: no rule matches the message")?;
            nearest(out, near.as_deref())
        }
        Fact::MissingValue { expression } => {
            let expression = printable(expression);
            write!(out, "{WARNING}missing value{WARNING:#}: {expression} renders as empty")
        }
        Fact::Truncated { limit } => {
            write!(
                out,
                "{WARNING}cut{WARNING:#}: a message was longer than {limit} bytes (--max-message-size)"
            )
        }
        Fact::Unsendable { step, reason } => {
            write!(out, "{ERROR}not sent{ERROR:#}: {step}: {}", printable(reason))
        }
        Fact::GuardFailed { rule, reason } => {
            write!(out, "{WARNING}guard failed{WARNING:#}: {rule}: {}", printable(reason))
        }
        Fact::InvalidJson { reason } => {
            write!(out, "{WARNING}invalid JSON{WARNING:#}: {}", printable(reason))
        }
        Fact::Upstream(fact) => upstream(out, fact),
        Fact::Ai(fact) => ai(out, fact),
        Fact::Error { reason } => write!(out, "{ERROR}error{ERROR:#}: {}", printable(reason)),
        Fact::WaitMet { step, late } => {
            write!(out, "wait met at {step}, {:.1} ms late", late.as_secs_f64() * 1e3)
        }
        Fact::Fired { rule } => write!(out, "fired {}", printable(rule)),
        Fact::Moved { from, to, .. } => write!(out, "state {} to {}", printable(from), printable(to)),
        Fact::Joined { room } => write!(out, "joined {}", printable(room)),
        Fact::Left { room } => write!(out, "left {}", printable(room)),
        Fact::Published { room, heard } => {
            write!(out, "published in {}: {heard} heard it", printable(room))
        }
        // Told with what is in them.
        Fact::Received(_) | Fact::Sent(_) => Ok(()),
    }
}

fn upstream(out: &mut String, fact: &UpstreamFact) -> fmt::Result {
    match fact {
        UpstreamFact::Opened { url, subprotocol } => {
            write!(out, "upstream {}", printable(url))?;
            subprotocol.as_ref().map_or(Ok(()), |name| write!(out, ", subprotocol {}", printable(name)))
        }
        UpstreamFact::Failed { reason } => {
            write!(out, "{ERROR}upstream failed{ERROR:#}: {}", printable(reason))
        }
        UpstreamFact::Closed { frame, reason: Some(reason) } => {
            write!(out, "{ERROR}upstream lost{ERROR:#}: {}", printable(reason))?;
            code(out, frame.as_ref(), false)
        }
        UpstreamFact::Closed { frame, reason: None } => {
            out.push_str("upstream closed");
            code(out, frame.as_ref(), true)
        }
        UpstreamFact::Spliced { client, server } => {
            let Traffic { messages, bytes } = client;
            write!(out, "passed on {messages} messages ({bytes} bytes) of the client, ")?;
            let Traffic { messages, bytes } = server;
            write!(out, "{messages} ({bytes} bytes) of the upstream")
        }
        // Told with what is in them.
        UpstreamFact::Received(_) | UpstreamFact::Sent(_) => Ok(()),
    }
}

fn ai(out: &mut String, fact: &AiFact) -> fmt::Result {
    match fact {
        AiFact::Answered { events, skipped, input_tokens, output_tokens, cost, reason } => {
            write!(
                out,
                "the model wrote {events} events ({input_tokens} tokens read, {output_tokens} written"
            )?;
            if let Some(cost) = cost {
                write!(out, ", for {}", money(*cost))?;
            }
            match skipped {
                0 => out.push(')'),
                skipped => write!(out, "; {skipped} passed over)")?,
            }
            reason.as_ref().map_or(Ok(()), |reason| {
                write!(out, "; {WARNING}it broke off{WARNING:#}: {}", printable(reason))
            })
        }
        AiFact::Skipped { reason, excerpt } => {
            let (reason, excerpt) = (printable(reason), printable(excerpt));
            write!(out, "{WARNING}passed over{WARNING:#} what the model wrote: {reason}: {excerpt}")
        }
        AiFact::Spent { tokens, cost } => {
            write!(out, "{WARNING}budget used up{WARNING:#}: {tokens} tokens on this connection, ")?;
            if let Some(cost) = cost {
                write!(out, "{} on all of the route, ", money(*cost))?;
            }
            out.push_str("so the model is not asked again");
            Ok(())
        }
        AiFact::FellBack { reason } => {
            let reason = printable(reason);
            write!(out, "{WARNING}no model{WARNING:#}: events are generated offline from now on: {reason}")
        }
        AiFact::Asked { model, page, repair } => {
            let what = if *repair { "to mend an event" } else { "for events" };
            write!(out, "asked {} {what}, page {page}", printable(model))
        }
    }
}

fn code(out: &mut String, frame: Option<&CloseFrame>, with_reason: bool) -> fmt::Result {
    let Some(frame) = frame else { return Ok(()) };
    write!(out, " with {}", u16::from(frame.code))?;
    if frame.reason.is_empty() || !with_reason {
        Ok(())
    } else {
        write!(out, " {:?}", printable(&frame.reason))
    }
}

/// Where the client came from and, where the route has parameters, to which path.
fn came(out: &mut String, hello: &Hello) -> fmt::Result {
    if hello.path != hello.route {
        write!(out, " at {}", printable(&hello.path))?;
    }
    hello.peer.map_or(Ok(()), |peer| write!(out, " from {peer}"))
}

fn closed(out: &mut String, ended: &Ended) -> fmt::Result {
    let by = match ended.by {
        Party::Server => "the server",
        Party::Client => "the client",
    };
    match ended.status {
        Status::Normal | Status::ClientClose if ended.frame.is_none() && ended.by == Party::Server => {
            out.write_str("dropped by the server")?;
        }
        Status::Normal | Status::ClientClose => write!(out, "closed by {by}")?,
        Status::Error => write!(out, "{ERROR}lost{ERROR:#}")?,
        other => write!(out, "{ERROR}ended{ERROR:#} ({})", other.as_str().replace('_', " "))?,
    }
    code(out, ended.frame.as_ref(), ended.reason.is_none())
}

fn nearest(out: &mut String, near: Option<&str>) -> fmt::Result {
    near.map_or(Ok(()), |near| write!(out, "\n    nearest: {}", printable(near)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mockforge_ws_core::{ConnId, Step, close};

    use super::*;

    fn check(fact: &Fact, expect: &str) {
        let conn = ConnId { route: "/chat/{room}".into(), number: 3 };
        let hello = Hello { path: "/chat/lobby".into(), route: "/chat/{room}".into(), ..Hello::default() };
        let record = Record { conn: &conn, hello: &hello, at: Duration::from_millis(1250), fact };
        let line = anstream::adapter::strip_str(&line(&record, 2, true)).to_string();
        assert_eq!(line, format!("/chat/{{room}}#3 {expect}\n"));
    }

    #[test]
    fn facts_are_told_in_words() {
        let step = Step { file: "feed.jsonl".into(), line: 4 };
        check(
            &Fact::Opened { subprotocol: Some("chat.v2".into()) },
            "connected at /chat/lobby, subprotocol chat.v2 (2 open)",
        );
        let ended = |status, code: Option<u16>, by, reason: Option<&str>| {
            Fact::Closed(Ended {
                status,
                frame: code.map(|code| close::frame(code, "bye")),
                by,
                reason: reason.map(str::to_string),
            })
        };
        check(
            &ended(Status::ClientClose, Some(1000), Party::Client, None),
            "closed by the client with 1000 \"bye\" after 1.2 s (2 open)",
        );
        check(
            &ended(Status::Normal, None, Party::Server, None),
            "dropped by the server after 1.2 s (2 open)",
        );
        check(
            &ended(Status::Error, None, Party::Client, Some("the connection ended")),
            "lost after 1.2 s: the connection ended (2 open)",
        );
        check(
            &ended(Status::Limit, Some(1009), Party::Server, Some("too large")),
            "ended (limit) with 1009 after 1.2 s: too large (2 open)",
        );
        check(
            &Fact::WaitUnmet {
                step: step.clone(),
                wanted: "^ACK$".into(),
                near: Some("got \"NACK\"".into()),
                outcome: WaitOutcome::Left,
            },
            "wait unmet at feed.jsonl:4: waited for ^ACK$; the client left\n    nearest: got \"NACK\"",
        );
        check(
            &Fact::Unanswered { near: Some("rule 2: \u{1b}[2J".into()) },
            "unanswered: no rule matches the message\n    nearest: rule 2: \\u{1b}[2J",
        );
        check(
            &Fact::Mismatch { step, difference: "$.x: 1, got 2".into() },
            "mismatch at feed.jsonl:4: $.x: 1, got 2",
        );
        let (reason, excerpt) = ("prose".to_string(), "Sure!\n".to_string());
        check(
            &Fact::Ai(AiFact::Skipped { reason, excerpt }),
            "passed over what the model wrote: prose: Sure!\\n",
        );
        let answered = |cost, reason: Option<&str>| {
            let (input_tokens, output_tokens, reason) = (900, 80, reason.map(str::to_string));
            Fact::Ai(AiFact::Answered { events: 4, skipped: 1, input_tokens, output_tokens, cost, reason })
        };
        check(
            &answered(None, Some("no answer in time")),
            "the model wrote 4 events (900 tokens read, 80 written; 1 passed over); it broke off: no answer in time",
        );
        check(
            &answered(Some(0.0123), None),
            "the model wrote 4 events (900 tokens read, 80 written, for 0.012; 1 passed over)",
        );
        check(
            &Fact::Ai(AiFact::Spent { tokens: 980, cost: Some(1.0) }),
            "budget used up: 980 tokens on this connection, 1.00 on all of the route, so the model is not asked again",
        );
        check(
            &Fact::Ai(AiFact::FellBack { reason: "no key".into() }),
            "no model: events are generated offline from now on: no key",
        );
        check(
            &Fact::MissingValue { expression: "{{$.x}}".into() },
            "missing value: {{$.x}} renders as empty",
        );
    }
}
