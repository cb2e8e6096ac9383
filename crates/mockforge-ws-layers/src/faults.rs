//! Faults: outgoing messages lost, doubled or cut off, at random and by the seed.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use crate::latency::{Latency, LatencyProfile};
use mockforge_ws_core::{Cx, DropReason, Effect, Effects, Elapsed, Event, Fact, Layer, Session};

/// How often an outgoing message meets a fault. Each field is a probability from 0 to 1; draws come from the
/// connection's generator, so a seed fixes them.
///
/// ```
/// use mockforge_ws_layers::faults::FaultConfig;
///
/// let lossy = FaultConfig { drop: 0.05, ..FaultConfig::default() };
/// assert!(!lossy.is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultConfig {
    /// The message is not sent.
    pub drop: f64,
    /// The message is sent twice.
    pub duplicate: f64,
    /// The connection is dropped instead of sending the message.
    pub abort: f64,
}

impl FaultConfig {
    /// Whether no fault can happen.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// The fault layer.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    config: FaultConfig,
}

impl Faults {
    /// Faults as configured.
    pub fn new(config: FaultConfig) -> Self {
        Self { config }
    }
}

impl Layer for Faults {
    fn wrap(&self, inner: Box<dyn Session>) -> Box<dyn Session> {
        if self.config.is_none() {
            return inner;
        }
        Box::new(Faulty { inner, config: self.config, emitted: Effects::new(), cut: false })
    }
}

struct Faulty {
    inner: Box<dyn Session>,
    config: FaultConfig,
    emitted: Effects,
    /// The connection has been dropped; what the inner session still sends goes nowhere.
    cut: bool,
}

impl Faulty {
    fn pass(&mut self, effect: Effect, cx: &mut Cx<'_>) {
        let Effect::Send(message) = effect else { return cx.emit(effect) };
        if self.cut {
            return;
        }
        // One draw a message decides, so that raising one probability does not reshuffle the others.
        let draw: f64 = cx.rng().random();
        let FaultConfig { drop, duplicate, abort } = self.config;
        if draw < abort {
            cx.note(Fact::Error { reason: "fault: connection dropped".into() });
            cx.abort();
            self.cut = true;
        } else if draw < abort + drop {
            cx.note(Fact::Dropped(DropReason::Fault));
        } else {
            if draw < abort + drop + duplicate {
                cx.send(message.clone());
            }
            cx.send(message);
        }
    }
}

impl Session for Faulty {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        let mut next = Some(event);
        while let Some(event) = next.take() {
            self.inner.on(event, &mut cx.with_effects(&mut self.emitted));
            while let Some(effect) = self.emitted.pop() {
                self.pass(effect, cx);
            }
            // Our buffer is empty again; the inner session goes on unless the outer one is full.
            if !cx.full() && self.emitted.take_writable() {
                next = Some(Event::Writable);
            }
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        self.inner.deadline()
    }

    fn held_bytes(&self) -> usize {
        self.inner.held_bytes()
    }
}

/// The sum of a latency profile and faults, as `router_with_latency` takes it.
///
/// ```
/// use mockforge_ws_layers::{faults::LatencyInjector, latency::LatencyProfile};
///
/// let injector = LatencyInjector::new(LatencyProfile::normal(), Default::default());
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct LatencyInjector {
    latency: LatencyProfile,
    faults: FaultConfig,
}

impl LatencyInjector {
    /// Delays by `profile`, with faults by `faults`.
    pub fn new(profile: LatencyProfile, faults: FaultConfig) -> Self {
        Self { latency: profile, faults }
    }
}

impl Layer for LatencyInjector {
    fn wrap(&self, inner: Box<dyn Session>) -> Box<dyn Session> {
        Latency::new(self.latency).wrap(Faults::new(self.faults).wrap(inner))
    }
}
