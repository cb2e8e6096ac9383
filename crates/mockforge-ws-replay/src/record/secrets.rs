//! What a session has shown to be secret: each value with its variable, to be found again.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::line;

/// So many are remembered; then the oldest is forgotten, and is another variable when it comes again.
const MOST: usize = 256;

/// What is shorter is hidden where a rule says so and not looked for elsewhere, for it would be found in all
/// kinds of words.
const SHORTEST: usize = 6;

/// What is longer likewise: it is a document rather than a key.
const LONGEST: usize = 8 << 10;

/// The secrets of a session.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    known: HashMap<Box<str>, Secret>,
    /// By age.
    order: VecDeque<Box<str>>,
    count: u32,
    /// Finds what is known, in any of the forms in which it may stand in a message.
    finder: Option<AhoCorasick>,
    stale: bool,
}

#[derive(Debug, Clone, Copy)]
struct Secret {
    number: u32,
    is_number: bool,
    /// Whether the recording has its variable.
    is_announced: bool,
}

/// A variable that stands for a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Variable {
    number: u32,
    is_number: bool,
}

impl Variable {
    /// `secret1`
    pub(super) fn name(self) -> String {
        format!("secret{}", self.number)
    }

    /// What the recording has in place of the secret: something that can be told from it, of the same type.
    pub(super) fn value(self) -> serde_json::Value {
        match self.is_number {
            true => self.number.into(),
            false => self.placeholder().into(),
        }
    }

    /// The same as a text.
    pub(super) fn placeholder(self) -> String {
        match self.is_number {
            true => self.number.to_string(),
            false => format!("REDACTED-{}", self.number),
        }
    }
}

impl Secrets {
    /// Remembers a value, which may be known.
    pub(super) fn remember(&mut self, value: &str, is_number: bool) -> Variable {
        if let Some(Secret { number, is_number, .. }) = self.known.get(value).copied() {
            return Variable { number, is_number };
        }
        self.count = self.count.saturating_add(1);
        if self.order.len() >= MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        let secret = Secret { number: self.count, is_number, is_announced: false };
        self.known.insert(value.into(), secret);
        self.order.push_back(value.into());
        self.stale |= is_looked_for(value);
        Variable { number: secret.number, is_number }
    }

    /// Whether the variable of a value is used for the first time.
    pub(super) fn announce(&mut self, value: &str) -> bool {
        self.known.get_mut(value).is_some_and(|secret| !std::mem::replace(&mut secret.is_announced, true))
    }

    /// Where known secrets stand.
    pub(super) fn find(&mut self, bytes: &[u8], mut found: impl FnMut(Range<usize>)) {
        if self.stale {
            self.learn();
        }
        if let Some(finder) = &self.finder {
            finder.find_iter(bytes).for_each(|hit| found(hit.range()));
        }
    }

    /// Whether a line still has a secret in it.
    pub(super) fn are_in(&self, line: &str) -> bool {
        self.finder.as_ref().is_some_and(|finder| finder.is_match(line))
    }

    fn learn(&mut self) {
        self.stale = false;
        let mut forms = Vec::new();
        for value in self.order.iter().filter(|value| is_looked_for(value)) {
            // As it is, in a string of JSON, and in JSON that is a string of JSON.
            let mut form = value.to_string();
            for _ in 0..2 {
                let mut quoted = String::new();
                line::quote(&form, &mut quoted);
                let escaped = quoted[1..quoted.len() - 1].to_string();
                if escaped == form {
                    break;
                }
                forms.push(std::mem::replace(&mut form, escaped));
            }
            forms.push(form);
        }
        self.finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(forms).ok();
    }
}

fn is_looked_for(value: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(secrets: &mut Secrets, text: &str) -> Vec<String> {
        let mut out = Vec::new();
        secrets.find(text.as_bytes(), |at| out.push(text[at].to_string()));
        out
    }

    #[test]
    fn what_is_known_is_found_in_all_its_forms() {
        let mut secrets = Secrets::default();
        assert!(found(&mut secrets, "nothing is known").is_empty());
        let first = secrets.remember("hunter\"2", false);
        assert_eq!(secrets.remember("hunter\"2", false), first);
        assert_eq!(secrets.remember("abc", false).name(), "secret2");
        assert_eq!(found(&mut secrets, r#"hunter"2 "hunter\"2" abc"#), ["hunter\"2", "hunter\\\"2"]);
        assert!(secrets.announce("abc") && !secrets.announce("abc"));
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let mut secrets = Secrets::default();
        for n in 0..=MOST {
            secrets.remember(&format!("secret-{n:04}"), false);
        }
        assert_eq!(
            found(&mut secrets, "secret-0000 secret-0001 secret-0256"),
            ["secret-0001", "secret-0256"]
        );
        assert_eq!(secrets.remember("secret-0000", true).placeholder(), "258");
    }
}
