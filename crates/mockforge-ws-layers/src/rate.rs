//! Rate limits: how many messages a client may send, and what becomes of those beyond.

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{
    Cx, DropReason, Elapsed, Event, Fact, Hello, Inbound, Layer, Message, Session, Status, close,
};

/// So many messages in such a time. Who has been silent for that long may send all of them at once; from then on
/// they come back one by one, evenly.
///
/// ```
/// use std::time::Duration;
/// use mockforge_ws_layers::rate::Rate;
///
/// let rate = Rate::new(1000, Duration::from_secs(60)).unwrap();
/// assert_eq!(rate.interval(), Duration::from_millis(60));
/// assert_eq!(Rate::new(0, Duration::from_secs(1)), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    messages: NonZeroU32,
    per: Duration,
}

impl Rate {
    /// `None` for no messages, or in no time.
    pub fn new(messages: u32, per: Duration) -> Option<Self> {
        let messages = NonZeroU32::new(messages)?;
        // The time of one is at least a nanosecond, so that there is something to count.
        (per.as_nanos() >= u128::from(messages.get())).then_some(Self { messages, per })
    }

    /// How many messages.
    pub fn messages(&self) -> NonZeroU32 {
        self.messages
    }

    /// In which time.
    pub fn per(&self) -> Duration {
        self.per
    }

    /// How long it takes until one more may come.
    pub fn interval(&self) -> Duration {
        self.per / self.messages.get()
    }
}

/// What becomes of a message beyond the limit.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Over {
    /// It waits, and nothing more is read from the client meanwhile.
    #[default]
    Delay,
    /// It is thrown away.
    Drop,
    /// It is thrown away, and this is the answer.
    Reply(Message),
    /// The connection is closed with 1008 (policy violation).
    Close,
}

/// Who counts the messages of several connections together.
pub trait Meter: Send + Sync {
    /// Counts one message of that client, or says how long it is until it may come.
    ///
    /// # Errors
    /// The time that it is too early.
    fn take(&self, hello: &Hello) -> Result<(), Duration>;
}

/// The layer that holds clients to a rate. What counts is messages of text and bytes; a session that has none to
/// answer hears nothing of those beyond.
///
/// ```
/// use std::time::Duration;
/// use mockforge_ws_core::{Layer, echo::Echo};
/// use mockforge_ws_layers::rate::{Over, Rate, RateLimit};
/// use mockforge_ws_testkit::Sim;
///
/// let rate = Rate::new(2, Duration::from_secs(1)).unwrap();
/// let limit = RateLimit::new(rate, Over::Drop);
/// let mut sim = Sim::new(limit.wrap(Box::new(Echo::new(""))));
/// sim.receive("a").receive("b").receive("c").advance(500).receive("d");
/// assert_eq!(sim.texts(), ["a", "b", "d"]);
/// ```
#[derive(Clone)]
pub struct RateLimit {
    rate: Rate,
    over: Over,
    meter: Option<Arc<dyn Meter>>,
}

impl RateLimit {
    /// Each connection by itself.
    pub fn new(rate: Rate, over: Over) -> Self {
        Self { rate, over, meter: None }
    }

    /// Several connections together, as the meter counts them.
    #[must_use]
    pub fn shared(mut self, meter: Arc<dyn Meter>) -> Self {
        self.meter = Some(meter);
        self
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, over, meter } = self;
        f.debug_struct("RateLimit")
            .field("rate", rate)
            .field("over", over)
            .field("is_shared", &meter.is_some())
            .finish()
    }
}

impl Layer for RateLimit {
    fn wrap(&self, inner: Box<dyn Session>) -> Box<dyn Session> {
        let limit = self.clone();
        let (late, due) = (VecDeque::new(), Elapsed::ZERO);
        Box::new(Limited { inner, limit, bucket: Bucket::default(), late, due, holds: false, is_over: false })
    }
}

