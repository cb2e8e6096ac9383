//! Replay: the cost of a message sent flat out, the memory of one more connection, and the pace.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use futures_util::SinkExt;
use mockforge_ws_core::Stack;
use mockforge_ws_replay::{Options, compile};
use tokio::io::AsyncReadExt;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{answer_len, connect, runtime};
use crate::echo::interleave;
use crate::process::ServerProcess;
use crate::servers::{listener, ours};
use crate::start::start;
use crate::table::{Row, median, print};

const LEN: usize = 100;
const FLAT_OUT: usize = 100_000;
const STEPS: usize = 2_000;

pub(crate) fn run(rounds: usize) {
    println!("\n# Replay");
    let lines = FLAT_OUT.to_string();
    let servers: &[(&str, &[&str])] = &[("replay", &[&lines]), ("feed", &[&lines])];
    let name = format!("feed {lines}");
    print("A template-free script of 100-byte lines, flat out", "µs CPU a message", &name, &{
        interleave(servers, rounds, flat_out)
    });
    memory();
    pace(rounds);
}

/// Plays `lines` lines that are due at once.
pub(crate) async fn serve(lines: usize) {
    play(&line().repeat(lines)).await;
}

/// Waits for something that never comes, before `lines` lines.
pub(crate) async fn serve_waiting(lines: usize) {
    play(&format!("{{\"waitFor\":\"^never$\",\"text\":\"x\"}}\n{}", line().repeat(lines))).await;
}

/// Plays a step a millisecond.
pub(crate) async fn serve_paced() {
    let mut script = String::new();
    for ts in 0..=STEPS {
        writeln!(script, "{{\"ts\":{ts},\"text\":\"x\"}}").expect("a string takes all");
    }
    play(&script).await;
}

fn line() -> String {
    format!("{{\"text\":\"{}\"}}\n", "x".repeat(LEN))
}

async fn play(script: &str) {
    let compiled = compile(script, &Options::new("bench.jsonl"));
    let script = compiled.script.expect("the script is good");
    ours(Stack::new(script.mode())).await;
}

/// `feed` for each message, one flush at the end.
pub(crate) async fn feed(count: usize) {
    let listener = listener().await;
    let message = Message::text("x".repeat(LEN));
    loop {
        let (stream, _) = listener.accept().await.expect("the listener lives");
        let message = message.clone();
        tokio::spawn(async move {
            let mut socket = tokio_tungstenite::accept_async(stream).await.expect("the client shakes hands");
            for _ in 0..count {
                if socket.feed(message.clone()).await.is_err() {
                    return;
                }
            }
            let _ = socket.flush().await;
        });
    }
}

/// `sleep_until` the next step, then `send`.
pub(crate) async fn paced_bare() {
    let listener = listener().await;
    loop {
        let (stream, _) = listener.accept().await.expect("the listener lives");
        stream.set_nodelay(true).expect("the socket is open");
        tokio::spawn(async move {
            let mut socket = tokio_tungstenite::accept_async(stream).await.expect("the client shakes hands");
            let start = tokio::time::Instant::now();
            for step in 0..=STEPS as u64 {
                // The first step is due at once; a sleep would round it up to the timer's next millisecond
                // and so hide the same rounding in all that follow.
                if step > 0 {
                    tokio::time::sleep_until(start + Duration::from_millis(step)).await;
                }
                if socket.send(Message::text("x")).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn flat_out(server: &ServerProcess) -> f64 {
    let once = || async {
        let mut stream = connect(server.port).await;
        let mut left = answer_len(LEN) * FLAT_OUT;
        let mut buffer = vec![0; 256 * 1024];
        while left > 0 {
            left -= stream.read(&mut buffer).await.expect("the server sends");
        }
    };
    let runtime = runtime();
    runtime.block_on(once());
    let before = server.cpu_ns();
    runtime.block_on(async {
        for _ in 0..3 {
            once().await;
        }
    });
    (server.cpu_ns() - before) as f64 / 1000.0 / (3 * FLAT_OUT) as f64
}

fn memory() {
    const CONNECTIONS: usize = 2_000;
    let mut rows = Vec::new();
    for (name, args) in [("ours", [].as_slice()), ("waiting", &["10"]), ("waiting", &["1000000"])] {
        let Some(server) = start(name, args) else { continue };
        let figure = runtime().block_on(async {
            // The first connections warm up what all share.
            let mut open = vec![connect(server.port).await];
            let before = server.resident();
            for _ in 0..CONNECTIONS {
                open.push(connect(server.port).await);
            }
            server.resident().saturating_sub(before) as f64 / CONNECTIONS as f64
        });
        let lines = args.first().map_or("echo".to_string(), |lines| format!("script of {lines} lines"));
        rows.push(Row { name: lines, figures: vec![figure] });
    }
    print("One more connection", "bytes resident", "echo", &rows);
}

fn pace(rounds: usize) {
    let mut ends: Vec<Vec<f64>> = Vec::new();
    let servers: &[(&str, &[&str])] = &[("paced", &[]), ("paced bare", &[])];
    let rows = interleave(servers, rounds.min(5), |server| {
        let (error, end) = runtime().block_on(lateness(server.port));
        ends.push(vec![end]);
        error
    });
    print("A step a millisecond, 2,000 steps: median lateness of a step", "ms", "paced bare", &rows);
    let worst = ends.iter().flatten().copied().fold(0.0, f64::max);
    println!(
        "\nThe last of 2,000 steps was late by {:.3} ms (median of all runs), {worst:.3} ms (worst).",
        { median(&ends.concat()) }
    );
}

/// Median lateness of the steps, and that of the last, against the first step and the schedule.
async fn lateness(port: u16) -> (f64, f64) {
    let mut stream = connect(port).await;
    let mut late = Vec::with_capacity(STEPS);
    let mut frame = [0; 3];
    stream.read_exact(&mut frame).await.expect("the server sends");
    let start = Instant::now();
    for step in 1..=STEPS {
        stream.read_exact(&mut frame).await.expect("the server sends");
        late.push(start.elapsed().as_secs_f64() * 1000.0 - step as f64);
    }
    let last = *late.last().expect("there are steps");
    let errors: Vec<f64> = late.iter().map(|late| late.abs()).collect();
    (median(&errors), last)
}
