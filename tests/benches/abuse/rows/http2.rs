//! What is possible over HTTP/2 only.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::{KIB, MIB};
use crate::client::crowd;
use crate::http2::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, Http2, PING, RST_STREAM, SETTINGS, frame, literal,
    request,
};
use crate::row::{Ground, Outcome, Row, plain};
use crate::tally::{End, Tally};

pub(crate) const RESETS: Row = Row {
    name: "h2-resets",
    about: "HTTP/2: requests and handshakes that are cancelled as soon as they are sent, without a pause",
    command: plain,
    memory: |_| 32 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(resets(ground)),
};

pub(crate) const FLOODS: Row = Row {
    name: "h2-floods",
    about: "HTTP/2: headers without end, headers that grow when they are read, settings, pings, empty frames",
    command: plain,
    memory: |_| 64 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(floods(ground)),
};

pub(crate) const DEAF: Row = Row {
    name: "h2-deaf",
    about: "HTTP/2: connections of many WebSockets that take nothing of a firehose, and requests whose answer is not taken",
    command: plain,
    memory: |options| options.few * STREAMS * 64 * KIB,
    newcomers: &[],
    run: |ground| Box::pin(deaf(ground)),
};

/// `ENHANCE_YOUR_CALM`
const CALM: End = End::GoneAway(0xb);
/// `PROTOCOL_ERROR`
const MISTAKE: End = End::GoneAway(0x1);
/// `COMPRESSION_ERROR`
const TOO_LARGE: End = End::GoneAway(0x9);
const CANCEL: [u8; 4] = [0, 0, 0, 0x8];
/// WebSockets on one connection, as many as the server lets.
const STREAMS: usize = 200;
/// `write_timeout` is 60 seconds.
const PATIENCE: Duration = Duration::from_secs(90);

async fn resets(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let Ground { port, options, .. } = *ground;
    for (kind, is_websocket) in [("requests", false), ("handshakes", true)] {
        let until = Instant::now() + Duration::from_secs(options.flood as u64);
        let (told, mut counts) = tokio::sync::mpsc::unbounded_channel();
        let ends = crowd(options.few, |_| {
            let told = told.clone();
            async move {
                let mut end = End::Open;
                while Instant::now() < until {
                    let (count, how) = cancel(port, is_websocket, until).await;
                    let _ = told.send(count);
                    end = how;
                }
                Ok(end)
            }
        });
        outcome.expect(kind, ends.await, &[CALM, End::Reset, End::CutOff, End::Open]);
        drop(told);
        let (mut connections, mut sum) = (0, 0);
        while let Some(count) = counts.recv().await {
            (connections, sum) = (connections + 1, sum + count);
        }
        outcome.note(format!("{sum} {kind} were cancelled on {connections} connections"));
    }
    outcome
}

/// Sends and cancels on one connection until it ends, and says how many and how.
async fn cancel(port: u16, is_websocket: bool, until: Instant) -> (usize, End) {
    let mut count = 0;
    let end = async {
        let Http2 { mut frames, mut writer } = Http2::open(port, 1 << 16).await?;
        let reading = tokio::spawn(async move { frames.end(PATIENCE).await });
        let head = request("/echo", is_websocket);
        let flags = if is_websocket { END_HEADERS } else { END_HEADERS | END_STREAM };
        let mut stream = 1;
        while Instant::now() < until && !reading.is_finished() {
            let mut some = Vec::new();
            for _ in 0..50 {
                some.extend(frame(HEADERS, flags, stream, &head));
                some.extend(frame(RST_STREAM, 0, stream, &CANCEL));
                stream += 2;
            }
            if writer.write_all(&some).await.is_err() {
                break;
            }
            count += 50;
        }
        drop(writer);
        Ok(reading.await.expect("a client does not panic"))
    };
    let end = end.await.unwrap_or_else(|end: End| end);
    (count, end)
}

/// What is sent once, and what is sent again and again.
struct Flood {
    kind: &'static str,
    first: Vec<u8>,
    again: Vec<u8>,
    /// Whether it is the headers of a request, each with a stream of its own.
    is_request: bool,
    /// Whether it may go on, as it breaks no rule.
    may_stay: bool,
}

