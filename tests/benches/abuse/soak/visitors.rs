//! Visitors of every route: each stays for a moment, says this and that, and leaves in one manner or another.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::client::{Client, runtime, text};
use crate::tally::{End, Tally};

/// The routes, and whether what is said is sent back.
const ROUTES: [(&str, bool); 8] = [
    ("/echo", true),
    ("/feed", false),
    ("/chat/lobby", false),
    ("/chat/attic", false),
    ("/ai", false),
    ("/copied", true),
    ("/read", true),
    ("/recorded", true),
];
/// Visitors of each route at a time.
const EACH: usize = 5;
/// The longest stay.
const STAY_MS: u64 = 1000;
/// Of a visitor that waits for nothing else.
const PATIENCE: Duration = Duration::from_secs(10);

/// Visitors on a thread of their own.
pub(super) struct Visitors {
    over: Arc<AtomicBool>,
    tallies: Arc<Mutex<Vec<Tally>>>,
    thread: JoinHandle<()>,
}

impl Visitors {
    pub(super) fn start(port: u16) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let tallies = Arc::new(Mutex::new(vec![Tally::default(); ROUTES.len()]));
        let thread = std::thread::spawn({
            let (over, tallies) = (Arc::clone(&over), Arc::clone(&tallies));
            move || {
                runtime().block_on(async {
                    let mut tasks = JoinSet::new();
                    for number in 0..ROUTES.len() * EACH {
                        let (over, tallies) = (Arc::clone(&over), Arc::clone(&tallies));
                        tasks.spawn(async move {
                            let mut dice = Dice(number as u64);
                            while !over.load(Ordering::Relaxed) {
                                let (route, start) = (number % ROUTES.len(), Instant::now());
                                let end = visit(port, ROUTES[route], &mut dice).await;
                                let end = end.map_or_else(|end| end, |()| End::Served);
                                let mut tallies = tallies.lock().unwrap_or_else(PoisonError::into_inner);
                                tallies[route].add(end, start.elapsed());
                            }
                        });
                    }
                    while tasks.join_next().await.is_some() {}
                });
            }
        });
        Self { over, tallies, thread }
    }

    /// Lets them leave: how they fared, and what was otherwise than it has to be.
    pub(super) fn finish(self) -> (String, Vec<String>) {
        self.over.store(true, Ordering::Relaxed);
        let mut broken = Vec::new();
        if self.thread.join().is_err() {
            broken.push("the visitors panicked".to_string());
        }
        let tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = Vec::new();
        for ((path, _), tally) in ROUTES.iter().zip(&*tallies) {
            told.push(format!("{path}: {tally}"));
            let others = tally.others(&[End::Served]);
            if !others.is_empty() {
                broken.push(format!("visitors of {path}: {others}"));
            }
        }
        (told.join("\n"), broken)
    }
}

async fn visit(port: u16, (path, is_echo): (&str, bool), dice: &mut Dice) -> Result<(), End> {
    let mut client = Client::connect(port, path).await?;
    let leaves_at = Instant::now() + Duration::from_millis(dice.below(STAY_MS));
    for number in 0.. {
        let said = match dice.below(4) {
            0 => format!("message {number}"),
            1 => format!("{{\"say\":\"{number}\"}}"),
            2 => "ping".to_string(),
            _ => "x".repeat(dice.below(20_000) as usize),
        };
        client.send(&text(&said)).await?;
        // What is not echoed may be answered by anything, or by nothing.
        let pause = Duration::from_millis(20 + dice.below(80));
        let heard = timeout(if is_echo { PATIENCE } else { pause }, client.message()).await;
        match heard {
            Ok(Err(end)) => return Err(end),
            Ok(Ok(heard)) if is_echo && heard != said => return Err(End::Wrong(heard)),
            Err(_) if is_echo => return Err(End::Open),
            _ => {}
        }
        if Instant::now() >= leaves_at {
            break;
        }
        tokio::time::sleep(pause).await;
    }
    match dice.below(4) {
        0 => Ok(()),
        1 => {
            client.hang_up();
            Ok(())
        }
        _ => client.leave().await.map(drop),
    }
}

/// Numbers that are as good as random (a linear congruential generator with Knuth's constants for MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
