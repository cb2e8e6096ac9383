//! Well-behaved clients: they exchange messages the whole time, and others come, have one answer and go.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use crate::client::{Client, runtime, text};
use crate::server::Mode;
use crate::tally::{End, Tally};

/// Messages that each has on the way at a time, so that an order shows.
const BURST: u64 = 4;
/// Between two bursts of one client.
const PAUSE: Duration = Duration::from_millis(50);
/// Between a newcomer that has left and the next.
const NEWCOMERS: Duration = Duration::from_millis(100);
/// After so long without an answer a message counts as lost.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// What they have seen for a while.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Messages that came as they were expected, in their order.
    pub(crate) answered: u64,
    /// What else came, or did not, and to whom.
    pub(crate) mishaps: Vec<String>,
    /// How long each burst took.
    bursts: Vec<Duration>,
    /// How newcomers fared, and how long that took.
    pub(crate) newcomers: Tally,
}

impl Seen {
    /// The longest that a burst took.
    pub(crate) fn worst(&self) -> Duration {
        self.bursts.iter().copied().max().unwrap_or_default()
    }

    /// Of a hundred bursts, the longest but one.
    pub(crate) fn usual_worst(&self) -> Duration {
        let mut sorted = self.bursts.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() * 99 / 100).copied().unwrap_or_default()
    }
}

/// Clients on a thread of their own, until they are dropped.
pub(crate) struct Bystanders {
    seen: Arc<Mutex<Seen>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bystanders {
    /// So many, spread over the modes.
    pub(crate) fn start(port: u16, count: usize) -> Self {
        let (seen, over) = (Arc::new(Mutex::new(Seen::default())), Arc::new(AtomicBool::new(false)));
        let thread = std::thread::spawn({
            let (seen, over) = (Arc::clone(&seen), Arc::clone(&over));
            move || {
                runtime().block_on(async {
                    let mut tasks = tokio::task::JoinSet::new();
                    for number in 0..count {
                        let mode = Mode::ALL[number % Mode::ALL.len()];
                        tasks.spawn(stay(port, mode, number, Arc::clone(&seen), Arc::clone(&over)));
                    }
                    tasks.spawn(come_and_go(port, Arc::clone(&seen), Arc::clone(&over)));
                    while tasks.join_next().await.is_some() {}
                });
            }
        });
        Self { seen, over, thread: Some(thread) }
    }

    /// What they have seen since they were asked last.
    pub(crate) fn take(&self) -> Seen {
        std::mem::take(&mut lock(&self.seen))
    }

    /// Lets them leave; what they have seen last.
    pub(crate) fn finish(mut self) -> Seen {
        self.over.store(true, Ordering::Relaxed);
        let thread = self.thread.take().expect("it is ended once");
        if thread.join().is_err() {
            lock(&self.seen).mishaps.push("the well-behaved clients panicked".into());
        }
        self.take()
    }
}

async fn stay(port: u16, mode: Mode, number: usize, seen: Arc<Mutex<Seen>>, over: Arc<AtomicBool>) {
    if let Err(end) = exchange(port, mode, number, &seen, &over).await {
        lock(&seen).mishaps.push(format!("client {number} of {mode:?}: {end}"));
    }
}

async fn exchange(
    port: u16,
    mode: Mode,
    number: usize,
    seen: &Mutex<Seen>,
    over: &AtomicBool,
) -> Result<(), End> {
    let mut client = Client::connect(port, mode.path()).await?;
    let mut next = number as u64 * 1_000_000;
    while !over.load(Ordering::Relaxed) {
        let start = Instant::now();
        let burst: Vec<u8> = (next..next + BURST).flat_map(|number| text(&mode.asked(number))).collect();
        client.send(&burst).await?;
        for number in next..next + BURST {
            let answer = timeout(PATIENCE, client.message());
            let answer = answer.await.map_err(|_| End::Wrong(format!("{number} was not answered")))??;
            if answer != mode.answered(number) {
                return Err(End::Wrong(format!("{} where {} was due", answer, mode.answered(number))));
            }
        }
        {
            let mut seen = lock(seen);
            seen.answered += BURST;
            seen.bursts.push(start.elapsed());
        }
        next += BURST;
        sleep(PAUSE).await;
    }
    client.leave().await.map(drop)
}

async fn come_and_go(port: u16, seen: Arc<Mutex<Seen>>, over: Arc<AtomicBool>) {
    while !over.load(Ordering::Relaxed) {
        let (end, after) = newcomer(port).await;
        lock(&seen).newcomers.add(end, after);
        sleep(NEWCOMERS).await;
    }
}

/// Somebody who connects, has one answer, and leaves.
pub(crate) async fn newcomer(port: u16) -> (End, Duration) {
    let start = Instant::now();
    let visit = async {
        let mut client = Client::connect(port, Mode::Echo.path()).await?;
        client.send(&text("hello")).await?;
        match client.message().await? {
            answer if answer == "hello" => {}
            answer => return Err(End::Wrong(answer)),
        }
        client.leave().await
    };
    let end = timeout(PATIENCE, visit).await.unwrap_or(Ok(End::Open)).unwrap_or_else(|end| end);
    (end, start.elapsed())
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
