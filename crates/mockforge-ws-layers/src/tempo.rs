//! Tempo: a session's time passes faster or slower than the clock, or stands still.

mod clock;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mockforge_ws_core::{Cx, Elapsed, Event, Layer, Mailbox, Session};

use self::clock::Clock;

/// How fast time passes for the sessions below this layer, changed at any moment by any clone of it.
///
/// Scripts, streams and time-outs of a session go by its own time, so at a speed of 10 an hour of a recording is
/// played in six minutes, and while it is paused nothing falls due. What a client sends is answered as ever.
/// `{{now}}` stays the time of the clock.
///
/// ```
/// use mockforge_ws_core::{Stack, echo::Echo};
/// use mockforge_ws_layers::tempo::Tempo;
///
/// let tempo = Tempo::new(2.0).unwrap();
/// let mode = Stack::new(Echo::default()).layer(tempo.clone());
/// tempo.pause();
/// assert!(tempo.is_paused());
/// tempo.resume();
/// assert!(tempo.set_speed(0.0).is_err());
/// ```
#[derive(Clone, Default)]
pub struct Tempo(Arc<Shared>);

/// A speed outside of 0.001 to 1,000.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnknownSpeed(f64);

impl fmt::Display for UnknownSpeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a speed is from 0.001 to 1000, and 1 is the clock's; found {}", self.0)
    }
}

impl std::error::Error for UnknownSpeed {}

#[derive(Default)]
struct Shared {
    /// Counts the changes, so that sessions see without a lock that there was none.
    version: AtomicU64,
    state: Mutex<State>,
}

struct State {
    speed: f64,
    is_paused: bool,
    /// How many sessions there were.
    sessions: u64,
    /// The sessions that there are, to be told of a change.
    bells: HashMap<u64, Mailbox>,
}

impl Default for State {
    fn default() -> Self {
        Self { speed: 1.0, is_paused: false, sessions: 0, bells: HashMap::new() }
    }
}

impl Tempo {
    /// So many times as fast as the clock.
    ///
    /// # Errors
    /// Where that is not from 0.001 to 1,000.
    pub fn new(speed: f64) -> Result<Self, UnknownSpeed> {
        let tempo = Self::default();
        tempo.set_speed(speed)?;
        Ok(tempo)
    }

    /// Makes time pass so many times as fast as the clock, once it is not paused.
    ///
    /// # Errors
    /// Where that is not from 0.001 to 1,000.
    pub fn set_speed(&self, speed: f64) -> Result<(), UnknownSpeed> {
        if !(0.001..=1_000.0).contains(&speed) {
            return Err(UnknownSpeed(speed));
        }
        self.change(|state| state.speed = speed);
        Ok(())
    }

    /// How many times as fast as the clock time passes while it is not paused.
    pub fn speed(&self) -> f64 {
        self.0.state().speed
    }

    /// Makes time stand still.
    pub fn pause(&self) {
        self.change(|state| state.is_paused = true);
    }

    /// Lets time pass again.
    pub fn resume(&self) {
        self.change(|state| state.is_paused = false);
    }

    /// Whether time stands still.
    pub fn is_paused(&self) -> bool {
        self.0.state().is_paused
    }

    /// How many sessions go by it.
    pub fn sessions(&self) -> usize {
        self.0.state().bells.len()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.0.state();
        change(&mut state);
        self.0.version.fetch_add(1, Ordering::Release);
        state.bells.values().for_each(Mailbox::ring);
    }
}

impl fmt::Debug for Tempo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state();
        f.debug_struct("Tempo").field("speed", &state.speed).field("is_paused", &state.is_paused).finish()
    }
}

impl Layer for Tempo {
    fn wrap(&self, inner: Box<dyn Session>) -> Box<dyn Session> {
        Box::new(Timed {
            inner,
            shared: Arc::clone(&self.0),
            version: 0,
            number: None,
            clock: Clock::default(),
        })
    }
}

impl Shared {
    /// A change is made as a whole, so who panicked has left nothing half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Timed {
    inner: Box<dyn Session>,
    shared: Arc<Shared>,
    /// The change up to which the clock is set.
    version: u64,
    /// Under which its bell hangs, once there is one.
    number: Option<u64>,
    clock: Clock,
}

impl Timed {
    /// Sets the clock as it is wanted now.
    fn set(&mut self, now: Elapsed) {
        let version = self.shared.version.load(Ordering::Acquire);
        if version != self.version {
            self.version = version;
            let state = self.shared.state();
            self.clock.set(if state.is_paused { 0.0 } else { state.speed }, now);
        }
    }

    fn hang_bell(&mut self, cx: &mut Cx<'_>) {
        let bell = cx.mailbox();
        let mut state = self.shared.state();
        state.sessions += 1;
        self.number = Some(state.sessions);
        let number = state.sessions;
        state.bells.insert(number, bell);
    }
}

impl Session for Timed {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        if matches!(event, Event::Opened) {
            self.hang_bell(cx);
        }
        self.set(cx.elapsed());
        let own = self.clock.own(cx.elapsed(), self.inner.deadline());
        self.inner.on(event, &mut cx.at(own));
    }

    fn deadline(&self) -> Option<Elapsed> {
        self.clock.outer(self.inner.deadline()?)
    }

    fn held_bytes(&self) -> usize {
        self.inner.held_bytes()
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.shared.state().bells.remove(&number);
        }
    }
}
