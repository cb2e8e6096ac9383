//! A server of all modes, for many minutes under connections that come and go in every manner.
//!
//! Kept is: the well-behaved lose nothing; no visitor has an answer that it should not have; over the second half
//! neither memory nor threads nor files grow, by a line fitted to them; once all are gone no connection, no
//! byte in a queue and no file descriptor is left over; stderr says no more than what is explained here.
//! Tasks are not counted by the server: a connection is a task, and one that stays behind keeps its files.

mod page;
mod samples;
mod visitors;

use std::process::Command;
use std::time::{Duration, Instant};

use crate::bystanders::Bystanders;
use crate::client::runtime;
use crate::options::Options;
use crate::server::{self, Server, binary};
use samples::{Sample, Samples};
use visitors::Visitors;

const EVERY: Duration = Duration::from_secs(10);
/// How long closing handshakes and lost connections may take at the end.
const SETTLING: Duration = Duration::from_secs(15);

/// What warnings on stderr are due to: what is in the line, what a summary of many calls it, and why it is told.
const EXPLAINED: [(&str, &str, &str); 3] = [
    ("wait unmet", "wait unmet", "visitors leave in the middle of the script, or say something else"),
    ("no rule", "unanswered", "visitors say what no rule answers"),
    ("nearest:", "nearest", "the second line of these two"),
];

fn config(upstream: u16) -> String {
    format!(
        "\
websocket:
  routes:
    - {{ path: /echo, echo: {{ prefix: '' }} }}
    - {{ path: /replay, replay: answers.jsonl }}
    - path: /rule
      interactive:
        rules:
          - {{ on: {{ jsonpath: $.ask }}, reply: {{ json: {{ answer: '{{{{$.ask}}}}' }} }} }}
    - {{ path: /feed, replay: feed.jsonl }}
    - path: /chat/{{room}}
      interactive:
        room: 'room:{{{{path.room}}}}'
        scope: connection
        rules:
          - on: connect
            start: {{ stream: ticker, key: '{{{{path.room}}}}' }}
          - on: {{ jsonpath: $.say }}
            set: {{ said: {{ add: 1 }} }}
            broadcast: {{ to: 'room:{{{{path.room}}}}', json: {{ said: '{{{{$.say}}}}' }} }}
          - {{ on: '^ping$', reply: pong }}
        vars: {{ said: 0 }}
        streams:
          ticker: {{ every: 50ms, json: {{ seq: '{{{{seq}}}}', id: '{{{{uuid}}}}' }} }}
    - path: /ai
      ai: Simulate 5 minutes of live trading in AAPL and MSFT at 20 events per second
    - {{ path: /copied, proxy: {{ upstream_url: 'ws://127.0.0.1:{upstream}/echo', reconnect: false }} }}
    - {{ path: /read, proxy: {{ upstream_url: 'ws://127.0.0.1:{upstream}/echo', reconnect: true }} }}
    - {{ path: /recorded, echo: {{ prefix: '' }}, record: {{ dir: sessions/, max_files: 100 }} }}
"
    )
}

const FEED: &str = r#"{"text":"hello {{uuid}}"}
{"waitFor":"^message (?<n>\\d+)$","timeout":5000,"onTimeout":"skip","text":"met {{capture.n}}"}
{"ts":50,"json":{"tick":"{{seq}}","at":"{{now}}"},"repeat":{"every":20}}
"#;

/// Soaks for so many minutes; says whether all was kept.
pub(crate) fn run(minutes: f64, options: &Options) -> bool {
    println!("# {minutes} minutes of all modes, under connections that come and go");
    server::build();
    let upstream = Server::start(Command::new(binary()));
    let folder = server::folder(&[("feed.jsonl", FEED.into())]);
    let metrics = runtime().block_on(page::free_port()).to_string();
    let flags = ["--metrics-port", &*metrics, "--log-level", "warn"];
    let server = Server::start_with(Command::new(binary()), folder, &config(upstream.port), &flags);
    let metrics = metrics.parse().expect("it was a number");
    let base = server.vitals();
    let bystanders = Bystanders::start(server.port, options.bystanders);
    let visitors = Visitors::start(server.port);
    let (start, lasts) = (Instant::now(), Duration::from_secs_f64(minutes * 60.0));
    let mut samples = Samples::default();
    while start.elapsed() < lasts {
        std::thread::sleep(EVERY.min(lasts.saturating_sub(start.elapsed())));
        let sample = Sample::take(start.elapsed(), &server, metrics);
        println!("{sample}");
        samples.push(sample);
    }
    let seen = bystanders.finish();
    let (visits, mut broken) = visitors.finish();
    println!("\n{visits}");
    println!("well-behaved: {} messages answered; newcomers: {}", seen.answered, seen.newcomers);
    broken.extend(seen.mishaps);
    broken.extend(samples.judge());
    broken.extend(left_over(&server, metrics, base.files));
    let (code, told) = server.terminate();
    if code != Some(0) {
        broken.push(format!("the server ended with {code:?}"));
    }
    broken.extend(unexplained(&told));
    broken.iter().for_each(|broken| println!("BROKEN: {broken}"));
    println!("verdict: {}", if broken.is_empty() { "kept" } else { "BROKEN" });
    broken.is_empty()
}

/// What is still there when nobody is.
fn left_over(server: &Server, metrics: u16, files: usize) -> Vec<String> {
    let start = Instant::now();
    loop {
        let last = Sample::take(Duration::ZERO, server, metrics);
        // The page of metrics is being read by this program.
        let over = last.active == 0.0 && last.queued == 0.0 && last.vitals.files <= files + 1;
        if over {
            println!(
                "nothing was left over {:.1} s after the last client was gone",
                start.elapsed().as_secs_f64()
            );
            return Vec::new();
        }
        if start.elapsed() > SETTLING {
            return vec![format!("left over: {last}, where there were {files} files before")];
        }
        std::thread::sleep(Duration::from_millis(250));
    }
}

/// Prints how often what is explained was told; gives the rest.
fn unexplained(told: &[String]) -> Vec<String> {
    let mut rest: Vec<&String> = told.iter().filter(|line| !line.trim().is_empty()).collect();
    for (what, _, why) in EXPLAINED {
        let before = rest.len();
        rest.retain(|line| !line.contains(what));
        println!("{} lines on stderr with `{what}`: {why}", before - rest.len());
    }
    rest.retain(|line| !is_summary(line));
    let count = rest.len();
    let mut shown: Vec<String> = rest.into_iter().take(10).map(|line| format!("on stderr: {line}")).collect();
    if count > shown.len() {
        shown.push(format!("and {} lines more on stderr", count - shown.len()));
    }
    shown
}

/// Whether a line counts others that are explained, and no more than these: `… and 3 more unanswered, 2 more …`.
fn is_summary(line: &str) -> bool {
    let is_explained =
        |part: &str| EXPLAINED.iter().any(|(_, kind, _)| part.ends_with(&format!(" more {kind}")));
    line.strip_prefix("… and ").is_some_and(|rest| rest.split(", ").all(is_explained))
}
