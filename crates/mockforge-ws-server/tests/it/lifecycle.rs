//! Listening, limits, reload and shutdown.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mockforge_ws_core::{CloseCode, FactSink, Message, Record, Seed, Stack, echo::Echo};
use mockforge_ws_io::Context;
use mockforge_ws_server::{BindError, Listen, Route, Routes, Server, Settings};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::{KEY, UPGRADE, ask, echo, request, run};

async fn client(host: &str, port: u16, path: &str) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect((host, port)).await.expect("the server listens");
    client_async(format!("ws://localhost:{port}{path}"), stream).await.expect("the server accepts").0
}

async fn echoed(client: &mut WebSocketStream<TcpStream>, text: &str) -> Message {
    client.send(Message::text(text)).await.expect("the server reads");
    client.next().await.expect("the server answers").expect("and keeps to the protocol")
}

#[tokio::test]
async fn localhost_serves_both_families_on_one_port() {
    let server = run([echo("/ws")], Settings::default()).await;
    assert_eq!(server.url, format!("ws://localhost:{}/ws", server.port));
    for host in ["127.0.0.1", "::1"] {
        let mut client = client(host, server.port, "/ws").await;
        assert_eq!(echoed(&mut client, host).await, Message::text(format!("echo: {host}")));
    }
}

/// Clients that come all at once wait to be accepted; with a short queue most of these would have to try again.
#[tokio::test]
async fn hundreds_may_come_at_once() {
    let server = Server::bind(&Listen::free_port(), Settings::default(), Routes::new([]).unwrap()).await;
    let server = server.expect("a port is free");
    let address = server.addresses().next().expect("one address at least");
    let connecting = (0..400).map(|_| TcpStream::connect(address));
    // Before anybody is accepted.
    let all = tokio::time::timeout(Duration::from_secs(1), futures_util::future::try_join_all(connecting));
    assert_eq!(all.await.expect("none has to try again").expect("the server listens").len(), 400);
}

#[tokio::test]
async fn a_busy_port_is_told_with_what_to_do() {
    let server = run([echo("/ws")], Settings::default()).await;
    let listen = Listen { port: server.port, ..Listen::default() };
    let routes = Routes::new([echo("/ws")]).unwrap();
    let error: BindError = Server::bind(&listen, Settings::default(), routes).await.unwrap_err();
    assert!(error.to_string().contains(&format!("localhost:{}", server.port)), "{error}");
    assert!(error.hint().contains("--ws-port"));
}

#[tokio::test]
async fn one_connection_too_many_gets_503_until_another_ends() {
    let server = run([echo("/ws")], Settings { max_connections: 1, ..Settings::default() }).await;
    let mut first = client("127.0.0.1", server.port, "/ws").await;
    assert_eq!(echoed(&mut first, "a").await, Message::text("echo: a"));
    let handshake = request("/ws", "localhost", &format!("{UPGRADE}{KEY}Connection: close\r\n"));
    let response = ask(server.port, &handshake).await;
    assert!(response.starts_with("HTTP/1.1 503 ") && response.contains("retry-after: 1"), "{response}");
    first.close(None).await.unwrap();
    while first.next().await.is_some() {}
    server.handle.site().empty().await;
    client("127.0.0.1", server.port, "/ws").await;
}

#[tokio::test]
async fn a_shutdown_closes_1001_and_ends_the_server() {
    let server = run([echo("/ws")], Settings::default()).await;
    let mut client = client("127.0.0.1", server.port, "/ws").await;
    assert_eq!(echoed(&mut client, "a").await, Message::text("echo: a"));
    server.handle.shutdown();
    let Message::Close(Some(frame)) = client.next().await.unwrap().unwrap() else { panic!("a close") };
    assert_eq!(frame.code, CloseCode::Away);
    assert!(client.next().await.is_none());
    server.task.await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", server.port)).await.is_err());
}

#[tokio::test]
async fn a_reload_serves_new_connections_and_leaves_the_old_ones() {
    let server = run([echo("/ws")], Settings::default()).await;
    let mut old = client("127.0.0.1", server.port, "/ws").await;
    let route = |path: &str, prefix: &str| Route::new(path, Stack::new(Echo::new(prefix)));
    server.handle.reload(&Routes::new([route("/ws", "new: "), route("/more", "")]).unwrap());
    let mut new = client("127.0.0.1", server.port, "/ws").await;
    let mut more = client("127.0.0.1", server.port, "/more").await;
    assert_eq!(echoed(&mut old, "a").await, Message::text("echo: a"));
    assert_eq!(echoed(&mut new, "a").await, Message::text("new: a"));
    assert_eq!(echoed(&mut more, "a").await, Message::text("a"));
}

