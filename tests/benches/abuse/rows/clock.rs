//! A wall clock that leaps while the server runs.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::MIB;
use crate::client::Client;
use crate::options::Options;
use crate::row::{Ground, Outcome, Row};
use crate::server::binary;
use crate::tally::End;

/// Where Debian's package `faketime` puts it.
const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
const HOUR_MS: i64 = 3_600_000;
/// From the true time to that of the server, in hours, two seconds each.
const LEAPS: [i64; 5] = [0, 24, -48, 1, 0];
/// Ticks of the script at `/clock`.
const EVERY: Duration = Duration::from_millis(100);

pub(crate) const CLOCK: Row = Row {
    name: "clock",
    about: "the server's wall clock leaps by days, forwards and back (libfaketime)",
    command: faked,
    memory: |_| 8 * MIB,
    newcomers: &[],
    run: |ground| Box::pin(run(ground)),
};

fn faked(options: &Options) -> Option<Command> {
    let library = options.libfaketime.clone().unwrap_or_else(|| LIBRARY.into());
    if !Path::new(&library).exists() {
        println!("(the library is in Debian's package faketime; --libfaketime says where it is)");
        return None;
    }
    let file = leaps_file();
    leap(&file, 0);
    let mut command = Command::new(binary());
    command
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", file)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("DONT_FAKE_MONOTONIC", "1");
    Some(command)
}

fn leaps_file() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("mockforge-abuse-{}.clock", std::process::id()))
}

fn leap(file: &Path, hours: i64) {
    std::fs::write(file, format!("{hours:+}h\n")).expect("a temporary file is writable");
}

async fn run(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let file = leaps_file();
    let steady = tokio::spawn(tick(ground.port, 2 * LEAPS.len() as u32 * 10));
    let mut told = Vec::new();
    for hours in LEAPS {
        leap(&file, hours);
        tokio::time::sleep(Duration::from_secs(1)).await;
        // A newcomer is told the time of its handshake and later.
        let off = match tick(ground.port, 1).await {
            Ok(ticks) => (ticks.now_ms - ticks.true_ms + HOUR_MS / 2).div_euclid(HOUR_MS),
            Err(end) => {
                outcome.broken.push(format!("a newcomer at the clock: {end}"));
                continue;
            }
        };
        told.push(off);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let _ = std::fs::remove_file(&file);
    outcome
        .note(format!("the wall clock was off by {LEAPS:?} hours; `{{{{now}}}}` of newcomers by {told:?}"));
    outcome.rule(told == LEAPS, "the leaps did not reach the server's wall clock");
    match steady.await.expect("a client does not panic") {
        Ok(ticks) => {
            outcome.note(format!(
                "a script that ticks each 100 ms all the while: {:.0}–{:.0} ms apart, {:.1} s in all",
                ticks.least.as_secs_f64() * 1e3,
                ticks.most.as_secs_f64() * 1e3,
                ticks.took.as_secs_f64()
            ));
            let due = EVERY * (2 * LEAPS.len() as u32 * 10 - 1);
            outcome.rule(ticks.took + EVERY > due, "ticks came early");
            outcome.rule(ticks.most < Duration::from_secs(1), "ticks stood still");
        }
        Err(end) => outcome.broken.push(format!("the client at the clock: {end}")),
    }
    outcome
}

struct Ticks {
    least: Duration,
    most: Duration,
    took: Duration,
    /// The last `{{now.unixMs}}`, and the true time then.
    now_ms: i64,
    true_ms: i64,
}

/// Listens to so many ticks.
async fn tick(port: u16, count: u32) -> Result<Ticks, End> {
    let mut client = Client::connect(port, "/clock").await?;
    let start = Instant::now();
    let mut ticks =
        Ticks { least: Duration::MAX, most: Duration::ZERO, took: Duration::ZERO, now_ms: 0, true_ms: 0 };
    let mut last = start;
    for number in 0..count {
        let text = client.message().await?;
        ticks.now_ms = text.parse().map_err(|_| End::Wrong(text))?;
        ticks.true_ms = std::time::UNIX_EPOCH.elapsed().expect("it is after 1970").as_millis() as i64;
        if number > 0 {
            ticks.least = ticks.least.min(last.elapsed());
            ticks.most = ticks.most.max(last.elapsed());
        }
        last = Instant::now();
    }
    ticks.took = start.elapsed();
    Ok(ticks)
}
