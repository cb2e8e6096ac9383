//! What actions do, key by key in the order of the page.

use std::rc::Rc;

use mockforge_ws_core::Message;
use serde_json::{Map, Value};

use super::clock::What;
use super::words::{self, About};
use super::world::{Member, Phase, Running, World};

impl World {
    pub(super) fn act(&mut self, i: usize, place: &str, keys: &Value, about: &mut About) {
        let section = Rc::clone(&self.section);
        if !self.acts(i) {
            return;
        }
        let to = keys["to"].as_str();
        if let Some(to) = to {
            let from = self.machine(i);
            self.act(i, &format!("{from}/exit"), &section["states"][&from]["exit"], about);
            if !self.acts(i) {
                return;
            }
            self.moved(i, to);
        }
        for (name, value) in keys["set"].as_object().into_iter().flatten() {
            self.set(i, name, value, about);
        }
        for leave in words::list(&keys["leave"]) {
            self.act_leave(i, &leave, about);
        }
        for join in words::list(&keys["join"]) {
            self.act_join(i, &join, about);
        }
        if let Some(reply) = keys.get("reply") {
            self.reply(i, place, reply, about);
        }
        for broadcast in words::list(&keys["broadcast"]) {
            self.broadcast(i, &broadcast, about);
        }
        for stop in words::list(&keys["stop"]).into_iter().filter(|stop| !stop.is_boolean()) {
            self.stop(i, &stop, about);
        }
        // What is published after a reply that closes is published all the same; a stream does not begin.
        for start in words::list(&keys["start"]) {
            if self.acts(i) {
                self.start(i, &start, about);
            }
        }
        if let Some(to) = to {
            self.entered(i, to, about);
        }
        if let Some(close) = keys.get("close") {
            self.close(i, close, about);
        }
        if keys.get("abort").is_some() {
            self.abort(i);
        }
        if let Some(to) = to {
            self.end_if_final(i, to);
        }
    }

    /// Whether something is done yet: nothing is after the close.
    pub(super) fn acts(&self, i: usize) -> bool {
        matches!(self.conns[i].phase, Phase::Open | Phase::Gone)
    }

    pub(super) fn end_if_final(&mut self, i: usize, state: &str) {
        if self.section["states"][state]["final"] == true {
            self.close(i, &true.into(), &mut About::default());
        }
    }

    fn moved(&mut self, i: usize, state: &str) {
        match self.conns[i].scope.clone() {
            Some(scope) => {
                let shared = self.shared.get_mut(&scope).expect("it is shared");
                shared.machine = state.into();
                shared.entered += 1;
                self.conns[i].entered = shared.entered;
                self.nudge(i);
            }
            None => self.conns[i].machine = state.into(),
        }
        self.arm_state(i);
    }

    pub(super) fn entered(&mut self, i: usize, state: &str, about: &mut About) {
        let section = Rc::clone(&self.section);
        let keys = &section["states"][state];
        self.act(i, &format!("{state}/enter"), &keys["enter"], about);
    }

    fn act_leave(&mut self, i: usize, leave: &Value, about: &mut About) {
        let (room, key) = match leave {
            Value::String(all) if all == "all" => (None, None),
            Value::String(room) => (Some(self.text(i, room, about)), None),
            _ => (self.text_at(i, &leave["room"], about), self.text_at(i, &leave["key"], about)),
        };
        self.members.retain(|member| {
            let is_room = room.as_ref().is_none_or(|room| member.room == bare(room));
            let is_key = key.is_none() || member.key == key;
            member.conn != i || !is_room || !is_key || !member.is_room()
        });
    }

    fn act_join(&mut self, i: usize, join: &Value, about: &mut About) {
        let whole = join.as_str().unwrap_or_else(|| join["room"].as_str().expect("a room"));
        let room = self.text(i, whole, about);
        let mut inner = About { room: Some(bare(&room).into()), ..about.clone() };
        let key = self.text_at(i, &join["key"], &mut inner);
        let name = self.text_at(i, &join["as"], &mut inner);
        self.join(i, bare(&room), key.as_deref(), name.as_deref());
    }

