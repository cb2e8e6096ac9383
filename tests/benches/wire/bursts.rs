//! Bursts of frames on many connections, and what they cost the server.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{answer_len, connect, frame, runtime};
use crate::process::ServerProcess;

/// On each connection so many rounds of so many frames of `len` bytes; an answer has `more` bytes than that.
pub(crate) struct Bursts {
    pub(crate) connections: usize,
    pub(crate) rounds: usize,
    pub(crate) burst: usize,
    pub(crate) len: usize,
    pub(crate) more: usize,
}

impl Bursts {
    /// The CPU time of the server in µs a message, once a tenth of the rounds has warmed it up.
    pub(crate) fn cost(&self, server: &ServerProcess) -> f64 {
        let runtime = runtime();
        runtime.block_on(self.exchange(server.port, self.rounds / 10));
        let before = server.cpu_ns();
        runtime.block_on(self.exchange(server.port, self.rounds));
        let messages = self.connections * self.rounds * self.burst;
        (server.cpu_ns() - before) as f64 / 1000.0 / messages as f64
    }

    /// Waits for all answers of a burst before the next one.
    async fn exchange(&self, port: u16, rounds: usize) {
        let request = frame(self.len).repeat(self.burst);
        let expected = answer_len(self.len + self.more) * self.burst;
        let mut tasks = Vec::new();
        for _ in 0..self.connections {
            let mut stream = connect(port).await;
            let request = request.clone();
            tasks.push(tokio::spawn(async move {
                let mut answer = vec![0; expected];
                for _ in 0..rounds {
                    stream.write_all(&request).await.expect("the server reads");
                    stream.read_exact(&mut answer).await.expect("the server answers");
                }
                assert_eq!(answer[0], 0x81, "the answer is a text frame");
            }));
        }
        for task in tasks {
            task.await.expect("the exchange succeeds");
        }
    }
}
