//! The routers and starters, and axum's own socket.

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::routing::any;
use futures_util::{SinkExt, StreamExt};
use mockforge_ws::core::{Conn, echo::Echo};
use mockforge_ws::io::{AxumPeer, Context, drive};
use mockforge_ws::{
    FaultConfig, LatencyInjector, LatencyProfile, TestServer, router_with_latency, start_with_latency,
};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_router_applies_its_injector() {
    let faults = FaultConfig { duplicate: 1.0, ..FaultConfig::default() };
    let injector = LatencyInjector::new(LatencyProfile::fixed_ms(1), faults);
    let server = TestServer::new(router_with_latency(injector)).await;
    let (mut client, _) = connect_async(server.url()).await.unwrap();
    client.send(Message::text("a")).await.unwrap();
    for _ in 0..2 {
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text("echo: a"));
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_with_the_flag_that_changes_it() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = start_with_latency(port, Some(LatencyProfile::normal())).await.unwrap_err().to_string();
    assert!(error.contains(&format!("localhost:{port}")) && error.contains("--ws-port"), "{error}");
}

#[tokio::test]
async fn axums_own_socket_is_a_peer() {
    let (ended, mut endings) = tokio::sync::mpsc::channel(2);
    let app = Router::new().route(
        "/ws",
        any(move |upgrade: WebSocketUpgrade| {
            let ended = ended.clone();
            async move {
                upgrade.on_upgrade(|socket| async move {
                    let peer = AxumPeer::from(socket);
                    let context = Context::default();
                    let end = drive(peer, Box::new(Echo::new("")), Conn::alone("/ws"), &context);
                    ended.send(end.await).await.expect("the test waits for it");
                })
            }
        }),
    );
    let server = TestServer::new(app).await;
    let (mut client, _) = connect_async(server.url()).await.unwrap();
    for message in [Message::text("é"), Message::binary(vec![0, 255])] {
        client.send(message.clone()).await.unwrap();
        assert_eq!(client.next().await.unwrap().unwrap(), message);
    }
    client.close(Some(mockforge_ws::core::close::frame(4001, "bye"))).await.unwrap();
    while client.next().await.is_some() {}
    let end = endings.recv().await.unwrap();
    assert_eq!(
        (end.status.as_str(), end.frame),
        ("client_close", Some(mockforge_ws::core::close::frame(4001, "bye")))
    );

    // What breaks the protocol is told as such through axum's error too.
    let (client, _) = connect_async(server.url()).await.unwrap();
    let mut raw = client.into_inner();
    raw.write_all(&[0xff; 16]).await.unwrap();
    assert_eq!(endings.recv().await.unwrap().frame.map(|frame| u16::from(frame.code)), Some(1002));
}
