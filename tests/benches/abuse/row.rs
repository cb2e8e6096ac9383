//! One row of the table: a server, well-behaved clients, and somebody who abuses it.

use std::future::Future;
use std::pin::Pin;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::bystanders::{Bystanders, newcomer};
use crate::client::runtime;
use crate::options::Options;
use crate::server::{Server, binary};
use crate::tally::{End, Tally};
use crate::verdict::Report;
use crate::vitals::{Vitals, Watch};

/// How long the server has to be as it was before, once those who abused it are gone.
const RECOVERY: Duration = Duration::from_secs(20);
/// Newcomers come and go, so that the number of files is never quite the same.
const FILES: usize = 4;

/// What is done to the server, and what it may cost.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The command that the server is started with; `None` where something is not installed here.
    pub(crate) command: fn(&Options) -> Option<Command>,
    /// How much more memory the server may take meanwhile, in bytes.
    pub(crate) memory: fn(&Options) -> usize,
    /// What newcomers may meet meanwhile, beside being served.
    pub(crate) newcomers: &'static [End],
    pub(crate) run: for<'g> fn(&'g Ground<'g>) -> Pin<Box<dyn Future<Output = Outcome> + 'g>>,
}

/// What a row works with.
pub(crate) struct Ground<'g> {
    pub(crate) server: &'g Server,
    pub(crate) port: u16,
    pub(crate) options: &'g Options,
    /// File descriptors of the server beforehand.
    pub(crate) files: usize,
}

/// What became of those who abused it.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) ends: Vec<(String, Tally)>,
    pub(crate) notes: Vec<String>,
    /// What was otherwise than it has to be.
    pub(crate) broken: Vec<String>,
}

impl Outcome {
    /// Counts clients of a kind, of whom each has to end in one of these ways.
    pub(crate) fn expect(&mut self, kind: &str, tally: Tally, ends: &[End]) {
        let others = tally.others(ends);
        if !others.is_empty() {
            self.broken.push(format!("{kind}: {others}"));
        }
        self.ends.push((kind.to_string(), tally));
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// A rule of the row's own.
    pub(crate) fn rule(&mut self, is_kept: bool, broken: impl Into<String>) {
        if !is_kept {
            self.broken.push(broken.into());
        }
    }
}

/// The server as it is.
pub(crate) fn plain(_: &Options) -> Option<Command> {
    Some(Command::new(binary()))
}

/// Runs a row and prints what came of it.
pub(crate) fn run(row: &'static Row, options: &Options) -> Option<Report> {
    println!("\n## {}: {}", row.name, row.about);
    let Some(command) = (row.command)(options) else {
        println!("skipped: what it needs is not installed here");
        return None;
    };
    let server = Server::start(command);
    let bystanders = Bystanders::start(server.port, options.bystanders);
    // The first seconds warm up what all share.
    std::thread::sleep(Duration::from_secs(1));
    bystanders.take();
    std::thread::sleep(Duration::from_secs(options.calm as u64));
    let before = bystanders.take();
    let vitals_before = server.vitals();
    let watch = Watch::start(server.pid());
    let start = Instant::now();
    let mut outcome = {
        let ground =
            Ground { server: &server, port: server.port, options, files: vitals_before.files + FILES };
        runtime().block_on((row.run)(&ground))
    };
    let took = start.elapsed();
    let peak = watch.finish();
    let during = bystanders.take();
    let (recovered, after) = recover(&server, vitals_before.files + FILES);
    let (newcomer, _) = runtime().block_on(newcomer(server.port));
    let last = bystanders.finish();
    let (code, told) = server.terminate();
    outcome.rule(newcomer == End::Served, format!("a newcomer after it was {newcomer}"));
    outcome.rule(code == Some(0), format!("the server ended with {code:?}"));
    outcome.broken.extend(told.iter().filter(|line| line.contains("panicked")).cloned());
    outcome.broken.extend(last.mishaps);
    let report = Report { row, outcome, took, before, during, vitals_before, peak, after, recovered };
    let report = report.judge((row.memory)(options));
    println!("{report}");
    Some(report)
}

/// Waits until the files are no more than that, and says how long it took.
fn recover(server: &Server, files: usize) -> (Option<Duration>, Vitals) {
    let start = Instant::now();
    loop {
        let vitals = server.vitals();
        if vitals.files <= files {
            let after = start.elapsed();
            std::thread::sleep(Duration::from_secs(1));
            return (Some(after), server.vitals());
        }
        if start.elapsed() > RECOVERY {
            return (None, vitals);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
