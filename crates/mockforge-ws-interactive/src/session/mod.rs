//! One connection's conversation: the rules as a state machine.

mod act;
mod machine;
mod message;
mod set;
mod streams;
mod timed;

use std::sync::{Arc, Mutex};

use mockforge_ws_core::{Cx, Elapsed, Event, Fact, Inbound, Message, Session, Shared};
use serde_json::Value;

use crate::about::{About, Seen};
use crate::actions::Parts;
use crate::agenda::{Agenda, Ticket};
use crate::correlate::Track;
use crate::guard::Guard;
use crate::rules::{Compiled, Rule, RuleId, Scope, StateId, Trigger};

pub(crate) use streams::Streams;

/// Answers one connection by the rules.
///
/// What has a time (a reply with `after`, a stream, a time-out) is done when its time has come, and rendered
/// then, from the message that it is about.
#[derive(Debug)]
pub struct Conversation {
    rules: Arc<Compiled>,
    agenda: Agenda<Item>,
    /// From when on the item at hand is counted: its own time, not the time at which it is done.
    base: Base,
    /// The machine's state, where there is a machine.
    state: Option<StateId>,
    /// The state in which what is at hand came: another state's own rules are not asked about it, also where
    /// a rule has gone there meanwhile.
    asked_in: Option<StateId>,
    /// How many states were entered; by it a time-out knows whether it is still meant.
    entered: u64,
    /// What belongs to the present state and ends with it.
    of_state: Vec<Ticket>,
    /// When the present state was entered.
    since: Elapsed,
    /// When the client was last heard.
    heard: Elapsed,
    /// The rules for silence that have fired and wait for the client to be heard again.
    spent: Vec<RuleId>,
    /// For `times` and `sequence`; made when first used.
    counts: Vec<u64>,
    tracks: Vec<Track>,
    /// Whether the expression of each `becomes` was true.
    truths: Vec<bool>,
    streams: Streams,
    /// What is shared, and the room of those who share it.
    shared: Option<(Arc<Mutex<Shared>>, Arc<str>)>,
    /// Whether what is shared was changed by the event at hand.
    touched: bool,
    /// The bytes of the variables, about.
    variables: usize,
    /// The bytes that what waits keeps alive.
    held: usize,
    numbers: u64,
    explained: message::Explained,
    /// The time of what was due last, and how much was due then before it.
    instant: (Elapsed, u32),
    blocked: bool,
    /// The connection is closed or dropped by a rule; nothing is answered any more.
    over: bool,
}

/// Something that waits for its time.
#[derive(Debug)]
struct Item {
    /// Its time on the schedule, which neither lateness nor the client moves.
    scheduled: Elapsed,
    what: What,
}

#[derive(Debug)]
enum What {
    /// A part of a reply, and how often it comes again.
    Part { parts: Parts, index: usize, about: Arc<About>, left: u64 },
    /// A rule for silence or by the clock.
    Timed(RuleId),
    /// The present state's time-out, if it is still the present one.
    Timeout { entered: u64 },
    /// The end of a wait for an absence.
    Absence { tracker: usize, number: u64 },
    /// The next message of a stream.
    Stream(u64),
}

/// A time of the connection, and the same on the schedule.
#[derive(Debug, Clone, Copy, Default)]
struct Base {
    due: Elapsed,
    scheduled: Elapsed,
}

impl Conversation {
    /// How many things may wait for their time; more are dropped, with a fact.
    pub const PENDING: usize = 1024;

    pub(crate) fn new(rules: Arc<Compiled>) -> Self {
        Self {
            rules,
            agenda: Agenda::new(),
            base: Base::default(),
            state: None,
            asked_in: None,
            entered: 0,
            of_state: Vec::new(),
            since: Elapsed::ZERO,
            heard: Elapsed::ZERO,
            spent: Vec::new(),
            counts: Vec::new(),
            tracks: Vec::new(),
            truths: Vec::new(),
            streams: Streams::default(),
            shared: None,
            touched: false,
            variables: 0,
            held: 0,
            numbers: 0,
            explained: message::Explained::default(),
            instant: (Elapsed::ZERO, 0),
            blocked: false,
            over: false,
        }
    }

