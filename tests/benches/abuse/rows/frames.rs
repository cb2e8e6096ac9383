//! Frames that are as they should be, and far too small or too many.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{sleep, timeout};

use super::{KIB, MIB};
use crate::client::{CONTINUATION, Client, PING, PONG, Reader, TEXT, crowd, frame, text};
use crate::row::{Ground, Outcome, Row, plain};
use crate::tally::End;

pub(crate) const BYTES: Row = Row {
    name: "one-byte",
    about: "messages in frames of one byte, sent in TCP segments of one byte",
    command: plain,
    memory: |options| options.few * 64 * KIB,
    newcomers: &[],
    run: |ground| Box::pin(bytes(ground)),
};

pub(crate) const TINY: Row = Row {
    name: "tiny",
    about: "as many messages of one byte as clients can send, with the answers read, and with nothing read",
    command: plain,
    memory: |_| 32 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(tiny(ground)),
};

pub(crate) const FRAGMENTS: Row = Row {
    name: "fragments",
    about: "as many empty fragments of one message as clients can send",
    command: plain,
    memory: |_| 8 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(fragments(ground)),
};

pub(crate) const PINGS: Row = Row {
    name: "pings",
    about: "a flood of pings, with the pongs read, and with nothing read",
    command: plain,
    memory: |_| 8 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(pings(ground)),
};

async fn bytes(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let port = ground.port;
    let ends = crowd(ground.options.few, |_| async move {
        let mut client = Client::connect(port, "/echo").await?;
        for message in ["a", &"b".repeat(100), &"ü".repeat(100)] {
            let last = message.len() - 1;
            for (at, byte) in message.bytes().enumerate() {
                let opcode = if at == 0 { TEXT } else { CONTINUATION };
                for byte in frame(at == last, opcode, &[byte]) {
                    client.send(&[byte]).await?;
                    tokio::task::yield_now().await;
                }
            }
            let answer = client.message().await?;
            if answer != message {
                return Err(End::Wrong(answer));
            }
        }
        client.leave().await
    });
    outcome.expect("bytes", ends.await, &[End::Served]);
    outcome
}

/// Clients of each kind that send without a pause; each keeps a core busy.
const FLOODS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(90);

async fn tiny(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let Ground { port, options, .. } = *ground;
    let flood = Duration::from_secs(options.flood as u64);
    let (told, mut answered) = unbounded_channel();
    let ends = crowd(FLOODS, |_| {
        let told = told.clone();
        async move {
            let mut client = Client::connect(port, "/echo").await?;
            let (some, start) = (text("x").repeat(1000), Instant::now());
            let mut count = 0_usize;
            while start.elapsed() < flood {
                client.send(&some).await?;
                for _ in 0..1000 {
                    match client.message().await? {
                        answer if answer == "x" => count += 1,
                        answer => return Err(End::Wrong(answer)),
                    }
                }
            }
            let _ = told.send(count);
            Ok(End::Served)
        }
    });
    outcome.expect("a thousand at a time", ends.await, &[End::Served]);
    drop(told);
    let mut sum = 0;
    while let Some(count) = answered.recv().await {
        sum += count;
    }
    outcome.note(format!("they had {sum} messages of one byte answered"));
    let ends = crowd(FLOODS, |_| async move {
        let mut client = Client::connect(port, "/echo").await?;
        let some = text("x").repeat(1000);
        let start = Instant::now();
        // Once its answers find no room, nothing more of it is read.
        while start.elapsed() < PATIENCE {
            match timeout(PATIENCE, client.send(&some)).await {
                Ok(Ok(())) => {}
                Ok(Err(end)) => return Err(end),
                Err(_) => return Ok(End::Open),
            }
        }
        Ok(End::Open)
    });
    outcome.expect("answers never read", ends.await, &[End::Reset]);
    outcome
}

async fn fragments(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let Ground { port, options, .. } = *ground;
    let flood = Duration::from_secs(options.flood as u64);
    let ends = crowd(FLOODS, |_| async move {
        let mut client = Client::connect(port, "/echo").await?;
        client.send(&frame(false, TEXT, b"")).await?;
        let (some, start) = (frame(false, CONTINUATION, b"").repeat(10_000), Instant::now());
        while start.elapsed() < flood {
            client.send(&some).await?;
        }
        client.send(&frame(true, CONTINUATION, b"end")).await?;
        match client.message().await? {
            answer if answer == "end" => Ok(End::Served),
            answer => Err(End::Wrong(answer)),
        }
    });
    outcome.expect("empty fragments", ends.await, &[End::Served]);
    outcome
}

async fn pings(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let Ground { port, options, .. } = *ground;
    let (rate, seconds) = (options.pings, options.flood);
    let (told, mut counts) = unbounded_channel();
    let ends = crowd(1, |_| {
        let told = told.clone();
        async move {
            let Client { reader, mut writer } = Client::connect(port, "/echo").await?;
            let reading = tokio::spawn(pongs_until_text(reader));
            let sent = send_pings(&mut writer, rate, seconds).await?;
            writer.write_all(&text("still there?")).await?;
            let pongs = reading.await.expect("a client does not panic")?;
            let _ = told.send((sent, pongs));
            Ok(End::Served)
        }
    });
    outcome.expect("reading", ends.await, &[End::Served]);
    if let Ok((sent, pongs)) = counts.try_recv() {
        let rate = sent / seconds;
        outcome.note(format!(
            "{sent} pings ({rate} a second) had {pongs} pongs, of which one for the last is due"
        ));
        outcome.rule(pongs > 0, "no pong came");
    }
    let ends = crowd(options.few, |_| async move {
        let mut client = Client::connect(port, "/echo").await?;
        match timeout(PATIENCE, send_pings(&mut client.writer, rate / 10, seconds)).await {
            Ok(Ok(_)) => Ok(End::Open),
            Ok(Err(end)) => Err(end),
            Err(_) => Ok(End::Open),
        }
    });
    outcome.expect("never reading", ends.await, &[End::Open, End::Reset]);
    outcome
}

/// So many a second, by the hundredth part of it; says how many.
async fn send_pings(writer: &mut OwnedWriteHalf, rate: usize, seconds: usize) -> Result<usize, End> {
    let some: Vec<u8> = (0..rate / 100).flat_map(|number| frame(true, PING, &number.to_be_bytes())).collect();
    let start = Instant::now();
    for tick in 0..seconds * 100 {
        writer.write_all(&some).await?;
        let due = start + Duration::from_millis(10) * (tick as u32 + 1);
        sleep(due.saturating_duration_since(Instant::now())).await;
    }
    Ok(seconds * 100 * (rate / 100))
}

/// How many pongs come before a text message.
async fn pongs_until_text(mut reader: Reader) -> Result<usize, End> {
    let mut pongs = 0;
    loop {
        match reader.next().await?.0 {
            PONG => pongs += 1,
            TEXT => return Ok(pongs),
            _ => {}
        }
    }
}
