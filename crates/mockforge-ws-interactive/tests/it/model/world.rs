//! The connections of the model, the rooms that they are in, and what happens to them.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use mockforge_ws_core::Message;
use serde_json::{Map, Value};

use super::act::ROUTE;
use super::clock::Timer;
use super::message::Seen;
use super::words::{self, About};

pub(super) struct World {
    pub(super) section: Rc<Value>,
    pub(super) conns: Vec<Conn>,
    /// In the order in which they joined.
    pub(super) members: Vec<Member>,
    pub(super) shared: BTreeMap<String, Shared>,
}

/// Whether a connection lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// It was closed by what happens just now.
    Closing,
    /// It is over; what is sent has no receiver.
    Gone,
    Done,
}

pub(super) struct Conn {
    pub(super) id: String,
    pub(super) number: usize,
    pub(super) path_room: String,
    pub(super) phase: Phase,
    pub(super) now: u64,
    pub(super) lines: String,
    pub(super) state: Map<String, Value>,
    pub(super) machine: String,
    pub(super) entered: u64,
    /// The name of what it shares, with `scope: room` and `scope: route`.
    pub(super) scope: Option<String>,
    pub(super) timers: Vec<Timer>,
    pub(super) order: u64,
    /// When the client was last heard, when the state was entered, and the rules for silence that wait.
    pub(super) heard: u64,
    pub(super) since: u64,
    pub(super) spent: Vec<String>,
    pub(super) times: HashMap<String, u64>,
    pub(super) turns: HashMap<String, usize>,
    pub(super) seen: HashMap<String, Vec<Seen>>,
    pub(super) was: HashMap<String, bool>,
    pub(super) streams: Vec<Running>,
    pub(super) numbers: HashMap<Option<String>, u64>,
    pub(super) mail: VecDeque<Mail>,
    pub(super) nudged: bool,
}

pub(super) struct Member {
    pub(super) conn: usize,
    pub(super) room: String,
    pub(super) key: Option<String>,
    pub(super) name: String,
}

impl Member {
    /// Whether it was joined as a room, and not for `to: route` or `to: connection:ID`.
    pub(super) fn is_room(&self) -> bool {
        !self.room.contains(':')
    }
}

pub(super) struct Shared {
    pub(super) vars: Map<String, Value>,
    pub(super) machine: String,
    pub(super) entered: u64,
}

pub(super) struct Running {
    pub(super) stream: String,
    pub(super) key: Option<String>,
    pub(super) about: About,
    pub(super) made: usize,
}

pub(super) struct Mail {
    pub(super) room: String,
    pub(super) key: Option<String>,
    pub(super) sender: String,
    pub(super) message: Message,
}

/// A rule, its name in the model, and the state whose own it is.
#[derive(Clone)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) own: Option<String>,
    pub(super) keys: Value,
}

impl World {
    pub(super) fn new(section: &Value) -> Self {
        Self {
            section: Rc::new(section.clone()),
            conns: Vec::new(),
            members: Vec::new(),
            shared: BTreeMap::new(),
        }
    }

