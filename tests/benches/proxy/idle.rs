//! Idle pairs of connections: resident memory of the proxy, all included.

use tokio::runtime::Runtime;

use crate::client::connect;
use crate::contenders::{Contender, TUNNEL};
use crate::table::{Row, print};

const PAIRS: usize = 5_000;

pub(crate) fn run(runtime: &Runtime, upstream: u16, contenders: &[Contender]) {
    println!("\n# {PAIRS} idle pairs; ours may take 8,000 bytes a pair where it is spliced");
    raise_file_limit();
    let one = |contender: &Contender| {
        let running = contender.start(upstream);
        let server = &running.process;
        // The first connections warm up what all share.
        let warm = runtime.block_on(open(server.port, 50));
        let before = server.resident();
        let pairs = runtime.block_on(open(server.port, PAIRS));
        let bytes = server.resident().saturating_sub(before) as f64 / PAIRS as f64;
        drop((warm, pairs));
        Row { name: contender.name().into(), figures: vec![bytes] }
    };
    let rows: Vec<Row> =
        contenders.iter().filter(|contender| **contender != Contender::Mitmproxy).map(one).collect();
    print("Resident memory", "bytes a pair", TUNNEL.name(), &rows);
}

async fn open(port: u16, pairs: usize) -> Vec<tokio::net::TcpStream> {
    let mut open = Vec::with_capacity(pairs);
    for _ in 0..pairs {
        open.push(connect(port).await);
    }
    open
}

/// For this program and those that it starts; where it can't be raised, connecting fails and says so.
fn raise_file_limit() {
    let me = std::process::id().to_string();
    let _ = std::process::Command::new("prlimit").args(["--pid", &me, "--nofile=20000:"]).status();
}