    pub(super) fn reply(&mut self, i: usize, place: &str, reply: &Value, about: &mut About) {
        if let Some(turns) = reply.get("sequence") {
            let turn = self.conns[i].turns.entry(place.into()).or_default();
            let turns = words::list(turns);
            let chosen = turns[*turn % turns.len()].clone();
            *turn += 1;
            return self.reply(i, place, &chosen, about);
        }
        if let Some(only) = reply.get("random").or_else(|| reply.get("weighted")) {
            let only = only[0].get("reply").unwrap_or(&only[0]);
            return self.reply(i, place, only, about);
        }
        let now = self.conns[i].now;
        let mut at = now;
        for part in words::list(reply) {
            at += part.get("after").map_or(0, words::time);
            let repeat = part.get("repeat");
            let every = repeat.map_or(0, |repeat| words::time(&repeat["every"]));
            let again = match repeat {
                Some(repeat) => repeat.get("count").map(|count| count.as_u64().expect("a number") - 1),
                None => Some(0),
            };
            if at > now {
                self.arm(i, at, What::Part { part, about: about.clone(), again, every });
                continue;
            }
            if again != Some(0) {
                let again = again.map(|n| n - 1);
                self.arm(
                    i,
                    at + every,
                    What::Part { part: part.clone(), about: about.clone(), again, every },
                );
            }
            self.part(i, &part, about);
        }
    }

    pub(super) fn part(&mut self, i: usize, part: &Value, about: &mut About) {
        // Of a connection that is gone the parts are made all the same, and count.
        if !self.acts(i) {
        } else if part == "echo" {
            // Where nothing came there is nothing to send back.
            if let Some(echo) = about.message.clone() {
                self.send(i, &echo);
            }
        } else if let Some(ping) = part.get("ping") {
            let text = self.text(i, ping.as_str().expect("a text"), about);
            self.send(i, &Message::Ping(text.into_bytes().into()));
        } else if let Some(close) = part.get("close") {
            self.close(i, close, about);
        } else if part.get("abort").is_some() {
            self.abort(i);
        } else {
            let message = self.payload(i, part, about);
            self.send(i, &message);
        }
    }

    fn payload(&mut self, i: usize, part: &Value, about: &mut About) -> Message {
        if let Some(text) = part.as_str().or_else(|| part["text"].as_str()) {
            return Message::text(self.text(i, text, about));
        }
        match part.get("json") {
            Some(json) => Message::text(self.fill(i, json, about).to_string()),
            None => {
                let hex = self.text(i, part["hex"].as_str().expect("hex"), about);
                let digits: Vec<u8> = hex
                    .chars()
                    .map(|c| u8::try_from(c.to_digit(16).expect("a digit")).expect("small"))
                    .collect();
                Message::binary(digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect::<Vec<u8>>())
            }
        }
    }

    fn broadcast(&mut self, i: usize, broadcast: &Value, about: &mut About) {
        let to = self.text_at(i, &broadcast["to"], about).expect("it goes somewhere");
        let name = if to == "route" { ROUTE } else { bare(&to) };
        let sender = self.name_in(i, name);
        let mut inner = About { room: Some(name.into()), sender: Some(sender.clone()), ..about.clone() };
        let message = self.payload(i, broadcast, &mut inner);
        let only = self.text_at(i, &broadcast["only"], about);
        let except = broadcast.get("except").is_some();
        let hears = |member: &Member| {
            only.as_ref().is_none_or(|only| member.name == *only) && !(except && member.conn == i)
        };
        self.publish(name, &sender, &message, hears);
    }

