//! What holds for every script and every client.

use mockforge_ws_replay::{
    Branch, Close, Dir, Early, Header, OnEnd, OnTimeout, Options, Repeat, ReplayEntry, SyncLevel, compile,
};
use mockforge_ws_testkit::{Entry, Sim};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::script;

/// A line of a script without jumps: its time, and the letter that it waits for.
#[derive(Debug, Clone)]
struct Plan {
    ts: u64,
    wait: Option<u8>,
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    vec((0_u64..60, option::weighted(0.5, 0_u8..3)).prop_map(|(ts, wait)| Plan { ts, wait }), 1..12)
}

/// What a client says, each so many milliseconds after the last.
fn says() -> impl Strategy<Value = Vec<(u64, u8)>> {
    vec((0_u64..30, 0_u8..3), 0..24)
}

fn source(plans: &[Plan]) -> String {
    let line = |(index, plan): (usize, &Plan)| {
        let mut line = json!({ "ts": plan.ts, "text": index.to_string() });
        if let Some(letter) = plan.wait {
            line["waitFor"] = format!("^{letter}$").into();
        }
        format!("{line}\n")
    };
    plans.iter().enumerate().map(line).collect()
}

/// When each line leaves, worked out line by line instead of event by event.
fn expected(plans: &[Plan], says: &[(u64, u8)]) -> Vec<u64> {
    let mut at = 0;
    let mut kept = Vec::new();
    for (gap, letter) in says {
        at += gap;
        kept.push((at, *letter));
    }
    let (mut script, mut shift, mut times) = (0, 0, Vec::new());
    for plan in plans {
        script = plan.ts.max(script);
        let due = script + shift;
        if let Some(letter) = plan.wait {
            let Some(index) = kept.iter().position(|(_, said)| *said == letter) else { break };
            let (came, _) = kept.remove(index);
            shift += came.saturating_sub(due);
        }
        times.push(script + shift);
    }
    times
}

fn play(source: &str, says: &[(u64, u8)]) -> Sim {
    let mut sim = Sim::new(script(source).player());
    for (gap, letter) in says {
        sim.advance(*gap).receive(&letter.to_string());
    }
    sim.advance(1_000);
    sim
}

