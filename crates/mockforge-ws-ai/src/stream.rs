//! The events of a mode by themselves, for who sends them in another way.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use mockforge_ws_core::{AiFact, ConnRng, Seed};
use rand::SeedableRng as _;
use serde_json::Value;
use time::OffsetDateTime;

use crate::mode::{Plan, Voice};
use crate::pace::Pacer;
use crate::{AiMode, Feed, Generation, Llm, LlmError, Offline, Usage};

/// Generated events, each as soon as it is wanted and there. The pace says when they happen, and nobody waits until
/// then.
///
/// A model is asked while somebody polls, and no more once this is dropped. When it fails and there is no fallback,
/// the error is the last item.
///
/// ```
/// use futures_util::StreamExt;
/// use mockforge_ws_ai::{AiMode, AiOptions};
/// use time::macros::datetime;
///
/// # futures_util::FutureExt::now_or_never(async {
/// let mode = AiMode::new(AiOptions::offline("Trading in AAPL, 3 events at 2 per second")).unwrap();
/// let mut events = mode.stream(1, datetime!(2024-01-15 10:30 UTC));
/// assert_eq!(events.next().await.unwrap().unwrap()["timestamp"], "2024-01-15T10:30:00.000Z");
/// assert_eq!(events.next().await.unwrap().unwrap()["timestamp"], "2024-01-15T10:30:00.500Z");
/// assert_eq!(events.count().await, 1);
/// # }).unwrap();
/// ```
pub struct EventStream {
    plan: Arc<Plan>,
    speaker: Speaker,
    pacer: Pacer,
    rng: ConnRng,
    start: OffsetDateTime,
    /// When the next event happens, from the start.
    next_at: Duration,
    /// When the one before it did.
    at: Duration,
    told: usize,
    /// What was looked at and not taken.
    first: Option<Value>,
    /// What a model that speaks no more has used.
    usage: Usage,
    is_over: bool,
    /// Whether the model is let finish when there are events enough.
    hears_out: bool,
}

enum Speaker {
    Offline(Box<Offline>),
    Model(Box<Asking>),
}

/// A model at work.
struct Asking {
    llm: Arc<dyn Llm>,
    feed: Feed,
    answer: Option<Generation>,
}

impl AiMode {
    /// The events without a connection, as of a story that begins at `start`. With another `number` they are other
    /// ones; with the same, and without a model, the same.
    pub fn stream(&self, number: u64, start: OffsetDateTime) -> EventStream {
        let plan = Arc::clone(&self.plan);
        let speaker = match &plan.voice {
            Voice::Offline(offline) => Speaker::Offline(offline.clone()),
            Voice::Model { llm, feed, .. } => {
                let (llm, feed) = (Arc::clone(llm), (**feed).clone());
                Speaker::Model(Box::new(Asking { llm, feed, answer: None }))
            }
        };
        let mut rng = ConnRng::seed_from_u64(Seed(plan.seed.unwrap_or_default()).derive("", number));
        let mut pacer = Pacer::new(plan.pace).expect("it was looked at when the mode was made");
        let next_at = pacer.next(Duration::ZERO, &mut rng);
        let (at, told, first, usage) = (Duration::ZERO, 0, None, Usage::default());
        let (is_over, hears_out) = (false, false);
        EventStream { plan, speaker, pacer, rng, start, next_at, at, told, first, usage, is_over, hears_out }
    }
}

impl EventStream {
    /// Waits for the first event, which stays the first.
    ///
    /// # Errors
    /// Where the model fails before there is one.
    pub async fn begun(mut self) -> Result<Self, LlmError> {
        self.first = poll_fn(|task| self.poll(task)).await.transpose()?;
        Ok(self)
    }

    /// The tokens used so far, as the provider counts them and estimated where it does not.
    pub fn usage(&self) -> Usage {
        match &self.speaker {
            Speaker::Offline(_) => self.usage,
            Speaker::Model(asking) => asking.feed.usage(),
        }
    }

    /// When the event that came last happened, from the start.
    pub fn at(&self) -> Duration {
        self.at
    }

