//! Rooms: who hears what, in which order, and what becomes of those who do not keep up.

use std::sync::Arc;

use mockforge_ws::core::{Message, Stack};
use mockforge_ws::handlers::{Handlers, async_trait};
use mockforge_ws::interactive::Rules;
use mockforge_ws::{HandlerRegistry, HandlerResult, WsContext, WsHandler, WsMessage};

use serde_json::json;

use super::{Client, Site};

/// `all X` and `others X` are published in the lobby, which everybody joins.
struct Chat;

#[async_trait]
impl WsHandler for Chat {
    async fn on_connect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        ctx.join_room("lobby").await?;
        ctx.send_text("joined").await
    }

    async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
        let WsMessage::Text(text) = msg else { return Ok(()) };
        match text.split_once(' ') {
            Some(("all", text)) => ctx.broadcast_to_room("lobby", text).await,
            Some(("others", text)) => ctx.broadcast_to_others("lobby", text).await,
            Some(("leave", room)) => ctx.leave_room(room).await,
            _ if text == "who" => {
                let members = ctx.rooms().get_room_members("lobby").await.join(" ");
                ctx.send_text(&format!("{members} in {}", ctx.get_rooms().await.join(" "))).await
            }
            _ => ctx.send_text(&text).await,
        }
    }

    async fn on_disconnect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        for room in ctx.get_rooms().await {
            let frame = ctx.close_frame();
            let frame = frame.map(|frame| format!("{} {}", u16::from(frame.code), frame.reason));
            ctx.broadcast_to_others(&room, &format!("{} left: {frame:?}", ctx.connection_id)).await?;
        }
        Ok(())
    }
}

fn chat() -> Handlers {
    let registry = HandlerRegistry::new();
    registry.register(Chat);
    Handlers::new(Arc::new(registry))
}

async fn member(site: &Site) -> Client {
    let mut client = site.client("/ws").await;
    assert_eq!(client.hear().await, "joined");
    client
}

#[tokio::test]
async fn members_of_a_room_hear_each_other() {
    let site = Site::new(chat()).await;
    let (mut ada, mut bob) = (member(&site).await, member(&site).await);
    ada.say("all one").await;
    assert_eq!((ada.hear().await.as_str(), bob.hear().await.as_str()), ("one", "one"));
    bob.say("others two").await;
    assert_eq!(ada.hear().await, "two");
    // Had its own come back, it would stand before this.
    assert_eq!(bob.ask("who").await, "/ws#1 /ws#2 in lobby");
    bob.say("leave lobby").await;
    assert_eq!(bob.ask("who").await, "/ws#1 in ");
    ada.say("all three").await;
    assert_eq!(ada.hear().await, "three");
    assert_eq!(bob.ask("nothing before").await, "nothing before");
}

#[tokio::test]
async fn what_is_said_on_leaving_reaches_the_others_with_the_clients_code_and_reason() {
    let mut site = Site::new(chat()).await;
    let (mut ada, mut bob) = (member(&site).await, member(&site).await);
    bob.leave(4001, "dinner").await;
    assert_eq!(ada.hear().await, r#"/ws#2 left: Some("4001 dinner")"#);
    assert_eq!(site.ended("/ws#2").await.status.as_str(), "client_close");
    // Without a closing handshake there is no code.
    let carl = member(&site).await;
    drop(carl);
    assert_eq!(ada.hear().await, "/ws#3 left: None");
    // Who is gone is no member any more.
    assert_eq!(ada.ask("who").await, "/ws#1 in lobby");
}

/// The payload makes the sockets' own buffers small beside what is published.
const PAYLOAD: usize = 16 << 10;

#[tokio::test]
async fn who_reads_too_slowly_is_closed_with_1013_and_delays_nobody() {
    let mut site = Site::new(chat()).await;
    let (mut ada, mut bob, mut slow) = (member(&site).await, member(&site).await, member(&site).await);
    let text = "x".repeat(PAYLOAD);
    for n in 0..4000 {
        ada.say(&format!("others {n} {text}")).await;
        // Each is read before the next is sent, while one member reads nothing at all.
        assert_eq!(bob.hear().await.split(' ').next(), Some(n.to_string().as_str()));
    }
    assert_eq!(slow.farewell().await.0, 1013);
    let ended = site.ended("/ws#3").await;
    assert_eq!(
        (ended.status.as_str(), ended.frame.map(|frame| u16::from(frame.code))),
        ("limit", Some(1013))
    );
    assert_eq!(bob.hear().await, "/ws#3 left: Some(\"1013 too slow for what is published\")");
}

#[tokio::test]
async fn what_is_sent_and_what_is_published_leave_in_the_order_they_were_asked_for() {
    let registry = HandlerRegistry::new();
    registry.register(|msg: WsMessage, ctx: WsContext| async move {
        if let WsMessage::Text(_) = msg {
            ctx.join_room("echo").await?;
            for n in 0..500 {
                match n % 3 {
                    0 => ctx.broadcast_to_room("echo", &n.to_string()).await?,
                    _ => ctx.send_text(&n.to_string()).await?,
                }
            }
        }
        Ok(())
    });
    let site = Site::new(Handlers::new(Arc::new(registry))).await;
    let mut client = site.client("/ws").await;
    client.say("go").await;
    for n in 0..500 {
        assert_eq!(client.hear().await, n.to_string());
    }
}

#[tokio::test]
async fn sessions_that_are_no_handlers_share_the_rooms() {
    let rules = Rules::compile(
        &json!({ "rules": [
            { "on": "connect", "join": { "room": "room:lobby", "as": "a rule" } },
            { "on": ".", "broadcast": { "to": "room:lobby", "except": "sender", "text": "{{message}}" } },
        ]}),
        &Default::default(),
    )
    .expect("the rules are good");
    let site = Site::with([("/ws", Stack::new(chat())), ("/rules", Stack::new(rules))]).await;
    let mut ruled = site.client("/rules").await;
    let mut handled = member(&site).await;
    assert_eq!(handled.ask("who").await, "a rule /ws#1 in lobby");
    handled.say("others from a handler").await;
    assert_eq!(ruled.hear().await, "from a handler");
    ruled.say("from a rule").await;
    assert_eq!(handled.hear().await, "from a rule");
    // And code that is no connection, both ways.
    let rooms = mockforge_ws::RoomManager::over(site.handle.site().commons().rooms.clone());
    let lobby = rooms.get_broadcaster("lobby").await;
    let mut listener = lobby.subscribe();
    assert_eq!(lobby.send("from outside").expect("it never fails"), 3);
    assert_eq!(handled.next().await, Message::text("from outside"));
    assert_eq!(listener.recv().await.expect("it is heard"), "from outside");
    assert_eq!(rooms.get_room_members("lobby").await, ["a rule", "/ws#1"]);
}

#[tokio::test]
async fn what_handlers_do_in_rooms_are_facts() {
    let mut site = Site::new(chat()).await;
    let mut client = member(&site).await;
    assert_eq!(client.ask("all x").await, "x");
    client.say("leave lobby").await;
    let mut told = Vec::new();
    while told.len() < 3 {
        let (_, fact) = site.facts.recv().await.expect("the server runs");
        if matches!(fact.name(), "joined" | "published" | "left") {
            told.push(format!("{fact:?}"));
        }
    }
    assert_eq!(
        told,
        [
            r#"Joined { room: "room:lobby" }"#,
            r#"Published { room: "room:lobby", heard: 1 }"#,
            r#"Left { room: "room:lobby" }"#,
        ]
    );
}
