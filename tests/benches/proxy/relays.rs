//! What a careful engineer writes: a tunnel that copies bytes, and a relay that reads messages.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Mutex;

use futures_util::{FutureExt, SinkExt, Stream, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

async fn listener() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    println!("{}", listener.local_addr().expect("it is bound").port());
    listener
}

/// TCP on both sides: not even the handshake is read.
pub(crate) async fn tunnel(upstream: u16) {
    const BUFFER: usize = 64 * 1024;
    let listener = listener().await;
    loop {
        let (mut client, _) = listener.accept().await.expect("the listener lives");
        client.set_nodelay(true).expect("the socket is open");
        tokio::spawn(async move {
            let Ok(mut server) = TcpStream::connect(("127.0.0.1", upstream)).await else { return };
            server.set_nodelay(true).expect("the socket is open");
            let _ = tokio::io::copy_bidirectional_with_sizes(&mut client, &mut server, BUFFER, BUFFER).await;
        });
    }
}

/// tokio-tungstenite on both sides: small buffers, and one flush for all messages of a read. The least that a
/// recorder can do is to write each message as it is, in large blocks, to a file for the session.
pub(crate) async fn relay(upstream: u16, is_written: bool) {
    let listener = listener().await;
    loop {
        let (client, _) = listener.accept().await.expect("the listener lives");
        client.set_nodelay(true).expect("the socket is open");
        tokio::spawn(async move {
            let file = is_written.then(|| tempfile::tempfile().expect("the folder takes files"));
            let file = file.map(|file| Mutex::new(BufWriter::with_capacity(64 * 1024, file)));
            let config = WebSocketConfig::default().read_buffer_size(4096);
            let Ok(client) = tokio_tungstenite::accept_async_with_config(client, Some(config)).await else {
                return;
            };
            let url = format!("ws://127.0.0.1:{upstream}/ws");
            let Ok(server) = TcpStream::connect(("127.0.0.1", upstream)).await else { return };
            server.set_nodelay(true).expect("the socket is open");
            let Ok((server, _)) =
                tokio_tungstenite::client_async_with_config(url, server, Some(config)).await
            else {
                return;
            };
            let (client_out, client_in) = client.split();
            let (server_out, server_in) = server.split();
            tokio::select! {
                () = pass(client_in, server_out, file.as_ref()) => {}
                () = pass(server_in, client_out, file.as_ref()) => {}
            }
        });
    }
}

type Half = futures_util::stream::SplitSink<WebSocketStream<TcpStream>, Message>;

async fn pass<E>(
    mut from: impl Stream<Item = Result<Message, E>> + Unpin,
    mut to: Half,
    file: Option<&Mutex<BufWriter<File>>>,
) {
    let mut next = from.next().await;
    while let Some(Ok(message)) = next {
        if let (Some(file), Message::Text(text)) = (file, &message) {
            let mut file = file.lock().expect("nobody panics");
            writeln!(file, "{text}").expect("the disk has room");
        }
        if to.feed(message).await.is_err() {
            return;
        }
        next = match from.next().now_or_never() {
            Some(ready) => ready,
            None => {
                if to.flush().await.is_err() {
                    return;
                }
                from.next().await
            }
        };
    }
}
