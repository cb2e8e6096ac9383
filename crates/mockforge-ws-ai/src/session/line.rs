//! An answer that is listened to in turns: for as long as somebody wants to hear more.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use mockforge_ws_core::Cx;

use crate::{Generation, LlmError, Piece};

/// The number of the calls.
const CALL: u8 = 0;

/// How many pieces are taken in a turn.
const MOST_PIECES: usize = 64;

/// An answer under way. Dropping it ends the request, even where a turn has not ended.
pub(super) struct Line {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    /// None when it is over.
    answer: Option<Generation>,
    pieces: Vec<Piece>,
    outcome: Option<Result<(), LlmError>>,
    /// Whether a turn is under way.
    is_busy: bool,
}

impl Line {
    pub(super) fn new(answer: Generation) -> Self {
        let shared = Shared { answer: Some(answer), pieces: Vec::new(), outcome: None, is_busy: false };
        Self { shared: Arc::new(Mutex::new(shared)) }
    }

    /// Begins a turn where none is under way. It ends when something has come.
    pub(super) fn listen(&self, cx: &mut Cx<'_>) {
        if std::mem::replace(&mut lock(&self.shared).is_busy, true) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        cx.call(CALL, poll_fn(move |task| lock(&shared).poll(task).map(|()| Vec::new())));
    }

    /// What has come.
    pub(super) fn take(&self) -> (Vec<Piece>, Option<Result<(), LlmError>>) {
        let mut shared = lock(&self.shared);
        (std::mem::take(&mut shared.pieces), shared.outcome.take())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        lock(&self.shared).answer = None;
    }
}

impl Shared {
    fn poll(&mut self, task: &mut Context<'_>) -> Poll<()> {
        while let Some(answer) = &mut self.answer {
            match answer.as_mut().poll_next(task) {
                Poll::Pending if self.pieces.is_empty() => return Poll::Pending,
                Poll::Pending => break,
                Poll::Ready(Some(Ok(piece))) => self.pieces.push(piece),
                Poll::Ready(Some(Err(error))) => self.over(Err(error)),
                Poll::Ready(None) => self.over(Ok(())),
            }
            if self.pieces.len() >= MOST_PIECES {
                break;
            }
        }
        self.is_busy = false;
        Poll::Ready(())
    }

    fn over(&mut self, outcome: Result<(), LlmError>) {
        self.outcome = Some(outcome);
        self.answer = None;
    }
}

/// A turn and the session are never at work at the same time, so nobody waits here.
fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
