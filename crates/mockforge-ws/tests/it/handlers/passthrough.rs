//! Messages that are passed on to another server.

use std::sync::Arc;

use mockforge_ws::core::Fact;
use mockforge_ws::handlers::{Handlers, Message, Socket, async_mode};
use mockforge_ws::{HandlerRegistry, MessagePattern, PassthroughConfig, PassthroughHandler};

use super::Site;

/// Greets each connection with its number, and answers with it; leaves when told to.
async fn upstream() -> Site {
    Site::new(async_mode(|mut socket: Socket| async move {
        let number = socket.id().rsplit('#').next().unwrap_or_default().to_string();
        socket.send(Message::text(format!("{number} greets"))).await?;
        while let Some(Ok(message)) = socket.recv().await {
            match message {
                Message::Text(text) if text == "up: leave" => return socket.close(4009, "told to"),
                Message::Text(text) => socket.send(Message::text(format!("{number} heard {text}"))).await?,
                Message::Binary(bytes) => socket.send(Message::Binary(bytes)).await?,
                _ => {}
            }
        }
        Ok(())
    }))
    .await
}

async fn passing(pattern: MessagePattern, upstream: &Site) -> Site {
    let config = PassthroughConfig::new(pattern, format!("{}/ws", upstream.base));
    let registry = HandlerRegistry::new();
    registry.register(PassthroughHandler::new(config).expect("the URL is good"));
    Site::new(Handlers::new(Arc::new(registry))).await
}

#[tokio::test]
async fn each_client_has_an_upstream_of_its_own() {
    let mut far = upstream().await;
    let site = passing(MessagePattern::regex("^up:").expect("a regex"), &far).await;
    let mut ada = site.client("/ws").await;
    assert_eq!(ada.hear().await, "1 greets");
    let mut bob = site.client("/ws").await;
    assert_eq!(bob.hear().await, "2 greets");
    bob.say("not for it").await;
    assert_eq!(bob.ask("up: b").await, "2 heard up: b");
    assert_eq!(ada.ask("up: a").await, "1 heard up: a");
    // The client's own code and reason reach its upstream, and the other goes on.
    bob.leave(4077, "enough").await;
    let ended = far.ended("/ws#2").await;
    let frame = ended.frame.expect("with a code");
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (4077, "enough"));
    assert_eq!(ada.ask("up: still").await, "1 heard up: still");
}

#[tokio::test]
async fn binary_is_passed_on_where_everything_is() {
    let far = upstream().await;
    let bytes = Message::binary(vec![1, 2, 3]);
    let site = passing(MessagePattern::any(), &far).await;
    let mut client = site.client("/ws").await;
    assert_eq!(client.hear().await, "1 greets");
    futures_util::SinkExt::send(&mut client.0, bytes.clone()).await.expect("the server reads");
    assert_eq!(client.next().await, bytes);

    let site = passing(MessagePattern::regex("^up:").expect("a regex"), &far).await;
    let mut client = site.client("/ws").await;
    assert_eq!(client.hear().await, "2 greets");
    futures_util::SinkExt::send(&mut client.0, bytes).await.expect("the server reads");
    assert_eq!(client.ask("up: x").await, "2 heard up: x");
}

#[tokio::test]
async fn an_upstream_that_closes_is_a_fact_and_the_next_message_opens_another() {
    let far = upstream().await;
    let mut site = passing(MessagePattern::any(), &far).await;
    let mut client = site.client("/ws").await;
    assert_eq!(client.hear().await, "1 greets");
    client.say("up: leave").await;
    let reason = loop {
        if let (_, Fact::Error { reason }) = site.facts.recv().await.expect("the server runs") {
            break reason;
        }
    };
    assert!(reason.ends_with("closed with 4009 told to"), "{reason}");
    assert_eq!(client.ask("up: again").await, "2 greets");
    assert_eq!(client.hear().await, "2 heard up: again");
}

#[tokio::test]
async fn an_upstream_that_is_not_there_closes_the_client() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("ws://{}", taken.local_addr().expect("it is bound"));
    drop(taken);
    let registry = HandlerRegistry::new();
    let config = PassthroughConfig::new(MessagePattern::any(), url.clone());
    registry.register(PassthroughHandler::new(config).expect("the URL is good"));
    let mut site = Site::new(Handlers::new(Arc::new(registry))).await;
    let mut client = site.client("/ws").await;
    assert_eq!(client.farewell().await.0, 1011);
    let reason = site.ended("/ws#1").await.reason.expect("a failure has a reason");
    assert!(reason.contains(&url), "{reason}");
}

#[test]
fn what_can_pass_nothing_on_is_an_error_at_once() {
    for (pattern, url, problem) in [
        (MessagePattern::any(), "http://localhost/", "begins with `ws://`"),
        (MessagePattern::any(), "localhost", "upstream `localhost`"),
        (MessagePattern::jsonpath("$["), "ws://localhost/", "`$[` is no JSONPath"),
    ] {
        let error = PassthroughHandler::new(PassthroughConfig::new(pattern, url)).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}