/// The generic cell rate algorithm (ITU-T I.371): a full bucket is a time that lies behind.
#[derive(Debug, Default)]
struct Bucket {
    /// When it will be full again.
    full: Elapsed,
}

impl Bucket {
    fn take(&mut self, now: Elapsed, rate: Rate) -> Result<(), Duration> {
        let after = self.full.max(now) + rate.interval();
        let early = after.saturating_sub(rate.per()).saturating_sub(now);
        if early.is_zero() {
            self.full = after;
            return Ok(());
        }
        Err(early)
    }
}

struct Limited {
    inner: Box<dyn Session>,
    limit: RateLimit,
    bucket: Bucket,
    /// What came too early: one message, as a rule, since nothing is read meanwhile.
    late: VecDeque<Inbound>,
    /// When the first of them may be looked at again.
    due: Elapsed,
    /// Whether the inner session takes no more messages.
    holds: bool,
    /// The connection is being closed for it.
    is_over: bool,
}

impl Limited {
    fn take(&mut self, cx: &Cx<'_>) -> Result<(), Duration> {
        match &self.limit.meter {
            Some(meter) => meter.take(cx.hello()),
            None => self.bucket.take(cx.elapsed(), self.limit.rate),
        }
    }

    /// Nothing is read while either of us takes no more.
    fn tell(&mut self, event: Event, cx: &mut Cx<'_>) {
        cx.hold(self.holds);
        self.inner.on(event, cx);
        self.holds = cx.hold(false);
        cx.hold(self.holds || !self.late.is_empty());
    }

    fn received(&mut self, inbound: Inbound, cx: &mut Cx<'_>) {
        if !inbound.is_data() {
            return self.tell(Event::Received(inbound), cx);
        }
        if !self.late.is_empty() {
            return self.late.push_back(inbound);
        }
        let Err(early) = self.take(cx) else { return self.tell(Event::Received(inbound), cx) };
        match &self.limit.over {
            Over::Delay => {
                self.late.push_back(inbound);
                self.due = cx.elapsed() + early;
                cx.hold(true);
            }
            Over::Drop => cx.note(Fact::Dropped(DropReason::RateLimit)),
            Over::Reply(answer) => {
                cx.note(Fact::Dropped(DropReason::RateLimit));
                cx.send(answer.clone());
            }
            Over::Close => {
                self.is_over = true;
                let Rate { messages, per } = self.limit.rate;
                let reason = format!("more than {messages} messages in {per:?}");
                let frame = close::frame(1008, &reason);
                cx.fail(Status::Limit, reason, frame);
            }
        }
    }

    /// Hands on what came too early, as far as its time has come. While the inner session takes nothing it waits
    /// for that too.
    fn retry(&mut self, cx: &mut Cx<'_>) {
        while !self.holds && !self.late.is_empty() && self.due <= cx.elapsed() {
            match self.take(cx) {
                Ok(()) => {
                    if let Some(inbound) = self.late.pop_front() {
                        self.tell(Event::Received(inbound), cx);
                    }
                }
                // Others were faster; never at the same instant again, whatever the meter says.
                Err(early) => self.due = cx.elapsed() + early.max(LEAST_WAIT),
            }
        }
    }
}

/// The resolution of the loop's clock.
const LEAST_WAIT: Duration = Duration::from_millis(1);

impl Session for Limited {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        match event {
            Event::Received(_) if self.is_over => {}
            Event::Received(inbound) => self.received(inbound, cx),
            // A tick may be for us, for the inner session, or for both.
            Event::Tick if self.inner.deadline().is_none_or(|due| due > cx.elapsed()) => self.retry(cx),
            event => {
                self.tell(event, cx);
                self.retry(cx);
            }
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        let ours = (!self.holds && !self.late.is_empty()).then_some(self.due);
        [ours, self.inner.deadline()].into_iter().flatten().min()
    }

