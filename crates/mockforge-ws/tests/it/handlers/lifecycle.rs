//! From `on_connect` to `on_disconnect`: closing, failing, panicking, and paths.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use mockforge_ws::handlers::{Handlers, async_trait, handler_fn};
use mockforge_ws::{
    HandlerRegistry, HandlerResult, LatencyProfile, MessagePattern, MessageRouter, MockServer, TestServer,
    WsContext, WsHandler, WsMessage, router_with_handlers,
};

use super::{Client, Site};

/// Does what it is told, and keeps a diary.
#[derive(Clone, Default)]
struct Obedient(Arc<Mutex<Vec<String>>>);

impl Obedient {
    fn write(&self, line: String) {
        self.0.lock().expect("nobody panics meanwhile").push(line);
    }

    fn diary(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics meanwhile").clone()
    }
}

#[async_trait]
impl WsHandler for Obedient {
    async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
        let WsMessage::Text(text) = msg else { return Ok(()) };
        self.write(text.clone());
        match text.as_str() {
            "fail" => {
                ctx.send_text("failing").await?;
                Err("a bad day".into())
            }
            "panic" => panic!("a very bad day"),
            "close" => {
                ctx.send_text("closing").await?;
                ctx.close(4321, "as told")?;
                ctx.send_text("too late").await.expect_err("nothing is sent after a close frame");
                Ok(())
            }
            "close badly" => ctx.close(1006, ""),
            _ => ctx.send_text(&text).await,
        }
    }

    async fn on_disconnect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        let ended = ctx.ended().expect("it is over");
        let frame = ctx.close_frame().map(|frame| (u16::from(frame.code), frame.reason.to_string()));
        self.write(format!("{} {} {frame:?}", ctx.connection_id, ended.status.as_str()));
        ctx.broadcast_to_room("ends", &ctx.connection_id).await
    }
}

async fn obedient() -> (Site, Obedient, mockforge_ws::handlers::Subscription) {
    let (handler, registry) = (Obedient::default(), HandlerRegistry::new());
    registry.register(handler.clone());
    let site = Site::new(Handlers::new(Arc::new(registry))).await;
    let rooms = mockforge_ws::RoomManager::over(site.handle.site().commons().rooms.clone());
    let ends = rooms.get_broadcaster("ends").await.subscribe();
    (site, handler, ends)
}

#[tokio::test]
async fn a_handler_that_fails_or_panics_ends_its_own_connection() {
    let (mut site, handler, mut ends) = obedient().await;
    let mut other = site.client("/ws").await;
    for (conn, order, reason) in [
        ("/ws#2", "fail", "Handler error: a bad day"),
        ("/ws#3", "panic", "Handler error: the handler panicked: a very bad day"),
        ("/ws#4", "close badly", "Failed to send message: close code 1006 is reserved"),
    ] {
        let mut client = site.client("/ws").await;
        client.say(order).await;
        if order == "fail" {
            assert_eq!(client.hear().await, "failing", "what was sent before leaves first");
        }
        assert_eq!(client.farewell().await, (1011, "a handler failed".into()));
        let ended = site.ended(conn).await;
        assert_eq!(ended.status.as_str(), "handler_error");
        let told = ended.reason.expect("a failure has a reason");
        assert!(told.starts_with(reason), "{told}");
        assert_eq!(ends.recv().await.expect("on_disconnect is called"), conn);
        let last = handler.diary().pop().expect("on_disconnect wrote");
        assert_eq!(last, format!("{conn} handler_error Some((1011, \"a handler failed\"))"));
        assert_eq!(other.ask("still here").await, "still here");
    }
}

#[tokio::test]
async fn a_handler_closes_with_a_code_of_its_choice() {
    let (mut site, handler, mut ends) = obedient().await;
    let mut client = site.client("/ws").await;
    assert_eq!(client.ask("close").await, "closing");
    assert_eq!(client.farewell().await, (4321, "as told".into()));
    assert_eq!(site.ended("/ws#1").await.status.as_str(), "normal");
    ends.recv().await.expect("on_disconnect is called");
    assert_eq!(handler.diary(), ["close", "/ws#1 normal Some((4321, \"as told\"))"]);
}