    fn stop(&mut self, i: usize, stop: &Value, about: &mut About) {
        let name = stop.as_str().or_else(|| stop["stream"].as_str()).expect("a stream").to_owned();
        let key = self.text_at(i, &stop["key"], about);
        let is_it = |stream: &str, k: &Option<String>| {
            name == "all" || (stream == name && (key.is_none() || *k == key))
        };
        let conn = &mut self.conns[i];
        conn.streams.retain(|running| !is_it(&running.stream, &running.key));
        conn.timers.retain(|timer| match &timer.what {
            What::Stream { stream, key } => !is_it(stream, key),
            _ => true,
        });
    }

    fn start(&mut self, i: usize, start: &Value, about: &mut About) {
        let section = Rc::clone(&self.section);
        let name = start.as_str().or_else(|| start["stream"].as_str()).expect("a stream").to_owned();
        let key = self.text_at(i, &start["key"], about);
        if self.conns[i].streams.iter().any(|running| running.stream == name && running.key == key) {
            return;
        }
        let stream = &section["streams"][&name];
        let mut about = About { key: key.clone(), ..about.clone() };
        let at = self.conns[i].now + words::time(&stream["every"]);
        let running = Running { stream: name.clone(), key: key.clone(), about: about.clone(), made: 0 };
        self.conns[i].streams.push(running);
        self.arm(i, at, What::Stream { stream: name, key });
        if let Some(snapshot) = stream.get("snapshot") {
            self.emit(i, stream, snapshot, &mut about);
        }
    }

    /// A message of a stream is due.
    pub(super) fn stream(&mut self, i: usize, name: &str, key: Option<&str>, at: u64) {
        let section = Rc::clone(&self.section);
        let stream = &section["streams"][name];
        let is_it = |running: &Running| running.stream == name && running.key.as_deref() == key;
        let place = self.conns[i].streams.iter().position(is_it).expect("it runs");
        let running = &mut self.conns[i].streams[place];
        let made = running.made;
        running.made += 1;
        let mut about = running.about.clone();
        let rows = stream.get("rows").map(words::list);
        if let Some(rows) = &rows {
            about.row = Some(rows[made % rows.len()].clone());
        }
        self.emit(i, stream, stream, &mut about);
        let counted = stream.get("count").is_some_and(|count| count.as_u64() == Some(made as u64 + 1));
        let is_last = rows.is_some_and(|rows| made + 1 == rows.len() && stream["loop"] != true);
        if counted || is_last {
            self.conns[i].streams.retain(|running| !is_it(running));
            let mut about = About { row: None, ..about };
            self.act(i, &format!("{name}/end"), &stream["end"], &mut about);
        } else {
            let what = What::Stream { stream: name.into(), key: key.map(Into::into) };
            self.arm(i, at + words::time(&stream["every"]), what);
        }
    }

    fn emit(&mut self, i: usize, stream: &Value, payload: &Value, about: &mut About) {
        match self.text_at(i, &stream["to"], about) {
            Some(to) => {
                let sender = self.name_in(i, bare(&to));
                let message = self.payload(i, payload, about);
                self.publish(bare(&to), &sender, &message, |_| true);
            }
            None => {
                let message = self.payload(i, payload, about);
                self.send(i, &message);
            }
        }
    }

    pub(super) fn close(&mut self, i: usize, close: &Value, about: &mut About) {
        let code = close.as_u64().or_else(|| close["code"].as_u64()).unwrap_or(1_000);
        let reason = self.text_at(i, &close["reason"], about).unwrap_or_default();
        let end = format!("x close {code} {reason}");
        self.finish(i, end.trim_end());
    }

    fn abort(&mut self, i: usize) {
        self.finish(i, "x abort");
    }

    fn finish(&mut self, i: usize, end: &str) {
        let conn = &mut self.conns[i];
        match conn.phase {
            Phase::Open => {
                let line = format!("{} {end}\n", conn.now);
                conn.lines.push_str(&line);
                conn.phase = Phase::Closing;
            }
            Phase::Gone => conn.phase = Phase::Done,
            Phase::Closing | Phase::Done => {}
        }
    }

