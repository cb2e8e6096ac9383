//! WebSockets over HTTP/2 (RFC 8441), many on one connection, beside HTTP/1.1 on the same port.

#![expect(clippy::unwrap_used, reason = "what a test's own helpers make is good")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::ext::Protocol;
use hyper::upgrade::Upgraded;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mockforge_ws_core::{CloseCode, Message};
use mockforge_ws_server::{ClientAuth, Handshakes, Listen, Route, Routes, Server, ServerTls, Settings};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::{KEY, Running, UPGRADE, ask, echo, greeter, request, run};

type Client = WebSocketStream<TokioIo<Upgraded>>;
type Sender = SendRequest<Empty<Bytes>>;

async fn session<S>(stream: S) -> Sender
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    // The server's settings have come when a request of the usual kind is answered.
    let mut sender: Sender = sender;
    let plain = Request::get("http://localhost/nowhere").body(Empty::new()).unwrap();
    assert_eq!(sender.send_request(plain).await.unwrap().status(), StatusCode::NOT_FOUND);
    sender
}

async fn plain(server: &Running) -> Sender {
    session(TcpStream::connect(("127.0.0.1", server.port)).await.unwrap()).await
}

async fn connect(sender: &mut Sender, path: &str, protocol: &'static str) -> Response<Incoming> {
    let request = Request::connect(format!("http://localhost{path}"))
        .extension(Protocol::from_static(protocol))
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_PROTOCOL, "v0, v1");
    sender.send_request(request.body(Empty::new()).unwrap()).await.unwrap()
}

async fn open(sender: &mut Sender, path: &str) -> Client {
    let response = connect(sender, path, "websocket").await;
    assert_eq!(response.status(), StatusCode::OK);
    let upgraded = hyper::upgrade::on(response).await.unwrap();
    WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Client, None).await
}

async fn echoed(client: &mut Client, message: Message) -> Message {
    client.send(message).await.unwrap();
    client.next().await.unwrap().unwrap()
}

#[tokio::test]
async fn one_connection_carries_many_and_the_port_speaks_http_1_too() {
    let route = Route { subprotocols: vec!["v1".into()], ..echo("/ws") };
    let server = run([route, greeter("/chat/{room}")], Settings::default()).await;
    let mut sender = plain(&server).await;
    let response = connect(&mut sender, "/ws", "websocket").await;
    assert_eq!(response.headers()[header::SEC_WEBSOCKET_PROTOCOL], "v1");
    assert!(!response.headers().contains_key(header::SEC_WEBSOCKET_ACCEPT));
    let mut first = open(&mut sender, "/ws").await;
    let mut second = open(&mut sender, "/chat/lobby?a=1").await;
    assert_eq!(echoed(&mut first, Message::text("a")).await, Message::text("echo: a"));
    let greeting = second.next().await.unwrap().unwrap();
    assert!(greeting.to_text().unwrap().starts_with("/chat/lobby /chat/{room}"), "{greeting}");
    let large = Message::binary(vec![7; 3 << 20]);
    assert!(echoed(&mut first, large.clone()).await == large);
    // One goes, the other stays.
    second.close(None).await.unwrap();
    while second.next().await.is_some() {}
    assert_eq!(echoed(&mut first, Message::text("b")).await, Message::text("echo: b"));
    let answer = ask(server.port, &request("/ws", "localhost", &format!("{UPGRADE}{KEY}"))).await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
}

#[tokio::test]
async fn other_protocols_and_hosts_are_refused() {
    let server = run([echo("/ws")], Settings { max_connections: 1, ..Settings::default() }).await;
    let mut sender = plain(&server).await;
    let response = connect(&mut sender, "/ws", "connect-udp").await;
    assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED);
    let foreign = Request::connect("http://evil.example/ws")
        .extension(Protocol::from_static("websocket"))
        .header(header::SEC_WEBSOCKET_VERSION, "13");
    let response = sender.send_request(foreign.body(Empty::new()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let old = Request::connect("http://localhost/ws").extension(Protocol::from_static("websocket"));
    let response = sender.send_request(old.body(Empty::new()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED);
    let _open = open(&mut sender, "/ws").await;
    let response = connect(&mut sender, "/ws", "websocket").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "Too many connections.\n");
}

#[tokio::test]
async fn a_shutdown_closes_them_in_order() {
    let server = run([echo("/ws")], Settings::default()).await;
    let mut sender = plain(&server).await;
    let mut client = open(&mut sender, "/ws").await;
    assert_eq!(echoed(&mut client, Message::text("a")).await, Message::text("echo: a"));
    server.handle.shutdown();
    let Message::Close(Some(frame)) = client.next().await.unwrap().unwrap() else { panic!("a close") };
    assert_eq!(frame.code, CloseCode::Away);
    while client.next().await.is_some() {}
    server.task.await.unwrap();
}

/// A connection with a WebSocket makes room for nobody, and one without goes when it is idle for too long.
#[tokio::test]
async fn those_with_a_websocket_stay() {
    let handshakes = Handshakes {
        timeout: Duration::from_millis(100),
        max_pending: 1,
        grace: Duration::ZERO,
        ..Handshakes::default()
    };
    let server = run([echo("/ws")], Settings { handshakes, ..Settings::default() }).await;
    let mut sender = plain(&server).await;
    let mut client = open(&mut sender, "/ws").await;
    let mut idle = plain(&server).await;
    // Who comes next takes the seat of the idle one, and then that one is over in its turn.
    let _next = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    while idle.ready().await.is_ok() {
        tokio::task::yield_now().await;
    }
    let mut idle = plain(&server).await;
    while idle.ready().await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(echoed(&mut client, Message::text("a")).await, Message::text("echo: a"));
}

/// An answer that finds no room at the client holds nothing for ever.
#[tokio::test]
async fn a_client_that_takes_no_answer_is_cut_off() {
    let handshakes = Handshakes { timeout: Duration::from_millis(50), ..Handshakes::default() };
    let server = run([echo("/ws")], Settings { handshakes, ..Settings::default() }).await;
    let mut client = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    // SETTINGS_INITIAL_WINDOW_SIZE is 0, and the request is GET http://a/n (RFC 9113, section 6.5; RFC 7541).
    client.write_all(b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\0").await.unwrap();
    client.write_all(b"\0\0\x09\x01\x05\0\0\0\x01\x82\x86\x04\x02/n\x01\x01a").await.unwrap();
    let mut said = Vec::new();
    client.read_to_end(&mut said).await.unwrap();
    let has = |frame: &[u8]| said.windows(frame.len()).any(|window| window == frame);
    assert!(has(b"\x01\x04\0\0\0\x01"), "the head of the answer: {said:?}");
    assert!(has(b"\0\0\x08\x07\0\0\0\0\0"), "then GOAWAY: {said:?}");
}

#[tokio::test]
async fn tls_offers_it() {
    let tls = ServerTls::self_signed(["localhost"], ClientAuth::None).unwrap();
    let routes = Routes::new([echo("/ws")]).unwrap();
    let server = Server::bind(&Listen::free_port(), Settings::default(), routes).await.unwrap();
    let server = server.with_tls(tls.clone());
    let port = server.addresses().next().unwrap().port();
    tokio::spawn(server.run());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(tls.certificate().as_bytes()).unwrap()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let mut sender = session(stream).await;
    let mut client = open(&mut sender, "/ws").await;
    assert_eq!(echoed(&mut client, Message::text("a")).await, Message::text("echo: a"));
}
