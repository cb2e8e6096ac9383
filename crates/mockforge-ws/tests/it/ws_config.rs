//! Each field of `WsConfig` has an effect.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mockforge_ws::{
    MockServer, ReplayAugmentationConfig, StartError, WebSocketAiConfig, WsConfig, WsProxyConfig, serve,
};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn config() -> WsConfig {
    WsConfig { port: 0, ..WsConfig::default() }
}

fn script() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("feed.jsonl");
    std::fs::write(&file, "{\"json\":{\"type\":\"tick\",\"n\":1}}\n{\"ts\":10,\"text\":\"end\"}\n")
        .expect("it is written");
    (folder, file)
}

async fn connect(server: &MockServer) -> Client {
    connect_async(server.url()).await.expect("it accepts").0
}

async fn next(client: &mut Client) -> Message {
    client.next().await.expect("a message").expect("in order")
}

#[tokio::test]
async fn port() {
    // Somebody has it, on both addresses that `localhost` stands for.
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = MockServer::from(WsConfig { port, ..config() }).start().await.unwrap_err().to_string();
    assert!(error.contains(&format!("could not listen on localhost:{port}")), "{error}");
    let error = serve(WsConfig { port, ..config() }).await.unwrap_err();
    assert!(matches!(error, StartError::Bind(_)), "{error}");
}

#[tokio::test]
async fn max_connections() {
    let server = MockServer::from(WsConfig { max_connections: 1, ..config() }).start().await.unwrap();
    let _first = connect(&server).await;
    let Err(Error::Http(refused)) = connect_async(server.url()).await else { panic!("there is no room") };
    assert_eq!(refused.status(), 503);
}

#[tokio::test]
async fn max_message_size() {
    let server = MockServer::from(WsConfig { max_message_size: 100, ..config() }).start().await.unwrap();
    let mut client = connect(&server).await;
    client.send(Message::text("x".repeat(101))).await.unwrap();
    let Message::Close(Some(frame)) = next(&mut client).await else { panic!("it is too large") };
    assert_eq!(u16::from(frame.code), 1009);
}

#[tokio::test]
async fn heartbeat_interval() {
    let heartbeat_interval = Duration::from_millis(5);
    let server = MockServer::from(WsConfig { heartbeat_interval, ..config() }).start().await.unwrap();
    assert!(next(&mut connect(&server).await).await.is_ping());

    let heartbeat_interval = Duration::ZERO;
    let server = MockServer::from(WsConfig { heartbeat_interval, ..config() }).start().await.unwrap();
    let mut client = connect(&server).await;
    client.send(Message::text("hi")).await.unwrap();
    assert_eq!(
        next(&mut client).await,
        Message::text("echo: hi"),
        "nothing pings, and nothing said is an echo"
    );
}

#[tokio::test]
async fn replay_file() {
    let (_folder, file) = script();
    let server = MockServer::from(WsConfig { replay_file: Some(file), ..config() }).start().await.unwrap();
    assert_eq!(next(&mut connect(&server).await).await, Message::text(r#"{"type":"tick","n":1}"#));
}

#[tokio::test]
async fn proxy_config() {
    let upstream = MockServer::echo().path("/{*any}").start().await.unwrap();
    let upstream_url = upstream.url().replace("/{*any}", "");
    let proxy_config = Some(WsProxyConfig { upstream_url, ..Default::default() });
    let server = MockServer::from(WsConfig { proxy_config, ..config() }).start().await.unwrap();
    for url in [server.url().to_string(), format!("{}/below/it", server.url())] {
        let (mut client, _) = connect_async(url).await.unwrap();
        client.send(Message::text("hi")).await.unwrap();
        assert_eq!(next(&mut client).await, Message::text("echo: hi"));
    }
    let proxy_config = Some(WsProxyConfig { upstream_url: "http://x".into(), ..Default::default() });
    let error = MockServer::from(WsConfig { proxy_config, ..config() }).start().await.unwrap_err();
    assert!(matches!(error, StartError::Upstream(_)), "{error}");
}

#[tokio::test]
async fn ai_config() {
    let ai_config = Some(WebSocketAiConfig::from("Trading in AAPL, 100 events per second"));
    let server = MockServer::from(WsConfig { ai_config, ..config() }).start().await.unwrap();
    let event = next(&mut connect(&server).await).await.into_text().unwrap();
    assert!(event.contains(r#""symbol":"AAPL""#), "{event}");
}

#[tokio::test]
async fn a_script_is_augmented_and_other_pairs_are_mistakes() {
    let (_folder, file) = script();
    let augmenting = ReplayAugmentationConfig {
        narrative: "Stock trading".into(),
        augmentation_points: vec!["tick".into()],
        ..Default::default()
    };
    let both = |ai_config: WebSocketAiConfig| WsConfig {
        replay_file: Some(file.clone()),
        ai_config: Some(ai_config),
        ..config()
    };
    let server = MockServer::from(both(augmenting.into())).start().await.unwrap();
    let mut client = connect(&server).await;
    let texts = [next(&mut client).await, next(&mut client).await, next(&mut client).await];
    assert!(texts[1].to_text().unwrap().starts_with(r#"{"type":"tick","n":"#), "{texts:?}");
    assert_eq!(texts[2], Message::text("end"));

    let error = MockServer::from(both("a chat".into())).start().await.unwrap_err().to_string();
    assert_eq!(error, "`replay_file` and `ai_config` each say what is served; leave all but one out");
}
