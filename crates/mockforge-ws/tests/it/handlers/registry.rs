//! A registry that changes while it serves.

use std::sync::Arc;

use mockforge_ws::handlers::{Handlers, async_trait};
use mockforge_ws::{HandlerRegistry, HandlerResult, WsContext, WsHandler, WsMessage};

use super::Site;

/// Tells its name, at every occasion.
struct Named(&'static str);

#[async_trait]
impl WsHandler for Named {
    async fn on_connect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        ctx.send_text(&format!("{} is here", self.0)).await
    }

    async fn on_message(&self, ctx: &mut WsContext, _: WsMessage) -> HandlerResult<()> {
        ctx.send_text(self.0).await
    }

    async fn on_disconnect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        ctx.broadcast_to_room("ends", self.0).await
    }
}

#[tokio::test]
async fn open_connections_follow_under_hot_reload() {
    let registry = Arc::new(HandlerRegistry::with_hot_reload());
    registry.register(Named("one"));
    let site = Site::new(Handlers::new(Arc::clone(&registry))).await;
    let rooms = mockforge_ws::RoomManager::over(site.handle.site().commons().rooms.clone());
    let mut ends = rooms.get_broadcaster("ends").await.subscribe();
    let mut client = site.client("/ws").await;
    assert_eq!(client.hear().await, "one is here");
    assert_eq!(client.ask("?").await, "one");

    registry.register(Named("two"));
    assert_eq!(client.ask("?").await, "two is here");
    assert_eq!((client.hear().await.as_str(), client.hear().await.as_str()), ("one", "two"));

    registry.clear();
    assert_eq!(client.ask("?").await, "echo: ?");

    client.leave(1000, "").await;
    for name in ["one", "two"] {
        assert_eq!(ends.recv().await.expect("who was greeted is told of the end"), name);
    }
}

#[tokio::test]
async fn later_connections_follow_without_it() {
    let registry = Arc::new(HandlerRegistry::new());
    registry.register(Named("one"));
    let site = Site::new(Handlers::new(Arc::clone(&registry))).await;
    let mut earlier = site.client("/ws").await;
    assert_eq!(earlier.hear().await, "one is here");
    registry.clear();
    registry.register(Named("two"));
    let mut later = site.client("/ws").await;
    assert_eq!(later.hear().await, "two is here");
    assert_eq!(earlier.ask("?").await, "one");
    assert_eq!(later.ask("?").await, "two");
}