/// Of two generations, so that those of the first are not closed a second time and those of the second are.
#[tokio::test]
async fn a_reload_closes_the_connections_of_routes_that_ask_for_it() {
    let routes = || {
        let closing = Route { close_on_reload: true, ..echo("/closing") };
        let speaking = Route { subprotocols: vec!["v2".into()], ..echo("/closing") };
        [echo("/ws"), closing, speaking]
    };
    let server = run(routes(), Settings::default()).await;
    let mut kept = client("127.0.0.1", server.port, "/ws").await;
    for _ in 0..2 {
        let mut closing = client("127.0.0.1", server.port, "/closing").await;
        let mut request = format!("ws://localhost:{}/closing", server.port).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "v2".parse().unwrap());
        let stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        let mut speaking = client_async(request, stream).await.unwrap().0;
        assert_eq!(echoed(&mut closing, "a").await, Message::text("echo: a"));
        assert_eq!(echoed(&mut speaking, "a").await, Message::text("echo: a"));
        server.handle.reload(&Routes::new(routes()).unwrap());
        let Message::Close(Some(frame)) = closing.next().await.unwrap().unwrap() else { panic!("a close") };
        assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1012, "the mock was edited"));
        assert!(closing.next().await.is_none());
        assert_eq!(
            echoed(&mut speaking, "b").await,
            Message::text("echo: b"),
            "the route's neighbour is kept"
        );
        assert_eq!(echoed(&mut kept, "b").await, Message::text("echo: b"));
    }
}

#[tokio::test]
async fn a_router_serves_below_somebody_elses_axum() {
    let site = mockforge_ws_server::Site::new(Settings { seed: Seed(1), ..Settings::default() });
    let router = site.router(&Routes::new([echo("/ws")]).unwrap());
    let app = axum::Router::new().route("/health", axum::routing::get(|| async { "ok" })).merge(router);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut client = client("127.0.0.1", port, "/ws").await;
    assert_eq!(echoed(&mut client, "a").await, Message::text("echo: a"));
}

#[tokio::test]
async fn queues_that_are_full_in_all_refuse_further_connections() {
    let context = mockforge_ws_io::Context {
        budget: std::sync::Arc::new(mockforge_ws_io::Budget::new(0)),
        ..Default::default()
    };
    let server = run([echo("/ws")], Settings { context, ..Settings::default() }).await;
    let handshake = request("/ws", "localhost", &format!("{UPGRADE}{KEY}Connection: close\r\n"));
    let response = ask(server.port, &handshake).await;
    assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
}

/// A sink of a route hears of its connections, messages included, and the site's hears of all.
#[tokio::test]
async fn a_route_has_a_sink_of_its_own() {
    #[derive(Default)]
    struct Names(std::sync::Mutex<Vec<String>>);
    impl FactSink for Names {
        fn note(&self, record: Record<'_>) {
            let name = format!("{} {}", record.hello.path, record.fact.name());
            self.0.lock().expect("nobody panics").push(name);
        }
    }
    let (all, own) = (Arc::new(Names::default()), Arc::new(Names::default()));
    let settings = Settings {
        context: Context { sink: Arc::clone(&all) as _, ..Context::default() },
        ..Settings::default()
    };
    let recorded = Route { sink: Some(Arc::clone(&own) as _), ..echo("/a") };
    let running = run([recorded, echo("/b")], settings).await;
    for path in ["/a", "/b"] {
        let mut client = client("127.0.0.1", running.port, path).await;
        echoed(&mut client, "x").await;
    }
    running.handle.shutdown();
    running.task.await.expect("the server ends");
    let names = |sink: &Names| sink.0.lock().expect("nobody panics").clone();
    assert_eq!(names(&own), ["/a opened", "/a received", "/a sent", "/a closed"]);
    assert_eq!(names(&all).iter().filter(|name| name.starts_with("/b")).count(), 4);
    assert_eq!(names(&all).len(), 8);
}
