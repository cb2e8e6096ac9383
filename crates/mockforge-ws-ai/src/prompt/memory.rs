//! What was sent so far, short enough to be told to a model again and again.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use super::text::cut;

/// How much is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimits {
    /// How many of the last events are kept as they were.
    pub events: usize,
    /// The most characters of these together; the oldest go first.
    pub event_chars: usize,
    /// The most characters of the summary.
    pub summary_chars: usize,
}

impl Default for MemoryLimits {
    /// Ten events of 4,000 characters, and a summary of 2,000.
    fn default() -> Self {
        Self { events: 10, event_chars: 4_000, summary_chars: 2_000 }
    }
}

/// How many members of events are followed.
const MEMBERS: usize = 40;

/// How many types of events are counted one by one.
const TYPES: usize = 16;

/// How many values of a text are kept.
const RECENT: usize = 8;

/// How long a text is that is kept.
const SHORT: usize = 40;

/// How deep the members of members are followed.
const DEPTH: usize = 3;

/// Members that say of which type an event is; the first that an event has counts.
const TYPE_MEMBERS: [&str; 6] = ["type", "event", "event_type", "eventType", "kind", "action"];

/// The last events, and of all events how many there were of each type and what values their members had. It is
/// made without a model, and does not grow with the number of events.
///
/// ```
/// use mockforge_ws_ai::prompt::Memory;
/// use serde_json::json;
///
/// let mut memory = Memory::default();
/// memory.remember(&json!({ "type": "trade", "price": 101.5 }));
/// memory.remember(&json!({ "type": "trade", "price": 100 }));
/// assert_eq!(memory.summary(), "- types: trade 2\n- `price`: last 100, from 100 to 101.5");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Memory {
    limits: MemoryLimits,
    count: u64,
    last: VecDeque<Arc<str>>,
    last_chars: usize,
    types: Vec<(String, u64)>,
    other_types: u64,
    members: Vec<(String, Member)>,
}

/// What is known of a member of the events.
#[derive(Debug, Clone, Default)]
struct Member {
    last: String,
    /// The least and the most.
    numbers: Option<(f64, f64)>,
    /// The short texts that it had last, each with the last event that had it.
    texts: VecDeque<(String, Option<Arc<str>>)>,
    seen: u64,
    /// How often it had a text that was kept already.
    again: u64,
}

impl Memory {
    /// Nothing so far.
    pub fn new(limits: MemoryLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Remembers an event that was sent.
    pub fn remember(&mut self, event: &Value) {
        self.count += 1;
        let text: Arc<str> = event.to_string().into();
        let kind = TYPE_MEMBERS.iter().find_map(|name| Some((*name, event.get(name)?.as_str()?)));
        if let Some((_, kind)) = kind {
            self.remember_type(&cut(kind, SHORT));
        }
        self.remember_members("", event, kind.map(|(name, _)| name), &text, 0);
        self.last_chars += text.chars().count();
        self.last.push_back(text);
        while self.last.len() > self.limits.events || self.last_chars > self.limits.event_chars {
            let Some(oldest) = self.last.pop_front() else { break };
            self.last_chars -= oldest.chars().count();
        }
    }

    fn remember_type(&mut self, kind: &str) {
        match self.types.iter().position(|(known, _)| known == kind) {
            Some(at) => self.types[at].1 += 1,
            None if self.types.len() < TYPES => self.types.push((kind.into(), 1)),
            None => self.other_types += 1,
        }
    }

    fn remember_members(
        &mut self,
        path: &str,
        value: &Value,
        kind: Option<&str>,
        event: &Arc<str>,
        depth: usize,
    ) {
        let Some(members) = value.as_object() else { return };
        for (name, value) in members {
            if depth == 0 && kind == Some(name) {
                continue;
            }
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            if value.is_object() && depth + 1 < DEPTH {
                self.remember_members(&path, value, kind, event, depth + 1);
                continue;
            }
            let known = self.members.iter().position(|(known, _)| *known == path);
            let at = match known {
                Some(at) => at,
                None if self.members.len() < MEMBERS && path.len() <= 2 * SHORT => {
                    self.members.push((path, Member::default()));
                    self.members.len() - 1
                }
                None => continue,
            };
            let fits = event.len() <= self.limits.event_chars / self.limits.events.max(1);
            self.members[at].1.remember(value, Some(event).filter(|_| depth == 0 && fits));
        }
    }

    /// How many events were remembered.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The last events as they were, each on one line, the oldest first. One that is too long for all of the room
    /// is not among them.
    pub fn last(&self) -> impl ExactSizeIterator<Item = &str> {
        self.last.iter().map(|event| &**event)
    }

    /// What the events had, in lines: how many there were of each type, and the values of their members.
    pub fn summary(&self) -> String {
        let mut lines = Vec::new();
        if !self.types.is_empty() {
            let mut types: Vec<String> =
                self.types.iter().map(|(kind, count)| format!("{} {count}", kind.escape_debug())).collect();
            types.extend((self.other_types > 0).then(|| format!("others {}", self.other_types)));
            lines.push(format!("- types: {}", types.join(", ")));
        }
        lines.extend(
            self.members
                .iter()
                .map(|(path, member)| format!("- `{}`: {}", path.escape_debug(), member.summary())),
        );
        if let Some((path, member)) = self.members.iter().find(|(_, member)| member.names_things()) {
            let events = member.texts.iter().filter_map(|(_, event)| event.as_ref());
            let older: Vec<_> = events.filter(|event| !self.last.contains(event)).collect();
            if !older.is_empty() {
                lines.push(format!("- the last event of other values of `{path}`:"));
                lines.extend(older.iter().map(ToString::to_string));
            }
        }
        let mut left = self.limits.summary_chars;
        let fits = |line: &String| {
            let chars = line.chars().count() + 1;
            let fits = chars <= left;
            left = left.saturating_sub(chars);
            fits
        };
        lines.into_iter().take_while(fits).collect::<Vec<_>>().join("\n")
    }
}

impl Member {
    /// Remembers a value, and the event that had it where that is to be kept.
    fn remember(&mut self, value: &Value, event: Option<&Arc<str>>) {
        self.seen += 1;
        self.last = match value {
            Value::Array(elements) => format!("a list of {}", elements.len()),
            Value::Object(members) => format!("an object of {}", members.len()),
            scalar => cut(&scalar.to_string(), SHORT + 2).into_owned(),
        };
        if let Some(number) = value.as_f64() {
            let (least, most) = self.numbers.unwrap_or((number, number));
            self.numbers = Some((least.min(number), most.max(number)));
        }
        if let Some(text) = value.as_str().filter(|text| text.chars().count() <= SHORT) {
            let known = self.texts.iter().position(|(known, _)| known == text);
            let slot = known.and_then(|at| self.texts.remove(at));
            self.again += u64::from(slot.is_some());
            self.texts.push_back((text.into(), event.cloned()));
            if self.texts.len() > RECENT {
                self.texts.pop_front();
            }
        }
    }

