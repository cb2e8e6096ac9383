//! The session at the near end of a [`Line`]: it passes messages to the task that runs user code, and does
//! what that task asks for.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use mockforge_ws_core::{Cx, Delivery, Ended, Event, Inbound, Message, Session, Status, close};
use tokio::sync::mpsc;

use crate::line::{Line, MESSAGES, cost};
use crate::rooms::Exchange;
use crate::{HandlerError, HandlerResult, RoomManager, Socket};

/// What runs on a connection, for as long as it likes.
pub(crate) type Run = Box<dyn FnOnce(Socket) -> BoxFuture<'static, HandlerResult<()>> + Send>;

/// Starts a task when the connection opens, and serves it until the connection is over.
pub(crate) struct Bridge {
    start: Option<(Run, Arc<Exchange>)>,
    near: Option<Near>,
}

/// What is there while the connection is open.
struct Near {
    line: Arc<Line>,
    inbox: mpsc::Sender<Message>,
    /// Credit of what was sent on while the buffer was full, given back when it is not.
    owed: u32,
}

impl Bridge {
    pub(crate) fn new(run: Run, exchange: Arc<Exchange>) -> Self {
        Self { start: Some((run, exchange)), near: None }
    }

    fn open(&mut self, cx: &mut Cx<'_>) {
        let Some((run, exchange)) = self.start.take() else { return };
        let line = Arc::new(Line::new(cx));
        let rooms = exchange.rooms(line.mailbox.rooms());
        rooms.connect(&line);
        // Twice what is let in, so that a layer which doubles messages meets no wall.
        let (inbox, outlet) = mpsc::channel(2 * MESSAGES);
        let socket = Socket::new(Arc::clone(&line), outlet, rooms.clone());
        let task = tokio::spawn(supervise(run, socket, Arc::clone(&line), rooms));
        // A panic was contained; the task can only be cancelled with the runtime.
        cx.linger(async move { drop(task.await) });
        self.near = Some(Near { line, inbox, owed: 0 });
    }
}

/// Runs user code and tells the connection how that went.
async fn supervise(run: Run, socket: Socket, line: Arc<Line>, rooms: RoomManager) {
    match unpanicked(run, socket).await {
        // Closed already is as good.
        Ok(()) => drop(line.close(Some(close::frame(1000, "")))),
        Err(error) => line.fail(error.to_string()),
    }
    rooms.disconnect(&line);
}

async fn unpanicked(run: Run, socket: Socket) -> HandlerResult<()> {
    contained(async move { run(socket).await }).await
}

/// A panic of user code is an error like others, so that it ends one connection and no more.
pub(crate) async fn contained(code: impl Future<Output = HandlerResult<()>>) -> HandlerResult<()> {
    AssertUnwindSafe(code).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_string())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no text".to_string());
        Err(HandlerError::Generic(format!("the handler panicked: {text}")))
    })
}

impl Near {
    fn received(&mut self, inbound: Inbound, cx: &mut Cx<'_>) {
        let message = inbound.into_message();
        let len = message.len();
        self.line.backlog.add(len);
        match self.inbox.try_send(message) {
            Ok(()) => {}
            // The task is done, and its close frame is on the way.
            Err(mpsc::error::TrySendError::Closed(_)) => self.line.taken(len),
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.line.taken(len);
                let frame = close::frame(1013, "too fast for the handler");
                cx.fail(Status::Limit, "more messages came than the handler's queue takes", frame);
            }
        }
    }

    fn perform(&mut self, delivery: &Delivery, cx: &mut Cx<'_>) {
        match (delivery.message.message(), self.line.failure()) {
            (Message::Close(Some(frame)), Some(reason)) => {
                cx.fail(Status::HandlerError, reason, frame.clone());
            }
            (Message::Close(_), _) => cx.deliver(delivery),
            (message, _) => {
                self.owed += cost(message.len());
                cx.deliver(delivery);
            }
        }
    }

    /// After each event: facts, credit, and whether to listen.
    fn settle(&mut self, cx: &mut Cx<'_>) {
        for fact in self.line.take_notes() {
            self.owed += cost(0);
            cx.note(fact);
        }
        if self.owed > 0 && !cx.full() {
            self.line.repay(std::mem::take(&mut self.owed));
        }
        cx.hold(self.line.backlog.holds());
    }

    fn over(&mut self, ended: Ended, cx: &mut Cx<'_>) {
        self.line.end(Some(ended));
        self.line.take_notes().into_iter().for_each(|fact| cx.note(fact));
    }
}

impl Session for Bridge {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        if matches!(event, Event::Opened) {
            self.open(cx);
        }
        let Some(near) = &mut self.near else { return };
        match event {
            Event::Received(inbound) => near.received(inbound, cx),
            Event::Room(delivery) if delivery.is_own() => near.perform(&delivery, cx),
            Event::Room(delivery) => cx.deliver(&delivery),
            Event::Closed(ended) => {
                near.over(ended, cx);
                return self.near = None;
            }
            Event::Opened
            | Event::Changed
            | Event::Tick
            | Event::Writable
            | Event::Upstream(_)
            | Event::Returned(..)
            | Event::Shutdown => {}
        }
        near.settle(cx);
    }

    fn held_bytes(&self) -> usize {
        self.near.as_ref().map_or(0, |near| near.line.backlog.bytes())
    }
}

/// A loop that is dropped before its end leaves nobody waiting.
impl Drop for Near {
    fn drop(&mut self) {
        self.line.end(None);
    }
}