    /// Whether there is no more because all is used that may be: see [`Budget`](crate::Budget).
    pub fn is_spent(&self) -> bool {
        matches!(&self.speaker, Speaker::Model(asking) if asking.feed.is_spent())
    }

    /// What happened between the stream and its model since the last call.
    pub fn news(&mut self) -> impl Iterator<Item = AiFact> {
        let feed = match &mut self.speaker {
            Speaker::Offline(_) => None,
            Speaker::Model(asking) => Some(&mut asking.feed),
        };
        feed.into_iter().flat_map(Feed::news)
    }

    /// Does not interrupt the model at the end of the stream: its [`rest`](Self::rest) is to be heard.
    #[must_use]
    pub fn hearing_out(mut self) -> Self {
        self.hears_out = true;
        self
    }

    /// Hears what the model still has to say when there are events enough: mostly the end of its answer, without which
    /// that is not kept by who keeps answers, and the count of its tokens.
    pub async fn rest(&mut self) {
        let Speaker::Model(asking) = &mut self.speaker else { return };
        let Asking { feed, answer, .. } = &mut **asking;
        while let Some(said) = answer {
            match poll_fn(|task| said.as_mut().poll_next(task)).await {
                Some(Ok(piece)) => feed.piece(piece),
                outcome => {
                    feed.ended(outcome.map_or(Ok(()), |error| error.map(drop)));
                    *answer = None;
                }
            }
        }
    }

    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<Value, LlmError>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        let event = loop {
            if self.is_at_end() {
                return self.end(None);
            }
            match &mut self.speaker {
                Speaker::Offline(offline) => {
                    let passed = time::Duration::try_from(self.next_at).unwrap_or(time::Duration::MAX);
                    break offline.next(&mut self.rng, self.next_at, self.start.saturating_add(passed));
                }
                Speaker::Model(asking) => match (asking.poll(task), &self.plan.voice) {
                    (Poll::Pending, _) => return Poll::Pending,
                    (Poll::Ready(Some(Ok(event))), _) => break event,
                    (Poll::Ready(Some(Err(_))), Voice::Model { fallback: Some(offline), .. }) => {
                        self.usage = asking.feed.usage();
                        self.speaker = Speaker::Offline(offline.clone());
                    }
                    (Poll::Ready(over), _) => return self.end(over),
                },
            }
        };
        self.told += 1;
        self.at = self.next_at;
        self.next_at = self.next_at.saturating_add(self.pacer.next(self.next_at, &mut self.rng));
        Poll::Ready(Some(Ok(event)))
    }

    fn is_at_end(&self) -> bool {
        let count = self.plan.event_count.or(self.plan.interactive.then_some(0));
        self.is_over
            || count.is_some_and(|count| self.told >= count)
            || self.plan.duration.is_some_and(|end| self.next_at >= end)
    }

    fn end(&mut self, last: Option<Result<Value, LlmError>>) -> Poll<Option<Result<Value, LlmError>>> {
        self.is_over = true;
        if let Speaker::Model(asking) = &mut self.speaker
            && !self.hears_out
        {
            asking.answer = None;
            asking.feed.hang_up(None);
        }
        Poll::Ready(last)
    }
}

impl Asking {
    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<Value, LlmError>>> {
        loop {
            if let Some(event) = self.feed.pop() {
                return Poll::Ready(Some(Ok(event)));
            }
            let mut answer = match self.answer.take() {
                Some(answer) => answer,
                None => match self.feed.wants() {
                    Some(request) => self.llm.generate(request),
                    None => return Poll::Ready(self.feed.failure().cloned().map(Err)),
                },
            };
            match answer.as_mut().poll_next(task) {
                Poll::Pending => {
                    self.answer = Some(answer);
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(piece))) => self.feed.piece(piece),
                Poll::Ready(Some(Err(error))) => self.feed.ended(Err(error)),
                Poll::Ready(None) => self.feed.ended(Ok(())),
            }
            self.answer = Some(answer).filter(|_| self.feed.is_asking());
        }
    }
}

impl Stream for EventStream {
    type Item = Result<Value, LlmError>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(task)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("told", &self.told).finish_non_exhaustive()
    }
}
