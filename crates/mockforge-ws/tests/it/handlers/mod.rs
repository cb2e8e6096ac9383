//! Handlers behind real sockets.

mod bounds;
mod lifecycle;
mod passthrough;
mod registry;
mod rooms;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mockforge_ws::core::{Ended, Fact, FactSink, Mode, Record, Stack};
use mockforge_ws::io::{Context, Timing};
use mockforge_ws::server::{Handle, Listen, Route, Routes, Server, Settings};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// A server whose facts the test reads.
struct Site {
    base: String,
    facts: mpsc::UnboundedReceiver<(String, Fact)>,
    handle: Handle,
    running: tokio::task::JoinHandle<()>,
}

struct Told(mpsc::UnboundedSender<(String, Fact)>);

impl FactSink for Told {
    fn note(&self, record: Record<'_>) {
        // The test may have seen enough.
        let _ = self.0.send((record.conn.to_string(), record.fact.clone()));
    }
}

impl Site {
    async fn new(mode: impl Mode + 'static) -> Self {
        Self::with([("/ws", Stack::new(mode))]).await
    }

    async fn with(routes: impl IntoIterator<Item = (&'static str, Stack)>) -> Self {
        let (told, facts) = mpsc::unbounded_channel();
        // A client that a test reads last has time until then.
        let timing = Timing { close: Duration::from_secs(60), ..Timing::default() };
        let settings = Settings {
            context: Context { sink: Arc::new(Told(told)), timing, ..Context::default() },
            ..Settings::default()
        };
        let routes = routes.into_iter().map(|(path, mode)| Route::new(path, mode));
        let routes = Routes::new(routes).expect("the test's routes are good");
        let listen = Listen { host: "127.0.0.1".into(), port: 0 };
        let server = Server::bind(&listen, settings, routes).await.expect("a port is free");
        let (base, handle) = (server.url_of(""), server.handle().clone());
        let running = tokio::spawn(server.run());
        Self { base, facts, handle, running }
    }

    async fn client(&self, path: &str) -> Client {
        Client::new(&format!("{}{path}", self.base)).await
    }

    /// How that connection ended.
    async fn ended(&mut self, conn: &str) -> Ended {
        loop {
            match self.facts.recv().await.expect("the server runs") {
                (of, Fact::Closed(ended)) if of == conn => return ended,
                _ => {}
            }
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn new(url: &str) -> Self {
        // Without Nagle's algorithm: what a test says leaves at once.
        Self(connect_async_with_config(url, None, true).await.expect("the server takes it").0)
    }

    async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("the server reads");
    }

    async fn next(&mut self) -> Message {
        self.0.next().await.expect("something comes").expect("the connection holds")
    }

    /// The next message, which is a text.
    async fn hear(&mut self) -> String {
        self.next().await.into_text().expect("a text").to_string()
    }

    async fn ask(&mut self, text: &str) -> String {
        self.say(text).await;
        self.hear().await
    }

    /// Reads on to the server's close frame, and answers it.
    async fn farewell(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.next().await {
                while let Some(Ok(_)) = self.0.next().await {}
                let frame = frame.expect("with a code");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    async fn leave(&mut self, code: u16, reason: &str) {
        let frame = mockforge_ws::core::close::frame(code, reason);
        self.0.close(Some(frame)).await.expect("it is open");
    }
}
