//! Clients that are there and say nothing, and clients that are gone and have not said so.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{KIB, MIB};
use crate::client::{Client, crowd, runtime};
use crate::row::{Ground, Outcome, Row, plain};
use crate::server::signal;
use crate::tally::{End, Tally};

pub(crate) const HALF_OPEN: Row = Row {
    name: "half-open",
    about: "clients connect, say nothing, and come back when they are cut off",
    command: plain,
    // 1,024 at a time are let in without a handshake.
    memory: |_| 16 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(half_open(ground)),
};

pub(crate) const FROZEN: Row = Row {
    name: "frozen",
    about: "a process with connections is stopped (SIGSTOP): no FIN, no answer to a ping, nothing read",
    command: plain,
    memory: |options| options.frozen * 256 * KIB,
    newcomers: &[],
    run: |ground| Box::pin(frozen(ground)),
};

async fn half_open(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let (port, until) = (ground.port, Instant::now() + Duration::from_secs(ground.options.siege as u64));
    let mut all = Tally::default();
    let mut waves = tokio::task::JoinSet::new();
    for number in 0..ground.options.silent {
        waves.spawn(async move {
            let mut tally = Tally::default();
            // The listener's queue would overflow otherwise, and the rest be kept out by the kernel alone.
            tokio::time::sleep(Duration::from_millis(number as u64)).await;
            while Instant::now() < until {
                let start = Instant::now();
                let end = match Client::tcp(port).await {
                    Ok(mut client) => client.reader.answer(Duration::from_secs(30)).await,
                    Err(end) => end,
                };
                tally.add(end, start.elapsed());
            }
            tally
        });
    }
    while let Some(tally) = waves.join_next().await {
        all.merge(tally.expect("a client does not panic"));
    }
    outcome.expect("silent", all, &[End::CutOff, End::Reset]);
    outcome
}

/// After a ping and the same time again without an answer a connection is told so and dropped: 30 + 30 + 5 s. One
/// that does not read is dropped after 60 s.
const FROZEN_FOR: Duration = Duration::from_secs(90);

async fn frozen(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let me = std::env::current_exe().expect("this program has a path");
    let half = (ground.options.frozen / 2).to_string();
    let port = ground.port.to_string();
    let mut holders: Vec<_> = ["/echo", "/firehose"]
        .into_iter()
        .map(|path| {
            let mut command = Command::new(&me);
            command.args(["hold", &port, path, &half]);
            let mut child =
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("this program starts");
            let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
            let mut line = String::new();
            while !line.ends_with("held\n") {
                let read = stdout.read_line(&mut line).expect("stdout is text");
                assert!(read > 0, "the connections are not held: {line}");
            }
            signal("STOP", child.id());
            (path, child, stdout)
        })
        .collect();
    let start = Instant::now();
    let mut free = None;
    while start.elapsed() < FROZEN_FOR && free.is_none() {
        tokio::time::sleep(Duration::from_millis(250)).await;
        free = (ground.server.vitals().files <= ground.files).then(|| start.elapsed());
    }
    outcome.rule(free.is_some(), "their connections are not given up");
    if let Some(free) = free {
        outcome.note(format!("all of their connections were given up {:.1} s after", free.as_secs_f64()));
    }
    for (path, child, stdout) in &mut holders {
        signal("CONT", child.id());
        drop(child.stdin.take());
        let mut found = String::new();
        stdout.read_to_string(&mut found).expect("stdout is text");
        outcome.note(format!("{path}, once it goes on, finds {}", found.trim()));
        let _ = child.wait();
    }
    outcome
}

/// Holds connections until its input ends; then tells how they ended.
pub(crate) fn hold(port: u16, path: &str, count: usize) {
    runtime().block_on(async {
        let mut clients = Vec::new();
        for _ in 0..count {
            clients.push(Client::connect(port, path).await);
        }
        println!("held");
        std::io::stdout().flush().expect("somebody listens");
        // Blocks all of this process, as is its task.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let mut clients = clients.into_iter();
        let ends = crowd(count, |_| {
            let client = clients.next().expect("there are so many");
            async move { Ok(client?.reader.end(Duration::from_secs(5)).await) }
        });
        println!("{}", ends.await);
    });
}
