//! Bursts of frames on many connections, and what they cost the server.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
    /// The CPU time of the server in µs a message, on connections that are there before, once a tenth of the rounds
    /// has warmed it up.
    pub(crate) fn cost(&self, server: &ServerProcess) -> f64 {
        runtime().block_on(async {
            // A client that sleeps is woken by whom it waits for: the slower a server, the more often it would pay for that.
            let sleepless = tokio::spawn(async {
                loop {
                    tokio::task::yield_now().await;
                }
            });
            let mut streams = Vec::new();
            for _ in 0..self.connections {
                streams.push(connect(server.port).await);
            }
            let streams = self.exchange(streams, self.rounds / 10).await;
            let before = server.cpu_ns();
            // They are closed when all is measured.
            let streams = self.exchange(streams, self.rounds).await;
            sleepless.abort();
            let messages = streams.len() * self.rounds * self.burst;
            (server.cpu_ns() - before) as f64 / 1000.0 / messages as f64
        })
    }

    /// Waits for all answers of a burst before the next one.
    async fn exchange(&self, streams: Vec<TcpStream>, rounds: usize) -> Vec<TcpStream> {
        let request = frame(self.len).repeat(self.burst);
        let expected = answer_len(self.len + self.more) * self.burst;
        let mut tasks = Vec::new();
        for mut stream in streams {
            let request = request.clone();
            tasks.push(tokio::spawn(async move {
                let mut answer = vec![0; expected];
                for _ in 0..rounds {
                    stream.write_all(&request).await.expect("the server reads");
                    stream.read_exact(&mut answer).await.expect("the server answers");
                }
                assert_eq!(answer[0], 0x81, "the answer is a text frame");
                stream
            }));
        }
        let mut streams = Vec::new();
        for task in tasks {
            streams.push(task.await.expect("the exchange succeeds"));
        }
        streams
    }
}
