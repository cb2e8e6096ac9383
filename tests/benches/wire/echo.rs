//! Echo: CPU time of the server per message.

use crate::bursts::Bursts;
use crate::handshakes::handshakes;
use crate::process::ServerProcess;
use crate::servers::PREFIX;
use crate::start::start;
use crate::table::{Row, median, print};

struct Load {
    title: &'static str,
    burst: usize,
    rounds: usize,
    len: usize,
}

const CONNECTIONS: usize = 64;
const LOADS: [Load; 3] = [
    Load { title: "64-byte messages, one at a time", burst: 1, rounds: 400, len: 64 },
    Load { title: "64-byte messages, 16 in flight", burst: 16, rounds: 400, len: 64 },
    Load { title: "16 KiB messages, one at a time", burst: 1, rounds: 200, len: 16 * 1024 },
];

pub(crate) fn run(rounds: usize) {
    println!(
        "# Echo, {CONNECTIONS} connections, {rounds} interleaved rounds, user and system time of the server process"
    );
    for load in LOADS {
        let small: &[(&str, &[&str])] = &[("ours", &[]), ("bare", &["4096"]), ("axum", &[]), ("npm ws", &[])];
        let large: &[(&str, &[&str])] = &[
            ("ours", &[]),
            ("bare", &["4096"]),
            ("bare", &["16384"]),
            ("bare", &["32768"]),
            ("bare", &["65536"]),
            ("bare", &["131072"]),
            ("axum", &[]),
            ("npm ws", &[]),
        ];
        let servers = if load.len > 4096 { large } else { small };
        let rows = interleave(servers, rounds, |server| one(server, &load));
        let base = rows
            .iter()
            .filter(|row| row.name.starts_with("bare"))
            .min_by(|a, b| median(&a.figures).total_cmp(&median(&b.figures)))
            .map_or(String::new(), |row| row.name.clone());
        print(load.title, "µs CPU a message", &base, &rows);
    }
    let servers: &[(&str, &[&str])] = &[("ours", &[]), ("bare", &["4096"]), ("axum", &[]), ("npm ws", &[])];
    let rows = interleave(servers, rounds, handshakes);
    print("Handshakes, one after the other", "µs CPU a connection", "bare 4096", &rows);
}

/// Measures every server once a round, each time in another order.
pub(crate) fn interleave(
    servers: &[(&str, &[&str])],
    rounds: usize,
    mut measure: impl FnMut(&ServerProcess) -> f64,
) -> Vec<Row> {
    let name = |(name, args): &(&str, &[&str])| {
        std::iter::once(*name).chain(args.iter().copied()).collect::<Vec<_>>().join(" ")
    };
    let mut rows: Vec<Row> =
        servers.iter().map(|server| Row { name: name(server), figures: Vec::new() }).collect();
    for round in 0..rounds {
        for offset in 0..servers.len() {
            let at = (round + offset) % servers.len();
            let (name, args) = servers[at];
            if let Some(server) = start(name, args) {
                rows[at].figures.push(measure(&server));
            }
        }
    }
    rows.retain(|row| {
        let measured = !row.figures.is_empty();
        if !measured {
            println!("(skipped: {} is not installed here)", row.name);
        }
        measured
    });
    rows
}

fn one(server: &ServerProcess, load: &Load) -> f64 {
    let Load { burst, rounds, len, .. } = *load;
    Bursts { connections: CONNECTIONS, rounds, burst, len, more: PREFIX.len() }.cost(server)
}