    /// Whether its texts name things of which events tell again and again: symbols, users, devices.
    fn names_things(&self) -> bool {
        self.texts.len() > 1 && self.again * 2 >= self.seen
    }

    fn summary(&self) -> String {
        let mut summary = format!("last {}", self.last);
        if let Some((least, most)) = self.numbers.filter(|(least, most)| least < most) {
            summary.push_str(&format!(", from {least} to {most}"));
        }
        if self.names_things() {
            let texts: Vec<String> =
                self.texts.iter().map(|(text, _)| Value::from(&**text).to_string()).collect();
            summary.push_str(&format!(", lately {}", texts.join(" ")));
        }
        summary
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_events_and_what_all_had() {
        let mut memory = Memory::new(MemoryLimits { events: 2, ..MemoryLimits::default() });
        for n in 0..30 {
            let symbol = ["AAPL", "MSFT", "AAPL", "TSLA"][n % 4];
            let price = 100.0 + n as f64 / 4.0;
            memory.remember(&json!({
                "type": if n % 3 == 0 { "quote" } else { "trade" },
                "id": format!("id-{n}"), "symbol": symbol, "price": price, "book": { "bids": [1, 2], "venue": "X" },
            }));
        }
        assert_eq!(memory.count(), 30);
        assert_eq!(memory.last().len(), 2);
        insta::assert_snapshot!(memory.summary(), @r#"
        - types: quote 10, trade 20
        - `id`: last "id-29"
        - `symbol`: last "MSFT", lately "TSLA" "AAPL" "MSFT"
        - `price`: last 107.25, from 100 to 107.25
        - `book.bids`: last a list of 2
        - `book.venue`: last "X"
        - the last event of other values of `symbol`:
        {"type":"quote","id":"id-27","symbol":"TSLA","price":106.75,"book":{"bids":[1,2],"venue":"X"}}
        "#);
    }

    #[test]
    fn memory_does_not_grow() {
        let limits = MemoryLimits { events: 5, event_chars: 300, summary_chars: 500 };
        let mut memory = Memory::new(limits);
        for n in 0..1_000 {
            let long = "é".repeat(n % 400);
            memory.remember(&json!({
                "type": format!("type {n}"), "text": long, format!("member {n}"): n, "who": format!("user {}", n % 9),
                "deep": { "deeper": { "deepest": { "and": { "on": n } } } },
            }));
            assert!(memory.last().map(|event| event.chars().count()).sum::<usize>() <= 300);
            assert!(memory.summary().chars().count() <= 500);
        }
        (0..20).for_each(|n| memory.remember(&json!(n)));
        assert_eq!(memory.last().collect::<Vec<_>>(), ["15", "16", "17", "18", "19"]);
        assert_eq!((memory.members.len(), memory.types.len(), memory.other_types), (MEMBERS, TYPES, 984));
        assert!(memory.members.iter().all(|(_, member)| member.texts.len() <= RECENT));
    }
}
