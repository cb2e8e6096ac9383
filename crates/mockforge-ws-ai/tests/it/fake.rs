//! A language model that says what it is told to, when it is told to.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use futures_core::Stream;
use mockforge_ws_ai::{Generation, Llm, LlmError, LlmErrorKind, Piece, Request, Usage};
use serde_json::json;

/// Clones are the same model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fake(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    requests: Vec<Request>,
    /// What it has still to say; none ends an answer.
    said: VecDeque<Option<Result<Piece, LlmError>>>,
    open: usize,
    polls: usize,
}

impl Fake {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("nobody has panicked with it")
    }

    pub(crate) fn says(&self, text: &str) -> &Self {
        self.inner().said.push_back(Some(Ok(Piece::Text(text.into()))));
        self
    }

    /// Says events, each in a piece of its own.
    pub(crate) fn events(&self, numbers: std::ops::Range<u64>) -> &Self {
        for number in numbers {
            self.says(&format!("{}\n", json!({ "n": number })));
        }
        self
    }

    pub(crate) fn costs(&self, input_tokens: u64, output_tokens: u64) -> &Self {
        let usage = Usage { input_tokens, output_tokens };
        self.inner().said.push_back(Some(Ok(Piece::Usage(usage))));
        self
    }

    pub(crate) fn ends(&self) -> &Self {
        self.inner().said.push_back(None);
        self
    }

    pub(crate) fn fails(&self, kind: LlmErrorKind) -> &Self {
        self.inner().said.push_back(Some(Err(LlmError::new(kind, "sk-123 is no key"))));
        self
    }

    /// How many pieces nobody has listened to.
    pub(crate) fn unheard(&self) -> usize {
        self.inner().said.len()
    }

    /// How many answers are under way.
    pub(crate) fn open(&self) -> usize {
        self.inner().open
    }

    /// How often an answer was looked at.
    pub(crate) fn polls(&self) -> usize {
        self.inner().polls
    }

    pub(crate) fn requests(&self) -> usize {
        self.inner().requests.len()
    }

    pub(crate) fn last(&self) -> Request {
        self.inner().requests.last().expect("it was asked").clone()
    }

    /// The last turn of the last request.
    pub(crate) fn asked(&self) -> String {
        self.last().turns.last().expect("something was said").text.clone()
    }
}

impl Llm for Fake {
    fn name(&self) -> &str {
        "fake/1"
    }

    fn generate(&self, request: Request) -> Generation {
        let mut inner = self.inner();
        inner.requests.push(request);
        inner.open += 1;
        Box::pin(Answer { fake: self.clone(), breath: BREATH })
    }
}

/// After how many pieces it has to breathe.
const BREATH: usize = 4;

struct Answer {
    fake: Fake,
    breath: usize,
}

impl Stream for Answer {
    type Item = Result<Piece, LlmError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.fake.inner().polls += 1;
        if self.breath == 0 {
            self.breath = BREATH;
            return Poll::Pending;
        }
        self.breath -= 1;
        // The simulator looks again whenever something happens, so nobody has to be woken.
        self.fake.inner().said.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.fake.inner().open -= 1;
    }
}
