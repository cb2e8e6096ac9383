//! Which rule takes what: a loop over all of them, each time.

use std::rc::Rc;

use mockforge_ws_core::Message;
use serde_json::Value;

use super::words::{self, About};
use super::world::{Mail, Phase, Rule, World};

/// A message that a rule about several messages has seen.
#[derive(Clone)]
pub(super) struct Seen {
    at: u64,
    message: Message,
}

impl World {
    pub(super) fn message(&mut self, i: usize, message: &Message) {
        if self.conns[i].phase != Phase::Open {
            return;
        }
        if words::is_data(message) {
            self.heard(i);
        }
        let completed = self.observe(i, message);
        let mut taken = false;
        for rule in self.rules_in(&self.machine(i)) {
            let on = &rule.keys["on"];
            let about = match on.as_str() {
                Some("connect" | "disconnect") => None,
                Some("ping") => matches!(message, Message::Ping(_)).then(|| About::message(message)),
                Some("pong") => matches!(message, Message::Pong(_)).then(|| About::message(message)),
                Some("binary") => matches!(message, Message::Binary(_)).then(|| About::message(message)),
                _ if is_several(on) => completed.contains(&rule.id).then(|| About::message(message)),
                _ if is_clock(on) || !words::is_data(message) => None,
                _ => {
                    words::matches(on, message).map(|captures| About { captures, ..About::message(message) })
                }
            };
            if let Some(mut about) = about
                && self.fire(i, &rule, &mut about)
            {
                taken = true;
                if rule.keys["stop"] != false {
                    break;
                }
            }
        }
        if !taken && words::is_data(message) {
            self.untaken(i, message);
        }
    }

    fn untaken(&mut self, i: usize, message: &Message) {
        let section = Rc::clone(&self.section);
        let mut about = About::message(message);
        if let Message::Text(text) = message
            && let Err(error) = serde_json::from_str::<Value>(text)
            && section.get("invalid_json").is_some()
        {
            about.error = Some(error.to_string());
            self.act(i, "invalid_json", &section["invalid_json"], &mut about);
        } else {
            self.act(i, "default", &section["default"], &mut about);
        }
    }

    /// `connect` and `disconnect`.
    pub(super) fn word(&mut self, i: usize, word: &str) {
        for rule in self.rules_in(&self.machine(i)) {
            if rule.keys["on"] == word
                && self.fire(i, &rule, &mut About::default())
                && rule.keys["stop"] != false
            {
                return;
            }
        }
    }

    pub(super) fn delivery(&mut self, i: usize, mail: &Mail) {
        let about = About {
            key: mail.key.clone(),
            room: Some(mail.room.clone()),
            sender: Some(mail.sender.clone()),
            ..About::message(&mail.message)
        };
        let mut taken = false;
        for rule in self.rules_in(&self.machine(i)) {
            let Some(room) = rule.keys["on"]["room"].as_str() else { continue };
            let is_it = match room.strip_suffix('*') {
                // What goes to the route or to one connection is published in no room.
                _ if mail.room.contains(':') => false,
                Some(prefix) => mail.room.starts_with(prefix),
                None => mail.room == room,
            };
            let captures = match rule.keys["on"].get("match") {
                Some(pattern) => words::matches(pattern, &mail.message),
                None => Some(Vec::new()),
            };
            if let Some(captures) = captures
                && is_it
                && self.fire(i, &rule, &mut About { captures, ..about.clone() })
            {
                taken = true;
                if rule.keys["stop"] != false {
                    break;
                }
            }
        }
        if !taken {
            self.send(i, &mail.message);
        }
    }

    /// Does what the rule says where its conditions hold.
    pub(super) fn fire(&mut self, i: usize, rule: &Rule, about: &mut About) -> bool {
        let machine = self.machine(i);
        let is_in = |states: &Value| words::list(states).iter().any(|state| *state == machine);
        let fired = self.conns[i].times.get(&rule.id).copied().unwrap_or(0);
        let holds = self.acts(i)
            && rule.own.as_ref().is_none_or(|own| *own == machine)
            && rule.keys.get("in").is_none_or(is_in)
            && rule.keys.get("times").is_none_or(|times| fired < times.as_u64().expect("a number"))
            && rule.keys.get("when").is_none_or(|guard| self.guard(i, guard, about) == Some(true));
        if holds {
            self.conns[i].times.insert(rule.id.clone(), fired + 1);
            self.act(i, &rule.id, &rule.keys, about);
        }
        holds
    }

