//! Handshakes that never end, and such as are too large or none at all.

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::{KIB, MIB};
use crate::client::{Client, crowd, request};
use crate::row::{Ground, Outcome, Row, plain};
use crate::tally::{End, Tally};

pub(crate) const SLOW: Row = Row {
    name: "slowloris",
    about: "clients send their handshake a byte a second, and come back when they are cut off",
    command: plain,
    // 1,024 at a time are let in without a handshake, each with a buffer for its head.
    memory: |_| 1024 * 32 * KIB,
    newcomers: &[],
    run: |ground| Box::pin(slow(ground)),
};

pub(crate) const BOMBS: Row = Row {
    name: "bombs",
    about: "requests that are too large, or none",
    command: plain,
    memory: |_| 32 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(bombs(ground)),
};

async fn slow(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let (port, until) = (ground.port, Instant::now() + Duration::from_secs(ground.options.siege as u64));
    let mut all = Tally::default();
    let mut waves = tokio::task::JoinSet::new();
    for _ in 0..ground.options.slow {
        waves.spawn(async move {
            let mut tally = Tally::default();
            while Instant::now() < until {
                let start = Instant::now();
                let end = drip(port).await.unwrap_or_else(|end| end);
                tally.add(end, start.elapsed());
            }
            tally
        });
    }
    while let Some(tally) = waves.join_next().await {
        all.merge(tally.expect("a client does not panic"));
    }
    outcome.expect("slow", all, &[End::CutOff, End::Reset, End::Status(408)]);
    outcome
}

async fn drip(port: u16) -> Result<End, End> {
    let mut client = Client::tcp(port).await?;
    for byte in request("/echo").bytes() {
        client.send(&[byte]).await?;
        match client.reader.answer(Duration::from_secs(1)).await {
            End::Open => {}
            end => return Ok(end),
        }
    }
    Ok(End::Open)
}

async fn bombs(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let whole = request("/echo");
    let with = |more: &str| whole.replace("\r\n\r\n", &format!("\r\n{more}\r\n\r\n")).into_bytes();
    let many: Vec<String> = (0..200).map(|number| format!("X-{number}: x")).collect();
    let kinds: [(&str, Vec<u8>, &[u16]); 8] = [
        ("200 headers", with(&many.join("\r\n")), &[431]),
        ("a header of 20 KB", with(&format!("X: {}", "x".repeat(20_000))), &[431]),
        ("a header of 1 MB", with(&format!("X: {}", "x".repeat(1_000_000))), &[431]),
        ("a request line of 10 KB", request(&format!("/echo?{}", "x".repeat(10_000))).into(), &[414]),
        ("a request line of 1 MB", request(&format!("/{}", "x".repeat(1_000_000))).into(), &[414, 431]),
        ("a header of 1 MB without an end", with(&"x".repeat(1_000_000))[..900_000].to_vec(), &[431]),
        ("zeros", vec![0; 100_000], &[400]),
        ("a request without a key", whole.replace("Sec-WebSocket-Key", "X-Key").into(), &[400]),
    ];
    for (kind, bytes, statuses) in kinds {
        let port = ground.port;
        let ends = crowd(ground.options.few, |_| {
            let bytes = bytes.clone();
            async move {
                let mut client = Client::tcp(port).await?;
                // Who is refused may be so before all is sent.
                let _ = timeout(Duration::from_secs(10), client.send(&bytes)).await;
                Ok(client.reader.answer(Duration::from_secs(20)).await)
            }
        });
        let statuses: Vec<_> = statuses.iter().copied().map(End::Status).collect();
        outcome.expect(kind, ends.await, &statuses);
    }
    let port = ground.port;
    let endless = crowd(ground.options.few, |_| async move {
        let mut client = Client::tcp(port).await?;
        client.send(b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n").await?;
        for number in 0_u64.. {
            if client.send(format!("X-{number}: x\r\n").as_bytes()).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(1)).await;
        }
        Ok(client.reader.answer(Duration::from_secs(20)).await)
    });
    outcome.expect("headers without end", endless.await, &[End::Status(431)]);
    outcome
}
