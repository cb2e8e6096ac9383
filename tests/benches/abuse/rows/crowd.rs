//! As many connections as are allowed, some of which never read what never ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, watch};
use tokio::time::sleep;

use super::KIB;
use crate::client::{Client, crowd};
use crate::row::{Ground, Outcome, Row, plain};
use crate::tally::End;

/// `write_timeout` is 60 seconds.
const PATIENCE: Duration = Duration::from_secs(90);
/// Connections that shake hands at the same time, as fewer than may.
const AT_ONCE: usize = 200;
/// As many files as may be in doubt.
const FEW: usize = 8;
/// What an idle connection may cost.
const IDLE: usize = 8 * KIB;
/// What the queue of a connection may hold: what is due for it and what is being written.
const QUEUE: usize = 256 * KIB;

pub(crate) const DEAF: Row = Row {
    name: "deaf",
    about: "as many connections as are allowed, of which some never read a firehose",
    command: plain,
    memory: |options| options.connections * IDLE + options.deaf * QUEUE,
    // All places are taken.
    newcomers: &[End::Status(503)],
    run: |ground| Box::pin(run(ground)),
};

async fn run(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let Ground { port, options, .. } = *ground;
    // The well-behaved and a newcomer are connections too.
    let idle = options.connections.saturating_sub(options.deaf + options.bystanders + 1);
    let (tell, given_up) = watch::channel(false);
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let deaf = crowd(options.deaf, |_| {
        let (gate, mut given_up) = (Arc::clone(&gate), given_up.clone());
        async move {
            let mut client = {
                let _turn = gate.acquire().await;
                Client::connect_small(port, "/firehose").await?
            };
            let _ = given_up.wait_for(|given_up| *given_up).await;
            Ok(client.reader.end(PATIENCE).await)
        }
    });
    let staying = crowd(idle, |_| {
        let (gate, mut given_up) = (Arc::clone(&gate), given_up.clone());
        async move {
            let mut client = {
                let _turn = gate.acquire().await;
                Client::connect(port, "/echo").await?
            };
            tokio::select! {
                // They answer pings, as clients do.
                message = client.message() => Err(message.map_or_else(|end| end, End::Wrong)),
                _ = given_up.wait_for(|given_up| *given_up) => Ok(End::Open),
            }
        }
    });
    let watching = async {
        let files = ground.files + idle;
        let (start, mut all) = (Instant::now(), None);
        while start.elapsed() < PATIENCE {
            sleep(Duration::from_millis(500)).await;
            let now = ground.server.vitals().files;
            match all {
                None if now >= ground.files + idle + options.deaf - FEW => all = Some(start.elapsed()),
                Some(_) if now <= files => break,
                _ => {}
            }
        }
        let kernel = socket_memory();
        tell.send_replace(true);
        (all, start.elapsed(), kernel)
    };
    let kernel = socket_memory();
    let (deaf, idle, (all, given_up, kernel_then)) = tokio::join!(deaf, staying, watching);
    outcome.note(format!(
        "the kernel's socket buffers: {kernel} MiB before, {kernel_then} MiB when the server had given up the deaf"
    ));
    match all {
        Some(all) => outcome.note(format!(
            "all were connected after {:.1} s; the server had given up the deaf after {:.1} s",
            all.as_secs_f64(),
            given_up.as_secs_f64()
        )),
        None => outcome.broken.push("not all were connected".into()),
    }
    outcome.rule(given_up < PATIENCE, "the server has not given up the deaf");
    outcome.expect("deaf, once they read", deaf, &[End::Reset, End::CutOff]);
    outcome.expect("idle", idle, &[End::Open]);
    outcome
}

/// What all TCP connections of the system hold in the kernel, in MiB.
fn socket_memory() -> usize {
    let stat = std::fs::read_to_string("/proc/net/sockstat").unwrap_or_default();
    let line = stat.lines().find(|line| line.starts_with("TCP:")).unwrap_or_default();
    let mut words = line.split_whitespace().skip_while(|word| *word != "mem");
    let pages: usize = words.nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * 4096 / super::MIB
}