    /// A number that was not used before.
    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn handle(&mut self, event: Event, cx: &mut Cx<'_>) {
        let rules = Arc::clone(&self.rules);
        self.base = Base { due: cx.elapsed(), scheduled: cx.scheduled() };
        match event {
            Event::Opened => self.opened(&rules, cx),
            Event::Received(inbound) => self.received(&rules, inbound, cx),
            Event::Room(delivery) => {
                let about = About {
                    message: Some(Arc::clone(&delivery.message)),
                    key: delivery.key.clone(),
                    room: Some(Arc::clone(&delivery.room)),
                    sender: Some(Arc::clone(&delivery.sender)),
                    ..About::default()
                };
                if !self.offer_all(&rules, &rules.occasions.room, &about, cx) {
                    cx.deliver(&delivery);
                }
            }
            // Told after what was published before, which is not to be lost.
            Event::Changed => {
                if let Some(state) = self.state {
                    self.end_if_final(&rules, state, cx);
                }
            }
            // Rules have no other server and no async work.
            Event::Tick | Event::Upstream(_) | Event::Returned(..) => {}
            Event::Writable => self.resume(cx),
            Event::Shutdown => return self.quiet(),
            Event::Closed(_) => {
                self.quiet();
                self.over = false;
                self.offer_all(&rules, &rules.occasions.disconnect, &About::default(), cx);
                self.quiet();
                return;
            }
        }
        self.settle(&rules, cx);
        self.work_off(&rules, cx);
    }

    fn opened(&mut self, rules: &Compiled, cx: &mut Cx<'_>) {
        self.truths = vec![false; rules.occasions.becomes.len()];
        self.tracks.resize_with(rules.trackers.len(), Track::default);
        for (index, rule) in rules.occasions.becomes.iter().enumerate() {
            self.truths[index] = self.is_true(rules, *rule, cx);
        }
        self.begin_times(rules, cx);
        if let Some(state) = self.state {
            self.begin_state(rules, state, cx);
            if let Some(enter) = &rules.states[state].enter
                && self.entered == 0
            {
                self.steps(rules, enter, &Arc::default(), cx);
                self.end(enter.end.as_ref(), &About::default(), cx);
            }
            self.end_if_final(rules, state, cx);
        }
        if !self.over {
            self.offer_all(rules, &rules.occasions.connect, &About::default(), cx);
        }
    }

    fn received(&mut self, rules: &Compiled, inbound: Inbound, cx: &mut Cx<'_>) {
        match inbound.message() {
            Message::Ping(_) => {
                let about = About::message(Arc::new(inbound));
                self.offer_all(rules, &rules.occasions.ping, &about, cx);
            }
            Message::Pong(_) => {
                let about = About::message(Arc::new(inbound));
                self.offer_all(rules, &rules.occasions.pong, &about, cx);
            }
            Message::Text(text) if let Some(separator) = &rules.split => {
                self.heard(rules, cx);
                // A separator may stand behind each message as well as between them.
                let pieces = text.as_str().split(&**separator).filter(|piece| !piece.is_empty());
                for piece in pieces {
                    self.message(rules, &Arc::new(Inbound::new(Message::text(piece))), cx);
                    self.settle(rules, cx);
                    if self.over {
                        return;
                    }
                }
            }
            Message::Text(_) | Message::Binary(_) => {
                self.heard(rules, cx);
                self.message(rules, &Arc::new(inbound), cx);
            }
            Message::Close(_) | Message::Frame(_) => {}
        }
    }

