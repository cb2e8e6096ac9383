//! What a connection's loop and the task that runs its handler share: the way out with its credit, the count
//! of what came in and was not taken, and how it ended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use mockforge_ws_core::{CloseFrame, Cx, Delivery, Ended, Fact, Hello, Inbound, Mailbox, Message, close};
use tokio::sync::Semaphore;

use crate::backlog::Backlog;
use crate::{HandlerError, HandlerResult};

/// How many messages wait each way before the side that makes them waits.
pub(crate) const MESSAGES: usize = 64;
/// How many bytes of messages wait each way before the side that makes them waits.
pub(crate) const BYTES: usize = 1 << 20;

/// One connection's line. What is posted on it stands in the connection's mailbox, together with what its
/// rooms publish, so that both leave in the order in which they came.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: Arc<str>,
    pub(crate) hello: Arc<Hello>,
    pub(crate) mailbox: Mailbox,
    /// The room of what is posted, which is none.
    nowhere: Arc<str>,
    max_message_size: usize,
    /// Taken by what is posted, given back when the session has sent it on.
    credit: Semaphore,
    notes: Mutex<Vec<Fact>>,
    /// Nothing is sent after the close frame.
    closing: AtomicBool,
    failure: OnceLock<String>,
    /// What came in and was not taken.
    pub(crate) backlog: Backlog,
    ended: OnceLock<Ended>,
}

/// What a message takes of the credit: its bytes, at least the share of one of [`MESSAGES`], at most all.
pub(crate) fn cost(len: usize) -> u32 {
    len.clamp(BYTES / MESSAGES, BYTES) as u32
}

fn over() -> HandlerError {
    HandlerError::SendError("the connection is closed".into())
}

/// What the task does.
impl Line {
    pub(crate) async fn send(&self, message: Message) -> HandlerResult<()> {
        if let Message::Close(frame) = message {
            return self.close(frame);
        }
        if message.len() > self.max_message_size {
            let (len, max) = (message.len(), self.max_message_size);
            return Err(HandlerError::SendError(format!("{len} bytes are more than the {max} allowed")));
        }
        let credit = self.credit.acquire_many(cost(message.len())).await.map_err(|_| over())?;
        if self.closing.load(Ordering::Acquire) {
            return Err(over());
        }
        credit.forget();
        self.post(message);
        Ok(())
    }

    pub(crate) fn close(&self, frame: Option<CloseFrame>) -> HandlerResult<()> {
        if self.is_over() || self.closing.swap(true, Ordering::AcqRel) {
            return Err(over());
        }
        self.post(Message::Close(frame));
        Ok(())
    }

    /// Closes with 1011; nothing where it is closed already.
    pub(crate) fn fail(&self, reason: String) {
        if !self.is_over() && !self.closing.swap(true, Ordering::AcqRel) {
            // Set once, by the one who closes.
            let _ = self.failure.set(reason);
            self.post(Message::Close(Some(close::frame(1011, "a handler failed"))));
        }
    }

    /// Reports a fact, unless the connection is over, which is the last one.
    pub(crate) async fn note(&self, fact: Fact) {
        if let Ok(credit) = self.credit.acquire_many(cost(0)).await {
            credit.forget();
            self.notes().push(fact);
            self.mailbox.ring();
        }
    }

    fn post(&self, message: Message) {
        self.mailbox.post(Delivery {
            room: Arc::clone(&self.nowhere),
            key: None,
            sender: Arc::clone(&self.id),
            message: Arc::new(Inbound::new(message)),
        });
    }

    /// A message of that length was taken by the task.
    pub(crate) fn taken(&self, len: usize) {
        if self.backlog.take(len) {
            self.mailbox.ring();
        }
    }

    pub(crate) fn ended(&self) -> Option<&Ended> {
        self.ended.get()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.ended.get().is_some()
    }
}

/// What the session does.
impl Line {
    pub(crate) fn new(cx: &mut Cx<'_>) -> Self {
        Self {
            id: cx.id().to_string().into(),
            hello: Arc::clone(cx.hello()),
            mailbox: cx.mailbox(),
            nowhere: "".into(),
            max_message_size: cx.limits().max_message_size,
            credit: Semaphore::new(BYTES),
            notes: Mutex::default(),
            closing: AtomicBool::new(false),
            failure: OnceLock::new(),
            backlog: Backlog::new(MESSAGES, BYTES),
            ended: OnceLock::new(),
        }
    }

    pub(crate) fn repay(&self, credit: u32) {
        self.credit.add_permits(credit as usize);
    }

    pub(crate) fn take_notes(&self) -> Vec<Fact> {
        std::mem::take(&mut *self.notes())
    }

    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// The connection is over; who waits to send hears so.
    pub(crate) fn end(&self, ended: Option<Ended>) {
        if let Some(ended) = ended {
            let _ = self.ended.set(ended);
        }
        self.credit.close();
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Vec<Fact>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