fn kinds() -> [Flood; 6] {
    let large = literal("x-large", &"x".repeat(100));
    // It is put into the table once, and then named as often as there is room for.
    let remembered =
        [&[0x40, 7][..], b"x-large", &[100], "x".repeat(100).as_bytes(), &[0xbe; 16_000]].concat();
    let begun = || frame(HEADERS, 0, 1, &request("/echo", false));
    let flood = |kind, first, again| Flood { kind, first, again, is_request: false, may_stay: true };
    [
        Flood {
            may_stay: false,
            ..flood("headers without end", begun(), frame(CONTINUATION, 0, 1, &large.repeat(100)))
        },
        Flood { may_stay: false, ..flood("empty headers", begun(), frame(CONTINUATION, 0, 1, &[])) },
        Flood {
            is_request: true,
            ..flood(
                "16 KB that are 2 MB when read",
                Vec::new(),
                [request("/echo", false), remembered].concat(),
            )
        },
        flood("settings", Vec::new(), frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0xff, 0xff])),
        flood("pings", Vec::new(), frame(PING, 0, 0, &[7; 8])),
        flood("empty data", frame(HEADERS, END_HEADERS, 1, &request("/echo", true)), frame(DATA, 0, 1, &[])),
    ]
}

async fn floods(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let Ground { port, options, .. } = *ground;
    let lasts = Duration::from_secs(options.flood as u64) / 2;
    for Flood { kind, first, again, is_request, may_stay } in kinds() {
        let tally = crowd(options.few, |_| flood(port, first.clone(), again.clone(), is_request, lasts));
        // Who breaks no rule, and asks for nothing, is asked to go.
        let ends = [CALM, MISTAKE, TOO_LARGE, End::Reset, End::CutOff, End::GoneAway(0), End::Open];
        outcome.expect(kind, tally.await, if may_stay { &ends } else { &ends[..5] });
    }
    outcome
}

/// Sends the same without a pause, each a request of its own where it is one, and reads what comes.
async fn flood(
    port: u16,
    first: Vec<u8>,
    again: Vec<u8>,
    is_request: bool,
    lasts: Duration,
) -> Result<End, End> {
    let start = Instant::now();
    let Http2 { mut frames, mut writer } = Http2::open(port, 1 << 16).await?;
    let reading = tokio::spawn(async move { frames.end(lasts + Duration::from_secs(5)).await });
    let mut stream = 1;
    let sending = async {
        writer.write_all(&first).await?;
        let many = if is_request { Vec::new() } else { again.repeat(16 * KIB / again.len()) };
        while start.elapsed() < lasts && !reading.is_finished() {
            if is_request {
                writer.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, stream, &again)).await?;
                stream += 2;
            } else {
                writer.write_all(&many).await?;
            }
        }
        std::io::Result::Ok(())
    };
    // A server that reads no more has closed, as a rule, which is what reading tells.
    let _ = timeout(lasts + Duration::from_secs(5), sending).await;
    Ok(reading.await.expect("a client does not panic"))
}

async fn deaf(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let Ground { port, options, .. } = *ground;
    let sockets = crowd(options.few.div_ceil(10), |_| async move {
        let mut client = Http2::open(port, 0).await?;
        for number in 0..STREAMS as u32 {
            client.shake_hands(2 * number + 1, "/firehose").await?;
        }
        gone(client).await
    });
    let answers = crowd(options.few, |_| async move {
        let mut client = Http2::open(port, 0).await?;
        client.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &request("/nowhere", false))).await?;
        gone(client).await
    });
    let (sockets, answers): (Tally, Tally) = tokio::join!(sockets, answers);
    outcome.expect("WebSockets", sockets, &[End::CutOff, End::Reset]);
    outcome.expect("answers not taken", answers, &[End::CutOff, End::Reset]);
    outcome
}

/// Stays until it is cut off, though it is asked to go.
async fn gone(mut client: Http2) -> Result<End, End> {
    match client.frames.end(PATIENCE).await {
        End::GoneAway(0) => Ok(client.frames.end(PATIENCE).await),
        other => Err(other),
    }
}