    /// Asks rules in their order until one takes it and says that no other is to be asked. Whether one took
    /// it.
    fn offer_all(&mut self, rules: &Compiled, ids: &[RuleId], about: &About, cx: &mut Cx<'_>) -> bool {
        let mut taken = false;
        self.asked_in = self.state;
        for id in ids {
            let rule = &rules.rules[*id];
            let about = match &rule.trigger {
                Trigger::Room { name, pattern } => match room_about(name, pattern.as_ref(), about) {
                    Some(about) => about,
                    None => continue,
                },
                _ => about.clone(),
            };
            if self.admits(rule, &about, cx) {
                self.fire(rules, rule, &Arc::new(about), cx);
                taken = true;
                if rule.stops || self.over {
                    break;
                }
            }
        }
        taken
    }

    /// Whether a rule that was found is to fire: by its state, how often it has, and its guard.
    fn admits(&mut self, rule: &Rule, about: &About, cx: &mut Cx<'_>) -> bool {
        let in_state = || {
            let states = rule.states.as_deref()?;
            Some(self.state.is_some_and(|state| states.contains(&state)))
        };
        let came_in = |own: &[StateId]| self.asked_in.is_some_and(|state| own.contains(&state));
        if rule.is_own && !rule.states.as_deref().is_some_and(came_in) {
            return false;
        }
        if in_state() == Some(false)
            || rule.times.is_some_and(|(times, counter)| self.count(counter) >= times)
        {
            return false;
        }
        rule.when.as_ref().is_none_or(|guard| self.holds(guard, &rule.name, about, cx))
    }

    fn holds(&self, guard: &Guard, rule: &Arc<str>, about: &About, cx: &mut Cx<'_>) -> bool {
        let seen = Seen { about, cx, streams: &self.streams };
        match guard.holds(&seen) {
            Ok(holds) => holds,
            Err(reason) => {
                cx.note(Fact::GuardFailed { rule: Arc::clone(rule), reason });
                false
            }
        }
    }

    fn fire(&mut self, rules: &Compiled, rule: &Rule, about: &Arc<About>, cx: &mut Cx<'_>) {
        cx.note(Fact::Fired { rule: Arc::clone(&rule.name) });
        if let Some((_, counter)) = rule.times {
            self.count_up(rules, counter);
        }
        self.carry_out(rules, &rule.actions, about, cx);
    }

    fn count(&self, counter: usize) -> u64 {
        self.counts.get(counter).copied().unwrap_or_default()
    }

    fn count_up(&mut self, rules: &Compiled, counter: usize) {
        self.counts.resize(rules.counters, 0);
        self.counts[counter] += 1;
    }

    /// Fires what has become true by all that was done, until nothing more does.
    fn settle(&mut self, rules: &Compiled, cx: &mut Cx<'_>) {
        /// Rules that make each other true would never end.
        const ROUNDS: usize = 32;
        if rules.occasions.becomes.is_empty() || self.over {
            return;
        }
        for _ in 0..ROUNDS {
            // All are looked at before the first fires: what it does is the next round's.
            let now: Vec<bool> =
                rules.occasions.becomes.iter().map(|id| self.is_true(rules, *id, cx)).collect();
            let before = std::mem::replace(&mut self.truths, now.clone());
            let became = now.iter().zip(&before).map(|(now, before)| *now && !before);
            let mut fired = false;
            for id in became.zip(&rules.occasions.becomes).filter_map(|(became, id)| became.then_some(*id)) {
                self.asked_in = self.state;
                let (rule, about) = (&rules.rules[id], About::default());
                if !self.over && self.admits(rule, &about, cx) {
                    self.fire(rules, rule, &Arc::new(about), cx);
                    fired = true;
                }
            }
            if !fired {
                return;
            }
        }
        cx.note(Fact::Error { reason: "rules with `becomes` make each other true again and again".into() });
    }

    fn is_true(&self, rules: &Compiled, id: RuleId, cx: &mut Cx<'_>) -> bool {
        let rule = &rules.rules[id];
        let Trigger::Becomes(guard) = &rule.trigger else { return false };
        self.holds(guard, &rule.name, &About::default(), cx)
    }

