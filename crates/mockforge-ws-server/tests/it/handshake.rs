//! Requests, good and bad, and their responses.

use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use http::StatusCode;
use mockforge_ws_core::{
    Accept, FactSink, Hello, Message, Opening, Record, Refusal, Refused, Stack, echo::Echo,
};
use mockforge_ws_io::Context;
use mockforge_ws_server::{Route, Settings};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::{KEY, UPGRADE, ask, echo, greeter, request, run};

/// The paths and statuses of refused handshakes.
#[derive(Default)]
struct Refusals(Mutex<Vec<(String, u16)>>);

impl FactSink for Refusals {
    fn note(&self, _: Record<'_>) {}

    fn refused(&self, refused: Refused<'_>) {
        assert!(refused.peer.is_some_and(|peer| peer.ip().is_loopback()));
        self.0.lock().expect("no test panics with it").push((refused.path.into(), refused.status));
    }
}

#[tokio::test]
async fn the_rfcs_own_handshake_is_answered() {
    let server = run([echo("/ws")], Settings::default()).await;
    let response = ask(server.port, &request("/ws", "localhost", &format!("{UPGRADE}{KEY}"))).await;
    assert!(response.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{response}");
    // RFC 6455, section 1.3, gives this answer to this key.
    assert!(response.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{response}");
    assert!(!response.contains("sec-websocket-protocol"), "{response}");
}

/// What is wrong with a request, and what its response must say.
#[tokio::test]
async fn a_bad_handshake_is_answered_with_what_was_wrong() {
    let sink = Arc::new(Refusals::default());
    let context = Context { sink: sink.clone(), ..Context::default() };
    let server = run([echo("/ws"), echo("/chat/{room}")], Settings { context, ..Settings::default() }).await;
    let close = "Connection: close\r\n";
    let upgrade_close = "Upgrade: websocket\r\nConnection: upgrade, close\r\n";
    let long = "x".repeat(200);
    let cases = [
        (request("/ws?a=1", "localhost:3001", close), 426, "mockforge connect ws://localhost:3001/ws?a=1"),
        (request("/wss", "localhost", close), 404, "/chat/{room}"),
        (request("/", "localhost", close), 404, "Nothing is served at /. Routes:"),
        (request("/ws", "evil.example", &format!("{UPGRADE}{KEY}{close}")), 403, "--allow-host"),
        (
            request("/ws", "localhost", &format!("{upgrade_close}Sec-WebSocket-Version: 8\r\n{KEY}")),
            426,
            "version 13",
        ),
        (
            request("/ws", "localhost", &format!("{upgrade_close}Sec-WebSocket-Version: 13\r\n")),
            400,
            "Sec-WebSocket-Key is missing",
        ),
        (
            request(
                "/ws",
                "localhost",
                &format!("{upgrade_close}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {long}\r\n"),
            ),
            400,
            "not 16 bytes",
        ),
        (format!("POST /ws HTTP/1.1\r\nHost: localhost\r\n{UPGRADE}{KEY}{close}\r\n"), 405, "allow: GET"),
        (format!("GET /ws HTTP/1.1\r\n{upgrade_close}\r\n"), 400, "Host is missing"),
    ];
    for (request, status, word) in cases {
        let line = request.split("\r\n").next().unwrap().to_string();
        let response = ask(server.port, &request).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{request}{response}");
        assert!(response.contains(word), "expected `{word}` in\n{response}");
        let (path, told) = sink.0.lock().unwrap().pop().expect("the sink was told");
        assert!(line.contains(&path) && told == status, "{line}: {path} {told}");
    }
    assert_eq!(server.handle.site().active(), 0);
}

#[tokio::test]
async fn the_mode_sees_path_parameters_and_query_decoded() {
    let server = run([greeter("/chat/{room}/{*rest}")], Settings::default()).await;
    let url = format!("ws://127.0.0.1:{}/chat/a%20b/c/d?q=1%2B1&q=2&flag", server.port);
    let (mut client, _) = tokio_tungstenite::client_async(url, connect(server.port).await).await.unwrap();
    let expected = r#"/chat/a%20b/c/d /chat/{room}/{*rest} [("room", "a b"), ("rest", "c/d")] [("q", "1+1"), ("q", "2"), ("flag", "")]"#;
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text(expected));
}

#[tokio::test]
async fn the_first_of_the_routes_subprotocols_on_offer_is_selected() {
    let mut route = echo("/ws");
    route.subprotocols = vec!["chat.v2".into(), "chat.v1".into()];
    let chooser = Route::new(
        "/own",
        Stack::new(|_: &Hello| {
            let mut accept = Accept::new(Echo::default());
            accept.subprotocol = Some("own".into());
            Opening::Accept(accept)
        }),
    );
    let server = run([route, chooser], Settings::default()).await;
    for (path, offered, selected) in [
        ("/ws", "chat.v1, chat.v2", Some("chat.v2")),
        ("/ws", "soap, chat.v1", Some("chat.v1")),
        ("/ws", "soap", None),
        ("/own", "own, other", Some("own")),
    ] {
        let url = format!("ws://127.0.0.1:{}{path}", server.port);
        let offer = format!("{UPGRADE}{KEY}Sec-WebSocket-Protocol: {offered}\r\n");
        let response = ask(server.port, &request(path, "127.0.0.1", &offer)).await;
        let line = response.lines().find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        assert_eq!(line, selected, "{url} offering {offered}");
    }
}

/// Routes that share a path: what is offered, and which route answers with which subprotocol.
#[tokio::test]
async fn the_first_offer_that_a_route_speaks_chooses_among_routes_of_one_path() {
    let speaking = |route: Route, subprotocols: &[&str]| Route {
        subprotocols: subprotocols.iter().map(ToString::to_string).collect(),
        ..route
    };
    let (new, old) = (["graphql-transport-ws"], ["graphql-ws", "subscriptions"]);
    let check = async |port: u16, offered: &str, expected: &str| {
        let offer = format!("{UPGRADE}{KEY}Connection: close\r\nSec-WebSocket-Protocol: {offered}\r\n");
        let response = ask(port, &request("/graphql", "localhost", &offer)).await;
        assert!(response.contains(expected), "offering {offered}:\n{response}");
    };
    let routes = [speaking(echo("/graphql"), &new), speaking(echo("/graphql"), &old)];
    let server = run(routes, Settings::default()).await;
    check(server.port, "graphql-ws", "sec-websocket-protocol: graphql-ws\r\n").await;
    check(server.port, "soap, subscriptions", "sec-websocket-protocol: subscriptions\r\n").await;
    check(server.port, "graphql-ws, graphql-transport-ws", "sec-websocket-protocol: graphql-ws\r\n").await;
    check(server.port, "graphql-transport-ws, graphql-ws", "protocol: graphql-transport-ws\r\n").await;
    let spoken = "spoken here: graphql-transport-ws, graphql-ws, subscriptions.\n";
    check(server.port, "soap, mqtt", &format!("The handshake offers the subprotocols soap, mqtt; {spoken}"))
        .await;
    check(server.port, "", "HTTP/1.1 400 ").await;

    // Each has its own name, and so its own numbers and variables; one without takes the rest.
    let route = || greeter("/graphql");
    let server = run([speaking(route(), &new), speaking(route(), &old), route()], Settings::default()).await;
    for (offered, name) in [
        (Some("graphql-ws"), "/graphql (graphql-ws)"),
        (Some("graphql-transport-ws"), "/graphql (graphql-transport-ws)"),
        (None, "/graphql"),
    ] {
        let mut request = format!("ws://127.0.0.1:{}/graphql", server.port).into_client_request().unwrap();
        if let Some(offered) = offered {
            request.headers_mut().insert("sec-websocket-protocol", offered.parse().unwrap());
        }
        let stream = connect(server.port).await;
        let (mut client, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
        let expected = format!("/graphql {name} [] []");
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text(expected));
    }
}

#[tokio::test]
async fn a_mode_refuses_with_its_own_response() {
    let refuse = |hello: &Hello| match hello.header("authorization") {
        Some(_) => Opening::accept(Echo::default()),
        None => Refusal::new(StatusCode::UNAUTHORIZED, "a token, please\n")
            .header(http::header::WWW_AUTHENTICATE, "Bearer".parse().expect("ASCII"))
            .into(),
    };
    let server = run([Route::new("/ws", Stack::new(refuse))], Settings::default()).await;
    let headers = format!("{UPGRADE}{KEY}");
    let response =
        ask(server.port, &request("/ws", "localhost", &format!("{headers}Connection: close\r\n"))).await;
    assert!(response.starts_with("HTTP/1.1 401 "), "{response}");
    assert!(
        response.contains("www-authenticate: Bearer") && response.ends_with("a token, please\n"),
        "{response}"
    );
    let response =
        ask(server.port, &request("/ws", "localhost", &format!("{headers}Authorization: Bearer x\r\n")))
            .await;
    assert!(response.starts_with("HTTP/1.1 101 "), "{response}");
}

#[tokio::test]
async fn an_allowed_host_is_served() {
    let settings = Settings { allow_hosts: vec!["mock.internal".into()], ..Settings::default() };
    let server = run([echo("/ws")], settings).await;
    let mut request = format!("ws://127.0.0.1:{}/ws", server.port).into_client_request().unwrap();
    request.headers_mut().insert("host", "mock.internal:1".parse().unwrap());
    assert!(tokio_tungstenite::client_async(request, connect(server.port).await).await.is_ok());
}

async fn connect(port: u16) -> tokio::net::TcpStream {
    tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens")
}
