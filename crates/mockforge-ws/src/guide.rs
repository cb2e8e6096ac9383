//! A guide in six steps. Each example runs as a test of this crate.
//!
//! # 1. A script
//!
//! A script is a text with one JSON object a line: what the server sends (`text`, `json`, `hex`, `base64`),
//! when (`ts`, in milliseconds since the connection opened), and what it waits for first (`waitFor`).
//!
//! ```
//! use futures_util::{SinkExt, StreamExt};
//! use mockforge_ws::MockServer;
//! use tokio_tungstenite::{connect_async, tungstenite::Message};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::replay(r#"
//!     // Lines that begin so are comments.
//!     {"waitFor": {"jsonpath": "$.type", "equals": "login"}, "json": {"type": "welcome", "id": "{{$.id}}"}}
//!     {"ts": 20, "json": {"type": "tick", "seq": "{{seq}}"}, "repeat": {"count": 2, "every": 10}}
//!     {"ts": 40, "text": "bye", "close": {"code": 4000, "reason": "end of session"}}
//! "#).start().await?;
//!
//! let (mut client, _) = connect_async(server.url()).await?;
//! client.send(Message::text(r#"{"type":"login","id":7}"#)).await?;
//! let mut got = Vec::new();
//! while let Some(Ok(Message::Text(text))) = client.next().await {
//!     got.push(text.to_string());
//! }
//! assert_eq!(got, [
//!     r#"{"type":"welcome","id":7}"#,
//!     r#"{"type":"tick","seq":1}"#,
//!     r#"{"type":"tick","seq":2}"#,
//!     "bye",
//! ]);
//! # Ok(()) }
//! ```
//!
//! The time line does not run ahead of the client: when a wait is met late, the rest of the script moves by
//! that delay, and the gaps stay. A message that comes early is kept until something waits for it.
//! [`replay::ReplayEntry`](crate::replay) has every key; a mistake in a script is an error of `start`, with
//! line, column and a hint, and all mistakes are told at once:
//!
//! ```
//! use mockforge_ws::MockServer;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let error = MockServer::replay(r#"{"txt":"{{uid}}"}"#).start().await.unwrap_err();
//! assert!(error.to_string().contains("script:1:2: error: unknown key `txt`"), "{error}");
//! # }
//! ```
//!
//! # 2. What the client sent
//!
//! [`MockServer::received`](crate::MockServer::received) has the messages,
//! [`MockServer::expect`](crate::MockServer::expect) waits for one that matches, and says what came nearest
//! where none does:
//!
//! ```
//! use std::time::Duration;
//! use futures_util::SinkExt;
//! use mockforge_ws::MockServer;
//! use tokio_tungstenite::{connect_async, tungstenite::Message};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::echo().start().await?;
//! let (mut client, _) = connect_async(server.url()).await?;
//! client.send(Message::text("SUBSCRIBE aapl")).await?;
//!
//! server.expect("^SUBSCRIBE").await?;
//! let error = server.expect("^SUBSCRIBE AAPL$").within(Duration::from_millis(10)).await.unwrap_err();
//! assert!(error.to_string().contains("SUBSCRIBE aapl"), "{error}");
//! # Ok(()) }
//! ```
//!
//! [`MockServer::sessions`](crate::MockServer::sessions) waits until sessions are over and reports the waits
//! of the script that a client left unmet.
//!
//! # 3. Rules
//!
//! Where the order does not matter, rules answer: the first that matches.
//!
//! ```
//! use futures_util::{SinkExt, StreamExt};
//! use mockforge_ws::MockServer;
//! use serde_json::json;
//! use tokio_tungstenite::{connect_async, tungstenite::Message};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::rules(json!({
//!     "rules": [{ "on": "^ping (?<n>\\d+)$", "reply": "pong {{capture.n}}" }],
//!     "default": { "reply": { "json": { "error": "what is {{message}}?" } } },
//! })).start().await?;
//!
//! let (mut client, _) = connect_async(server.url()).await?;
//! client.send(Message::text("ping 7")).await?;
//! assert_eq!(client.next().await.unwrap()?, Message::text("pong 7"));
//! client.send(Message::text("pong")).await?;
//! assert_eq!(client.next().await.unwrap()?, Message::text(r#"{"error":"what is pong?"}"#));
//! # Ok(()) }
//! ```
//!
//! # 4. A seed
//!
//! Everything random (ids, fake names, jitter, faults) follows from one seed, and each connection draws from
//! its own stream, so a failing run can be repeated. The seed is 0 unless
//! [`Builder::seed`](crate::Builder::seed) sets another, and is told in every failure.
//!
//! # 5. A mode of your own
//!
//! A mode is a function from a handshake to a session, a session a function of events; neither needs a socket
//! to be tested. [`core`](crate::core) has the words.
//!
//! ```
//! use futures_util::{SinkExt, StreamExt};
//! use mockforge_ws::MockServer;
//! use mockforge_ws::core::{Cx, Event, Hello, Message, Opening};
//! use tokio_tungstenite::connect_async;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::mode(|hello: &Hello| {
//!     let name = hello.query_param("name").unwrap_or("nobody").to_string();
//!     Opening::accept(move |event: Event, cx: &mut Cx<'_>| {
//!         if let Event::Received(inbound) = event {
//!             cx.send(Message::text(format!("{name}: {}", inbound.text().unwrap_or("?"))));
//!         }
//!     })
//! }).start().await?;
//!
//! let (mut client, _) = connect_async(format!("{}?name=ada", server.url())).await?;
//! client.send(Message::text("hi")).await?;
//! assert_eq!(client.next().await.unwrap()?, Message::text("ada: hi"));
//! # Ok(()) }
//! ```
//!
//! # 6. Handlers
//!
//! Where answers need more than rules (a database, a game, another server), write async Rust. A handler hears
//! connections open, speak and close, and its connections meet in rooms:
//!
//! ```
//! use futures_util::{SinkExt, StreamExt};
//! use mockforge_ws::handlers::async_trait;
//! use mockforge_ws::{HandlerRegistry, HandlerResult, MockServer, WsContext, WsHandler, WsMessage};
//! use tokio_tungstenite::{connect_async, tungstenite::Message};
//!
//! struct Chat;
//!
//! #[async_trait]
//! impl WsHandler for Chat {
//!     async fn on_connect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
//!         ctx.join_room("lobby").await?;
//!         ctx.send_text("welcome").await
//!     }
//!     async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
//!         match msg {
//!             WsMessage::Text(text) => ctx.broadcast_to_others("lobby", &text).await,
//!             _ => Ok(()),
//!         }
//!     }
//!     async fn on_disconnect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
//!         let reason = ctx.close_frame().map(|frame| frame.reason.to_string()).unwrap_or_default();
//!         ctx.broadcast_to_others("lobby", &format!("gone: {reason}")).await
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = HandlerRegistry::new();
//! registry.register(Chat);
//! let server = MockServer::handlers(registry).start().await?;
//!
//! let (mut ada, _) = connect_async(server.url()).await?;
//! assert_eq!(ada.next().await.unwrap()?, Message::text("welcome"));
//! let (mut bob, _) = connect_async(server.url()).await?;
//! assert_eq!(bob.next().await.unwrap()?, Message::text("welcome"));
//! bob.send(Message::text("hi all")).await?;
//! assert_eq!(ada.next().await.unwrap()?, Message::text("hi all"));
//! bob.close(Some(mockforge_ws::core::close::frame(4000, "dinner"))).await?;
//! assert_eq!(ada.next().await.unwrap()?, Message::text("gone: dinner"));
//! # Ok(()) }
//! ```
//!
//! One task a connection runs its handlers, beside the event loop: what comes is handled in order, a handler
//! that takes its time slows its own connection, and one that fails or panics ends its own connection with
//! 1011. [`MockServer::handler`](crate::MockServer::handler) gives a connection to an async function as a
//! whole. What such a function receives last is the close frame or the error by which the connection ended:
//!
//! ```
//! # macro_rules! info { ($($told:tt)*) => { println!($($told)*) } }
//! # macro_rules! error { ($($told:tt)*) => { println!($($told)*) } }
//! # use mockforge_ws::record_ws_error;
//! # use mockforge_ws::handlers::{HandlerResult, Message, Socket};
//! # async fn serve(mut socket: Socket) -> HandlerResult<()> {
//! # loop {
//! match socket.recv().await.transpose() {
//!     Ok(Some(Message::Close(frame))) => {
//!         info!("Client closed connection: {:?}", frame);
//!         break;
//!     }
//!     Err(e) => {
//!         error!("WebSocket error: {}", e);
//!         record_ws_error();
//!         break;
//!     }
//!     _ => continue,
//! }
//! # }
//! # Ok(())
//! # }
//! # let _ = mockforge_ws::MockServer::handler(serve);
//! ```
//!
//! [`router_with_handlers`](crate::router_with_handlers) serves a registry inside a larger application, and
//! [`handlers`](crate::handlers) has the rest: routers by pattern, passing messages on to a real server,
//! registries that change while they serve.
