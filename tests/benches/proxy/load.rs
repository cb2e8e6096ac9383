//! Messages there and back: CPU time of the proxy per message and direction.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::client::{answer_len, connect, frame};
use crate::contenders::{Contender, TUNNEL};
use crate::limits;
use crate::table::{Row, print};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    title: &'static str,
    burst: usize,
    rounds: usize,
    len: usize,
}

const CONNECTIONS: usize = 64;
pub(crate) const PING: Load =
    Load { title: "64-byte messages, one at a time", burst: 1, rounds: 200, len: 64 };
pub(crate) const PIPE: Load =
    Load { title: "64-byte messages, 16 in flight", burst: 16, rounds: 200, len: 64 };
pub(crate) const LARGE: Load =
    Load { title: "16 KiB messages, one at a time", burst: 1, rounds: 100, len: 16 * 1024 };

/// Measures every proxy once a round, each time in another order.
pub(crate) fn run(runtime: &Runtime, upstream: u16, contenders: &[Contender], rounds: usize) {
    println!(
        "# Proxy, {CONNECTIONS} connections, {rounds} interleaved rounds, user and system time of the proxy's \
         process for a message there and back"
    );
    for load in [PING, PIPE, LARGE] {
        let row = |contender: &Contender| Row { name: contender.name().into(), figures: Vec::new() };
        let mut rows: Vec<Row> = contenders.iter().map(row).collect();
        for round in 0..rounds {
            for offset in 0..contenders.len() {
                let at = (round + offset) % contenders.len();
                rows[at].figures.push(one(runtime, upstream, contenders[at], load));
            }
        }
        print(load.title, "µs CPU", TUNNEL.name(), &rows);
        limits::print(load, &rows);
    }
}

fn one(runtime: &Runtime, upstream: u16, contender: Contender, load: Load) -> f64 {
    let running = contender.start(upstream);
    let server = &running.process;
    let rounds = match contender {
        Contender::Mitmproxy => load.rounds / 20,
        _ => load.rounds,
    };
    let mut streams = runtime.block_on(async {
        let mut streams = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            streams.push(connect(server.port).await);
        }
        exchange(streams, load, rounds / 10 + 1).await
    });
    let before = server.cpu_ns();
    streams = runtime.block_on(exchange(streams, load, rounds));
    let spent = server.cpu_ns() - before;
    spent as f64 / 1000.0 / (streams.len() * rounds * load.burst) as f64
}

/// Sends `rounds` bursts on each connection, waiting for all answers of a burst.
async fn exchange(streams: Vec<TcpStream>, load: Load, rounds: usize) -> Vec<TcpStream> {
    let request = frame(load.len).repeat(load.burst);
    let expected = answer_len(load.len) * load.burst;
    let spawned = streams.into_iter().map(|mut stream| {
        let request = request.clone();
        tokio::spawn(async move {
            let mut answer = vec![0; expected];
            for _ in 0..rounds {
                stream.write_all(&request).await.expect("the proxy reads");
                stream.read_exact(&mut answer).await.expect("the proxy answers");
            }
            assert_eq!(answer[0], 0x81, "the answer is a text frame");
            stream
        })
    });
    let spawned: Vec<_> = spawned.collect();
    let mut streams = Vec::with_capacity(spawned.len());
    for task in spawned {
        streams.push(task.await.expect("the exchange succeeds"));
    }
    streams
}
