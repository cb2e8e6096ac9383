//! The way on after a mistake.

use super::SkipReason;
use super::json::Object;
use super::line::{Excerpt, Line};

/// Something that is passed over to its end. It remembers no more than how it begins.
#[derive(Debug, Clone)]
pub(super) struct Recovery {
    pub(super) reason: SkipReason,
    pub(super) excerpt: Excerpt,
    /// How the line on which it began was indented.
    indent: usize,
    /// How many braces are open.
    braces: usize,
    in_text: bool,
    escaped: bool,
}

/// What a character is to what is passed over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// It belongs to it.
    Part,
    /// It is its last.
    Last,
    /// It is the first after it.
    Beyond,
}

impl Recovery {
    /// Goes on after an object in which something is wrong.
    pub(super) fn of(object: &Object, excerpt: Excerpt, indent: usize, reason: SkipReason) -> Self {
        let (braces, in_text) = (object.open_objects(), object.in_text());
        Self { reason, excerpt, indent, braces, in_text, escaped: false }
    }

    /// Goes on after the list of a wrapper.
    pub(super) fn of_wrapper(indent: usize) -> Self {
        let (reason, excerpt) = (SkipReason::Wrapper, Excerpt::default());
        Self { reason, excerpt, indent, braces: 1, in_text: false, escaped: false }
    }

    /// Looks at the next character, at byte `at`, which is not in `line` yet.
    pub(super) fn pass(&mut self, c: char, at: u64, line: &Line) -> Passed {
        let ends_line = matches!(c, '\n' | '\r');
        if c == '{' && line.begins_object(self.indent) {
            return Passed::Beyond;
        }
        if c == '\n' && matches!(self.reason, SkipReason::NotJson(_)) && line.divides() {
            return Passed::Beyond;
        }
        match c {
            _ if ends_line => (self.in_text, self.escaped) = (false, false),
            _ if self.escaped => self.escaped = false,
            '\\' if self.in_text => self.escaped = true,
            '"' => self.in_text = !self.in_text,
            '{' if !self.in_text => self.braces += 1,
            '}' if !self.in_text => self.braces -= 1,
            _ => {}
        }
        if self.braces == 0 && self.reason == SkipReason::Wrapper {
            return Passed::Last;
        }
        self.excerpt.push(c, at);
        if self.braces == 0 { Passed::Last } else { Passed::Part }
    }
}
