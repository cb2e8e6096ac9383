//! What it costs to be watched: CPU time of an echoing server a message, with and without metrics and traces.
//!
//! `cargo xtask bench observe`; `-- --rounds N` sets the number of interleaved rounds. The program starts itself as
//! each server in turn (`serve NAME`), on one CPU with the client on the other where `taskset` is there.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures time, reads the process table and prints"
)]

#[path = "../wire/bursts.rs"]
mod bursts;
#[path = "../wire/client.rs"]
mod client;
#[path = "../wire/handshakes.rs"]
mod handshakes;
#[path = "../wire/header.rs"]
mod header;
#[path = "../wire/process.rs"]
mod process;
mod servers;
#[path = "../wire/table.rs"]
mod table;

use bursts::Bursts;
use handshakes::handshakes;
use process::{ServerProcess, myself};
use table::{Row, print, ratios};

const CONNECTIONS: usize = 64;
const LEN: usize = 64;
const SERVERS: [&str; 4] = ["nothing", "metrics", "traces", "both"];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let ["serve", name] = args.as_slice() {
        return servers::start(name);
    }
    // `cargo test --benches` only wants to know that it starts.
    if args.contains(&"--test") {
        return;
    }
    let rounds = args.iter().position(|arg| *arg == "--rounds").and_then(|at| args.get(at + 1)?.parse().ok());
    process::pin_to(1);
    let rounds = rounds.unwrap_or(9);
    println!("# Echo, {CONNECTIONS} connections, {LEN} bytes, user and system time of the server process");
    for (title, burst) in [("one at a time", 1), ("16 in flight", 16)] {
        let load = Bursts { connections: CONNECTIONS, rounds: 400, burst, len: LEN, more: 0 };
        run(title, "message", rounds, |server| load.cost(server));
    }
    println!("\n# Connections one after the other, without a message");
    run("handshakes", "connection", rounds, handshakes);
}

/// Measures every server once a round, each time in another order.
fn run(title: &str, unit: &str, rounds: usize, measure: impl Fn(&ServerProcess) -> f64) {
    let row = |name: &str| Row { name: name.to_string(), figures: Vec::new() };
    let (mut rows, mut memory) = (SERVERS.map(row), SERVERS.map(row));
    for round in 0..rounds {
        for offset in 0..SERVERS.len() {
            let at = (round + offset) % SERVERS.len();
            let server = ServerProcess::announced(myself(&[SERVERS[at]]));
            rows[at].figures.push(measure(&server));
            memory[at].figures.push(server.resident() as f64 / f64::from(1 << 20));
        }
    }
    print(title, &format!("µs CPU a {unit}"), SERVERS[0], &rows);
    print("Memory after that", "MiB", SERVERS[0], &memory);
    let both = table::median(&ratios(rows.last(), rows.first()));
    println!("\nMetrics and traces together: {:+.1} %", (both - 1.0) * 100.0);
}
