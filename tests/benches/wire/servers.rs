//! The servers: ours, and the peers that it is held against. Each prints its port and serves for ever.

use axum::extract::ws::{Message as AxumMessage, WebSocketUpgrade};
use futures_util::{SinkExt, StreamExt};
use mockforge_ws_core::{Stack, echo::Echo};
use mockforge_ws_server::{Listen, Route, Routes, Server, Settings};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::client::runtime;

/// The prefix that every echo server puts in front.
pub(crate) const PREFIX: &str = "echo: ";

pub(crate) fn serve(name: &str, args: &[&str]) {
    let number = |at: usize| args.get(at).and_then(|arg| arg.parse().ok());
    runtime().block_on(async move {
        match name {
            "ours" => ours(Stack::new(Echo::default())).await,
            "bare" => bare(number(0).unwrap_or(4096)).await,
            "axum" => axum_echo().await,
            "replay" => crate::replay::serve(number(0).unwrap_or(1)).await,
            "waiting" => crate::replay::serve_waiting(number(0).unwrap_or(1)).await,
            "paced" => crate::replay::serve_paced().await,
            "feed" => crate::replay::feed(number(0).unwrap_or(1)).await,
            "paced bare" => crate::replay::paced_bare().await,
            other => panic!("no server is called `{other}`"),
        }
    });
}

/// Ours, as `mockforge serve` runs it.
pub(crate) async fn ours(mode: Stack) {
    let routes = Routes::new([Route::new("/ws", mode)]).expect("the path is good");
    let settings = Settings { max_connections: 100_000, ..Settings::default() };
    let listen = Listen { host: "127.0.0.1".into(), port: 0 };
    let server = Server::bind(&listen, settings, routes).await.expect("a port is free");
    println!("{}", server.addresses().next().expect("one address").port());
    server.run().await;
}

pub(crate) async fn listener() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    println!("{}", listener.local_addr().expect("it is bound").port());
    listener
}

/// What a careful engineer writes in ten lines: small buffers, nodelay, all answers to one read in one write.
async fn bare(read_buffer: usize) {
    let listener = listener().await;
    loop {
        let (stream, _) = listener.accept().await.expect("the listener lives");
        stream.set_nodelay(true).expect("the socket is open");
        tokio::spawn(async move {
            let config = WebSocketConfig::default().read_buffer_size(read_buffer);
            let Ok(mut socket) = tokio_tungstenite::accept_async_with_config(stream, Some(config)).await
            else {
                return;
            };
            let mut next = socket.next().await;
            while let Some(Ok(message)) = next {
                if let Message::Text(text) = message {
                    let answer = Message::text(format!("{PREFIX}{text}"));
                    if socket.feed(answer).await.is_err() {
                        return;
                    }
                }
                next = match futures_util::FutureExt::now_or_never(socket.next()) {
                    Some(ready) => ready,
                    None => {
                        if socket.flush().await.is_err() {
                            return;
                        }
                        socket.next().await
                    }
                };
            }
        });
    }
}

/// What axum's documentation shows, with Nagle's algorithm off.
async fn axum_echo() {
    use axum::serve::ListenerExt as _;
    let app = axum::Router::new().route(
        "/ws",
        axum::routing::any(|upgrade: WebSocketUpgrade| async {
            upgrade.on_upgrade(|mut socket| async move {
                while let Some(Ok(message)) = socket.recv().await {
                    if let AxumMessage::Text(text) = message {
                        let answer = AxumMessage::Text(format!("{PREFIX}{text}").into());
                        if socket.send(answer).await.is_err() {
                            return;
                        }
                    }
                }
            })
        }),
    );
    let listener = listener().await.tap_io(|stream| stream.set_nodelay(true).expect("the socket is open"));
    axum::serve(listener, app).await.expect("the listener lives");
}