    /// All rules, each state's own first.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (state, keys) in self.section["states"].as_object().into_iter().flatten() {
            for (index, rule) in words::list(&keys["rules"]).into_iter().enumerate() {
                rules.push(Rule {
                    id: format!("{state}/{index}"),
                    own: Some(state.clone()),
                    keys: whole(rule),
                });
            }
        }
        for (index, rule) in words::list(&self.section["rules"]).into_iter().enumerate() {
            rules.push(Rule { id: format!("{index}"), own: None, keys: whole(rule) });
        }
        rules
    }

    /// The rules that are asked in a state, in their order.
    pub(super) fn rules_in(&self, machine: &str) -> Vec<Rule> {
        let asked = |rule: &Rule| rule.own.as_deref().is_none_or(|own| own == machine);
        self.rules().into_iter().filter(asked).collect()
    }

    pub(super) fn machine(&self, i: usize) -> String {
        let conn = &self.conns[i];
        match &conn.scope {
            Some(scope) => self.shared[scope].machine.clone(),
            None => conn.machine.clone(),
        }
    }

    fn start_state(&self) -> String {
        let first = || Some(self.section["states"].as_object()?.keys().next()?.clone());
        self.section["state"].as_str().map(str::to_owned).or_else(first).unwrap_or_default()
    }

    pub(super) fn open(&mut self, path_room: &str) {
        let (section, i) = (Rc::clone(&self.section), self.conns.len());
        self.conns.push(Conn {
            id: format!("/chat/{{room}}#{}", i + 1),
            number: i + 1,
            path_room: path_room.into(),
            phase: Phase::Open,
            now: 0,
            lines: String::new(),
            state: section["vars"].as_object().cloned().unwrap_or_default(),
            machine: String::new(),
            entered: 0,
            scope: None,
            timers: Vec::new(),
            order: 0,
            heard: 0,
            since: 0,
            spent: Vec::new(),
            times: HashMap::new(),
            turns: HashMap::new(),
            seen: HashMap::new(),
            was: HashMap::new(),
            streams: Vec::new(),
            numbers: HashMap::new(),
            mail: VecDeque::new(),
            nudged: false,
        });
        let own = format!("connection:{}", self.conns[i].id);
        for room in [ROUTE, &own] {
            self.join(i, room, None, None);
        }
        if let Some(room) = section["room"].as_str() {
            let room = self.text(i, room, &mut About::default());
            self.join(i, room.trim_start_matches("room:"), None, None);
        }
        let start = self.start_state();
        let scope = match section["scope"].as_str() {
            Some("route") => Some("the route".to_owned()),
            Some("room") => Some(self.members.last().expect("it has joined").room.clone()),
            _ => None,
        };
        if let Some(scope) = scope {
            let shared = self.shared.entry(scope.clone()).or_insert_with(|| Shared {
                vars: section["shared"].as_object().cloned().unwrap_or_default(),
                machine: start.clone(),
                entered: 0,
            });
            self.conns[i].entered = shared.entered;
            self.conns[i].scope = Some(scope);
        } else {
            self.conns[i].machine.clone_from(&start);
        }
        self.measure(i);
        self.arm_opening(i);
        self.arm_state(i);
        let machine = self.machine(i);
        // A machine that others have moved was entered by them.
        if self.conns[i].entered == 0 {
            self.entered(i, &machine, &mut About::default());
        }
        self.end_if_final(i, &machine);
        self.word(i, "connect");
        self.after(i);
    }

    pub(super) fn receive(&mut self, i: usize, message: &Message) {
        self.collect(i);
        if self.conns[i].phase != Phase::Open {
            return;
        }
        let line = format!("{} < {}\n", self.conns[i].now, show(message));
        self.conns[i].lines.push_str(&line);
        let split = self.section["split"].as_str().map(str::to_owned);
        match (message, split) {
            (Message::Text(text), Some(split)) => {
                for piece in text.split(&split).filter(|piece| !piece.is_empty()) {
                    self.message(i, &Message::text(piece));
                    self.after(i);
                }
            }
            _ => self.message(i, message),
        }
        self.after(i);
        self.collect(i);
    }

    pub(super) fn leave(&mut self, i: usize) {
        if self.conns[i].phase == Phase::Open {
            self.end(i);
        }
    }

    /// What comes after all that has happened: what has become true, and the end.
    pub(super) fn after(&mut self, i: usize) {
        self.becomes(i);
        if self.conns[i].phase == Phase::Closing {
            self.end(i);
        }
    }

    fn end(&mut self, i: usize) {
        self.conns[i].phase = Phase::Gone;
        self.word(i, "disconnect");
        self.conns[i].phase = Phase::Done;
        self.conns[i].timers.clear();
        self.conns[i].mail.clear();
        self.members.retain(|member| member.conn != i);
    }

    /// Takes what came from the others.
    pub(super) fn collect(&mut self, i: usize) {
        while self.conns[i].phase == Phase::Open {
            if let Some(mail) = self.conns[i].mail.pop_front() {
                self.delivery(i, &mail);
            } else if std::mem::take(&mut self.conns[i].nudged) {
                self.notice(i);
            } else {
                return;
            }
            self.after(i);
        }
    }

    pub(super) fn has_mail(&self) -> bool {
        self.conns.iter().any(|conn| conn.phase == Phase::Open && (conn.nudged || !conn.mail.is_empty()))
    }

    /// Another connection may have moved the machine.
    fn notice(&mut self, i: usize) {
        let Some(scope) = self.conns[i].scope.clone() else { return };
        let shared = &self.shared[&scope];
        if shared.entered == self.conns[i].entered {
            return;
        }
        self.conns[i].entered = shared.entered;
        let machine = shared.machine.clone();
        self.arm_state(i);
        self.end_if_final(i, &machine);
    }

    /// The others who share with this one.
    pub(super) fn nudge(&mut self, i: usize) {
        let scope = self.conns[i].scope.clone();
        for (other, conn) in self.conns.iter_mut().enumerate() {
            if other != i && scope.is_some() && conn.scope == scope {
                conn.nudged = true;
            }
        }
    }

    pub(super) fn join(&mut self, i: usize, room: &str, key: Option<&str>, name: Option<&str>) {
        let there = |m: &Member| m.conn == i && m.room == room && m.key.as_deref() == key;
        if !self.members.iter().any(there) {
            let name = name.unwrap_or(&self.conns[i].id).to_owned();
            self.members.push(Member { conn: i, room: room.into(), key: key.map(Into::into), name });
        }
    }

    /// The name of a connection in a room; its id where it is in none.
    pub(super) fn name_in(&self, i: usize, room: &str) -> String {
        let mut ours = self.members.iter().rev().filter(|m| m.conn == i && m.room == room);
        ours.next().map_or_else(|| self.conns[i].id.clone(), |member| member.name.clone())
    }

    pub(super) fn publish(
        &mut self,
        room: &str,
        sender: &str,
        message: &Message,
        to: impl Fn(&Member) -> bool,
    ) {
        let heard: Vec<(usize, Option<String>)> = self
            .members
            .iter()
            .filter(|member| member.room == room && to(member))
            .map(|member| (member.conn, member.key.clone()))
            .collect();
        for (conn, key) in heard {
            let mail = Mail { room: room.into(), key, sender: sender.into(), message: message.clone() };
            self.conns[conn].mail.push_back(mail);
        }
    }

    pub(super) fn send(&mut self, i: usize, message: &Message) {
        let conn = &mut self.conns[i];
        if conn.phase == Phase::Open {
            let line = format!("{} > {}\n", conn.now, show(message));
            conn.lines.push_str(&line);
        }
    }
}

/// A rule with the short forms of its trigger written out.
fn whole(mut rule: Value) -> Value {
    let on = &mut rule["on"];
    if let Some((count, within)) = on["count"].as_str().and_then(|short| short.split_once(" in ")) {
        let (count, within) = (count.parse::<u64>().expect("a number"), within.to_owned());
        on["count"] = count.into();
        on["within"] = within.into();
    }
    if let Some((pattern, time)) = on["absent"].as_str().and_then(|short| short.split_once(" for ")) {
        let (pattern, time) = (pattern.to_owned(), time.to_owned());
        on["absent"] = pattern.into();
        on["for"] = time.into();
    }
    rule
}

pub(super) fn show(message: &Message) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match message {
        Message::Text(text) => text.to_string(),
        Message::Ping(bytes) => format!("ping 0x{}", hex(bytes)),
        Message::Pong(bytes) => format!("pong 0x{}", hex(bytes)),
        other => format!("0x{}", hex(&other.clone().into_data())),
    }
}
