//! From the `interactive:` section to rules, with all mistakes at once.

use std::time::Duration;

use mockforge_ws_core::diagnostic::{Key, Problem, did_you_mean};
use mockforge_ws_match::{Pattern, PatternSet};
use mockforge_ws_template::Options;
use serde_json::{Map, Value, json};

use crate::payload::Payload;
use crate::reply::{Reply, duration};
use crate::rules::Compiled;

/// The keys of an `interactive:` section.
pub const KEYS: &[&str] = &["rules", "default"];
/// The keys of a rule.
pub const RULE_KEYS: &[&str] = &["on", "reply"];
/// The keys of a reply that is an object.
pub const REPLY_KEYS: &[&str] = &["text", "json", "base64", "hex", "after"];

const PAYLOADS: &[&str] = &["text", "json", "base64", "hex"];

/// Where a rule answers, when it is no pattern.
enum On {
    Connect,
    Ping,
    Message(Pattern),
}

pub(crate) fn compile(section: &Value, options: &Options) -> Result<Compiled, Vec<Problem>> {
    let mut compiler = Compiler { options, problems: Vec::new() };
    let compiled = compiler.section(section);
    match compiled {
        Some(compiled) if compiler.problems.is_empty() => Ok(compiled),
        _ => Err(compiler.problems),
    }
}

struct Compiler<'o> {
    options: &'o Options,
    problems: Vec<Problem>,
}

