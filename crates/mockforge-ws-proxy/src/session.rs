//! One client and its connection to the server: what comes from either side, what becomes of it, and how one
//! ends with the other.

use std::sync::{Arc, Mutex, PoisonError};

use mockforge_ws_core::{
    CloseFrame, Cx, Dial, Dialled, DropReason, Elapsed, Event, Fact, FromUpstream, Inbound, Message, Session,
    Status, ToUpstream, close,
};
use mockforge_ws_layers::backlog::{Backlog, Overflow, Pushed};
use mockforge_ws_layers::first::answers;

use crate::lane::Lane;
use crate::rules::{Kept, Ruled, Ruling};
use crate::transform::Judged;
use crate::{Reconnect, Rules, Side, Transform, Transit, Verdict};

/// What the sessions of a proxy have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Way {
    pub(crate) rules: Option<Rules>,
    pub(crate) transform: Option<Transform>,
    pub(crate) reconnect: Option<Reconnect>,
}

pub(crate) struct Forward {
    way: Arc<Way>,
    /// Answers what it can; the rest goes on.
    local: Option<Box<dyn Session>>,
    server: Server,
    /// The handshake to repeat.
    dial: Option<Box<Dial>>,
    /// Verdicts that wait, of the client's messages and of the server's; made when the first one does.
    lanes: Option<Box<[Lane; 2]>>,
    /// What the rules need for this connection; made when one does.
    kept: Option<Box<Kept>>,
    /// The async function that is at work on a message of that side.
    at_work: [Option<Box<Work>>; 2],
    /// The server's end, when what came before it has been passed on.
    farewell: Option<Box<Farewell>>,
}

/// An async function at work.
struct Work {
    /// What rules have put beside the message.
    ruled: Option<Box<Ruled>>,
    /// What it says in the end.
    verdict: Arc<Mutex<Verdict>>,
}

/// The connection to the server.
enum Server {
    Open,
    /// It is being dialled again. What is for it waits.
    Away(Box<Away>),
    Gone,
}

struct Away {
    backlog: Backlog,
    /// What found no room, while the client is not listened to.
    stuck: Vec<Message>,
}

struct Farewell {
    frame: Option<CloseFrame>,
    failure: Option<String>,
}

impl Forward {
    pub(crate) fn new(way: Arc<Way>, local: Option<Box<dyn Session>>, dial: Option<Box<Dial>>) -> Self {
        let (lanes, kept, at_work, farewell) = (None, None, [None, None], None);
        Self { way, local, server: Server::Open, dial, lanes, kept, at_work, farewell }
    }

    fn client_sent(&mut self, inbound: Inbound, cx: &mut Cx<'_>) {
        let is_answered = match &mut self.local {
            Some(local) => answers(&mut **local, &inbound, cx),
            None => false,
        };
        if !is_answered {
            self.judge(Side::Client, inbound, cx);
        }
    }

    /// Asks what becomes of a message: first the rules, then, where it goes on, the function.
    #[inline]
    fn judge(&mut self, from: Side, inbound: Inbound, cx: &mut Cx<'_>) {
        let Some(rules) = &self.way.rules else {
            return self.transform(from, inbound.into_message(), None, cx);
        };
        match rules.judge(from, inbound, &mut self.kept, cx) {
            Ruling::Pass(message) => self.transform(from, message, None, cx),
            Ruling::Taken(ruled) => self.ruled(from, ruled, cx),
            Ruling::Nothing => {}
        }
    }

    fn ruled(&mut self, from: Side, mut ruled: Box<Ruled>, cx: &mut Cx<'_>) {
        let due = cx.elapsed() + ruled.delay();
        let start = self.lanes.as_ref().map_or(due, |lanes| lanes[from as usize].turn(due));
        for (after, message) in std::mem::take(&mut ruled.late) {
            if !self.kept.get_or_insert_default().keep(start + after, from.other(), message) {
                cx.note(Fact::Dropped(DropReason::KeptOverflow));
            }
        }
        match ruled.message.take() {
            Some(message) => self.transform(from, message, Some(ruled), cx),
            None => {
                let verdict = ruled.with(Verdict::drop());
                if verdict.does_something() {
                    self.take(from, verdict, cx);
                }
            }
        }
    }

