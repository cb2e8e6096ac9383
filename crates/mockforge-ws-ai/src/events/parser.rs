//! The parser: outside of events, within one, or past something that is none.

use std::collections::BTreeSet;

use serde_json::Value;

use super::json::{Object, Step};
use super::line::{Excerpt, Line};
use super::recovery::{Passed, Recovery};
use super::thought::Thought;
use super::{EventLimits, Parsed, ParsedEvent, SkipReason, Skipped};

/// The name under which a wrapper has the events wherever it stands in it.
const EVENTS: &str = "events";

/// Reads events out of text that comes in pieces. Where the pieces are cut changes nothing; each character is
/// looked at once.
///
/// ```
/// use mockforge_ws_ai::events::{EventParser, Parsed};
///
/// let (mut parser, mut found) = (EventParser::new(Default::default()), Vec::new());
/// for piece in ["Sure! Here you are:\n```json\n{\"price\":", "101.5}\n{\"pri"] {
///     parser.push(piece, &mut found);
/// }
/// parser.finish(&mut found);
/// let told: Vec<String> = found
///     .iter()
///     .map(|parsed| match parsed {
///         Parsed::Event(event) => event.value.to_string(),
///         Parsed::Skipped(skipped) => skipped.to_string(),
///     })
///     .collect();
/// assert_eq!(
///     told,
///     [
///         "passed over 19 characters, prose: `Sure! Here you are:`",
///         r#"{"price":101.5}"#,
///         r#"passed over 5 characters, cut off before its end: `{\"pri`"#,
///     ]
/// );
/// ```
#[derive(Debug, Clone)]
pub struct EventParser {
    limits: EventLimits,
    wrappers: BTreeSet<String>,
    state: State,
    /// Whether neither words nor an object have come.
    is_fresh: bool,
    /// How many bytes were read.
    at: u64,
    line: Line,
    /// Words that have not been told yet.
    prose: Excerpt,
    /// The beginning of the wrapper whose list is read.
    wrapper: Option<Excerpt>,
    /// Looks at characters, for a test that there are not too many.
    #[cfg(test)]
    pub(super) looks: u64,
}

#[derive(Debug, Clone)]
enum State {
    Outside,
    Event { object: Object, excerpt: Excerpt, indent: usize },
    Past(Recovery),
    Thought(Thought),
}

impl EventParser {
    /// A parser at the beginning of an answer.
    pub fn new(limits: EventLimits) -> Self {
        let parser = Self {
            limits,
            wrappers: BTreeSet::new(),
            state: State::Outside,
            is_fresh: true,
            at: 0,
            line: Line::new(),
            prose: Excerpt::default(),
            wrapper: None,
            #[cfg(test)]
            looks: 0,
        };
        parser.wrappers([EVENTS, "data", "items", "results", "messages"])
    }

