//! What a rule is asked about, and how templates and guards see it.

use std::sync::Arc;

use mockforge_ws_core::{Captures, Cx, Inbound};
use mockforge_ws_template::Scope;
use serde_json::{Map, Value, json};

use crate::guard::{Named, Names};
use crate::session::Streams;

/// A message or an occasion.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub(crate) message: Option<Arc<Inbound>>,
    pub(crate) captures: Captures,
    /// The key of a stream or of a membership.
    pub(crate) key: Option<Arc<str>>,
    /// The room that the message was published in.
    pub(crate) room: Option<Arc<str>>,
    /// Who published it.
    pub(crate) sender: Option<Arc<str>>,
    /// What is wrong with the message.
    pub(crate) error: Option<Arc<str>>,
}

impl About {
    pub(crate) fn message(message: Arc<Inbound>) -> Self {
        Self { message: Some(message), ..Self::default() }
    }

    /// What templates read.
    pub(crate) fn scope<'a>(&'a self, streams: &'a Streams) -> Scope<'a> {
        Scope {
            message: self.message.as_deref(),
            captures: Some(&self.captures),
            key: self.key.as_deref(),
            room: self.room.as_deref(),
            sender: self.sender.as_deref(),
            error: self.error.as_deref(),
            streams: Some(streams),
            ..Scope::default()
        }
    }

    /// The bytes that it keeps alive.
    pub(crate) fn size(&self) -> usize {
        self.message.as_ref().map_or(0, |inbound| inbound.message().len())
    }
}

/// What guards and expressions read.
pub(crate) struct Seen<'a, 'c> {
    pub(crate) about: &'a About,
    pub(crate) cx: &'a Cx<'c>,
    pub(crate) streams: &'a Streams,
}

impl Names for Seen<'_, '_> {
    fn get<'n>(&'n self, name: &str) -> Option<Named<'n>> {
        let Self { about, cx, streams } = self;
        let text = |text: &'n Option<Arc<str>>| text.as_deref().map(Named::Text);
        match name {
            "$" => about.message.as_ref()?.json().map(Named::Json),
            "message" => about.message.as_ref()?.text().map(Named::Text),
            "state" => Some(Named::Object(cx.state())),
            "shared" => Some(Named::Object(cx.shared())),
            "machine" => Some(Named::Text(cx.machine())),
            "key" => text(&about.key),
            "error" => text(&about.error),
            "sender" => Some(match &about.sender {
                Some(sender) => Named::Text(sender),
                None => Named::Made(cx.id().to_string().into()),
            }),
            "elapsed" => Some(Named::Made(json!(u64::try_from(cx.passed().as_millis()).unwrap_or(u64::MAX)))),
            "connection" => Some(Named::Made(json!({ "id": cx.id().to_string(), "number": cx.id().number }))),
            "capture" => Some(Named::Made(groups(&about.captures).into())),
            "path" => Some(Named::Made(pairs(&cx.hello().params).into())),
            "query" => Some(Named::Made(pairs(&cx.hello().query).into())),
            "header" => {
                let headers = cx.hello().headers.iter();
                let readable = headers.filter_map(|(name, value)| {
                    Some((name.as_str().to_string(), Value::from(value.to_str().ok()?)))
                });
                // The first of a name, as templates have it.
                let mut map = Map::new();
                for (name, value) in readable {
                    map.entry(name).or_insert(value);
                }
                Some(Named::Made(map.into()))
            }
            "room" => {
                let joined = cx.rooms().rev().find(|room| room.starts_with("room:"));
                let room = about.room.as_ref().or(joined)?;
                let rooms = &cx.commons().rooms;
                let members: Vec<Value> =
                    rooms.members(room).iter().map(|name| Value::from(&**name)).collect();
                let bare = room.strip_prefix("room:").unwrap_or(room);
                Some(Named::Made(json!({ "name": bare, "size": rooms.size(room), "members": members })))
            }
            "streams" => Some(Named::Made(streams.all().into())),
            _ => None,
        }
    }

    fn members(&self, room: &str) -> Vec<String> {
        let bare = room.strip_prefix("room:").unwrap_or(room);
        let members = self.cx.commons().rooms.members(&format!("room:{bare}"));
        members.iter().map(ToString::to_string).collect()
    }
}

fn pairs(pairs: &[(String, String)]) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, value) in pairs {
        map.entry(name).or_insert_with(|| value.as_str().into());
    }
    map
}

/// The groups by number and by name; those that took no part are not there.
fn groups(captures: &Captures) -> Map<String, Value> {
    let mut map = Map::new();
    for (number, name, group) in captures.iter() {
        if let Some(group) = group {
            map.insert(number.to_string(), group.into());
            if let Some(name) = name {
                map.entry(name).or_insert_with(|| group.into());
            }
        }
    }
    map
}
