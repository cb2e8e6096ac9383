//! Every queue is bounded, and whoever fills one waits, alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mockforge_ws::core::{Fact, Limits};
use mockforge_ws::handlers::{Handlers, async_trait};
use mockforge_ws::{HandlerRegistry, HandlerResult, WsContext, WsHandler, WsMessage};
use tokio::sync::Semaphore;

use super::{Client, Site};

/// Waits at a gate before it answers `wait …`, answers everything else at once, and floods on `flood`.
#[derive(Clone)]
struct Gated {
    gate: Arc<Semaphore>,
    flooded: Arc<AtomicUsize>,
}

const FLOOD: usize = 8000;

#[async_trait]
impl WsHandler for Gated {
    async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
        let WsMessage::Text(text) = msg else { return Ok(()) };
        if text.starts_with("wait") {
            drop(self.gate.acquire().await.expect("the gate is never closed"));
        }
        if text == "flood" {
            let payload = "x".repeat(16 << 10);
            for n in 0..FLOOD {
                ctx.send_text(&format!("{n} {payload}")).await?;
                self.flooded.fetch_add(1, Ordering::Relaxed);
            }
            return Ok(());
        }
        ctx.send_text(&text).await
    }
}

async fn gated() -> (Site, Gated) {
    let handler = Gated { gate: Arc::new(Semaphore::new(0)), flooded: Arc::default() };
    let registry = HandlerRegistry::new();
    registry.register(handler.clone());
    (Site::new(Handlers::new(Arc::new(registry))).await, handler)
}

/// Waits until a number has not changed while another client was answered often.
async fn settled(other: &mut Client, mut number: impl FnMut() -> usize) -> usize {
    let (mut last, mut same) = (number(), 0);
    while same < 50 {
        assert_eq!(other.ask("and me?").await, "and me?");
        let present = number();
        same = if present == last { same + 1 } else { 0 };
        last = present;
    }
    last
}

#[tokio::test]
async fn a_slow_handler_stops_its_own_client_and_no_other() {
    let (mut site, handler) = gated().await;
    let mut other = site.client("/ws").await;
    let mut client = site.client("/ws").await;
    for n in 0..1000 {
        client.say(&format!("wait {n}")).await;
    }
    let mut received = 0;
    let mut counts = |(conn, fact): (String, Fact)| {
        received += usize::from(conn == "/ws#2" && matches!(fact, Fact::Received(_)));
        received
    };
    while counts(site.facts.recv().await.expect("the server runs")) < 64 {}
    let mut told = 64;
    let received = settled(&mut other, || {
        while let Ok(fact) = site.facts.try_recv() {
            told = counts(fact);
        }
        told
    })
    .await;
    // 64 wait, and one may be in the handler's hands.
    assert!(received <= 65, "{received} were read");
    handler.gate.add_permits(1);
    for n in 0..1000 {
        assert_eq!(client.hear().await, format!("wait {n}"));
    }
}

#[tokio::test]
async fn a_handler_waits_for_its_client_to_read() {
    let (site, handler) = gated().await;
    let mut other = site.client("/ws").await;
    let mut client = site.client("/ws").await;
    client.say("flood").await;
    assert_eq!(client.hear().await.split(' ').next(), Some("0"));
    let flooded = settled(&mut other, || handler.flooded.load(Ordering::Relaxed)).await;
    // The most that the system's socket buffers take is far less than this.
    assert!(flooded < FLOOD / 2, "{flooded} were taken for a client that does not read");
    for n in 1..FLOOD {
        assert_eq!(client.hear().await.split(' ').next(), Some(n.to_string().as_str()));
    }
}

#[tokio::test]
async fn a_message_that_is_larger_than_the_limit_is_not_sent() {
    let registry = HandlerRegistry::new();
    registry.register(|_: WsMessage, ctx: WsContext| async move {
        let error = ctx.send_binary(vec![0; Limits::default().max_message_size + 1]).await.unwrap_err();
        ctx.send_text(&error.to_string()).await
    });
    let site = Site::new(Handlers::new(Arc::new(registry))).await;
    let mut client = site.client("/ws").await;
    let told = client.ask("?").await;
    assert_eq!(told, "Failed to send message: 4194305 bytes are more than the 4194304 allowed");
}