    #[inline]
    fn transform(&mut self, from: Side, message: Message, ruled: Option<Box<Ruled>>, cx: &mut Cx<'_>) {
        let Some(transform) = &self.way.transform else {
            return match ruled {
                None => self.pass(from, message, cx),
                Some(ruled) => self.take(from, ruled.with(message.into()), cx),
            };
        };
        let transit = Transit { from, message, hello: Arc::clone(cx.hello()) };
        match transform.judge(transit) {
            Judged::Now(Ok(message)) if ruled.is_none() => self.pass(from, message, cx),
            Judged::Now(said) => {
                let verdict = said.map_or_else(|verdict| verdict, Verdict::from);
                self.take(from, whole(ruled, verdict), cx);
            }
            Judged::Later(judging) => {
                let verdict = Arc::new(Mutex::new(Verdict::drop()));
                self.at_work[from as usize] = Some(Box::new(Work { ruled, verdict: Arc::clone(&verdict) }));
                cx.call(from as u8, async move {
                    let said = judging.await;
                    *verdict.lock().unwrap_or_else(PoisonError::into_inner) = said;
                    Vec::new()
                });
            }
        }
    }

    /// A message that nobody wants changed.
    #[inline]
    fn pass(&mut self, from: Side, message: Message, cx: &mut Cx<'_>) {
        match &self.lanes {
            None => self.send(from, message, cx),
            Some(_) => self.take(from, message.into(), cx),
        }
    }

    /// Carries out a verdict when it is due.
    fn take(&mut self, from: Side, verdict: Verdict, cx: &mut Cx<'_>) {
        if self.lanes.is_none() && verdict.delay.is_zero() {
            return self.carry_out(from, verdict, cx);
        }
        let lane = &mut self.lanes.get_or_insert_default()[from as usize];
        if let Some(verdict) = lane.pass(cx.elapsed(), verdict) {
            self.carry_out(from, verdict, cx);
        }
    }

    fn carry_out(&mut self, from: Side, verdict: Verdict, cx: &mut Cx<'_>) {
        if !verdict.does_something() {
            cx.note(Fact::Dropped(DropReason::Rule));
        }
        let Verdict { forward, answer, close, .. } = verdict;
        for message in answer {
            self.send(from.other(), message, cx);
        }
        for message in forward {
            self.send(from, message, cx);
        }
        if close.is_some() {
            cx.close(close);
        }
    }

    /// Sends a message on its way away from `from`.
    #[inline]
    fn send(&mut self, from: Side, message: Message, cx: &mut Cx<'_>) {
        match (from, &mut self.server) {
            (Side::Upstream, _) => cx.send(message),
            (Side::Client, Server::Open) => cx.upstream(ToUpstream::Send(message)),
            (Side::Client, Server::Gone) => cx.note(Fact::Dropped(DropReason::Backlog)),
            (Side::Client, Server::Away(away)) => away.keep(message, cx),
        }
    }

    /// What an async function has said.
    fn returned(&mut self, from: Side, cx: &mut Cx<'_>) {
        if let Some(work) = self.at_work[from as usize].take() {
            let verdict = std::mem::take(&mut *work.verdict.lock().unwrap_or_else(PoisonError::into_inner));
            self.take(from, whole(work.ruled, verdict), cx);
        }
    }

    fn upstream_closed(&mut self, frame: Option<CloseFrame>, failure: Option<String>, cx: &mut Cx<'_>) {
        let is_final = failure.is_none() && frame.as_ref().is_some_and(|frame| u16::from(frame.code) == 1000);
        match (&self.way.reconnect, &self.dial) {
            (Some(reconnect), Some(dial)) if !is_final => {
                let away = Away { backlog: Backlog::new(reconnect.backlog), stuck: Vec::new() };
                self.server = Server::Away(Box::new(away));
                cx.upstream(ToUpstream::Dial(dial.clone()));
            }
            _ => {
                self.server = Server::Gone;
                self.farewell = Some(Box::new(Farewell { frame, failure }));
            }
        }
    }

    fn dialled(&mut self, dialled: Dialled, cx: &mut Cx<'_>) {
        let reason = match dialled {
            Dialled::Open(_) => {
                if let Server::Away(mut away) = std::mem::replace(&mut self.server, Server::Open) {
                    while let Some(message) = away.backlog.pop() {
                        cx.upstream(ToUpstream::Send(message));
                    }
                    away.stuck.into_iter().for_each(|message| cx.upstream(ToUpstream::Send(message)));
                }
                return;
            }
            Dialled::Failed(error) => error.reason,
            Dialled::Refused(refusal) => format!("the upstream answered with {}", refusal.status),
        };
        if let Server::Away(away) = std::mem::replace(&mut self.server, Server::Gone) {
            let lost = away.backlog.len() + away.stuck.len();
            (0..lost).for_each(|_| cx.note(Fact::Dropped(DropReason::Backlog)));
        }
        self.farewell = Some(Box::new(Farewell { frame: None, failure: Some(reason) }));
    }

