//! `rate_limit:` as it is configured, and the layer that it becomes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::Message;
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_io::{Counting, SharedRate};
use mockforge_ws_layers::rate::{Over, Rate, RateLimit};
use serde_json::{Value, json};

use crate::keys::{self, Keys as _};

/// How many messages clients may send, and what becomes of those beyond.
#[derive(Debug, Clone, PartialEq)]
pub struct RateLimited {
    /// How many.
    pub rate: Rate,
    /// What is counted together.
    pub by: By,
    /// What becomes of those beyond.
    pub over: Over,
    /// The answer to those, as written, where there is one.
    pub(crate) reply: Option<Value>,
}

/// Whose messages are counted together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum By {
    /// Those of each connection by itself.
    #[default]
    Connection,
    /// Those that come from one address.
    Ip,
    /// Those of all connections of a route.
    Route,
}

impl By {
    pub(crate) const NAMES: [&str; 3] = ["connection", "ip", "route"];

    pub(crate) fn name(self) -> &'static str {
        let [connection, ip, route] = Self::NAMES;
        match self {
            Self::Connection => connection,
            Self::Ip => ip,
            Self::Route => route,
        }
    }
}

impl RateLimited {
    /// The layer, with a count of its own.
    pub(crate) fn layer(&self) -> RateLimit {
        let limit = RateLimit::new(self.rate, self.over.clone());
        let counting = match self.by {
            By::Connection => return limit,
            By::Ip => Counting::ByAddress,
            By::Route => Counting::All,
        };
        limit.shared(Arc::new(SharedRate::new(self.rate, counting)))
    }

    /// As it is written.
    pub(crate) fn to_value(&self) -> Value {
        use keys::RateLimit as Key;
        let over = match &self.over {
            Over::Delay => json!("delay"),
            Over::Drop => json!("drop"),
            Over::Close => json!("close"),
            Over::Reply(_) => json!({ keys::Over::Reply.name(): self.reply }),
        };
        json!({
            Key::Messages.name(): self.rate.messages(),
            Key::Per.name(): crate::print::duration(Some(self.rate.per())),
            Key::By.name(): self.by.name(),
            Key::Over.name(): over,
        })
    }
}

/// In a few words.
impl fmt::Display for RateLimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.by {
            By::Connection => "",
            By::Ip => " an address",
            By::Route => " in all",
        };
        write!(f, "at most {} messages in {:?}{by}", self.rate.messages(), self.rate.per())
    }
}

/// A rate, checked.
pub(crate) fn rate(messages: u64, per: Duration) -> Result<Rate, Problem> {
    if messages == 0 {
        return Err(Problem::new("a client may send one message at least").hint("1000 a minute are 1000/60"));
    }
    u32::try_from(messages).ok().and_then(|messages| Rate::new(messages, per)).ok_or_else(|| {
        Problem::new(format!("{messages} messages in {per:?} are no limit")).hint("1000 a minute are 1000/60")
    })
}

/// `N/SECONDS`
pub(crate) fn of_flag(text: &str) -> Result<RateLimited, Problem> {
    let wrong = || {
        let problem = Problem::new(format!("expected N/SECONDS, found `{}`", text.escape_debug()));
        problem.hint("1000 messages a minute are 1000/60")
    };
    let (messages, seconds) = text.split_once('/').ok_or_else(wrong)?;
    let messages = messages.trim().parse().map_err(|_| wrong())?;
    let seconds = crate::values::seconds(seconds.trim().parse().map_err(|_| wrong())?)?;
    let rate = rate(messages, seconds.unwrap_or_default())?;
    Ok(RateLimited { rate, by: By::default(), over: Over::default(), reply: None })
}

/// The answer to a message beyond the limit: a text, or JSON.
pub(crate) fn reply(value: &Value) -> Message {
    Message::text(match value {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    })
}
