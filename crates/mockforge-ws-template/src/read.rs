//! Values that are read: of the message, the connection, and the loops around.

use std::sync::Arc;

use mockforge_ws_core::Cx;
use mockforge_ws_jsonpath::Path;
use serde_json::{Map, Value};

use crate::eval::truth;
use crate::program::{Keys, Loop, Read, Vars};
use crate::run::{Frame, Run};
use crate::value::{Val, lookup, sum, weight};

/// What the names of rooms that connections join by rules begin with; `{{room.name}}` is without it.
const ROOM: &str = "room:";

impl<'r> Run<'r, '_> {
    /// The nodes that a path selects of the message. In a loop the search is counted; elsewhere there are
    /// only as many as the template has paths.
    pub(crate) fn query(&self, path: &Path, wide: bool, in_loop: bool) -> Vec<&'r Value> {
        let Some(message) = self.scope.message else { return Vec::new() };
        if wide && in_loop && !self.step(message.bytes().len() / 8) {
            return Vec::new();
        }
        message.json().map(|json| path.query(json)).unwrap_or_default()
    }

    /// What is read, or `Missing`.
    pub(crate) fn read<'f>(&self, read: &'r Read, frame: Option<&'f Frame<'f>>) -> Val<'f>
    where
        'r: 'f,
    {
        let scope = self.scope;
        let found = match read {
            Read::Json { path, wide } => {
                let nodes = self.query(path, *wide, frame.is_some());
                match &nodes[..] {
                    [] => None,
                    [node] => Some(Val::Ref(node)),
                    _ => Some(Val::Nodes(nodes)),
                }
            }
            Read::Message => scope.message.map(|message| match message.text() {
                Some(text) => Val::Str(text),
                None => Val::Bytes(message.bytes()),
            }),
            Read::Group(index) => scope.captures.and_then(|captures| captures.get(*index)).map(Val::Str),
            Read::NamedGroup(name) => scope.captures.and_then(|captures| captures.name(name)).map(Val::Str),
            Read::Key => scope.key.map(Val::Str),
            Read::Machine => Some(&**self.cx.machine()).filter(|name| !name.is_empty()).map(Val::text),
            Read::Var(vars, keys) => self.variable(*vars, keys).map(Val::Own),
            Read::Row(keys) => scope.row.and_then(|row| lookup(row, keys)).map(Val::Ref),
            Read::Sender => Some(scope.sender.map_or_else(|| Val::text(self.cx.id().to_string()), Val::Str)),
            Read::Error => scope.error.map(Val::Str),
            Read::ConnectionId => Some(Val::text(self.cx.id().to_string())),
            Read::ConnectionNumber => Some(Val::Own(self.cx.id().number.into())),
            Read::RoomName => self.room().map(|room| Val::text(room.strip_prefix(ROOM).unwrap_or(room))),
            Read::RoomSize => self.room().map(|room| Val::Own(self.cx.commons().rooms.size(room).into())),
            Read::RoomMembers => self.room().map(|room| self.list(&self.cx.commons().rooms.members(room))),
            Read::Streams(name) => scope.streams.map(|streams| self.list(&streams.keys(name))),
            Read::Param(name) => self.cx.hello().param(name).map(Val::text),
            Read::Query(name) => self.cx.hello().query_param(name).map(Val::text),
            Read::Header(name) => self.cx.hello().header(name).map(Val::text),
            Read::Loop { up, what } => frame.and_then(|frame| read_loop(frame, *up, what)),
        };
        found.unwrap_or(Val::Missing)
    }

    /// A copy of a variable, which is work where that is large.
    fn variable(&self, vars: Vars, keys: &Keys) -> Option<Value> {
        let all = variables(self.cx, vars);
        let value = match &keys[..] {
            [] => {
                self.step(sum(all.values(), usize::MAX) / 16);
                return Some(all.clone().into());
            }
            [first, rest @ ..] => lookup(all.get(&**first)?, rest)?,
        };
        self.step(weight(value, usize::MAX) / 16);
        Some(value.clone())
    }

    /// The room concerned.
    fn room(&self) -> Option<&str> {
        let joined = || self.cx.rooms().rev().find(|room| room.starts_with(ROOM));
        self.scope.room.or_else(|| joined().map(|room| &**room))
    }

    /// The members of any room, which may be called with or without `room:`.
    pub(crate) fn room_members<'f>(&self, room: &str) -> Val<'f> {
        let bare = room.strip_prefix(ROOM).unwrap_or(room);
        self.list(&self.cx.commons().rooms.members(&format!("{ROOM}{bare}")))
    }

    fn list<'f>(&self, texts: &[Arc<str>]) -> Val<'f> {
        self.step(texts.len() / 2);
        Val::Own(texts.iter().map(|text| Value::from(&**text)).collect())
    }
}

/// The variables meant.
pub(crate) fn variables<'c>(cx: &'c Cx<'_>, vars: Vars) -> &'c Map<String, Value> {
    match vars {
        Vars::State => cx.state(),
        Vars::Shared => cx.shared(),
    }
}

fn read_loop<'f>(frame: &'f Frame<'f>, up: usize, what: &Loop) -> Option<Val<'f>> {
    let frame = (0..up).try_fold(frame, |frame, _| frame.up)?;
    match what {
        Loop::This(keys) => lookup(frame.this?, keys).map(Val::Ref),
        Loop::Index => Some(Val::Own(frame.index.into())),
        Loop::First => Some(truth(frame.index == 0)),
        Loop::Last => Some(truth(frame.is_last)),
        Loop::Key => Some(frame.key.map_or_else(|| Val::Own(frame.index.into()), Val::Str)),
    }
}
