//! The conversation: what is entered goes out, what comes is shown, until one side has enough.

use std::io::IsTerminal as _;
use std::pin::pin;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use mockforge_ws_core::{CloseFrame, Message, close};
use mockforge_ws_io::Stream;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;

use super::{input, show};
use crate::args::Connect;
use crate::exit::{Exit, Stop};

type Socket<'s> = WebSocketStream<&'s mut Stream>;
type Outgoing<'s> = SplitSink<Socket<'s>, Message>;
type Incoming<'s> = SplitStream<Socket<'s>>;

/// How long the other side may take over the closing handshake.
const CLOSING: Duration = Duration::from_secs(5);
/// The same after Ctrl-C.
const HURRIED: Duration = Duration::from_secs(1);
/// How long answers are awaited where `-w` says nothing.
const WAIT: Duration = Duration::from_secs(1);

/// Why the conversation is over.
enum Over {
    /// We have what we wanted.
    Done,
    /// The server closes.
    Closed(Option<CloseFrame>),
    /// Ctrl-C.
    Interrupted,
}

/// Talks until the server closes, the wait is over, or enough messages have come.
pub(super) async fn talk(socket: Socket<'_>, args: Connect) -> Result<Exit, Stop> {
    let typed = args.messages.is_empty() && std::io::stdin().is_terminal();
    if typed {
        show::notice("a line is a message; Ctrl-D leaves");
    }
    let wait = args.wait.or(match args.count {
        Some(_) => None,
        None if typed => Some(Duration::ZERO),
        None => Some(WAIT),
    });
    // What the command line says is sent, even where enough messages have come before.
    let is_owed = !args.messages.is_empty();
    let (mut outgoing, mut incoming) = socket.split();
    let mut shown = Shown { opened: Instant::now(), json: args.json, count: 0, wanted: args.count };
    let over = {
        let mut sending = pin!(send_all(&mut outgoing, input::messages(args.messages)));
        let mut interrupted = pin!(tokio::signal::ctrl_c());
        // Known once everything is sent.
        let mut until = None;
        let mut sent = false;
        let over = loop {
            tokio::select! {
                result = &mut sending, if !sent => {
                    result?;
                    sent = true;
                    until = wait.and_then(|wait| Instant::now().checked_add(wait));
                }
                message = incoming.next() => match message {
                    Some(Ok(Message::Close(frame))) => break Over::Closed(frame),
                    Some(Ok(message)) => {
                        if shown.show(&message)? {
                            break Over::Done;
                        }
                    }
                    Some(Err(error)) => return Err(lost(&error.to_string())),
                    None => return Err(lost("it ended without a close frame")),
                },
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => break Over::Done,
                _ = &mut interrupted => break Over::Interrupted,
            }
        };
        if is_owed && !sent && matches!(over, Over::Done) {
            // A server that takes nothing more will not be closed in order either.
            let _ = timeout(CLOSING, sending).await;
        }
        over
    };
    match over {
        Over::Closed(frame) => {
            shown.closed(frame.as_ref())?;
            drain(&mut incoming, CLOSING).await;
            shown.verdict()
        }
        Over::Done => {
            leave(outgoing, &mut incoming, 1000, CLOSING).await;
            shown.verdict()
        }
        Over::Interrupted => {
            leave(outgoing, &mut incoming, 1001, HURRIED).await;
            Ok(Exit::Interrupted)
        }
    }
}

/// Sends until the input ends. A connection that takes no more is reported by the reading side.
async fn send_all(
    outgoing: &mut Outgoing<'_>,
    mut messages: Receiver<Result<String, Stop>>,
) -> Result<(), Stop> {
    while let Some(message) = messages.recv().await {
        if outgoing.send(Message::text(message?)).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Closes and waits for the answer, which a server that is gone need not give.
async fn leave(mut outgoing: Outgoing<'_>, incoming: &mut Incoming<'_>, code: u16, patience: Duration) {
    let closing = async {
        let _ = outgoing.send(Message::Close(Some(close::frame(code, "")))).await;
        drain(incoming, patience).await;
    };
    let _ = timeout(patience, closing).await;
    show::closed(false, Some(&close::frame(code, "")));
}

/// Reads, and with that answers, until the connection has ended.
async fn drain(incoming: &mut Incoming<'_>, patience: Duration) {
    let drained = async { while let Some(Ok(_)) = incoming.next().await {} };
    let _ = timeout(patience, drained).await;
}

fn lost(why: &str) -> Stop {
    Stop::new(Exit::World, format!("the connection was lost: {why}"))
}

/// What has been shown, and how much there is to be.
struct Shown {
    opened: Instant,
    json: bool,
    count: u64,
    wanted: Option<u64>,
}

impl Shown {
    /// Shows a message; whether it was the last one wanted, or nobody reads any more.
    fn show(&mut self, message: &Message) -> Result<bool, Stop> {
        show::pinged(message);
        if !message.is_text() && !message.is_binary() {
            return Ok(false);
        }
        let is_read = if self.json { show::as_json(message, self.elapsed())? } else { show::plain(message)? };
        self.count += 1;
        Ok(Some(self.count) == self.wanted || !is_read)
    }

    fn closed(&self, frame: Option<&CloseFrame>) -> Result<(), Stop> {
        show::closed(true, frame);
        if self.json {
            show::as_json(&Message::Close(frame.cloned()), self.elapsed())?;
        }
        Ok(())
    }

    fn verdict(&self) -> Result<Exit, Stop> {
        match self.wanted {
            Some(wanted) if self.count < wanted => {
                Err(Stop::new(Exit::Failed, format!("{} of {wanted} messages came", self.count)))
            }
            _ => Ok(Exit::Ok),
        }
    }

    /// Milliseconds since the opening, to the microsecond.
    fn elapsed(&self) -> f64 {
        self.opened.elapsed().as_micros() as f64 / 1000.0
    }
}
