//! The server on real sockets: handshakes as a client sends them, byte by byte, and what comes back.

mod followed;
mod handshake;
mod http2;
mod lifecycle;
mod limits;
mod models;
mod ops;
mod refusals;
mod requests;
mod tls;

use mockforge_ws_core::{Cx, Event, Hello, Message, Opening, Stack, echo::Echo};
use mockforge_ws_server::{Handle, Listen, Route, Routes, Server, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A server that runs until its handle shuts it down.
struct Running {
    url: String,
    port: u16,
    handle: Handle,
    task: JoinHandle<()>,
}

async fn run(routes: impl IntoIterator<Item = Route>, settings: Settings) -> Running {
    let routes = Routes::new(routes).expect("the test's routes are good");
    let server = Server::bind(&Listen::free_port(), settings, routes).await.expect("a port is free");
    let port = server.addresses().next().expect("one address at least").port();
    let (url, handle) = (server.url(), server.handle().clone());
    Running { url, port, handle, task: tokio::spawn(server.run()) }
}

fn echo(path: &str) -> Route {
    Route::new(path, Stack::new(Echo::default())).about("echo")
}

/// Greets with what the handshake said.
fn greeter(path: &str) -> Route {
    Route::new(
        path,
        Stack::new(|hello: &Hello| {
            let said = format!("{} {} {:?} {:?}", hello.path, hello.route, hello.params, hello.query);
            Opening::accept(move |event: Event, cx: &mut Cx<'_>| {
                if matches!(event, Event::Opened) {
                    cx.send(Message::text(said.clone()));
                }
            })
        }),
    )
}

const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const UPGRADE: &str =
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n";

/// Sends a request and gives the head of the response, or all of it where it is no upgrade.
async fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut got = Vec::new();
    while !(got.starts_with(b"HTTP/1.1 101") && got.ends_with(b"\r\n\r\n"))
        && stream.read_buf(&mut got).await.is_ok_and(|n| n > 0)
    {}
    String::from_utf8(got).expect("the response is text")
}

fn request(target: &str, host: &str, headers: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n")
}
