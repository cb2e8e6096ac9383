//! A model as the source of a session's events.

use std::sync::Arc;

use mockforge_ws_core::{Cx, Fact, Inbound};
use serde_json::Value;

use super::line::Line;
use crate::{Feed, Llm, LlmError};

pub(super) struct Asking {
    llm: Arc<dyn Llm>,
    feed: Feed,
    /// The answer that is under way.
    line: Option<Line>,
    /// What a client said last, until something is said after it.
    unanswered: Option<Inbound>,
}

impl Asking {
    pub(super) fn new(llm: Arc<dyn Llm>, feed: Feed) -> Self {
        Self { llm, feed, line: None, unanswered: None }
    }

    pub(super) fn hear(&mut self, inbound: &Inbound, text: &str) {
        self.feed.hear(text);
        self.unanswered = Some(inbound.clone());
    }

    /// Takes what the model has said.
    pub(super) fn listen(&mut self, cx: &mut Cx<'_>) {
        let Some(line) = &self.line else { return };
        let (pieces, outcome) = line.take();
        pieces.into_iter().for_each(|piece| self.feed.piece(piece));
        if let Some(outcome) = outcome {
            self.feed.ended(outcome);
        }
        if !self.feed.is_asking() {
            self.line = None;
        }
        self.report(cx);
    }

    /// Asks it, or lets it go on, where that is due.
    pub(super) fn ask(&mut self, cx: &mut Cx<'_>) {
        if self.line.is_none()
            && let Some(request) = self.feed.wants()
        {
            self.line = Some(Line::new(self.llm.generate(request)));
        }
        self.report(cx);
        if let Some(line) = self.line.as_ref().filter(|_| !self.feed.has_enough()) {
            line.listen(cx);
        }
    }

    fn report(&mut self, cx: &mut Cx<'_>) {
        self.feed.news().for_each(|fact| cx.note(Fact::Ai(fact)));
    }

    pub(super) fn has_event(&self) -> bool {
        self.feed.waiting() > 0
    }

    pub(super) fn event(&mut self) -> Option<Value> {
        self.unanswered = None;
        self.feed.pop()
    }

    /// Why there are no more events, where the model has failed.
    pub(super) fn failure(&self) -> Option<&LlmError> {
        self.feed.failure().filter(|_| self.feed.is_over())
    }

    /// What a client said, if nothing was said after it.
    pub(super) fn unanswered(&self) -> Option<Value> {
        let inbound = self.unanswered.as_ref()?;
        inbound.json().cloned().or_else(|| inbound.text().map(Value::from))
    }

    pub(super) fn is_over(&self) -> bool {
        self.feed.is_over()
    }

    /// Ends what is under way.
    pub(super) fn hang_up(&mut self, reason: Option<&str>, cx: &mut Cx<'_>) {
        self.line = None;
        self.feed.hang_up(reason);
        self.report(cx);
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.feed.held_bytes()
    }
}
