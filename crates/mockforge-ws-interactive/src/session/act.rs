//! Actions, carried out.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Cx, DropReason, Fact, Hello, Message, close};
use mockforge_ws_template::{MessageTemplate, Template};
use rand::RngExt as _;

use super::{Conversation, What};
use crate::about::About;
use crate::actions::{Actions, Broadcast, End, Join, Leave, Part, Parts, Replies};
use crate::rules::Compiled;

impl Conversation {
    /// What actions do beside going to another state and ending the connection.
    pub(super) fn steps(&mut self, rules: &Compiled, actions: &Actions, about: &Arc<About>, cx: &mut Cx<'_>) {
        if self.over {
            return;
        }
        actions.set.iter().for_each(|assignment| self.assign(assignment, about, cx));
        actions.leave.iter().for_each(|leave| self.leave(leave, about, cx));
        actions.join.iter().for_each(|join| self.join(join, about, cx));
        if let Some(replies) = &actions.reply {
            self.reply(rules, replies, about, cx);
        }
        for broadcast in &actions.broadcast {
            self.broadcast(broadcast, about, cx);
        }
        actions.stop.iter().for_each(|stop| self.stop(stop, about, cx));
        // A part of the reply may have closed the connection; what is published is still published.
        if !self.over {
            actions.start.iter().for_each(|start| self.start(rules, start, about, cx));
        }
    }

    pub(super) fn text(&self, template: &Template, about: &About, cx: &mut Cx<'_>) -> String {
        let mut text = String::new();
        template.render(&about.scope(&self.streams), cx, &mut text);
        text
    }

    fn leave(&mut self, leave: &Leave, about: &About, cx: &mut Cx<'_>) {
        let room = leave.room.as_ref().map(|room| joinable(&self.text(room, about, cx)));
        let key = leave.key.as_ref().map(|key| self.text(key, about, cx));
        // Only what was joined as a room can be left; what the conversation needs for itself stays.
        let rooms: Vec<Arc<str>> = match room {
            Some(room) => vec![room.into()],
            None => cx.rooms().filter(|room| room.starts_with("room:")).cloned().collect(),
        };
        for room in rooms {
            for room in cx.leave(Some(&room), key.as_deref()) {
                cx.note(Fact::Left { room });
            }
        }
    }

    fn join(&mut self, join: &Join, about: &About, cx: &mut Cx<'_>) {
        let room = joinable(&self.text(&join.room, about, cx));
        let key = join.key.as_ref().map(|key| self.text(key, about, cx));
        let name = match &join.name {
            Some(name) => self.text(name, about, cx),
            None => cx.id().to_string(),
        };
        match cx.join(&room, key.as_deref(), &name) {
            Ok(true) => cx.note(Fact::Joined { room: room.into() }),
            Ok(false) => {}
            Err(reason) => cx.note(Fact::Error { reason: format!("could not join {room}: {reason}") }),
        }
    }

    fn broadcast(&mut self, broadcast: &Broadcast, about: &About, cx: &mut Cx<'_>) {
        let room = room_name(&self.text(&broadcast.to, about, cx), cx.hello());
        let only = broadcast.only.as_ref().map(|only| self.text(only, about, cx));
        self.publish(&room, broadcast.spares_sender, only.as_deref(), &broadcast.payload, about, cx);
    }

    /// Renders a message once and publishes it.
    pub(super) fn publish(
        &self,
        room: &str,
        spares_sender: bool,
        only: Option<&str>,
        payload: &MessageTemplate,
        about: &About,
        cx: &mut Cx<'_>,
    ) {
        let sender = cx.name_in(room).cloned().unwrap_or_else(|| cx.id().to_string().into());
        let about = About { room: Some(room.into()), sender: Some(Arc::clone(&sender)), ..about.clone() };
        match payload.render(&about.scope(&self.streams), cx) {
            Ok(message) => cx.publish(room, &sender, message, spares_sender, only),
            Err(reason) => unsent(&reason, cx),
        }
    }

