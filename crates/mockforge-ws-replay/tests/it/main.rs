//! Scripts compiled and played on a virtual clock.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

mod assign;
mod broken;
mod end;
mod examples;
mod expected;
mod flow;
mod har;
mod header;
mod leave;
mod payload;
mod play;
mod pressure;
mod properties;
mod record;
mod size;
mod timeline;
mod waits;

use mockforge_ws_replay::{Options, Script, compile};
use mockforge_ws_testkit::Sim;

/// A script that may have warnings, but no errors.
#[track_caller]
fn script(source: &str) -> Script {
    let compiled = compile(source, &Options::new("s.jsonl"));
    compiled.script.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

/// The mistakes of a script, each as `line:column: severity: message (hint)`.
fn mistakes(source: &str) -> Vec<String> {
    let shown = compile(source, &Options::new("")).diagnostics;
    let hint = |hint: Option<String>| hint.map_or(String::new(), |hint| format!(" ({hint})"));
    shown.into_iter().map(|shown| format!("{shown}{}", hint(shown.hint.clone()))).collect()
}

/// What a client does: `ms` milliseconds pass, or it says something.
#[derive(Clone, Copy)]
enum Client {
    Pass(u64),
    Say(&'static str),
}

use Client::{Pass, Say};

fn run(script: &Script, client: &[Client]) -> Sim {
    let mut sim = Sim::new(script.player());
    for act in client {
        match act {
            Pass(ms) => sim.advance(*ms),
            Say(text) => sim.receive(text),
        };
    }
    sim
}

/// Plays a script to a client, and compares all that happened: a transcript with ` | ` between its lines.
#[track_caller]
fn check(source: &str, client: &[Client], wanted: &str) {
    let sim = run(&script(source), client);
    let happened = sim.transcript().trim_end().replace('\n', " | ");
    assert_eq!(happened, wanted, "{source}");
}

/// The facts that a session reports, its client leaving at the end, as the journal writes them.
fn facts(source: &str, client: &[Client]) -> Vec<String> {
    let mut sim = run(&script(source), client);
    sim.leave();
    noted(&sim)
}

fn noted(sim: &Sim) -> Vec<String> {
    sim.facts().iter().map(|fact| format!("{fact:?}")).collect()
}
