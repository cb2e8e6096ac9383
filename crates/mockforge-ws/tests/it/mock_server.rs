//! `MockServer` in tests: expectations met, unmet and exceeded, and the report.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mockforge_ws::{LatencyProfile, MockServer};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn an_expectation_waits_for_its_message() {
    let server = MockServer::echo().start().await.unwrap();
    let (mut client, _) = connect_async(server.url()).await.unwrap();
    let (met, ()) = tokio::join!(server.expect("^late$").times(1).into_future(), async {
        client.send(Message::text("early")).await.unwrap();
        client.send(Message::text("late")).await.unwrap();
    });
    met.unwrap();
}

#[tokio::test]
async fn a_failed_expectation_names_the_nearest_miss_and_the_seed() {
    let server = MockServer::echo().seed(99).start().await.unwrap();
    let (mut client, _) = connect_async(server.url()).await.unwrap();
    client.send(Message::text(r#"{"op":"sub","symbol":"aapl"}"#)).await.unwrap();
    client.next().await.unwrap().unwrap();
    let error = server.expect("AAPL").within(Duration::ZERO).await.unwrap_err();
    let shown = format!("{error:?}");
    for part in ["expected `AAPL` at least once, got it 0 times", "nearest: /ws#1: ", "aapl", "seed 99"] {
        assert!(shown.contains(part), "expected {part} in\n{shown}");
    }
    let error = server.expect("sub").times(0).within(Duration::ZERO).await.unwrap_err();
    assert!(error.to_string().starts_with("expected `sub` never, got it once"), "{error}");
    let error = server.expect("(").await.unwrap_err();
    assert!(error.to_string().starts_with("the pattern is no pattern"), "{error}");
}

#[tokio::test]
async fn a_report_names_the_wait_that_a_client_left_unmet() {
    let script = "{\"text\":\"hi\"}\n{\"waitFor\":\"^ACK$\",\"text\":\"done\"}\n";
    let server = MockServer::replay(script).start().await.unwrap();
    let (mut client, _) = connect_async(server.url()).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text("hi"));
    client.send(Message::text("ack")).await.unwrap();
    client.close(None).await.unwrap();
    let report = server.sessions(1).await;
    assert_eq!(report.failed(), 1);
    let shown = report.to_string();
    assert!(
        shown.contains("script:2") && shown.contains("the client left") && shown.contains("ack"),
        "{shown}"
    );
}

#[tokio::test]
async fn path_latency_and_seed_take_effect() {
    let start = |seed| {
        MockServer::replay(r#"{"text":"{{uuid}} {{path.room}}"}"#)
            .path("/chat/{room}")
            .latency(LatencyProfile::fixed_ms(1))
            .seed(seed)
            .start()
    };
    let mut got = Vec::new();
    for seed in [1, 1, 2] {
        let server = start(seed).await.unwrap();
        let url = server.url().replace("{room}", "blue");
        let (mut client, _) = connect_async(url).await.unwrap();
        got.push(client.next().await.unwrap().unwrap().into_text().unwrap().to_string());
    }
    assert!(got[0].ends_with(" blue") && got[0] == got[1] && got[0] != got[2], "{got:?}");
}

#[tokio::test]
async fn a_dropped_server_lets_its_clients_go() {
    let server = MockServer::echo().start().await.unwrap();
    let (mut client, _) = connect_async(server.url()).await.unwrap();
    drop(server);
    assert!(
        matches!(client.next().await, Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) == 1001)
    );
}

/// In every mode a test pushes to the client that it means, and ends the connection as it likes.
#[tokio::test]
async fn open_connections_are_in_the_hand_of_the_test() {
    let rules = serde_json::json!({ "rules": [{ "on": { "exact": "ping" }, "reply": "pong" }] });
    let modes = [
        MockServer::echo(),
        MockServer::rules(rules),
        MockServer::replay("{\"waitFor\":\"never\",\"text\":\"no\"}\n"),
        MockServer::echo().latency(LatencyProfile::fixed_ms(60_000)),
    ];
    for mode in modes {
        let server = mode.start().await.unwrap();
        let (mut first, _) = connect_async(format!("{}?name=ada", server.url())).await.unwrap();
        server.connected(1).await;
        let (mut second, _) = connect_async(server.url()).await.unwrap();
        let [ada, other] = &server.connected(2).await[..] else { panic!("two are open") };
        assert_eq!((ada.id().number, &ada.hello().query[0].1[..]), (1, "ada"));
        ada.send(Message::text("for ada")).unwrap();
        other.send(Message::binary(vec![7])).unwrap();
        assert_eq!(first.next().await.unwrap().unwrap(), Message::text("for ada"));
        assert_eq!(second.next().await.unwrap().unwrap(), Message::binary(vec![7]));

        ada.close(4001, "token expired").unwrap();
        let Message::Close(Some(frame)) = first.next().await.unwrap().unwrap() else { panic!("a close") };
        assert_eq!((u16::from(frame.code), frame.reason.as_str()), (4001, "token expired"));
        assert!(first.next().await.is_none());
        assert!(other.abort());
        assert!(second.next().await.unwrap().unwrap_err().to_string().contains("reset"));
        server.sessions(2).await;
        assert!(server.connections().is_empty());
        assert_eq!(ada.send(Message::text("late")).unwrap_err().to_string(), "the connection is over");
    }
}

#[tokio::test]
async fn variables_and_states_of_a_connection_are_seen_and_set() {
    let login =
        serde_json::json!({ "on": "^login$", "set": { "user": "ada" }, "to": "in", "reply": "welcome" });
    let rules = serde_json::json!({
        "vars": { "user": "nobody" },
        "states": { "out": { "rules": [login] }, "in": {} },
        "rules": [{ "on": "^who$", "reply": "{{state.user}}" }],
    });
    let server = MockServer::rules(rules).start().await.unwrap();
    let (mut client, _) = connect_async(server.url()).await.unwrap();
    let connection = server.connected(1).await.remove(0);
    assert_eq!(connection.state().await.unwrap(), "out");
    let mut ask = async |text: &str| {
        client.send(Message::text(text)).await.unwrap();
        client.next().await.unwrap().unwrap().into_text().unwrap().to_string()
    };
    assert_eq!(ask("login").await, "welcome");
    assert_eq!(connection.state().await.unwrap(), "in");
    assert_eq!(connection.variables().await.unwrap()["user"], "ada");
    connection.set_variable("user", "eve").await.unwrap();
    assert_eq!(ask("who").await, "eve");
    connection.close(1000, "").unwrap();
    while client.next().await.is_some() {}
    server.sessions(1).await;
    assert!(connection.variables().await.is_err());
}