fn sent(sim: &Sim) -> Vec<u64> {
    let time = |entry: &Entry| match entry {
        Entry::Sent(at, _) => Some(u64::try_from(at.as_millis()).unwrap()),
        _ => None,
    };
    sim.entries().iter().filter_map(time).collect()
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((".{0,3}", inner), 0..3).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// What `Option<Value>` reads as not there.
fn some_value() -> impl Strategy<Value = Option<Value>> {
    option::of(value().prop_filter("null is nothing", |value| !value.is_null()))
}

prop_compose! {
    fn entry()(
        (ts, inward, label, wait_for) in (any::<u64>(), any::<bool>(), option::of(".{1,5}"), some_value()),
        (timeout, on_timeout) in (option::of(any::<u64>()), option::of(0_usize..3)),
        (text, empty) in (".{0,9}", any::<bool>()),
        (json, base64, hex) in (option::of(value()), option::of(".{0,5}"), option::of(".{0,5}")),
        (pattern, repeat) in (some_value(), option::of((option::of(any::<u64>()), any::<u64>()))),
        set in vec(("[a-z]{1,3}", value()), 0..3),
        branch in vec((value(), ".{0,4}"), 0..3),
        (goto, times) in (option::of(".{0,4}"), option::of(any::<u64>())),
        (close, abort, on_end) in (option::of((any::<u16>(), ".{0,5}")), any::<bool>(), option::of(0_usize..3)),
    ) -> ReplayEntry {
        ReplayEntry {
            ts,
            dir: if inward { Dir::In } else { Dir::Out },
            label,
            wait_for,
            timeout,
            on_timeout: on_timeout.map(|index| [OnTimeout::Fail, OnTimeout::Skip, OnTimeout::Close][index]),
            empty: empty && text.is_empty(),
            text,
            json,
            base64,
            hex,
            pattern,
            set: set.into_iter().collect(),
            repeat: repeat.map(|(count, every)| Repeat { count, every }),
            branch: branch.into_iter().map(|(on, goto)| Branch { on, goto }).collect(),
            goto,
            times,
            close: close.map(|(code, reason)| Close { code, reason }),
            abort,
            on_end: on_end.map(|index| [OnEnd::Keep, OnEnd::Close, OnEnd::Loop][index]),
        }
    }
}

prop_compose! {
    fn header()(
        (name, subprotocol, seed) in (option::of(".{0,5}"), vec("[a-z]{1,4}", 0..3), option::of(any::<u64>())),
        variables in vec(("[a-z]{1,4}", value()), 0..3),
        (sync, early, on_end, recorded) in (0_usize..3, any::<bool>(), 0_usize..3, option::of(".{0,5}")),
    ) -> Header {
        Header {
            name,
            subprotocol,
            seed,
            variables: variables.into_iter().collect(),
            sync: [SyncLevel::Loose, SyncLevel::Strict, SyncLevel::Off][sync],
            early: if early { Early::Drop } else { Early::Keep },
            on_end: [OnEnd::Keep, OnEnd::Close, OnEnd::Loop][on_end],
            recorded: recorded.map(Value::from),
            ..Header::default()
        }
    }
}

proptest! {
    /// No line leaves before it is due or before its message has come, none is later than it must be, and
    /// no message that a line could use is lost, however early it came.
    #[test]
    fn lines_leave_exactly_when_they_should(plans in plans(), says in says()) {
        let source = source(&plans);
        let mut sim = play(&source, &says);
        prop_assert_eq!(sent(&sim), expected(&plans, &says), "{}\n{:?}", source, says);
        sim.leave();
    }

    /// The same however small the buffer is.
    #[test]
    fn a_small_buffer_changes_nothing(plans in plans(), says in says(), room in 1_usize..4) {
        let source = source(&plans);
        let setup = mockforge_ws_testkit::Setup { max_effects: room, ..Default::default() };
        let mut sim = Sim::with(script(&source).player(), setup);
        for (gap, letter) in &says {
            sim.advance(*gap).receive(&letter.to_string());
        }
        sim.advance(1_000);
        prop_assert_eq!(sim.transcript(), play(&source, &says).transcript());
    }

    #[test]
    fn lines_are_printed_as_they_are_read(entry in entry()) {
        let line = entry.to_string();
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(serde_json::from_str::<ReplayEntry>(&line).unwrap(), entry);
    }

    #[test]
    fn headers_are_printed_as_they_are_read(header in header()) {
        let line = header.to_string();
        prop_assert_eq!(&serde_json::from_str::<Header>(&line).unwrap(), &header);
        let compiled = compile(format!("{line}\n{{\"ts\":9,\"waitFor\":\"x\"}}"), &Options::new("s.jsonl"));
        let script = compiled.script.unwrap();
        prop_assert_eq!(script.header(), &header);
    }

    /// Whatever is printed is for the compiler to judge, and to judge in the same way.
    #[test]
    fn printing_changes_no_judgement(entry in entry()) {
        let twice: ReplayEntry = serde_json::from_str(&entry.to_string()).unwrap();
        let judged = |entry: &ReplayEntry| compile(entry.to_string(), &Options::new("s.jsonl")).diagnostics;
        prop_assert_eq!(judged(&entry), judged(&twice));
    }

    /// Any bytes are a script or have mistakes, and each mistake stands within the source.
    #[test]
    fn nothing_panics_and_mistakes_have_places(noise in script_noise()) {
        let compiled = compile(&noise, &Options::new("s.jsonl"));
        let text = String::from_utf8_lossy(&noise);
        let lines: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
        for found in &compiled.diagnostics {
            prop_assert!(found.line <= lines.len(), "{}", found);
            prop_assert!(found.line == 0 || found.column <= lines[found.line - 1] + 1, "{}", found);
        }
        if let Some(script) = compiled.script {
            let mut sim = Sim::new(script.player());
            sim.advance(50).receive("x").receive("{\"a\":1}").advance(1_000).leave();
            prop_assert!(!script.timeline().to_string().is_empty());
        }
    }
}

/// Lines that jump, repeat, branch and give up, three of them with labels.
fn tangle() -> impl Strategy<Value = Vec<Value>> {
    let line = prop_oneof![
        4 => Just(json!({ "text": "x" })),
        2 => Just(json!({ "text": "{{seq}}", "repeat": { "every": 2 } })),
        2 => Just(json!({ "text": "c", "repeat": { "every": 1, "count": 3 } })),
        2 => (0_u64..3).prop_map(|timeout| json!({ "waitFor": "^w$", "timeout": timeout, "onTimeout": "skip", "text": "w" })),
        1 => Just(json!({ "waitFor": "^w$", "text": "{{message}}" })),
        1 => Just(json!({ "dir": "in", "text": "x" })),
        4 => (0_usize..3, option::of(1_u64..4)).prop_map(|(to, times)| match times {
            Some(times) => json!({ "goto": LABELS[to], "times": times }),
            None => json!({ "goto": LABELS[to] }),
        }),
        1 => (0_usize..3, 0_usize..3).prop_map(|(one, two)| {
            json!({ "branch": [{ "on": "^a$", "goto": LABELS[one] }, { "on": ".", "goto": LABELS[two] }] })
        }),
        1 => Just(json!({ "close": true })),
    ];
    (vec((line, option::weighted(0.4, 0_u64..6)), 3..10), any::<bool>()).prop_map(|(lines, looped)| {
        let last = lines.len() - 1;
        let finish = |(index, (mut line, ts)): (usize, (Value, Option<u64>))| {
            line["label"] = LABELS.get(index).map_or(format!("l{index}"), ToString::to_string).into();
            if let Some(ts) = ts {
                line["ts"] = ts.into();
            }
            if looped && index == last {
                line["onEnd"] = "loop".into();
            }
            line
        };
        lines.into_iter().enumerate().map(finish).collect()
    })
}

const LABELS: [&str; 3] = ["a", "b", "c"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A script that compiles never plays without end at one instant (the simulator would panic), and what
    /// it plays does not depend on how much the buffer takes at a time.
    #[test]
    fn what_compiles_never_spins(tangle in tangle(), says in vec((0_u64..9, 0_usize..3), 0..9), room in 1_usize..9) {
        let source: String = tangle.iter().map(|line| format!("{line}\n")).collect();
        if let Some(script) = compile(&source, &Options::new("s.jsonl")).script {
            let play = |room: usize| {
                let setup = mockforge_ws_testkit::Setup { max_effects: room, ..Default::default() };
                let mut sim = Sim::with(script.player(), setup);
                for (gap, word) in &says {
                    sim.advance(*gap).receive(["w", "a", "x"][*word]);
                }
                sim.advance(30);
                sim
            };
            prop_assert_eq!(play(room).transcript_with_facts(), play(1_024).transcript_with_facts(), "{}", source);
        }
    }
}

/// Pieces of scripts put together at random, and some bytes of any kind.
fn script_noise() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\n",
        "\"",
        "\\",
        "\\u",
        "d83d",
        "{{",
        "}}",
        "\u{feff}",
        "é",
        "😀",
        " ",
        "//",
        "true",
        "null",
        "0",
        "5",
        "-1",
        "1e9",
        "\"ts\":",
        "\"text\":",
        "\"x\"",
        "\"waitFor\":",
        "\"$.a\"",
        "\"^a(\"",
        "\"goto\":",
        "\"label\":",
        "\"a\"",
        "\"json\":",
        "\"hex\":",
        "\"{{uuid}}\"",
        "\"repeat\":",
        "{\"every\":",
        "\"branch\":",
        "{\"on\":\"x\",\"goto\":\"a\"}",
        "\"mockforge\":1",
        "\"onEnd\":\"loop\"",
        "\"timeout\":",
        "\"onTimeout\":\"skip\"",
        "\"dir\":\"in\"",
        "\"close\":",
        "{\"text\":\"a\"}\n",
        "{\"ts\":5,\"label\":\"a\",\"waitFor\":\"x\"}\n",
        "{\"goto\":\"a\"}\n",
        "{\"text\":\"{{$.a}}\",\"repeat\":{\"every\":7}}\n",
    ];
    let piece = prop_oneof![
        9 => (0..pieces.len()).prop_map(move |index| pieces[index].as_bytes().to_vec()),
        1 => vec(any::<u8>(), 1..3),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}
