//! What it costs to find the pattern that takes a message, by the number of patterns, beside the same regexes
//! tried one after the other; and what JSON costs.

use divan::{Bencher, black_box};
use mockforge_ws_core::{Inbound, Message};
use mockforge_ws_match::{Dialect, Pattern, PatternSet};
use serde_json::json;

const COUNTS: [usize; 4] = [1, 10, 100, 1000];

fn main() {
    divan::main();
}

fn commands(count: usize) -> Vec<String> {
    (0..count).map(|n| format!(r"^cmd_{n:04} (\w+)$")).collect()
}

/// The message that the last of the patterns takes.
fn hit(count: usize) -> Inbound {
    Inbound::new(Message::text(format!("cmd_{:04} start", count - 1)))
}

/// The last of the regexes takes the message, and its groups are wanted.
#[divan::bench(args = COUNTS)]
fn regexes_as_a_set(bencher: Bencher<'_, '_>, count: usize) {
    let parse = |text: String| Pattern::parse_str(&text, Dialect::Rfc9535).expect("it is a regex");
    let set = PatternSet::new(commands(count).into_iter().map(parse));
    let message = hit(count);
    bencher.bench_local(|| set.first(black_box(&message)).expect("it matches"));
}

#[divan::bench(args = COUNTS)]
fn regexes_in_a_loop(bencher: Bencher<'_, '_>, count: usize) {
    let regexes: Vec<_> =
        commands(count).iter().map(|text| regex::Regex::new(text).expect("it is a regex")).collect();
    let message = hit(count);
    let text = message.text().expect("it is text");
    bencher.bench_local(|| {
        regexes.iter().find_map(|regex| regex.captures(black_box(text))).expect("it matches")
    });
}

/// `$.type` compared with as many values; the message is parsed anew each time, as each message is.
#[divan::bench(args = COUNTS)]
fn json_with_parsing(bencher: Bencher<'_, '_>, count: usize) {
    let pattern = |n| {
        let spec = json!({ "jsonpath": "$.type", "equals": format!("type_{n}") });
        Pattern::parse(&spec, Dialect::Rfc9535).expect("it is a pattern")
    };
    let set = PatternSet::new((0..count).map(pattern));
    let text = Message::text(json!({ "type": format!("type_{}", count - 1), "n": 1 }).to_string());
    bencher.bench_local(|| set.first(&Inbound::new(black_box(&text).clone())).expect("it matches"));
}

/// Nothing but the parsing.
#[divan::bench]
fn json_parsing_alone(bencher: Bencher<'_, '_>) {
    let text = Message::text(json!({ "type": "type_99", "n": 1 }).to_string());
    bencher.bench_local(|| Inbound::new(black_box(&text).clone()).json().is_some());
}
