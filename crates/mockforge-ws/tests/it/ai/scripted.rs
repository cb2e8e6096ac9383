//! A language model that says what it is told to.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use futures_util::Stream;
use mockforge_ws::ai::{Generation, Llm, LlmError, LlmErrorKind, Piece, Request, Usage};

/// Clones are the same model. What it says comes at once; when it has nothing more to say, it is silent.
#[derive(Debug, Clone, Default)]
pub(super) struct Scripted(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// The answers, in which none is the end of one.
    says: VecDeque<VecDeque<Option<Result<Piece, LlmError>>>>,
    asked: usize,
    open: usize,
}

impl Scripted {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("nobody has panicked with it")
    }

    /// Answers with texts, and has read 500 tokens and written 10.
    pub(super) fn says(self, texts: &[&str]) -> Self {
        let mut answer: VecDeque<_> =
            texts.iter().map(|text| Some(Ok(Piece::Text((*text).into())))).collect();
        answer.push_back(Some(Ok(Piece::Usage(Usage { input_tokens: 500, output_tokens: 10 }))));
        answer.push_back(None);
        self.inner().says.push_back(answer);
        self
    }

    /// Answers with events `{"n":…}`.
    pub(super) fn events(self, numbers: std::ops::Range<u64>) -> Self {
        let lines: Vec<String> = numbers.map(|number| format!("{{\"n\":{number}}}\n")).collect();
        self.says(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Answers so and does not come to an end.
    pub(super) fn endless(self, numbers: std::ops::Range<u64>) -> Self {
        let this = self.events(numbers);
        if let Some(answer) = this.inner().says.back_mut() {
            answer.truncate(answer.len() - 2);
        }
        this
    }

    /// Has no answer.
    pub(super) fn fails(self) -> Self {
        let error = LlmError::new(LlmErrorKind::RateLimited, "too many requests");
        self.inner().says.push_back([Some(Err(error))].into());
        self
    }

    pub(super) fn asked(&self) -> usize {
        self.inner().asked
    }

    /// How many answers are under way.
    pub(super) fn open(&self) -> usize {
        self.inner().open
    }
}

impl Llm for Scripted {
    fn name(&self) -> &str {
        "toy/scripted"
    }

    fn generate(&self, _: Request) -> Generation {
        let mut inner = self.inner();
        inner.asked += 1;
        inner.open += 1;
        let says = inner.says.pop_front().unwrap_or_default();
        Box::pin(Answer { model: self.clone(), says })
    }
}

struct Answer {
    model: Scripted,
    says: VecDeque<Option<Result<Piece, LlmError>>>,
}

impl Stream for Answer {
    type Item = Result<Piece, LlmError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.says.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.model.inner().open -= 1;
    }
}
