//! What needs no server: patterns, rooms by themselves, contexts on a test's own channel. Handlers behind
//! real sockets are tested in `mockforge-ws`, which has a server.

mod models;

use mockforge_ws_handlers::{
    HandlerError, HandlerRegistry, Message, MessagePattern, MessageRouter, RoomManager, WsContext, WsHandler,
    WsMessage, handler_fn,
};
use serde_json::json;
use tokio::sync::mpsc;

#[test]
fn patterns_take_what_they_say() {
    let check = |pattern: &MessagePattern, takes: &[&str], leaves: &[&str]| {
        for text in takes {
            assert!(pattern.matches(text), "{pattern:?} takes {text}");
        }
        for text in leaves {
            assert!(!pattern.matches(text), "{pattern:?} leaves {text}");
        }
    };
    check(&MessagePattern::regex("^hello").unwrap(), &["hello world"], &["goodbye", ""]);
    // A regex that looks like a path is a regex here.
    check(&MessagePattern::regex("$.a|^b$").unwrap(), &["b"], &[r#"{"a":1}"#]);
    check(&MessagePattern::jsonpath("$.user.name"), &[r#"{"user":{"name":null}}"#], &[r#"{"user":{}}"#, "{"]);
    check(&MessagePattern::jsonpath("no path"), &[], &["no path", "{}"]);
    check(&MessagePattern::exact("ping"), &["ping"], &["ping "]);
    check(&MessagePattern::any(), &["", "x", "{}"], &[]);
}

#[test]
fn extracts_are_the_first_that_a_path_selects() {
    let text = r#"{"items":[{"id":7},{"id":8}]}"#;
    for pattern in [MessagePattern::any(), MessagePattern::jsonpath("$.items[*].id")] {
        assert_eq!(pattern.extract(text, "$.items[*].id"), Some(json!(7)));
        assert_eq!(pattern.extract(text, "$.items[1]"), Some(json!({ "id": 8 })));
        assert_eq!(pattern.extract(text, "$.none"), None);
        assert_eq!(pattern.extract(text, "$["), None);
        assert_eq!(pattern.extract("no json", "$"), None);
    }
}

#[tokio::test]
async fn a_context_works_on_a_channel_of_a_test() {
    let (sender, mut sent) = mpsc::unbounded_channel::<Message>();
    let ctx = WsContext::new("conn".into(), "/ws".into(), RoomManager::new(), sender);
    ctx.send_json(&json!({ "a": 1 })).await.unwrap();
    ctx.send_binary(vec![1]).await.unwrap();
    ctx.close(4000, "bye").unwrap();
    assert_eq!(sent.recv().await, Some(Message::text(r#"{"a":1}"#)));
    assert_eq!(sent.recv().await, Some(Message::binary(vec![1])));
    assert!(matches!(sent.recv().await, Some(Message::Close(Some(frame))) if frame.reason == "bye"));
    assert!(matches!(ctx.close(1005, ""), Err(HandlerError::SendError(_))));

    ctx.set_metadata("user", json!("ada")).await;
    assert_eq!(ctx.clone().get_metadata("user").await, Some(json!("ada")));
    assert_eq!(ctx.get_metadata("nobody").await, None);

    ctx.join_room("chat").await.unwrap();
    ctx.join_room("news").await.unwrap();
    ctx.join_room("chat").await.unwrap();
    assert_eq!(ctx.get_rooms().await, ["chat", "news"]);
    ctx.leave_room("chat").await.unwrap();
    assert_eq!(ctx.get_rooms().await, ["news"]);
    ctx.rooms().leave_all("conn").await.unwrap();
    assert_eq!(ctx.rooms().get_room_members("news").await, Vec::<String>::new());

    drop(sent);
    assert!(matches!(ctx.send_text("x").await, Err(HandlerError::SendError(_))));
}

#[tokio::test]
async fn a_bounded_channel_makes_its_handler_wait() {
    let (sender, mut sent) = mpsc::channel::<Message>(1);
    let mut ctx = WsContext::new("conn".into(), "/ws".into(), RoomManager::new(), sender);
    let twice = handler_fn(|_, ctx: WsContext| async move {
        ctx.send_text("one").await?;
        ctx.send_text("two").await
    });
    let mut handling = Box::pin(twice.on_message(&mut ctx, WsMessage::Text("?".into())));
    assert!(futures_util::poll!(&mut handling).is_pending());
    assert_eq!(sent.recv().await, Some(Message::text("one")));
    handling.await.unwrap();
    assert_eq!(sent.recv().await, Some(Message::text("two")));
}

#[tokio::test]
async fn a_subscription_that_falls_behind_is_told_after_what_it_has() {
    let news = RoomManager::new().get_broadcaster("news").await;
    let mut subscription = news.subscribe();
    for n in 0..2000 {
        assert_eq!(news.send(n.to_string()).unwrap(), 1);
    }
    for n in 0..1024 {
        assert_eq!(subscription.recv().await.unwrap(), n.to_string());
    }
    assert!(matches!(subscription.recv().await, Err(HandlerError::RoomError(_))));
    drop(subscription);
    assert_eq!((news.send("x").unwrap(), news.receiver_count()), (0, 0));
}

#[tokio::test]
async fn a_room_whose_name_is_too_long_cannot_be_joined() {
    let rooms = RoomManager::new();
    assert!(matches!(rooms.join("conn", &"x".repeat(252)).await, Err(HandlerError::RoomError(_))));
    rooms.join("conn", &"x".repeat(251)).await.unwrap();
    let mut subscription = rooms.get_broadcaster(&"x".repeat(252)).await.subscribe();
    assert!(matches!(subscription.recv().await, Err(HandlerError::RoomError(_))));
}

#[tokio::test]
async fn an_async_route_that_fails_fails_the_answer() {
    let mut router = MessageRouter::new();
    router
        .on_async(MessagePattern::exact("x"), |_| async { Err("no".into()) })
        .on(MessagePattern::any(), Some);
    assert!(router.answer("x").await.is_err());
    assert_eq!(router.answer("y").await.unwrap().as_deref(), Some("y"));
    assert_eq!(router.route("x").as_deref(), Some("x"));
}

#[test]
fn a_registry_counts() {
    let registry = HandlerRegistry::new();
    assert!(registry.is_empty() && !registry.is_hot_reload_enabled());
    registry.register(MessageRouter::new()).register(std::sync::Arc::new(MessageRouter::new()));
    assert_eq!((registry.len(), registry.get_handlers("/any").len()), (2, 2));
    registry.clear();
    assert!(!registry.has_handler_for("/any"));
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn axums_messages_convert_both_ways() {
    use axum::extract::ws::Message as Axum;

    for message in [
        WsMessage::Text("é".into()),
        WsMessage::Binary(vec![0, 255]),
        WsMessage::Ping(vec![1]),
        WsMessage::Pong(vec![2]),
        WsMessage::Close,
    ] {
        assert_eq!(WsMessage::from(Axum::from(message.clone())), message);
        assert_eq!(WsMessage::from(Message::from(message.clone())), message);
    }
    let (sender, mut sent) = mpsc::unbounded_channel::<Axum>();
    let ctx = WsContext::new("conn".into(), "/ws".into(), RoomManager::new(), sender);
    ctx.send_text("hi").await.unwrap();
    assert_eq!(sent.recv().await, Some(Axum::text("hi")));
}