    fn reply(&mut self, rules: &Compiled, replies: &Replies, about: &Arc<About>, cx: &mut Cx<'_>) {
        let parts = match replies {
            Replies::All(parts) => parts,
            Replies::Sequence(options, counter) => {
                let at = self.count(*counter) as usize % options.len();
                self.count_up(rules, *counter);
                &options[at]
            }
            Replies::Random(options) => {
                let at = cx.rng().random_range(0..options.len());
                &options[at]
            }
            Replies::Weighted(options) => {
                let sum = options.last().map_or(0.0, |(sum, _)| *sum);
                let draw = cx.rng().random_range(0.0..1.0) * sum;
                let chosen = options.iter().find(|(sum, _)| draw < *sum).or(options.last());
                match chosen {
                    Some((_, parts)) => parts,
                    None => return,
                }
            }
        };
        let mut after = Duration::ZERO;
        for (index, part) in parts.iter().enumerate() {
            after += part.after;
            if after.is_zero() {
                // What is due at once leaves at once, even past the mark: the loop reads nothing more meanwhile.
                self.send_part(part, about, cx);
                if let Some(repeat) = &part.repeat {
                    self.wait_for_part(repeat.every, parts, index, about, left(repeat.count, 1), cx);
                }
            } else {
                let left = part.repeat.as_ref().map_or(1, |repeat| left(repeat.count, 0));
                self.wait_for_part(after, parts, index, about, left, cx);
            }
            if self.over {
                return;
            }
        }
    }

    fn wait_for_part(
        &mut self,
        after: Duration,
        parts: &Parts,
        index: usize,
        about: &Arc<About>,
        left: u64,
        cx: &mut Cx<'_>,
    ) {
        if left == 0 {
            return;
        }
        if self.agenda.len() >= Self::PENDING {
            return cx.note(Fact::Dropped(DropReason::KeptOverflow));
        }
        self.held += about.size();
        let (parts, about) = (Arc::clone(parts), Arc::clone(about));
        self.put(after, What::Part { parts, index, about, left });
    }

    /// A part whose time has come.
    pub(super) fn late_part(
        &mut self,
        parts: &Parts,
        index: usize,
        about: &Arc<About>,
        left: u64,
        cx: &mut Cx<'_>,
    ) {
        let part = &parts[index];
        self.held = self.held.saturating_sub(about.size());
        self.send_part(part, about, cx);
        if let (Some(repeat), false) = (&part.repeat, self.over) {
            self.wait_for_part(repeat.every, parts, index, about, left.saturating_sub(1), cx);
        }
    }

    fn send_part(&mut self, part: &Part, about: &About, cx: &mut Cx<'_>) {
        match &part.what {
            crate::actions::What::Message(payload) => self.send(payload, about, cx),
            crate::actions::What::Ping(payload) => {
                let mut payload = self.text(payload, about, cx);
                // RFC 6455, section 5.5: a control frame carries 125 bytes.
                payload.truncate(payload.floor_char_boundary(125));
                cx.send(Message::Ping(payload.into()));
            }
            crate::actions::What::End(end) => self.end(Some(end), about, cx),
        }
    }

    pub(super) fn send(&self, payload: &MessageTemplate, about: &About, cx: &mut Cx<'_>) {
        match payload.render(&about.scope(&self.streams), cx) {
            Ok(message) => cx.send(message),
            Err(reason) => unsent(&reason, cx),
        }
    }

    pub(super) fn end(&mut self, end: Option<&End>, about: &About, cx: &mut Cx<'_>) {
        match end {
            None => return,
            _ if self.over => return,
            Some(End::Close { code, reason }) => {
                let reason = self.text(reason, about, cx);
                cx.close(Some(close::frame(*code, &reason)));
            }
            Some(End::Abort) => cx.abort(),
        }
        self.quiet();
    }
}

/// How many copies are left after so many.
fn left(count: Option<u64>, sent: u64) -> u64 {
    count.map_or(u64::MAX, |count| count.saturating_sub(sent))
}

fn unsent(reason: &str, cx: &mut Cx<'_>) {
    cx.note(Fact::Error { reason: format!("a reply could not be sent: {reason}") });
}

/// The name of a room to join or leave. It may come from a client, who is not to hear what goes to another
/// connection.
pub(super) fn joinable(written: &str) -> String {
    if written.starts_with("room:") { written.to_string() } else { format!("room:{written}") }
}

/// The name of a room to publish in: `route` is everybody on the route, a bare name is a room.
pub(super) fn room_name(written: &str, hello: &Hello) -> String {
    if written == "route" {
        format!("route:{}", hello.route)
    } else if written.starts_with("room:") || written.starts_with("connection:") {
        written.to_string()
    } else {
        format!("room:{written}")
    }
}
