//! Latency: every outgoing message leaves later, in order.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use mockforge_ws_core::{Cx, Effect, Effects, Elapsed, Event, Layer, Session};

/// How late messages leave: `base` plus a uniform draw from `0..=jitter`, in order whatever the draws.
///
/// ```
/// use mockforge_ws_layers::latency::LatencyProfile;
///
/// assert_eq!("slow".parse(), Ok(LatencyProfile::slow()));
/// assert_eq!("20ms..50ms".parse(), Ok(LatencyProfile::between_ms(20, 50)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LatencyProfile {
    /// The least delay of a message.
    pub base: Duration,
    /// The most that is added to it at random.
    pub jitter: Duration,
}

impl LatencyProfile {
    /// The named profiles with what they stand for.
    pub const NAMED: [(&'static str, Self); 7] = [
        ("none", Self::none()),
        ("fast", Self::fast()),
        ("normal", Self::normal()),
        ("slow", Self::slow()),
        ("mobile", Self::mobile()),
        ("satellite", Self::satellite()),
        ("flaky", Self::flaky()),
    ];

    /// From `least` to `most` milliseconds.
    pub const fn between_ms(least: u64, most: u64) -> Self {
        Self { base: Duration::from_millis(least), jitter: Duration::from_millis(most.saturating_sub(least)) }
    }

    /// Always `ms` milliseconds.
    pub const fn fixed_ms(ms: u64) -> Self {
        Self::between_ms(ms, ms)
    }

    /// No delay.
    pub const fn none() -> Self {
        Self::fixed_ms(0)
    }

    /// A service next door: 1 to 5 ms.
    pub const fn fast() -> Self {
        Self::between_ms(1, 5)
    }

    /// A service across the country: 20 to 60 ms.
    pub const fn normal() -> Self {
        Self::between_ms(20, 60)
    }

    /// A loaded service far away: 200 to 500 ms.
    pub const fn slow() -> Self {
        Self::between_ms(200, 500)
    }

    /// A phone: 60 to 180 ms.
    pub const fn mobile() -> Self {
        Self::between_ms(60, 180)
    }

    /// A geostationary link: 550 to 700 ms.
    pub const fn satellite() -> Self {
        Self::between_ms(550, 700)
    }

    /// Anything from at once to a second.
    pub const fn flaky() -> Self {
        Self::between_ms(0, 1000)
    }
}

/// A text that names no latency profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownProfile(String);

impl fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = LatencyProfile::NAMED.iter().map(|(name, _)| *name).collect();
        write!(
            f,
            "`{}` is no latency profile; expected one of {}, a time such as `50ms`, or a range such as `20ms..80ms`",
            self.0,
            names.join(", ")
        )
    }
}

impl std::error::Error for UnknownProfile {}

impl FromStr for LatencyProfile {
    type Err = UnknownProfile;

    /// A name, a time (`50ms`, `1s`), or a range (`20ms..80ms`).
    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        if let Some((_, profile)) = Self::NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(*profile);
        }
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        match (millis(least), millis(most)) {
            (Some(least), Some(most)) if least <= most => Ok(Self::between_ms(least, most)),
            _ => Err(UnknownProfile(text.to_string())),
        }
    }
}

impl fmt::Display for LatencyProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = Self::NAMED.iter().find(|(_, profile)| profile == self) {
            return f.write_str(name);
        }
        let least = self.base.as_millis();
        if self.jitter.is_zero() {
            return write!(f, "{least}ms");
        }
        write!(f, "{least}ms..{}ms", (self.base + self.jitter).as_millis())
    }
}

fn millis(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_suffix("ms") {
        Some(number) => number.parse().ok(),
        None => text.strip_suffix('s')?.parse::<u64>().ok()?.checked_mul(1000),
    }
}

/// The layer that delays what a session sends, closes and aborts. Facts are not delayed.
#[derive(Debug, Clone, Copy)]
pub struct Latency {
    profile: LatencyProfile,
}

impl Latency {
    /// Delays by that profile.
    pub fn new(profile: LatencyProfile) -> Self {
        Self { profile }
    }
}

impl Layer for Latency {
    fn wrap(&self, inner: Box<dyn Session>) -> Box<dyn Session> {
        if self.profile == LatencyProfile::none() {
            return inner;
        }
        Box::new(Delayed {
            inner,
            profile: self.profile,
            waiting: Effects::new(),
            due: VecDeque::new(),
            blocked: false,
        })
    }
}

struct Delayed {
    inner: Box<dyn Session>,
    profile: LatencyProfile,
    /// What the inner session has emitted and is not due yet. It is the inner session's own buffer, so a
    /// long delay slows the session down rather than the memory up.
    waiting: Effects,
    /// When each of `waiting` is due; the times only grow.
    due: VecDeque<Elapsed>,
    /// Whether something due is held back by the outer buffer; then `Writable` goes on, not a tick.
    blocked: bool,
}

impl Delayed {
    fn tell(&mut self, event: Event, cx: &mut Cx<'_>) {
        let known = self.waiting.len();
        self.inner.on(event, &mut cx.with_effects(&mut self.waiting));
        // What is late is late for the client.
        while let Some(outward) = self.waiting.pop_outward() {
            cx.upstream(outward);
        }
        for effect in self.waiting.iter().skip(known) {
            let due = match effect {
                Effect::Note(_) | Effect::Upstream(_) => cx.elapsed(),
                Effect::Send(_) | Effect::Close(_) | Effect::Abort => {
                    cx.elapsed() + self.profile.base + self.profile.jitter.mul_f64(cx.rng().random())
                }
            };
            self.due.push_back(self.due.back().map_or(due, |last| due.max(*last)));
        }
    }

    fn release(&mut self, cx: &mut Cx<'_>) {
        loop {
            let ready = self.due.front().is_some_and(|due| *due <= cx.elapsed());
            self.blocked = ready && cx.full();
            if !ready || self.blocked {
                return;
            }
            self.due.pop_front();
            if let Some(effect) = self.waiting.pop() {
                cx.emit(effect);
            }
            if self.waiting.take_writable() {
                self.tell(Event::Writable, cx);
            }
        }
    }
}

impl Session for Delayed {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        match event {
            // A tick may be for us, for the inner session, or for both.
            Event::Tick if self.inner.deadline().is_none_or(|due| due > cx.elapsed()) => {}
            // The inner session writes into our buffer and hears from us when that has room.
            Event::Writable => {}
            event => self.tell(event, cx),
        }
        self.release(cx);
    }

    fn deadline(&self) -> Option<Elapsed> {
        let ours = self.due.front().copied().filter(|_| !self.blocked);
        [ours, self.inner.deadline()].into_iter().flatten().min()
    }

    fn held_bytes(&self) -> usize {
        self.waiting.bytes() + self.inner.held_bytes()
    }
}