    fn guard(&self, i: usize, guard: &Value, about: &About) -> Option<bool> {
        let conn = &self.conns[i];
        let none = serde_json::Map::new();
        let seen = words::Seen {
            state: &conn.state,
            shared: conn.scope.as_ref().map_or(&none, |scope| &self.shared[scope].vars),
            message: about.json(),
            machine: &self.machine(i),
        };
        words::guard(guard.as_str().expect("a text"), &seen)
    }

    /// How things stand before anything has happened.
    pub(super) fn measure(&mut self, i: usize) {
        for rule in self.rules() {
            if let Some(expression) = rule.keys["on"].get("becomes") {
                let is = self.guard(i, expression, &About::default()) == Some(true);
                self.conns[i].was.insert(rule.id, is);
            }
        }
    }

    /// Until nothing becomes true any more.
    pub(super) fn becomes(&mut self, i: usize) {
        loop {
            let mut became = Vec::new();
            for rule in self.rules() {
                let Some(expression) = rule.keys["on"].get("becomes") else { continue };
                let is = self.guard(i, expression, &About::default()) == Some(true);
                let was = self.conns[i].was.insert(rule.id.clone(), is) == Some(true);
                if is && !was {
                    became.push(rule);
                }
            }
            let mut fired = false;
            for rule in became {
                fired |= self.fire(i, &rule, &mut About::default());
            }
            if !fired {
                return;
            }
        }
    }

    /// Shows a message to the rules about several, and says which it completes.
    fn observe(&mut self, i: usize, message: &Message) -> Vec<String> {
        let mut completed = Vec::new();
        if !words::is_data(message) {
            return completed;
        }
        for rule in self.rules() {
            let on = &rule.keys["on"];
            let Some(key) = key(on, message) else { continue };
            let now = self.conns[i].now;
            let case = format!("{} {key}", rule.id);
            let seen = Seen { at: now, message: message.clone() };
            if let Some(patterns) = on.get("sequence") {
                let history = self.conns[i].seen.entry(case).or_default();
                history.push(seen);
                if is_sequence(&words::list(patterns), history, within(on, now)) {
                    history.clear();
                    completed.push(rule.id);
                }
            } else if on.get("count").is_some() && words::matches(&on["of"], message).is_some() {
                let history = self.conns[i].seen.entry(case).or_default();
                history.push(seen);
                let recent = history.iter().filter(|seen| seen.at >= within(on, now)).count();
                if recent >= usize::try_from(on["count"].as_u64().expect("a number")).expect("small") {
                    history.clear();
                    completed.push(rule.id);
                }
            } else if on.get("absent").is_some() {
                self.observe_absent(i, &rule, &key, message);
            }
        }
        completed
    }
}

pub(super) fn is_several(on: &Value) -> bool {
    ["sequence", "count", "absent"].iter().any(|key| on.get(key).is_some())
}

fn is_clock(on: &Value) -> bool {
    ["idle", "every", "after", "becomes", "room"].iter().any(|key| on.get(key).is_some())
}

/// Since when messages count.
fn within(on: &Value, now: u64) -> u64 {
    on.get("within").map_or(0, |within| now.saturating_sub(words::time(within)))
}

/// By what cases are told apart; nothing where the message has no such member.
fn key(on: &Value, message: &Message) -> Option<String> {
    match on.get("by") {
        Some(path) => Some(words::member(&words::json(message)?, path.as_str()?)?.to_string()),
        None => Some(String::new()),
    }
}

/// Whether the last message completes the sequence: one for each pattern, in their order.
fn is_sequence(patterns: &[Value], history: &[Seen], since: u64) -> bool {
    let (Some((last, patterns)), Some((newest, history))) = (patterns.split_last(), history.split_last())
    else {
        return false;
    };
    if words::matches(last, &newest.message).is_none() {
        return false;
    }
    match patterns {
        [] => newest.at >= since,
        _ => (1..=history.len()).any(|end| is_sequence(patterns, &history[..end], since)),
    }
}
