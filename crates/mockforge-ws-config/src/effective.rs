//! The routes in effect: what each serves and where that comes from.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use mockforge_ws_core::Seed;
use mockforge_ws_layers::faults::FaultConfig;
use mockforge_ws_layers::latency::LatencyProfile;
use serde_json::Value;

use crate::{RateLimited, Setting};

/// A route, for people and for comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Effective {
    pub(crate) path: Setting<String>,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) serves: Setting<Serves>,
    pub(crate) latency: Setting<LatencyProfile>,
    pub(crate) faults: Setting<FaultConfig>,
    pub(crate) speed: Setting<f64>,
    pub(crate) rate_limit: Setting<Option<RateLimited>>,
    pub(crate) seed: Option<Setting<Seed>>,
    /// The section, as written.
    pub(crate) handshake: Option<Setting<Value>>,
    pub(crate) close_on_reload: Setting<bool>,
    /// How sessions are recorded, as written but for the place.
    pub(crate) record: Option<Setting<Value>>,
}

/// What serves a route.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Serves {
    Echo {
        prefix: Option<String>,
    },
    Replay {
        /// As the user names it.
        shown: Arc<str>,
        path: PathBuf,
        pick: Pick,
    },
    /// An `interactive:` section, and the file that it stands in where that is one of its own.
    Rules {
        section: Value,
        file: Option<(Arc<str>, PathBuf)>,
    },
    Proxy {
        /// The server, without what may be secret.
        shown: String,
        /// The URL as the flag has it, with the rules of other flags; otherwise it is of a file.
        flags: Option<(String, Option<Value>)>,
        /// As written.
        section: Value,
    },
    Ai {
        /// Who generates.
        by: String,
        /// As written.
        section: Value,
    },
}

/// Which WebSocket of a HAR; both may be left out where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pick {
    /// Its number, from 1.
    pub(crate) index: Option<usize>,
    /// A part of its URL.
    pub(crate) url: Option<String>,
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.index, &self.url) {
            (Some(index), _) => write!(f, ", WebSocket {index}"),
            (None, Some(url)) => write!(f, ", the WebSocket of {url}"),
            (None, None) => Ok(()),
        }
    }
}

impl Serves {
    /// Whether anything in it happens at a time of its own.
    pub(crate) fn has_time(&self) -> bool {
        !matches!(self, Self::Echo { .. } | Self::Proxy { .. })
    }

    /// In a few words.
    pub(crate) fn about(&self) -> String {
        match self {
            Self::Echo { prefix: Some(prefix) } if prefix.is_empty() => "echo without a prefix".into(),
            Self::Echo { prefix: Some(prefix) } => format!("echo with the prefix {prefix:?}"),
            Self::Echo { prefix: None } => "echo".into(),
            Self::Proxy { shown, flags: Some((_, Some(section))), .. } => {
                let rules = Self::Rules { section: section.clone(), file: None }.about();
                format!("proxy to {shown} behind {rules}")
            }
            Self::Proxy { shown, .. } => format!("proxy to {shown}"),
            Self::Ai { by, .. } => format!("events from a narrative ({by})"),
            Self::Replay { shown, pick, .. } => format!("replay of {shown}{pick}"),
            Self::Rules { section, file } => {
                let of = |section: &Value| section.get("rules").and_then(Value::as_array).map_or(0, Vec::len);
                let states = section.get("states").and_then(Value::as_object);
                let own: usize = states.into_iter().flatten().map(|(_, state)| of(state)).sum();
                let count = match of(section) + own {
                    1 => "1 rule".to_string(),
                    count => format!("{count} rules"),
                };
                file.as_ref().map_or(count.clone(), |(shown, _)| format!("{count} of {shown}"))
            }
        }
    }
}
