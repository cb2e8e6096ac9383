//! What clients and the server have said to each other last.

use std::collections::VecDeque;

use super::text::quoted;

/// How many exchanges are kept, and the most characters of them together.
const EXCHANGES: usize = 10;
const CHARS: usize = 8_000;

/// How many messages of clients go into a request; the last ones.
const HEARD: usize = 20;

/// The most characters of one of them.
const HEARD_CHARS: usize = 1_000;

/// The last messages of clients, and the events that answered them. It does not grow: the oldest are forgotten.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    exchanges: VecDeque<Exchange>,
    /// What got no answer; it stands before what is said next.
    silent: Vec<String>,
}

#[derive(Debug, Clone)]
struct Exchange {
    heard: String,
    events: String,
}

impl Conversation {
    /// Adds what clients have said and the events, each as JSON on one line, that answered it.
    pub fn add(&mut self, heard: &[String], events: &[String]) {
        self.silent.extend_from_slice(heard);
        if events.is_empty() {
            let passed_over = self.silent.len().saturating_sub(HEARD);
            self.silent.drain(..passed_over);
            return;
        }
        let heard = messages(&std::mem::take(&mut self.silent));
        self.exchanges.push_back(Exchange { heard, events: events.join("\n") });
        while self.exchanges.len() > EXCHANGES || self.chars() > CHARS {
            self.exchanges.pop_front();
        }
    }

    fn chars(&self) -> usize {
        let chars = |exchange: &Exchange| exchange.heard.chars().count() + exchange.events.chars().count();
        self.exchanges.iter().map(chars).sum()
    }

    /// What clients have said, as it stands in a request, with the events.
    pub(super) fn exchanges(&self) -> impl Iterator<Item = (&str, &str)> {
        self.exchanges.iter().map(|exchange| (&*exchange.heard, &*exchange.events))
    }
}

/// What clients have said, such that nothing in it can leave its place.
pub(super) fn messages(heard: &[String]) -> String {
    if heard.is_empty() {
        return String::new();
    }
    let passed_over = heard.len().saturating_sub(HEARD);
    let lines: Vec<String> =
        heard[passed_over..].iter().map(|message| quoted(message, HEARD_CHARS)).collect();
    let note =
        if passed_over > 0 { format!(" ({passed_over} older ones are left out)") } else { String::new() };
    format!("Clients have sent{note}:\n<client-messages>\n{}\n</client-messages>", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut conversation = Conversation::default();
        for n in 0..1_000 {
            conversation.add(&[format!("question {n} {}", "é".repeat(n))], &[format!("{{\"answer\":{n}}}")]);
            assert!(conversation.chars() <= CHARS && conversation.exchanges.len() <= EXCHANGES);
        }
        let (heard, events) = conversation.exchanges().last().expect("the last is kept");
        assert!(heard.contains("question 999") && events == "{\"answer\":999}");
        (0..100).for_each(|n| conversation.add(&[n.to_string()], &[]));
        assert_eq!(conversation.silent.len(), HEARD);
        conversation.add(&["and?".into()], &["{}".into()]);
        let (heard, _) = conversation.exchanges().last().expect("the last is kept");
        assert!(heard.contains("\"99\"\n\"and?\"\n"), "{heard}");
    }
}
