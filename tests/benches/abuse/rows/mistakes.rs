//! Messages that are too large, and frames that break the protocol.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::MIB;
use crate::client::{CLOSE, CONTINUATION, Client, PING, TEXT, crowd, frame, header};
use crate::row::{Ground, Outcome, Row, plain};
use crate::tally::{End, Tally};

const PATIENCE: Duration = Duration::from_secs(30);
/// `max_message_size`.
const LARGEST: usize = 4 << 20;

pub(crate) const LARGE: Row = Row {
    name: "oversized",
    about: "messages that are too large, in one frame and in fragments without an end",
    command: plain,
    // A message is kept until it is whole or too large, in a vector that doubles, beside what has just been read.
    memory: |options| options.few * 3 * LARGEST,
    newcomers: &[],
    run: |ground| Box::pin(large(ground)),
};

pub(crate) const MISTAKES: Row = Row {
    name: "mistakes",
    about: "text that is no UTF-8, frames masked wrong or not at all, and what else RFC 6455 forbids",
    command: plain,
    memory: |_| 16 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(mistakes(ground)),
};

/// Sends these to the echo, or as much as it takes, and counts how it ends.
async fn offend(ground: &Ground<'_>, bytes: &[u8], again: bool) -> Tally {
    let port = ground.port;
    let bytes: Arc<[u8]> = bytes.into();
    let ends = crowd(ground.options.few, |_| {
        let bytes = Arc::clone(&bytes);
        async move {
            let Client { mut reader, mut writer } = Client::connect(port, "/echo").await?;
            let reading = tokio::spawn(async move { reader.end(PATIENCE).await });
            let writing = async { while writer.write_all(&bytes).await.is_ok() && again {} };
            let _ = timeout(PATIENCE, writing).await;
            Ok(reading.await.expect("a client does not panic"))
        }
    });
    ends.await
}

async fn large(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let too_big = [End::Closed(1009)];
    let header_of = |len| [header(true, TEXT, len), vec![0; 4]].concat();
    let kinds = [
        ("a header that tells 5 MiB", header_of(5 << 20)),
        ("a header that tells 8 EiB", header_of((1 << 63) - 1)),
        ("a frame of 5 MiB", frame(true, TEXT, &vec![b'x'; 5 << 20])),
    ];
    for (kind, bytes) in kinds {
        outcome.expect(kind, offend(ground, &bytes, false).await, &too_big);
    }
    let start = frame(false, TEXT, b"x");
    let endless = [start, frame(false, CONTINUATION, &[b'x'; 60_000]).repeat(100)].concat();
    outcome.expect("fragments without end", offend(ground, &endless, true).await, &too_big);
    outcome
}

async fn mistakes(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut masked_otherwise = frame(true, TEXT, "grüße".as_bytes());
    // Another mask than the one that it was masked with: no UTF-8 comes out.
    masked_otherwise[2..6].copy_from_slice(&[0xff, 0x01, 0xff, 0x01]);
    let kinds: [(&str, Vec<u8>, u16); 11] = [
        ("no UTF-8", frame(true, TEXT, b"\xc3\x28"), 1007),
        (
            "no UTF-8, in a later fragment",
            [frame(false, TEXT, b"\xc3"), frame(true, CONTINUATION, b"\x28")].concat(),
            1007,
        ),
        ("another mask than was told", masked_otherwise, 1007),
        ("no mask", vec![0x81, 5, b'h', b'e', b'l', b'l', b'o'], 1002),
        ("a reserved bit", vec![0xc1, 0x80, 0, 0, 0, 0], 1002),
        ("a reserved opcode", vec![0x83, 0x80, 0, 0, 0, 0], 1002),
        ("a ping in fragments", frame(false, PING, b""), 1002),
        ("a ping of 126 bytes", frame(true, PING, &[0; 126]), 1002),
        ("a continuation of nothing", frame(true, CONTINUATION, b"x"), 1002),
        ("a message within another", [frame(false, TEXT, b"x"), frame(true, TEXT, b"x")].concat(), 1002),
        ("a close frame of one byte", frame(true, CLOSE, b"x"), 1002),
    ];
    for (kind, bytes, code) in kinds {
        outcome.expect(kind, offend(ground, &bytes, false).await, &[End::Closed(code)]);
    }
    outcome
}
