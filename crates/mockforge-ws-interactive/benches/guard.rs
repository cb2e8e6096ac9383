//! What it costs to evaluate a guard, with the message parsed already, and to compile one.

use divan::{Bencher, black_box};
use mockforge_ws_interactive::{Guard, Vocabulary};
use serde_json::{Map, Value, json};

fn main() {
    divan::main();
}

/// A message of 300 bytes.
fn names() -> Map<String, Value> {
    let items: Vec<Value> = (0..6).map(|id| json!({ "id": id, "name": format!("item {id}") })).collect();
    let message = json!({ "user": "Ada", "type": "order", "items": items, "note": "x".repeat(70) });
    Map::from_iter([("$".to_owned(), message)])
}

const GUARDS: [&str; 4] = [
    "size($.user) > 0",
    "$.type == \"order\" && size($.items) > 5",
    "$.items.exists(x, x.id == 5)",
    "has($.missing)",
];

#[divan::bench(args = GUARDS)]
fn holds(bencher: Bencher<'_, '_>, text: &str) {
    let guard = Guard::parse(text, &Vocabulary::default()).expect("it is a guard");
    let names = names();
    bencher.bench_local(|| guard.holds(black_box(&names)));
}

#[divan::bench(args = GUARDS)]
fn parse(text: &str) -> bool {
    Guard::parse(black_box(text), &Vocabulary::default()).is_ok()
}
