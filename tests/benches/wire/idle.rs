//! Idle connections: resident memory of the server, all included.

use crate::client::{connect, runtime};
use crate::start::start;
use crate::table::{Row, print};

const CONNECTIONS: usize = 10_000;

pub(crate) fn run() {
    println!("\n# {CONNECTIONS} idle connections");
    let servers: [(&str, &[&str]); 5] =
        [("ours", &[]), ("bare", &["4096"]), ("bare", &["131072"]), ("axum", &[]), ("npm ws", &[])];
    let mut rows = Vec::new();
    for (name, args) in servers {
        let Some(server) = start(name, args) else { continue };
        let before = server.resident();
        let figure = runtime().block_on(async {
            let mut open = Vec::with_capacity(CONNECTIONS);
            for _ in 0..CONNECTIONS {
                open.push(connect(server.port).await);
            }
            (server.resident() - before) as f64 / open.len() as f64
        });
        let name = std::iter::once(name).chain(args.iter().copied()).collect::<Vec<_>>().join(" ");
        rows.push(Row { name, figures: vec![figure] });
    }
    print("Resident memory", "bytes a connection", "bare 4096", &rows);
}
