//! Handshakes as a config asks for them, and as a client sees them on a socket.

use std::time::Duration;

use mockforge_ws_config::{Config, Flags};
use mockforge_ws_core::{Hello, Mode as _, Opening, Seed};
use mockforge_ws_io::Context;
use mockforge_ws_server::{Handle, Listen, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::folder::Folder;

fn config(text: &str) -> Config {
    let folder = Folder::new([("mockforge.yaml", text)]);
    folder.load(&Flags::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A server that runs until it is dropped.
struct Running {
    port: u16,
    handle: Handle,
}

impl Running {
    async fn new(config: &Config) -> Self {
        let settings = config.settings(Context::default(), Seed(1));
        let listen = Listen { host: "127.0.0.1".into(), port: 0 };
        let server = Server::bind(&listen, settings, config.routes()).await.unwrap();
        let (port, handle) = (server.addresses().next().unwrap().port(), server.handle().clone());
        tokio::spawn(server.run());
        Self { port, handle }
    }

    /// The response to a handshake with these headers: all of it, or the head of an upgrade.
    async fn ask(&self, target: &str, headers: &str) -> String {
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut got = Vec::new();
        let is_upgraded = |got: &[u8]| got.starts_with(b"HTTP/1.1 101") && got.ends_with(b"\r\n\r\n");
        while !is_upgraded(&got) && stream.read_buf(&mut got).await.is_ok_and(|read| read > 0) {}
        String::from_utf8(got).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

#[tokio::test]
async fn a_client_sees_what_the_section_says() {
    let server = Running::new(&config(
        r#"
websocket:
  routes:
    - path: /chat/{room}
      subprotocols: [chat.v2]
      echo:
      handshake:
        headers: { x-room: "{{path.room}}", set-cookie: [a=1, "sid={{query.sid}}"] }
        subprotocol: required
        origins: ["https://*.example.com"]
        require:
          - { header: authorization, matches: "^Bearer s3cret$", otherwise: { status: 401, headers: { www-authenticate: Bearer realm=mock }, body: { error: "{{path.room}}" } } }
    - { path: /forced, echo: , handshake: { subprotocol: never.offered } }
    - { path: /gone, echo: , handshake: { refuse: { status: 410, headers: { x-why: moved }, body: "gone\n" } } }
    - { path: /later, echo: , handshake: { refuse: { status: 503, times: 1 } } }
"#,
    ))
    .await;
    let check = async |target: &str, headers: &str, wanted: &[&str]| {
        let response = server.ask(target, headers).await;
        for part in wanted {
            assert!(response.contains(part), "{target} {headers}: no {part:?} in\n{response}");
        }
    };
    let good = "Authorization: Bearer s3cret\r\nSec-WebSocket-Protocol: chat.v2\r\n";
    let upgraded = [
        "HTTP/1.1 101 Switching Protocols\r\n",
        "x-room: lobby\r\n",
        "set-cookie: a=1\r\n",
        "set-cookie: sid=7\r\n",
        "sec-websocket-protocol: chat.v2\r\n",
    ];
    check("/chat/lobby?sid=7", good, &upgraded).await;
    check("/chat/lobby?sid=7", &format!("{good}Origin: https://app.example.com\r\n"), &upgraded).await;
    check("/chat/lobby", &format!("{good}Origin: https://evil.example\r\n"), &["HTTP/1.1 403 "]).await;
    let refused = [
        "HTTP/1.1 401 Unauthorized\r\n",
        "www-authenticate: Bearer realm=mock\r\n",
        "content-type: application/json\r\n",
        "\r\n\r\n{\"error\":\"lobby\"}",
    ];
    check("/chat/lobby", "", &refused).await;
    check("/chat/lobby", "Authorization: Bearer s3cret\r\n", &["HTTP/1.1 400 ", "spoken here: chat.v2"])
        .await;
    // A line break in what a client sends never becomes a header.
    check("/chat/lobby?sid=7%0d%0aevil:1", good, &["HTTP/1.1 500 ", "set-cookie can't be sent"]).await;
    check("/forced", "", &["HTTP/1.1 101 ", "sec-websocket-protocol: never.offered\r\n"]).await;
    check("/gone", "", &["HTTP/1.1 410 Gone\r\n", "x-why: moved\r\n", "\r\n\r\ngone\n"]).await;
    check("/later", "", &["HTTP/1.1 503 "]).await;
    check("/later", "", &["HTTP/1.1 101 "]).await;
}

#[tokio::test]
async fn routes_of_one_path_are_chosen_by_what_is_offered() {
    let config = config(
        r#"
websocket:
  reload: close
  routes:
    - { path: /graphql, subprotocols: [graphql-transport-ws], echo: , handshake: { headers: { x-route: new } } }
    - { path: /graphql, subprotocols: [graphql-ws, old], echo: , reload: keep, handshake: { headers: { x-route: old } } }
    - { path: /graphql, echo: { prefix: "" } }
    - { path: /feed, subprotocols: [a], echo: }
"#,
    );
    let routes: Vec<_> = config
        .routes()
        .iter()
        .map(|route| format!("{} {} {}", route.path, route.about, route.close_on_reload))
        .collect();
    let expected = [
        "/graphql echo, handshake, for graphql-transport-ws true",
        "/graphql echo, handshake, for graphql-ws or old false",
        "/graphql echo without a prefix true",
        "/feed echo true",
    ];
    assert_eq!(routes, expected);
    let server = Running::new(&config).await;
    for (offered, header) in
        [("graphql-ws", Some("old")), ("x, graphql-transport-ws", Some("new")), ("x", None)]
    {
        let response = server.ask("/graphql", &format!("Sec-WebSocket-Protocol: {offered}\r\n")).await;
        let found = response.lines().find_map(|line| line.strip_prefix("x-route: "));
        assert_eq!(found, header, "{offered}:\n{response}");
    }
}

#[test]
fn a_delay_comes_before_whatever_the_answer_is() {
    let routes = config(
        "websocket: { routes: [{ path: /a, echo: , handshake: { delay: 1.5s, require: { query: v } } }] }",
    )
    .routes();
    let mode = &routes.iter().next().unwrap().mode;
    let open = |query: &[&str]| {
        let query = query.iter().map(|name| ((*name).to_string(), String::new())).collect();
        mode.open(&Hello::new("/a").with_query(query))
    };
    let delay = Duration::from_millis(1500);
    let Opening::After(time, next) = open(&[]) else { panic!("it waits") };
    assert!(time == delay && matches!(*next, Opening::Refuse(_)), "{next:?}");
    let Opening::After(time, next) = open(&["v"]) else { panic!("it waits") };
    assert!(time == delay && matches!(*next, Opening::Accept(_)), "{next:?}");
}
