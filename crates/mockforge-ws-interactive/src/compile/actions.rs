//! What a rule does, apart from its reply.

use mockforge_ws_core::close::objection;
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_template::{JsonTemplate, Template};
use serde_json::Value;

use super::section::find;
use super::{At, Compiler};
use crate::actions::{Actions, Assignment, Broadcast, End, Given, Join, Leave, Operation, Start, Stop};

/// The keys of actions.
pub const ACTION_KEYS: &[&str] =
    &["set", "leave", "join", "reply", "broadcast", "stop", "start", "to", "close", "abort"];

/// What can be done to a variable instead of giving it a value.
const OPERATORS: &[&str] = &["add", "push", "pull", "expr", "unset", "value"];

/// The keys of a broadcast beside its message.
const BROADCAST_KEYS: &[&str] = &["to", "except", "only", "text", "json", "base64", "hex"];

impl Compiler<'_> {
    /// The actions among the fields of what holds them; `None` where there is none.
    pub(super) fn actions(&mut self, at: &At<'_>, fields: &[(&str, At<'_>)]) -> Option<Actions> {
        let mut actions = Actions::default();
        let mut acts = false;
        let before = self.problems.len();
        for (key, at) in fields {
            acts |= ACTION_KEYS.contains(key) && !(*key == "stop" && at.value.is_boolean());
            match *key {
                "set" => actions.set = self.assignments(at),
                "leave" => actions.leave = self.leaves(at),
                "join" => actions.join = Self::list(at).iter().filter_map(|at| self.join(at)).collect(),
                "reply" => actions.reply = self.replies(at),
                "broadcast" => {
                    actions.broadcast = Self::list(at).iter().filter_map(|at| self.broadcast(at)).collect();
                }
                "stop" if !at.value.is_boolean() => actions.stop = self.stops(at),
                "start" => actions.start = Self::list(at).iter().filter_map(|at| self.start(at)).collect(),
                "to" => {
                    actions.to = self.text(at, "`to`, a state,").and_then(|name| self.state(at, name));
                }
                "close" => actions.end = self.close(at),
                "abort" => actions.end = self.abort(at),
                _ => {}
            }
        }
        if at.value.get("close").is_some() && at.value.get("abort").is_some() {
            self.problem(at, Problem::new("there is both `close` and `abort`, and one can be done"));
        }
        if !acts && self.problems.len() == before {
            let problem = Problem::new("a rule without `reply` or another action does nothing");
            self.problem(at, problem.hint("to take a message and say nothing, write `reply: []`"));
            return None;
        }
        Some(actions)
    }

    fn assignments(&mut self, at: &At<'_>) -> Vec<Assignment> {
        let Value::Object(map) = at.value else {
            let problem =
                Problem::new(format!("`set` is a mapping of variables to values, found {}", at.kind()));
            self.problem(at, problem);
            return Vec::new();
        };
        let members = map.iter().map(|(name, value)| (name, at.under(name.as_str(), value)));
        members.filter_map(|(name, at)| self.assignment(name, &at)).collect()
    }

    fn assignment(&mut self, name: &str, at: &At<'_>) -> Option<Assignment> {
        let name = name.strip_prefix("state.").unwrap_or(name);
        let (is_shared, name) = match name.strip_prefix("shared.") {
            Some(name) => (true, name),
            None => (false, name),
        };
        // A dot within `{{…}}` belongs to the expression.
        let mut path = Vec::new();
        for step in steps(name) {
            if step.is_empty() {
                self.problem(at, Problem::new(format!("`{name}` is no way to a variable: a name is empty")));
                return None;
            }
            let template = Template::parse(step, &self.template);
            let template = template.map_err(|problems| {
                problems.into_iter().map(|problem| Problem { span: None, ..problem }).collect()
            });
            path.push(self.take(template, at)?);
        }
        let operator = at.value.as_object().filter(|map| map.len() == 1).and_then(|map| {
            let (key, _) = map.iter().next()?;
            OPERATORS.iter().find(|operator| *operator == key)
        });
        let operation = match operator {
            None => Operation::Put(self.given(at)?),
            Some(operator) => {
                let at = at.get(operator)?;
                match *operator {
                    "add" => {
                        let number = at.value.is_number() || at.value.is_string();
                        if !number {
                            self.problem(
                                &at,
                                Problem::new("`add` is a number, or a template that gives one"),
                            );
                        }
                        Operation::Add(self.given(&at)?)
                    }
                    "push" => Operation::Push(self.given(&at)?),
                    "pull" => Operation::Pull(self.given(&at)?),
                    "expr" => Operation::Evaluate(self.expression(&at)?),
                    "unset" => {
                        if at.value != &Value::Bool(true) {
                            self.problem(&at, Problem::new("`unset` is `true`"));
                        }
                        Operation::Unset
                    }
                    _ => Operation::Put(self.given(&at)?),
                }
            }
        };
        Some(Assignment { is_shared, path, operation })
    }

    pub(super) fn given(&mut self, at: &At<'_>) -> Option<Given> {
        let template = JsonTemplate::parse(at.value, &self.template);
        let template = self.take(template, at)?;
        Some(match template.literal() {
            // A literal is JSON, and `\{{` in it is undone.
            Some(literal) => Given::Known(serde_json::from_str(literal).unwrap_or_else(|_| at.value.clone())),
            None => Given::Rendered(template),
        })
    }

    /// The name of a room, of everybody on the route, or of a connection.
    pub(super) fn address(&mut self, at: &At<'_>) -> Option<Template> {
        let template = self.template(at, "the name of a room")?;
        if let Some(literal) = template.literal()
            && literal != "route"
            && !literal.starts_with("room:")
            && !literal.starts_with("connection:")
        {
            let problem = Problem::new(format!("`{literal}` is no room"));
            self.problem(at, problem.hint(format!("write `room:{literal}`")));
            return None;
        }
        Some(template)
    }

    fn room(&mut self, at: &At<'_>) -> Option<Template> {
        let template = self.address(at)?;
        if let Some(literal) = template.literal()
            && !literal.starts_with("room:")
        {
            let problem = Problem::new(format!("nobody can join or leave `{literal}`"));
            self.problem(at, problem.hint("the name of a room begins with `room:`"));
            return None;
        }
        Some(template)
    }

    fn join(&mut self, at: &At<'_>) -> Option<Join> {
        if at.value.is_string() {
            return Some(Join { room: self.room(at)?, key: None, name: None });
        }
        self.object(at, &["room", "key", "as"], "the name of a room, or an object with `room`")?;
        let Some(room) = at.get("room") else {
            self.problem(at, Problem::new("`join` names a `room`"));
            return None;
        };
        let room = self.room(&room);
        let key = self.optional(at, "key")?;
        let name = self.optional(at, "as")?;
        Some(Join { room: room?, key, name })
    }

    /// A template that may be left out; `None` where it is there and wrong.
    #[expect(clippy::option_option, reason = "absent and wrong are told apart where it is used, by `?`")]
    fn optional(&mut self, at: &At<'_>, key: &str) -> Option<Option<Template>> {
        match at.get(key) {
            Some(at) => self.template(&at, &format!("`{key}`")).map(Some),
            None => Some(None),
        }
    }

    fn leaves(&mut self, at: &At<'_>) -> Vec<Leave> {
        if at.value == "all" {
            return vec![Leave { room: None, key: None }];
        }
        Self::list(at).iter().filter_map(|at| self.leave(at)).collect()
    }

    fn leave(&mut self, at: &At<'_>) -> Option<Leave> {
        if at.value.is_string() {
            return Some(Leave { room: Some(self.room(at)?), key: None });
        }
        self.object(at, &["room", "key"], "the name of a room, `all`, or an object with `room` or `key`")?;
        let room = match at.get("room") {
            Some(room) => Some(self.room(&room)?),
            None => None,
        };
        let key = self.optional(at, "key")?;
        if room.is_none() && key.is_none() {
            self.problem(
                at,
                Problem::new("`leave` says which `room` or which `key`").hint("all are `leave: all`"),
            );
        }
        Some(Leave { room, key })
    }

    fn broadcast(&mut self, at: &At<'_>) -> Option<Broadcast> {
        self.object(at, BROADCAST_KEYS, "an object with `to` and `text`, `json`, `base64` or `hex`")?;
        let to = match at.get("to") {
            Some(to) => self.address(&to),
            None => {
                let problem = Problem::new("a broadcast says to whom: `to`");
                self.problem(at, problem.hint("`room:NAME`, `route`, or `connection:{{…}}`"));
                None
            }
        };
        let spares_sender = match at.get("except") {
            Some(except) if except.value == "sender" => true,
            Some(except) => {
                self.problem(&except, Problem::new("`except` is `sender`"));
                false
            }
            None => false,
        };
        let only = self.optional(at, "only")?;
        if spares_sender && only.is_some() {
            let problem = Problem::new("`except` has no effect beside `only`");
            self.problem(at, problem);
        }
        let payload = self.payload(at, "a broadcast");
        Some(Broadcast { to: to?, spares_sender, only, payload: payload? })
    }

    fn start(&mut self, at: &At<'_>) -> Option<Start> {
        if at.value.is_string() {
            return Some(Start { stream: self.stream_named(at)?, key: None });
        }
        self.object(at, &["stream", "key"], "the name of a stream, or an object with `stream`")?;
        let stream = match at.get("stream") {
            Some(stream) => self.stream_named(&stream),
            None => {
                self.problem(at, Problem::new("`start` names a `stream`"));
                None
            }
        };
        let key = self.optional(at, "key")?;
        Some(Start { stream: stream?, key })
    }

    fn stops(&mut self, at: &At<'_>) -> Vec<Stop> {
        if at.value == "all" {
            return vec![Stop { stream: None, key: None }];
        }
        Self::list(at).iter().filter_map(|at| self.stop(at)).collect()
    }

    fn stop(&mut self, at: &At<'_>) -> Option<Stop> {
        if at.value.is_string() {
            return Some(Stop { stream: Some(self.stream_named(at)?), key: None });
        }
        let wanted = "the name of a stream, `all`, an object with `stream` or `key`, or `false`";
        self.object(at, &["stream", "key"], wanted)?;
        let stream = match at.get("stream") {
            Some(stream) => Some(self.stream_named(&stream)?),
            None => None,
        };
        let key = self.optional(at, "key")?;
        if stream.is_none() && key.is_none() {
            let problem = Problem::new("`stop` says which `stream` or which `key`");
            self.problem(at, problem.hint("all are `stop: all`"));
        }
        Some(Stop { stream, key })
    }

    fn stream_named(&mut self, at: &At<'_>) -> Option<usize> {
        let name = self.text(at, "a stream's name")?;
        let found = find("stream", name, &self.known.streams, "define it under `streams:`");
        self.take(found.map_err(|problem| vec![problem]), at)
    }

    pub(super) fn close(&mut self, at: &At<'_>) -> Option<End> {
        let (code, reason) = match at.value {
            Value::Bool(true) => (1000, Template::parse("", &self.template).ok()?),
            Value::Number(_) => (self.close_code(at)?, Template::parse("", &self.template).ok()?),
            Value::Object(_) => {
                self.object(
                    at,
                    &["code", "reason"],
                    "`true`, a code, or an object with `code` and `reason`",
                )?;
                let code = match at.get("code") {
                    Some(code) => self.close_code(&code)?,
                    None => 1000,
                };
                let reason = match at.get("reason") {
                    Some(reason) => self.template(&reason, "`reason`")?,
                    None => Template::parse("", &self.template).ok()?,
                };
                (code, reason)
            }
            _ => {
                let problem =
                    Problem::new("`close` is `true`, a code, or an object with `code` and `reason`");
                self.problem(at, problem);
                return None;
            }
        };
        Some(End::Close { code, reason })
    }

    fn close_code(&mut self, at: &At<'_>) -> Option<u16> {
        let code = at.value.as_u64().and_then(|code| u16::try_from(code).ok());
        match code {
            Some(code) => match objection(code) {
                Some(objection) => {
                    let problem = Problem::new(format!("the close code {code} {objection}"));
                    self.problem(at, problem.hint("your own codes are 4000 to 4999"));
                    None
                }
                None => Some(code),
            },
            None => {
                self.problem(at, Problem::new("a close code is a number from 1000 to 4999"));
                None
            }
        }
    }

    pub(super) fn abort(&mut self, at: &At<'_>) -> Option<End> {
        if at.value == &Value::Bool(true) {
            return Some(End::Abort);
        }
        self.problem(at, Problem::new("`abort` is `true`").hint("otherwise leave it away"));
        None
    }
}

/// The steps of a way to a variable, taken apart at dots that stand outside of `{{…}}`.
fn steps(name: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let (mut from, mut at, mut depth) = (0, 0, 0_usize);
    while at < name.len() {
        let rest = &name[at..];
        if rest.starts_with("{{") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("}}") {
            depth = depth.saturating_sub(1);
            at += 2;
        } else {
            if rest.starts_with('.') && depth == 0 {
                steps.push(&name[from..at]);
                from = at + 1;
            }
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    steps.push(&name[from..]);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_taken_apart_outside_of_expressions() {
        assert_eq!(steps("a"), ["a"]);
        assert_eq!(steps("a.b"), ["a", "b"]);
        assert_eq!(steps("a.{{$.x.y}}.é"), ["a", "{{$.x.y}}", "é"]);
        assert_eq!(steps("a..b"), ["a", "", "b"]);
    }
}