impl Compiler<'_> {
    fn section(&mut self, section: &Value) -> Option<Compiled> {
        let map = self.object(section, &[], KEYS, "an object with `rules`")?;
        let mut patterns = Vec::new();
        let mut compiled = Compiled {
            patterns: PatternSet::new([]),
            replies: Vec::new(),
            on_connect: Vec::new(),
            on_ping: Vec::new(),
            default: None,
        };
        match map.get("rules") {
            Some(Value::Array(rules)) => {
                for (index, rule) in rules.iter().enumerate() {
                    match self.rule(rule, &["rules".into(), index.into()]) {
                        Some((On::Connect, replies)) => compiled.on_connect.extend(replies),
                        Some((On::Ping, replies)) => compiled.on_ping.extend(replies),
                        Some((On::Message(pattern), replies)) => {
                            patterns.push(pattern);
                            compiled.replies.push(replies);
                        }
                        None => {}
                    }
                }
            }
            Some(_) => self.problem(&["rules".into()], Problem::new("`rules` is a list of rules")),
            None if map.contains_key("default") => {}
            None => self.problem(&[], Problem::new("`interactive` needs `rules`, a list, or a `default`")),
        }
        if let Some(default) = map.get("default") {
            let way = ["default".into()];
            let map = self.object(default, &way, &["reply"], "an object with `reply`")?;
            compiled.default = self.reply_of(map, &way);
        }
        compiled.patterns = PatternSet::new(patterns);
        Some(compiled)
    }

    fn rule(&mut self, rule: &Value, way: &[Key]) -> Option<(On, Vec<Reply>)> {
        let map = self.object(rule, way, RULE_KEYS, "an object with `on` and `reply`")?;
        let on = match map.get("on") {
            Some(on) => self.on(on, &extend(way, "on")),
            None => {
                let problem = Problem::new("a rule needs `on`: a pattern, `connect`, `ping` or `binary`");
                self.problem(way, problem);
                None
            }
        };
        let replies = self.reply_of(map, way);
        on.zip(replies)
    }

    fn on(&mut self, on: &Value, way: &[Key]) -> Option<On> {
        let spec = match on.as_str() {
            Some("connect") => return Some(On::Connect),
            Some("ping") => return Some(On::Ping),
            Some("binary") => json!({ "type": "binary" }),
            Some(word @ "disconnect") => {
                self.problem(way, later(word).hint("as a regex for that word write `^disconnect$`"));
                return None;
            }
            _ => on.clone(),
        };
        if let Some(word) =
            ["idle", "every", "absent", "sequence", "count"].iter().find(|key| spec.get(**key).is_some())
        {
            self.problem(way, later(word));
            return None;
        }
        match Pattern::parse(&spec, self.options.dialect) {
            Ok(pattern) => Some(On::Message(pattern)),
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.problem(way, problem));
                None
            }
        }
    }

    fn reply_of(&mut self, map: &Map<String, Value>, way: &[Key]) -> Option<Vec<Reply>> {
        let Some(reply) = map.get("reply") else {
            self.problem(way, Problem::new("a rule without `reply` does nothing"));
            return None;
        };
        let way = extend(way, "reply");
        match reply {
            Value::Array(parts) => {
                let parts = parts.iter().enumerate();
                // Every part is compiled before the first that failed ends the list.
                let parts: Vec<_> =
                    parts.map(|(index, part)| self.part(part, &extend(&way, index))).collect();
                parts.into_iter().collect()
            }
            part => self.part(part, &way).map(|reply| vec![reply]),
        }
    }

    fn part(&mut self, part: &Value, way: &[Key]) -> Option<Reply> {
        if let Value::String(text) = part {
            let payload = if text == "echo" { Ok(Payload::Echo) } else { Payload::text(text, self.options) };
            return self.take(payload, way).map(|payload| Reply { after: Duration::ZERO, payload });
        }
        let map = self.object(
            part,
            way,
            REPLY_KEYS,
            "a text, or an object with `text`, `json`, `base64` or `hex`",
        )?;
        let after = self.after(map, way);
        let mut given = PAYLOADS.iter().filter(|key| map.contains_key(**key));
        let (Some(kind), None) = (given.next(), given.next()) else {
            let problem = Problem::new("a reply has one of `text`, `json`, `base64` and `hex`");
            self.problem(way, problem);
            return None;
        };
        let way = extend(way, *kind);
        let payload = match (*kind, &map[*kind]) {
            ("json", value) => Payload::json(value, self.options),
            ("text", Value::String(text)) => Payload::text(text, self.options),
            ("base64", Value::String(text)) => Payload::base64(text, self.options),
            ("hex", Value::String(text)) => Payload::hex(text, self.options),
            (kind, _) => Err(vec![Problem::new(format!("`{kind}` is a string"))]),
        };
        self.take(payload, &way).map(|payload| Reply { after, payload })
    }

    fn after(&mut self, map: &Map<String, Value>, way: &[Key]) -> Duration {
        let Some(after) = map.get("after") else { return Duration::ZERO };
        after.as_str().and_then(duration).unwrap_or_else(|| {
            let problem =
                Problem::new("`after` is a time with its unit").hint("for example `50ms`, `2s` or `1m`");
            self.problem(&extend(way, "after"), problem);
            Duration::ZERO
        })
    }

    fn object<'v>(
        &mut self,
        value: &'v Value,
        way: &[Key],
        keys: &[&str],
        wanted: &str,
    ) -> Option<&'v Map<String, Value>> {
        let Value::Object(map) = value else {
            self.problem(way, Problem::new(format!("this is {wanted}")));
            return None;
        };
        for key in map.keys().filter(|key| !keys.contains(&key.as_str())) {
            let problem = if LATER.contains(&key.as_str()) {
                later(key)
            } else {
                let known = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
                Problem::new(format!("unknown key `{key}`"))
                    .hint(did_you_mean(key, keys.iter().copied()).unwrap_or(format!("known here: {known}")))
            };
            self.problem(&extend(way, key.as_str()), problem);
        }
        Some(map)
    }

    fn take<T>(&mut self, compiled: Result<T, Vec<Problem>>, way: &[Key]) -> Option<T> {
        compiled.map_err(|problems| problems.into_iter().for_each(|problem| self.problem(way, problem))).ok()
    }

    fn problem(&mut self, way: &[Key], problem: Problem) {
        let problem = way.iter().rev().fold(problem, |problem, key| problem.under(key.clone()));
        self.problems.push(problem);
    }
}

/// Keys that the documentation promises and that have no effect yet.
const LATER: &[&str] = &[
    "state",
    "vars",
    "states",
    "streams",
    "in",
    "when",
    "to",
    "set",
    "join",
    "leave",
    "broadcast",
    "start",
    "stop",
    "times",
    "close",
    "abort",
    "repeat",
    "sequence",
    "random",
    "weighted",
];

fn later(word: &str) -> Problem {
    Problem::new(format!("`{word}` is not there yet in this version"))
}

fn extend(way: &[Key], key: impl Into<Key>) -> Vec<Key> {
    way.iter().cloned().chain([key.into()]).collect()
}
