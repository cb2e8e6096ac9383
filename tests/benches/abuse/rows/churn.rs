//! Connections that come and go as fast as they can.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{KIB, MIB};
use crate::client::{Client, text};
use crate::row::{Ground, Outcome, Row, plain};
use crate::tally::{End, Tally};

/// Clients that are on their way at the same time; where these are not done in time, no more begin.
const AT_ONCE: usize = 1_000;
const TICK: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(15);

pub(crate) const CHURN: Row = Row {
    name: "churn",
    about: "clients that connect, have one answer, and leave: some in order, some without a word",
    command: plain,
    memory: |_| AT_ONCE * 32 * KIB + 8 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(run(ground)),
};

async fn run(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let Ground { port, options, .. } = *ground;
    let (gate, mut clients) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    let (start, mut tally) = (Instant::now(), Tally::default());
    let lasts = Duration::from_secs(options.churn_seconds as u64);
    let mut number = 0;
    while start.elapsed() < lasts {
        let due = (start.elapsed().as_secs_f64() * options.churn as f64) as usize;
        while number < due {
            let Ok(turn) = Arc::clone(&gate).try_acquire_owned() else {
                // What could not begin is not made up for, or it would never end.
                number = due;
                break;
            };
            clients.spawn(async move {
                let start = Instant::now();
                let end = timeout(PATIENCE, visit(port, number)).await;
                drop(turn);
                (end.unwrap_or(Ok(End::Open)).unwrap_or_else(|end| end), start.elapsed())
            });
            number += 1;
        }
        sleep(TICK).await;
        while let Some(client) = clients.try_join_next() {
            let (end, after) = client.expect("a client does not panic");
            tally.add(end, after);
        }
    }
    while let Some(client) = clients.join_next().await {
        let (end, after) = client.expect("a client does not panic");
        tally.add(end, after);
    }
    let rate = tally.total() as f64 / start.elapsed().as_secs_f64();
    outcome.note(format!("{rate:.0} connects a second, where {} were asked for", options.churn));
    outcome.expect("visitors", tally, &[End::Served]);
    outcome
}

/// Two of three close in order, one just hangs up.
async fn visit(port: u16, number: usize) -> Result<End, End> {
    let mut client = Client::connect(port, "/echo").await?;
    client.send(&text("hello")).await?;
    client.message().await?;
    if number.is_multiple_of(3) {
        return Ok(End::Served);
    }
    client.leave().await
}