    /// After each event: what is due, the end, and whom to listen to.
    fn settle(&mut self, cx: &mut Cx<'_>) {
        for side in [Side::Client, Side::Upstream] {
            while let Some(verdict) =
                self.lanes.as_mut().and_then(|lanes| lanes[side as usize].due(cx.elapsed()))
            {
                self.carry_out(side, verdict, cx);
            }
        }
        while let Some((from, message)) = self.kept.as_mut().and_then(|kept| kept.due(cx.elapsed())) {
            self.send(from, message, cx);
        }
        if self.is_through(Side::Upstream)
            && let Some(farewell) = self.farewell.take()
        {
            match farewell.failure {
                None => cx.close(farewell.frame),
                Some(reason) => {
                    let frame = close::frame(1014, "the upstream was lost");
                    cx.fail(Status::ProxyError, format!("the upstream was lost: {reason}"), frame);
                }
            }
        }
        let is_stuck = matches!(&self.server, Server::Away(away) if !away.stuck.is_empty());
        cx.hold(is_stuck || self.is_busy(Side::Client));
        cx.hold_upstream(self.is_busy(Side::Upstream));
    }

    /// Whether all that came from that side has been passed on.
    fn is_through(&self, side: Side) -> bool {
        self.at_work[side as usize].is_none()
            && self.lanes.as_ref().is_none_or(|lanes| lanes[side as usize].is_empty())
    }

    fn is_busy(&self, side: Side) -> bool {
        self.at_work[side as usize].is_some()
            || self.lanes.as_ref().is_some_and(|lanes| lanes[side as usize].is_full())
    }
}

impl Away {
    fn keep(&mut self, message: Message, cx: &mut Cx<'_>) {
        match self.backlog.push(message) {
            Pushed::Kept { dropped } => {
                (0..dropped).for_each(|_| cx.note(Fact::Dropped(DropReason::Backlog)));
            }
            Pushed::Full(message) if self.backlog.bounds().overflow == Overflow::Block => {
                self.stuck.push(message);
            }
            Pushed::Full(_) => {
                let frame = close::frame(1013, "the upstream is away for too long");
                cx.fail(
                    Status::Limit,
                    "more messages came than are kept for an upstream that is away",
                    frame,
                );
            }
        }
    }
}

/// What a function has said, with what rules have put beside it.
fn whole(ruled: Option<Box<Ruled>>, verdict: Verdict) -> Verdict {
    match ruled {
        None => verdict,
        Some(ruled) => ruled.with(verdict),
    }
}

impl Session for Forward {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        match event {
            Event::Received(inbound) => {
                if inbound.is_data() {
                    self.client_sent(inbound, cx);
                }
            }
            Event::Upstream(FromUpstream::Received(inbound)) => {
                if inbound.is_data() {
                    self.judge(Side::Upstream, inbound, cx);
                }
            }
            Event::Upstream(FromUpstream::Closed { frame, failure }) => {
                self.upstream_closed(frame, failure, cx);
            }
            Event::Upstream(FromUpstream::Dialled(dialled)) => self.dialled(*dialled, cx),
            Event::Returned(number, _) => {
                let from = if number == Side::Client as u8 { Side::Client } else { Side::Upstream };
                self.returned(from, cx);
            }
            event => match &mut self.local {
                Some(local) => {
                    let is_for_us =
                        matches!(event, Event::Tick) && local.deadline().is_none_or(|due| due > cx.elapsed());
                    if !is_for_us {
                        local.on(event, cx);
                    }
                }
                None => {
                    if let Event::Room(delivery) = event {
                        cx.deliver(&delivery);
                    }
                }
            },
        }
        self.settle(cx);
    }

    fn deadline(&self) -> Option<Elapsed> {
        let lanes = self.lanes.iter().flat_map(|lanes| lanes.iter().filter_map(Lane::deadline));
        let late = self.kept.as_ref().and_then(|kept| kept.deadline());
        lanes.chain(late).chain(self.local.as_ref().and_then(Session::deadline)).min()
    }

    fn held_bytes(&self) -> usize {
        let lanes: usize = self.lanes.iter().flat_map(|lanes| lanes.iter().map(Lane::held_bytes)).sum();
        let away = match &self.server {
            Server::Away(away) => {
                away.backlog.held_bytes() + away.stuck.iter().map(Message::len).sum::<usize>()
            }
            Server::Open | Server::Gone => 0,
        };
        let late = self.kept.as_ref().map_or(0, |kept| kept.held_bytes());
        lanes + late + away + self.local.as_ref().map_or(0, Session::held_bytes)
    }
}