#[tokio::test]
async fn a_close_stays_behind_what_was_sent_when_latency_holds_that_back() {
    let registry = HandlerRegistry::new();
    registry.register(Obedient::default());
    let server = MockServer::handlers(registry).latency(LatencyProfile::fixed_ms(20)).start().await.unwrap();
    let mut client = Client::new(server.url()).await;
    assert_eq!(client.ask("close").await, "closing");
    assert_eq!(client.farewell().await, (4321, "as told".into()));
}

#[tokio::test]
async fn every_message_is_handled_before_the_end_is() {
    let (site, handler, mut ends) = obedient().await;
    let mut client = site.client("/ws").await;
    for n in 0..50 {
        client.say(&n.to_string()).await;
    }
    client.leave(4000, "done").await;
    ends.recv().await.expect("on_disconnect is called");
    let mut wanted: Vec<_> = (0..50).map(|n| n.to_string()).collect();
    wanted.push("/ws#1 client_close Some((4000, \"done\"))".to_string());
    assert_eq!(handler.diary(), wanted);
}

/// Takes its time to say goodbye.
struct Slow(Arc<AtomicBool>);

#[async_trait]
impl WsHandler for Slow {
    async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
        ctx.send(msg).await
    }

    async fn on_disconnect(&self, _: &mut WsContext) -> HandlerResult<()> {
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        self.0.store(true, Ordering::Release);
        Ok(())
    }
}

#[tokio::test]
async fn a_server_that_shuts_down_waits_for_the_handlers_last_words() {
    let (done, registry) = (Arc::<AtomicBool>::default(), HandlerRegistry::new());
    registry.register(Slow(Arc::clone(&done)));
    let mut site = Site::new(Handlers::new(Arc::new(registry))).await;
    let mut client = site.client("/ws").await;
    assert_eq!(client.ask("hi").await, "hi");
    site.handle.shutdown();
    assert_eq!(client.farewell().await.0, 1001);
    (&mut site.running).await.expect("the server ends well");
    assert!(done.load(Ordering::Acquire));
}

#[tokio::test]
async fn all_handlers_of_a_path_hear_a_message_in_order() {
    let registry = HandlerRegistry::new();
    for name in ["one", "two"] {
        registry.register(handler_fn(move |_, ctx| async move { ctx.send_text(name).await }));
    }
    let server = MockServer::handlers(registry).start().await.unwrap();
    let mut client = Client::new(server.url()).await;
    assert_eq!(client.ask("?").await, "one");
    assert_eq!(client.hear().await, "two");
}

#[tokio::test]
async fn a_router_answers_with_the_first_that_has_an_answer() {
    let mut router = MessageRouter::new();
    router
        .on(MessagePattern::exact("skip"), |_| None)
        .on_async(MessagePattern::jsonpath("$.slow"), |_| async {
            tokio::task::yield_now().await;
            Ok(Some("slowly".to_string()))
        })
        .on(MessagePattern::regex("^skip|^take").unwrap(), |text| Some(format!("took {text}")))
        .on(MessagePattern::any(), |_| Some("anything".to_string()));
    let registry = HandlerRegistry::new();
    registry.register(router);
    let server = MockServer::handlers(registry).start().await.unwrap();
    let mut client = Client::new(server.url()).await;
    for (said, answer) in
        [("skip", "took skip"), ("take", "took take"), (r#"{"slow":1}"#, "slowly"), ("?", "anything")]
    {
        assert_eq!(client.ask(said).await, answer);
    }
}

/// Takes the paths under `/ws/chat`.
struct Chat;

#[async_trait]
impl WsHandler for Chat {
    async fn on_message(&self, ctx: &mut WsContext, _: WsMessage) -> HandlerResult<()> {
        ctx.send_text(&ctx.path).await
    }

    fn handles_path(&self, path: &str) -> bool {
        path.starts_with("/ws/chat")
    }
}

#[tokio::test]
async fn a_path_that_no_handler_takes_echoes() {
    for registry in [HandlerRegistry::new(), HandlerRegistry::with_hot_reload()] {
        registry.register(Chat);
        let server = TestServer::new(router_with_handlers(Arc::new(registry))).await;
        for (path, answer) in
            [("", "echo: hi"), ("/other", "echo: hi"), ("/chat", "/ws/chat"), ("/chat/a/b", "/ws/chat/a/b")]
        {
            let mut client = Client::new(&format!("{}{path}", server.url())).await;
            assert_eq!(client.ask("hi").await, answer, "{path}");
        }
    }
}
