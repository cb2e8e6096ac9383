//! What a template is rendered with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Captures, Inbound};
use serde_json::Value;

/// What one rendering can read beside the connection's [`Cx`](mockforge_ws_core::Cx).
///
/// ```
/// use mockforge_ws_core::{Inbound, Message};
/// use mockforge_ws_template::Scope;
///
/// let message = Inbound::new(Message::text(r#"{"id":7}"#));
/// let scope = Scope { message: Some(&message), ..Scope::default() };
/// # let _ = scope;
/// ```
#[derive(Debug, Default, Clone, Copy)]
pub struct Scope<'a> {
    /// The message that is answered: `{{message}}`, `{{$.path}}`, `{{bytes FROM LEN}}`.
    pub message: Option<&'a Inbound>,
    /// The groups of the regex that took it: `{{capture.1}}`, `{{capture.name}}`.
    pub captures: Option<&'a Captures>,
    /// The key of the stream: `{{key}}`; counters and walks count by themselves for each.
    pub key: Option<&'a str>,
    /// The row of the stream: `{{row}}`, `{{row.x}}`.
    pub row: Option<&'a Value>,
    /// The room concerned, as it is called inside (`room:lobby`): `{{room.name}}`, which is without `room:`,
    /// `{{room.size}}`, `{{room.members}}`. Where there is none, the `room:` that the connection joined last.
    pub room: Option<&'a str>,
    /// Who sent what is delivered: `{{sender}}`; otherwise the connection itself, by its id.
    pub sender: Option<&'a str>,
    /// What went wrong: `{{error}}`.
    pub error: Option<&'a str>,
    /// When the stream started, since the connection's opening: `{{sine}}` begins there.
    pub since: Duration,
    /// The streams that run: `{{streams.NAME}}`.
    pub streams: Option<&'a dyn Streams>,
}

/// The streams of a connection that run.
///
/// ```
/// use mockforge_ws_template::{Scope, Streams};
///
/// let running = |stream: &str| if stream == "ticks" { vec!["AAPL".into()] } else { Vec::new() };
/// let scope = Scope { streams: Some(&running), ..Scope::default() };
/// assert_eq!(scope.streams.unwrap().keys("ticks"), ["AAPL".into()]);
/// ```
pub trait Streams {
    /// The keys under which the stream of that name runs, in the order of their start; one that runs without
    /// a key is an empty text.
    fn keys(&self, stream: &str) -> Vec<Arc<str>>;
}

impl<F: Fn(&str) -> Vec<Arc<str>>> Streams for F {
    fn keys(&self, stream: &str) -> Vec<Arc<str>> {
        self(stream)
    }
}

impl fmt::Debug for dyn Streams + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streams")
    }
}