    /// The names under which an object at the top has a list of events rather than being one: `events` anywhere
    /// in it, any other only as its first member; in place of `events`, `data`, `items`, `results` and
    /// `messages`. To be called where events have such members of their own.
    #[must_use]
    pub fn wrappers<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.wrappers = names.into_iter().map(String::from).collect();
        self
    }

    /// Reads the next piece, and adds what has ended in it.
    pub fn push(&mut self, text: &str, found: &mut Vec<Parsed>) {
        for c in text.chars() {
            self.read(c, found);
            self.at += c.len_utf8() as u64;
        }
    }

    /// Ends the answer, and adds what is left. The parser is then as at the beginning of another answer.
    pub fn finish(&mut self, found: &mut Vec<Parsed>) {
        let wrapper = self.wrapper.take();
        match std::mem::replace(&mut self.state, State::Outside) {
            State::Outside => {
                self.end_of_piece();
                self.tell_prose(found);
                found.extend(wrapper.map(|wrapper| skipped(SkipReason::Truncated, &wrapper)));
            }
            State::Event { object, excerpt, .. } => {
                let reason = if object.is_too_large() { SkipReason::TooLarge } else { SkipReason::Truncated };
                found.push(skipped(reason, &excerpt));
            }
            State::Past(recovery) => tell(recovery, found),
            State::Thought(thought) => found.push(skipped(SkipReason::Thought, &thought.excerpt)),
        }
        self.is_fresh = true;
        self.at = 0;
        self.line = Line::new();
    }

    fn read(&mut self, c: char, found: &mut Vec<Parsed>) {
        #[cfg(test)]
        {
            self.looks += 1;
        }
        match &mut self.state {
            State::Outside => self.outside(c, found),
            State::Event { .. } => self.event(c, found),
            State::Thought(thought) => {
                if thought.ends_with(c, self.at) {
                    found.push(skipped(SkipReason::Thought, &thought.excerpt));
                    self.state = State::Outside;
                }
            }
            State::Past(recovery) => match recovery.pass(c, self.at, &self.line) {
                Passed::Part => self.inside(c),
                Passed::Last => {
                    self.end_of_past(found);
                    self.line.cut();
                }
                Passed::Beyond => {
                    self.end_of_past(found);
                    if c == '{' {
                        self.line.piece.clear();
                        return self.open(c, found);
                    }
                    self.line.next();
                }
            },
        }
    }

    fn outside(&mut self, c: char, found: &mut Vec<Parsed>) {
        match c {
            '{' => self.open(c, found),
            ']' if self.wrapper.is_some() => {
                self.end_of_piece();
                self.tell_prose(found);
                self.wrapper = None;
                self.state = State::Past(Recovery::of_wrapper(self.line.indent));
                self.line.cut();
            }
            '}' if self.wrapper.is_some() => {
                self.end_of_piece();
                self.wrapper = None;
            }
            '\n' => self.end_of_line(),
            _ => {
                self.line.push(c, self.at);
                if c == '>'
                    && self.is_fresh
                    && let Some(thought) = Thought::begun_by(&self.line.piece)
                {
                    self.state = State::Thought(thought);
                    self.line.cut();
                }
            }
        }
    }

    /// An object begins.
    fn open(&mut self, c: char, found: &mut Vec<Parsed>) {
        self.end_of_piece();
        self.tell_prose(found);
        self.is_fresh = false;
        let indent = self.line.indent;
        let mut excerpt = Excerpt::default();
        excerpt.push(c, self.at);
        let object = Object::open(self.limits.bytes, self.limits.depth);
        self.state = State::Event { object, excerpt, indent };
        self.line.cut();
    }

    fn event(&mut self, c: char, found: &mut Vec<Parsed>) {
        let State::Event { object, excerpt, indent } = &mut self.state else { return };
        let (names, may_wrap) = (&self.wrappers, self.wrapper.is_none());
        let step = object
            .read(c, |name, number| may_wrap && names.contains(name) && (number == 1 || name == EVENTS));
        let reason = match step {
            Step::More => {
                excerpt.push(c, self.at);
                return self.inside(c);
            }
            Step::Done => {
                excerpt.push(c, self.at);
                return self.close(found);
            }
            Step::Wrapper => {
                if object.names() > 1 {
                    found.push(skipped(SkipReason::Wrapper, excerpt));
                }
                self.wrapper = Some(std::mem::take(excerpt));
                self.line.piece.clear();
                return self.open(c, found);
            }
            // A brace too many: `{{"a":1}}`.
            Step::Bad(_) if c == '{' && object.is_bare() => {
                self.prose.append(excerpt);
                self.line.piece.clear();
                return self.open(c, found);
            }
            Step::Bad(problem) => SkipReason::NotJson(problem),
            Step::TooDeep => SkipReason::TooDeep,
        };
        let recovery = Recovery::of(object, std::mem::take(excerpt), *indent, reason);
        self.state = State::Past(recovery);
        self.read(c, found);
    }

    /// An object has ended.
    fn close(&mut self, found: &mut Vec<Parsed>) {
        let State::Event { object, excerpt, .. } = std::mem::replace(&mut self.state, State::Outside) else {
            return;
        };
        self.line.cut();
        let parsed = if object.is_too_large() {
            skipped(SkipReason::TooLarge, &excerpt)
        } else {
            #[cfg(test)]
            {
                self.looks += object.text().len() as u64;
            }
            match serde_json::from_str::<Value>(object.text()) {
                Ok(value) if self.is_empty_wrapper(&value) => skipped(SkipReason::Wrapper, &excerpt),
                Ok(value) => {
                    let span = excerpt.start..self.at + 1;
                    Parsed::Event(ParsedEvent { value, span })
                }
                // A number out of range, half a surrogate pair.
                Err(error) => skipped(SkipReason::NotJson(error.to_string()), &excerpt),
            }
        };
        found.push(parsed);
    }

    /// Whether it is a wrapper in which there is nothing.
    fn is_empty_wrapper(&self, value: &Value) -> bool {
        let members = value.as_object().filter(|members| members.len() == 1);
        let member = members.and_then(|members| members.iter().next());
        member.is_some_and(|(name, list)| {
            self.wrapper.is_none()
                && self.wrappers.contains(name)
                && list.as_array().is_some_and(Vec::is_empty)
        })
    }

    /// A character of an event, or of what is passed over.
    fn inside(&mut self, c: char) {
        match c {
            '\n' => self.line.next(),
            _ => self.line.push(c, self.at),
        }
    }

    fn end_of_past(&mut self, found: &mut Vec<Parsed>) {
        if let State::Past(recovery) = std::mem::replace(&mut self.state, State::Outside) {
            tell(recovery, found);
        }
    }

    fn end_of_line(&mut self) {
        self.end_of_piece();
        self.line.next();
    }

    /// What has come outside of events is marks or words.
    fn end_of_piece(&mut self) {
        #[cfg(test)]
        {
            self.looks += self.line.piece.text().len() as u64;
        }
        if !self.line.piece.is_mark() {
            self.prose.append(&self.line.piece);
            self.is_fresh = false;
        }
        self.line.piece.clear();
    }

    fn tell_prose(&mut self, found: &mut Vec<Parsed>) {
        if !self.prose.is_empty() {
            found.push(skipped(SkipReason::Prose, &self.prose));
            self.prose.clear();
        }
    }
}

fn tell(recovery: Recovery, found: &mut Vec<Parsed>) {
    // What follows the list of a wrapper is often no more than a comma and the brace.
    if recovery.reason != SkipReason::Wrapper || !recovery.excerpt.is_mark() {
        found.push(skipped(recovery.reason, &recovery.excerpt));
    }
}

fn skipped(reason: SkipReason, excerpt: &Excerpt) -> Parsed {
    Parsed::Skipped(Skipped {
        reason,
        excerpt: excerpt.text().into(),
        chars: excerpt.chars(),
        start: excerpt.start,
    })
}
