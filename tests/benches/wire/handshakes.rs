//! Connections that come and go, and what they cost the server.

use crate::client::{connect, runtime};
use crate::process::ServerProcess;

/// The CPU time of the server in µs a connection that says nothing, one after the other.
pub(crate) fn handshakes(server: &ServerProcess) -> f64 {
    const COUNT: usize = 500;
    let runtime = runtime();
    let run = |count| async move {
        for _ in 0..count {
            drop(connect(server.port).await);
        }
    };
    runtime.block_on(run(COUNT / 10));
    let before = server.cpu_ns();
    runtime.block_on(run(COUNT));
    (server.cpu_ns() - before) as f64 / 1000.0 / COUNT as f64
}