    /// Forgets all that waits.
    fn quiet(&mut self) {
        self.agenda.clear();
        self.streams = Streams::default();
        self.held = 0;
        self.over = true;
    }

    /// Takes up what is to be known before anything is said: variables, the room, what is shared.
    fn prepare(&mut self, cx: &mut Cx<'_>) {
        let rules = Arc::clone(&self.rules);
        if !rules.vars.is_empty() {
            self.variables = rules.vars.values().map(set::weight).sum();
            cx.state_mut().clone_from(&rules.vars);
        }
        let id = cx.id().to_string();
        let join = |room: &str, cx: &mut Cx<'_>| {
            if let Err(reason) = cx.join(room, None, &id) {
                cx.note(Fact::Error { reason: format!("could not join {room}: {reason}") });
            }
        };
        if rules.uses_route {
            join(&format!("route:{}", cx.hello().route), cx);
        }
        if rules.uses_connection {
            join(&format!("connection:{id}"), cx);
        }
        let mut room = None;
        if let Some(template) = &rules.room {
            let mut name = String::new();
            template.render(&About::default().scope(&self.streams), cx, &mut name);
            let name = act::joinable(&name);
            join(&name, cx);
            cx.note(Fact::Joined { room: name.as_str().into() });
            room = Some(name);
        }
        if rules.scope == Scope::Connection {
            cx.set_machine(rules.start_name());
            self.state = rules.start;
        }
        let name = match rules.scope {
            _ if !rules.shares => return,
            Scope::Connection | Scope::Route => format!("route:{}", cx.hello().route),
            // Without a room nothing compiles to this.
            Scope::Room => room.unwrap_or_default(),
        };
        let make = || Shared { vars: rules.shared.clone(), machine: rules.start_name(), entered: 0 };
        // What is a route's outlives its connections; a room's goes with the last of them.
        let shared = cx.commons().shared.named(&name, rules.scope != Scope::Room, make);
        let sharers: Arc<str> = format!("shared:{name}").into();
        join(&sharers, cx);
        self.shared = Some((shared, sharers));
    }
}

/// What a rule about a room is asked, where the delivery is one that it takes.
fn room_about(
    name: &crate::rules::Glob,
    pattern: Option<&mockforge_ws_match::Pattern>,
    about: &About,
) -> Option<About> {
    let room = about.room.as_ref().filter(|room| name.matches(room))?;
    let captures = match (pattern, &about.message) {
        (Some(pattern), Some(message)) => pattern.matches(message)?,
        _ => mockforge_ws_core::Captures::default(),
    };
    Some(About { captures, room: Some(Arc::clone(room)), ..about.clone() })
}

impl Compiled {
    /// The name of the start state; empty where there is no machine.
    fn start_name(&self) -> Arc<str> {
        self.start.map_or_else(|| "".into(), |state| Arc::clone(&self.states[state].name))
    }
}

impl Session for Conversation {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        if self.over && !matches!(event, Event::Closed(_)) {
            return;
        }
        if matches!(event, Event::Opened) {
            self.prepare(cx);
        }
        let Some((shared, sharers)) = self.shared.clone() else { return self.handle(event, cx) };
        cx.sharing(&shared, |cx, held| {
            let is_one = self.rules.scope != Scope::Connection;
            if is_one {
                cx.set_machine(Arc::clone(&held.machine));
                self.follow(held.entered, cx);
            }
            self.handle(event, cx);
            if is_one && self.entered != held.entered {
                held.entered = self.entered;
                held.machine = Arc::clone(cx.machine());
                self.touched = true;
            }
        });
        if std::mem::take(&mut self.touched) {
            cx.nudge(&sharers);
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        self.agenda.due().filter(|_| !self.blocked && !self.over)
    }

    fn held_bytes(&self) -> usize {
        self.held + self.variables + self.tracks.iter().map(Track::held).sum::<usize>()
    }
}

/// A value as text: a string bare, anything else as JSON.
fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}
