//! One connection's conversation.

use std::collections::VecDeque;
use std::sync::Arc;

use mockforge_ws_core::{Captures, Cx, DropReason, Elapsed, Event, Fact, Inbound, Session};
use mockforge_ws_template::Scope;

use crate::reply::Reply;
use crate::rules::Compiled;

/// Answers one connection by the rules.
///
/// An answer with `after` is sent when its time has come, and rendered then, from the message that it answers.
#[derive(Debug)]
pub struct Conversation {
    rules: Arc<Compiled>,
    /// Answers whose time has not come, by that time.
    pending: VecDeque<Pending>,
    held: usize,
    blocked: bool,
}

#[derive(Debug)]
struct Pending {
    due: Elapsed,
    reply: Reply,
    about: Arc<About>,
}

/// What an answer can read.
#[derive(Debug)]
struct About {
    message: Option<Inbound>,
    captures: Captures,
}

impl Conversation {
    /// How many answers may wait for their time; more are dropped, with a fact.
    pub const PENDING: usize = 1024;

    pub(crate) fn new(rules: Arc<Compiled>) -> Self {
        Self { rules, pending: VecDeque::new(), held: 0, blocked: false }
    }

    fn received(&mut self, inbound: Inbound, cx: &mut Cx<'_>) {
        let rules = Arc::clone(&self.rules);
        if !inbound.is_data() {
            if inbound.message().is_ping() {
                let about = About { message: Some(inbound), captures: Captures::default() };
                self.answer(&rules.on_ping, about, cx);
            }
            return;
        }
        match (rules.patterns.first(&inbound), &rules.default) {
            (Some((index, captures)), _) => {
                self.answer(&rules.replies[index], About { message: Some(inbound), captures }, cx);
            }
            (None, Some(default)) => {
                let about = About { message: Some(inbound), captures: Captures::default() };
                self.answer(default, about, cx);
            }
            (None, None) => {
                let misses =
                    rules.patterns.patterns().iter().filter_map(|pattern| pattern.near_miss(&inbound));
                let near = misses.max_by_key(|miss| miss.score).map(|miss| miss.text);
                cx.note(Fact::Unanswered { near });
            }
        }
    }

    fn answer(&mut self, replies: &[Reply], about: About, cx: &mut Cx<'_>) {
        let about = Arc::new(about);
        let mut due = cx.elapsed();
        for reply in replies {
            due += reply.after;
            // What is due at once leaves at once, even past the mark: the loop reads nothing more meanwhile.
            if due <= cx.elapsed() {
                send(reply, &about, cx);
            } else if self.pending.len() < Self::PENDING {
                self.held += about.size();
                let at = self.pending.partition_point(|pending| pending.due <= due);
                self.pending.insert(at, Pending { due, reply: reply.clone(), about: Arc::clone(&about) });
            } else {
                cx.note(Fact::Dropped(DropReason::KeptOverflow));
            }
        }
    }

    fn release(&mut self, cx: &mut Cx<'_>) {
        loop {
            let ready = self.pending.front().is_some_and(|pending| pending.due <= cx.elapsed());
            self.blocked = ready && cx.full();
            if !ready || self.blocked {
                return;
            }
            if let Some(Pending { due, reply, about }) = self.pending.pop_front() {
                self.held -= about.size();
                cx.schedule(due);
                send(&reply, &about, cx);
            }
        }
    }
}

impl About {
    fn size(&self) -> usize {
        self.message.as_ref().map_or(0, |inbound| inbound.message().len())
    }
}

fn send(reply: &Reply, about: &About, cx: &mut Cx<'_>) {
    let scope =
        Scope { message: about.message.as_ref(), captures: Some(&about.captures), ..Scope::default() };
    match reply.payload.message(&scope, cx) {
        Ok(message) => cx.send(message),
        Err(reason) => cx.note(Fact::Error { reason: format!("a reply could not be sent: {reason}") }),
    }
}

impl Session for Conversation {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        match event {
            Event::Opened => {
                let rules = Arc::clone(&self.rules);
                let about = About { message: None, captures: Captures::default() };
                self.answer(&rules.on_connect, about, cx);
            }
            Event::Received(inbound) => self.received(inbound, cx),
            Event::Room(delivery) => cx.deliver(&delivery),
            Event::Tick | Event::Writable | Event::Changed => {}
            Event::Shutdown | Event::Closed(_) => return self.pending.clear(),
        }
        self.release(cx);
    }

    fn deadline(&self) -> Option<Elapsed> {
        self.pending.front().filter(|_| !self.blocked).map(|pending| pending.due)
    }

    fn held_bytes(&self) -> usize {
        self.held
    }
}