    pub(super) fn text(&mut self, i: usize, template: &str, about: &mut About) -> String {
        words::render(template, &mut |expression| self.expression(i, expression, about))
    }

    fn text_at(&mut self, i: usize, template: &Value, about: &mut About) -> Option<String> {
        Some(self.text(i, template.as_str()?, about))
    }

    pub(super) fn fill(&mut self, i: usize, value: &Value, about: &mut About) -> Value {
        words::fill(value, &mut |expression| self.expression(i, expression, about))
    }

    fn expression(&mut self, i: usize, expression: &str, about: &About) -> Option<Value> {
        let mut ours = self.members.iter().rev().filter(|member| member.conn == i && member.is_room());
        let last = ours.next().map(|member| member.room.clone());
        let room = about.room.clone().or(last);
        let in_room = |member: &&Member| Some(&member.room) == room.as_ref();
        let conn = &mut self.conns[i];
        let none = Map::new();
        let shared = conn.scope.as_ref().map_or(&none, |scope| &self.shared[scope].vars);
        match expression {
            "message" => match about.message.as_ref()? {
                Message::Text(text) => Some(text.as_str().into()),
                // As text where it is text, otherwise in hex.
                Message::Binary(bytes) => Some(match std::str::from_utf8(bytes) {
                    Ok(text) => text.into(),
                    Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
                }),
                _ => Some("".into()),
            },
            "machine" => Some(self.machine(i)).filter(|machine| !machine.is_empty()).map(Value::from),
            "error" => about.error.clone().map(Value::from),
            "key" => about.key.clone().map(Value::from),
            "sender" => Some(about.sender.clone().unwrap_or_else(|| conn.id.clone()).into()),
            "path.room" => Some(conn.path_room.clone().into()),
            "connection.number" => Some(conn.number.into()),
            "connection.id" => Some(conn.id.clone().into()),
            // The reference: "per connection, name and stream key", whichever stream that is.
            "seq" => {
                let number = conn.numbers.entry(about.key.clone()).or_default();
                *number += 1;
                Some((*number).into())
            }
            "json state" => Some(Value::Object(conn.state.clone()).to_string().into()),
            "json shared" => Some(Value::Object(shared.clone()).to_string().into()),
            "json streams.ticker" | "json streams.feed" => {
                let name = expression.rsplit('.').next();
                let of = conn.streams.iter().filter(|running| Some(&*running.stream) == name);
                let keys: Vec<Value> =
                    of.map(|running| running.key.clone().unwrap_or_default().into()).collect();
                Some(Value::Array(keys).to_string().into())
            }
            "room.name" => room.map(Value::from),
            "room.members" | "room.size" => {
                let mut heard: Vec<&Member> = Vec::new();
                for member in self.members.iter().filter(in_room) {
                    if heard.iter().all(|m| m.conn != member.conn) {
                        heard.push(member);
                    }
                }
                room.as_ref()?;
                match expression {
                    "room.size" => Some(heard.len().into()),
                    _ => Some(heard.iter().map(|m| Value::from(m.name.clone())).collect()),
                }
            }
            _ => {
                let (root, path) = expression.split_once('.')?;
                match root {
                    "$" => words::member(&about.json()?, path),
                    "state" => words::member(&Value::Object(conn.state.clone()), path),
                    "shared" => words::member(&Value::Object(shared.clone()), path),
                    "row" => words::member(about.row.as_ref()?, path),
                    "capture" => about.captures.get(path.parse::<usize>().ok()?)?.clone().map(Value::from),
                    _ => unreachable!("the model does not know {{{{{expression}}}}}"),
                }
            }
        }
    }
}

/// Everybody on the route is in a room of this name.
pub(super) const ROUTE: &str = "route:/chat/{room}";

pub(super) fn bare(room: &str) -> &str {
    room.strip_prefix("room:").unwrap_or(room)
}