    fn held_bytes(&self) -> usize {
        self.inner.held_bytes() + self.late.iter().map(|inbound| inbound.message().len()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use mockforge_ws_core::echo::Echo;
    use mockforge_ws_testkit::Sim;

    use super::*;

    fn sim(messages: u32, over: Over) -> Sim {
        let rate = Rate::new(messages, Duration::from_secs(1)).expect("it is one");
        Sim::new(RateLimit::new(rate, over).wrap(Box::new(Echo::new(""))))
    }

    #[test]
    fn a_full_second_may_come_at_once_and_then_one_by_one() {
        let mut sim = sim(4, Over::Drop);
        for text in ["a", "b", "c", "d", "lost"] {
            sim.receive(text);
        }
        sim.advance(249).receive("early").advance(1).receive("e").receive("lost");
        // Silence fills it up again, and no further.
        sim.advance(10_000);
        for text in ["f", "g", "h", "i", "lost"] {
            sim.receive(text);
        }
        assert_eq!(sim.texts(), ["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
        let dropped =
            sim.facts().iter().filter(|fact| ***fact == Fact::Dropped(DropReason::RateLimit)).count();
        assert_eq!(dropped, 4);
    }

    #[test]
    fn a_message_that_is_early_waits_and_nothing_is_read_meanwhile() {
        let mut sim = sim(2, Over::Delay);
        sim.receive("a").receive("b").receive("c");
        assert_eq!(sim.texts(), ["a", "b"]);
        sim.advance(499);
        assert_eq!(sim.texts(), ["a", "b"]);
        sim.advance(1);
        assert_eq!(sim.texts(), ["a", "b", "c"]);
        sim.receive("d").advance(500);
        assert_eq!(sim.texts(), ["a", "b", "c", "d"]);
        assert!(sim.facts().is_empty(), "nothing is lost");
    }

    #[test]
    fn an_answer_or_an_end() {
        let mut told = sim(1, Over::Reply(Message::text("slow down")));
        told.receive("a").receive("b");
        assert_eq!(told.texts(), ["a", "slow down"]);

        let mut closed = sim(1, Over::Close);
        closed.receive("a").receive("b").receive("c");
        assert_eq!(closed.texts(), ["a"]);
        let transcript = closed.transcript();
        assert!(
            transcript.contains("1008") && transcript.contains("more than 1 messages in 1s"),
            "{transcript}"
        );
    }

    #[test]
    fn pings_are_no_messages() {
        let mut sim = sim(1, Over::Close);
        for _ in 0..3 {
            sim.receive_message(Message::Ping("p".into()));
        }
        sim.receive("a");
        assert_eq!(sim.texts(), ["a"]);
    }

    /// Lets one through at a time, whoever it is, and says that it is never long.
    struct Turnstile(std::sync::Mutex<u32>);

    impl Meter for Turnstile {
        fn take(&self, _: &Hello) -> Result<(), Duration> {
            let mut left = self.0.lock().expect("no test panics with it");
            *left = left.checked_sub(1).ok_or(Duration::ZERO)?;
            Ok(())
        }
    }

    #[test]
    fn a_meter_counts_for_all_and_is_asked_again() {
        let meter = Arc::new(Turnstile(std::sync::Mutex::new(1)));
        let rate = Rate::new(1, Duration::from_secs(1)).expect("it is one");
        let limit = RateLimit::new(rate, Over::Delay).shared(meter.clone());
        let mut one = Sim::new(limit.wrap(Box::new(Echo::new(""))));
        let mut two = Sim::new(limit.wrap(Box::new(Echo::new(""))));
        one.receive("a");
        two.receive("b").advance(100);
        assert_eq!((one.texts(), two.texts()), (vec!["a".to_string()], vec![]));
        *meter.0.lock().expect("nobody panics") = 1;
        two.advance(1);
        assert_eq!(two.texts(), ["b"]);
    }
}
