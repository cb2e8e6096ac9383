//! Time: a list of what is due, scanned for the earliest at each step.

use mockforge_ws_core::Message;
use serde_json::Value;

use super::words::{self, About};
use super::world::{Phase, Rule, World};

#[derive(Clone)]
pub(super) struct Timer {
    pub(super) at: u64,
    pub(super) order: u64,
    pub(super) what: What,
}

#[derive(Clone)]
pub(super) enum What {
    /// A part of a reply, and how often it comes again (without end where there is no number), after which time.
    Part {
        part: Value,
        about: About,
        again: Option<u64>,
        every: u64,
    },
    Idle(String),
    Every(String),
    After(String),
    Absent {
        rule: String,
        key: String,
        about: About,
    },
    Timeout(String),
    Stream {
        stream: String,
        key: Option<String>,
    },
}

impl World {
    pub(super) fn arm(&mut self, i: usize, at: u64, what: What) {
        let conn = &mut self.conns[i];
        conn.order += 1;
        conn.timers.push(Timer { at, order: conn.order, what });
    }

    /// When something is due next, on any connection.
    pub(super) fn due(&self, i: usize) -> Option<u64> {
        self.conns[i].timers.iter().map(|timer| timer.at).min()
    }

    pub(super) fn advance(&mut self, i: usize, to: u64) {
        self.collect(i);
        while self.conns[i].phase == Phase::Open
            && let Some(at) = self.due(i).filter(|at| *at <= to)
        {
            self.conns[i].now = at.max(self.conns[i].now);
            while self.conns[i].phase == Phase::Open && self.due(i).is_some_and(|at| at <= self.conns[i].now)
            {
                let timers = &mut self.conns[i].timers;
                let first = (0..timers.len()).min_by_key(|n| (timers[*n].at, timers[*n].order));
                let timer = timers.remove(first.expect("one is due"));
                self.strike(i, timer);
                self.after(i);
            }
            self.collect(i);
        }
        self.conns[i].now = to;
        self.collect(i);
    }

    fn strike(&mut self, i: usize, timer: Timer) {
        let at = timer.at;
        let of =
            |world: &Self, id: &str| world.rules().into_iter().find(|rule| rule.id == id).expect("it is one");
        match timer.what {
            What::Part { part, mut about, again, every } => {
                if again != Some(0) {
                    let again = again.map(|n| n - 1);
                    let what = What::Part { part: part.clone(), about: about.clone(), again, every };
                    self.arm(i, at + every, what);
                }
                self.part(i, &part, &mut about);
            }
            What::After(id) => {
                let rule = of(self, &id);
                self.fire(i, &rule, &mut About::default());
            }
            What::Idle(id) => {
                let rule = of(self, &id);
                let conn = &mut self.conns[i];
                let since = if rule.own.is_some() { conn.heard.max(conn.since) } else { conn.heard };
                let silent = since + words::time(&rule.keys["on"]["idle"]);
                if silent > at {
                    // It was not silent for so long yet.
                    self.arm(i, silent, What::Idle(id));
                } else {
                    conn.spent.push(id);
                    self.fire(i, &rule, &mut About::default());
                }
            }
            What::Every(id) => {
                let rule = of(self, &id);
                self.arm(i, at + words::time(&rule.keys["on"]["every"]), What::Every(id));
                self.fire(i, &rule, &mut About::default());
            }
            What::Absent { rule, mut about, .. } => {
                let rule = of(self, &rule);
                self.fire(i, &rule, &mut about);
            }
            What::Timeout(state) => {
                let section = std::rc::Rc::clone(&self.section);
                let timeout = &section["states"][&state]["timeout"];
                self.act(i, &format!("{state}/timeout"), timeout, &mut About::default());
            }
            What::Stream { stream, key } => self.stream(i, &stream, key.as_deref(), at),
        }
    }

    /// What runs since the opening.
    pub(super) fn arm_opening(&mut self, i: usize) {
        let rules = self.rules();
        for rule in rules.iter().filter(|rule| rule.own.is_none()) {
            self.arm_rule(i, rule);
        }
        for rule in rules {
            let on = &rule.keys["on"];
            if on.get("absent").is_some() && on.get("after").is_none() {
                let at = self.conns[i].now + words::time(&on["for"]);
                self.arm(i, at, What::Absent { rule: rule.id, key: String::new(), about: About::default() });
            }
        }
    }

    /// The client was heard; rules for silence that have fired may do so again.
    pub(super) fn heard(&mut self, i: usize) {
        let now = self.conns[i].now;
        self.conns[i].heard = now;
        for id in std::mem::take(&mut self.conns[i].spent) {
            let rule = self.rules().into_iter().find(|rule| rule.id == id).expect("it is one");
            self.arm(i, now + words::time(&rule.keys["on"]["idle"]), What::Idle(id));
        }
    }

    /// What runs since the state was entered; what ran since another was is over.
    pub(super) fn arm_state(&mut self, i: usize) {
        let rules = self.rules();
        let is_own = |id: &str| rules.iter().any(|rule| rule.id == id && rule.own.is_some());
        self.conns[i].timers.retain(|timer| match &timer.what {
            What::Every(id) | What::After(id) | What::Idle(id) => !is_own(id),
            What::Timeout(_) => false,
            _ => true,
        });
        let conn = &mut self.conns[i];
        conn.since = conn.now;
        conn.spent.retain(|id| !is_own(id));
        let machine = self.machine(i);
        let timeout =
            self.section["states"][&machine].get("timeout").map(|timeout| words::time(&timeout["after"]));
        if let Some(timeout) = timeout {
            let at = self.conns[i].now + timeout;
            self.arm(i, at, What::Timeout(machine.clone()));
        }
        for rule in rules {
            if rule.own.as_ref() == Some(&machine) {
                self.arm_rule(i, &rule);
            }
        }
    }

    fn arm_rule(&mut self, i: usize, rule: &Rule) {
        let (on, now) = (&rule.keys["on"], self.conns[i].now);
        if let Some(every) = on.get("every") {
            self.arm(i, now + words::time(every), What::Every(rule.id.clone()));
        } else if let Some(idle) = on.get("idle") {
            self.arm(i, now + words::time(idle), What::Idle(rule.id.clone()));
        } else if let Some(after) = on.get("after").filter(|_| on.get("absent").is_none()) {
            self.arm(i, now + words::time(after), What::After(rule.id.clone()));
        }
    }

    /// A case ends with the message that was missed, and begins with the one before it.
    pub(super) fn observe_absent(&mut self, i: usize, rule: &Rule, key: &str, message: &Message) {
        let on = &rule.keys["on"];
        let is_ours = |what: &What| match what {
            What::Absent { rule: id, key: k, .. } => *id == rule.id && k == key,
            _ => false,
        };
        if words::matches(&on["absent"], message).is_some() {
            self.conns[i].timers.retain(|timer| !is_ours(&timer.what));
        }
        let waits = self.conns[i].timers.iter().any(|timer| is_ours(&timer.what));
        if let Some(after) = on.get("after")
            && !waits
            && words::matches(after, message).is_some()
        {
            let at = self.conns[i].now + words::time(&on["for"]);
            let about = About::message(message);
            self.arm(i, at, What::Absent { rule: rule.id.clone(), key: key.into(), about });
        }
    }
}
