//! Values that are read: of the message, the connection, and the loops around.

use mockforge_ws_jsonpath::Path;
use serde_json::Value;

use crate::eval::truth;
use crate::program::{Loop, Read};
use crate::run::{Frame, Run};
use crate::value::{Val, lookup};

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
            Read::State(keys) => match &keys[..] {
                [] => Some(Val::Own(self.cx.state().clone().into())),
                [first, rest @ ..] => {
                    let value = self.cx.state().get(&**first).and_then(|value| lookup(value, rest));
                    value.map(|value| Val::Own(value.clone()))
                }
            },
            Read::Param(name) => self.cx.hello().param(name).map(Val::text),
            Read::Query(name) => self.cx.hello().query_param(name).map(Val::text),
            Read::Header(name) => self.cx.hello().header(name).map(Val::text),
            Read::Loop { up, what } => frame.and_then(|frame| read_loop(frame, *up, what)),
        };
        found.unwrap_or(Val::Missing)
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
