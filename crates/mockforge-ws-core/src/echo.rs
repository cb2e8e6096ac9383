//! The default mode: what comes goes back.

use tungstenite::protocol::Message;

use crate::{Accept, Cx, Event, Hello, Mode, Opening, Session};

/// Echoes every message: text behind a prefix (`echo: ` unless told otherwise), binary as it came.
///
/// With an empty prefix the very bytes that were received go back, without a copy.
#[derive(Debug, Clone)]
pub struct Echo {
    prefix: std::sync::Arc<str>,
}

impl Echo {
    /// Echoes text behind `prefix`.
    pub fn new(prefix: impl Into<std::sync::Arc<str>>) -> Self {
        Self { prefix: prefix.into() }
    }
}

impl Default for Echo {
    fn default() -> Self {
        Self::new("echo: ")
    }
}

impl Mode for Echo {
    fn open(&self, _: &Hello) -> Opening {
        Opening::Accept(Accept::new(self.clone()))
    }
}

impl Session for Echo {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        let inbound = match event {
            Event::Received(inbound) => inbound,
            Event::Room(delivery) => return cx.deliver(&delivery),
            _ => return,
        };
        match inbound.into_message() {
            Message::Text(text) if !self.prefix.is_empty() => {
                let mut reply = String::with_capacity(self.prefix.len() + text.len());
                reply.push_str(&self.prefix);
                reply.push_str(&text);
                cx.send(Message::text(reply));
            }
            message @ (Message::Text(_) | Message::Binary(_)) => cx.send(message),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
        }
    }
}
