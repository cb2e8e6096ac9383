//! What a list of mixed rules costs beside the one parse of the message that it can't do without: 100 rules,
//! and the same with 1,000 more that can't match; a hit on the first rule, on the last, and none.
//!
//! Half of the rules are regexes and half are JSONPaths. Of these, half want different values at one path, a
//! quarter filter lists, and the rest look at other places.

use divan::{Bencher, black_box};
use mockforge_ws_core::{Inbound, Message};
use mockforge_ws_match::{Dialect, Pattern, PatternSet};
use serde_json::{Value, json};

const MESSAGE: &str = r#"{"type":"order.update","id":4711,"seq":918273,"user":{"id":17,"name":"alice","role":"trader"},"orders":[{"id":1001,"qty":2,"symbol":"AAPL","price":189.25},{"id":1002,"qty":5,"symbol":"MSFT","price":402.5}],"meta":{"trace":"7f9c2ba4e88f827d","ts":"2026-01-01T00:00:00Z","tags":["a","b"]},"active":true}"#;

fn main() {
    divan::main();
}

/// The kinds of regexes: commands, which are anchored; words anywhere; and members of JSON.
#[derive(Clone, Copy, Debug)]
enum Regexes {
    Anchored,
    Anywhere,
    Members,
}

use Regexes::{Anchored, Anywhere, Members};

/// How many rules, with which regexes.
const LISTS: [(usize, Regexes); 6] = [
    (100, Anchored),
    (1_100, Anchored),
    (100, Anywhere),
    (1_100, Anywhere),
    (100, Members),
    (1_100, Members),
];

/// A rule that does not match the message.
fn rule(n: usize, kind: Regexes) -> Value {
    if n.is_multiple_of(2) {
        return json!(match kind {
            Anchored => format!(r"^cmd_{n:04} (\w+)$"),
            Anywhere => format!(r"\bcommand_{n:04} (\w+)"),
            Members => format!(r#""(type|kind)":\s*"order.update.{n:04}""#),
        });
    }
    match n / 2 % 16 {
        0..8 => json!({ "jsonpath": "$.type", "equals": format!("order.{n}") }),
        8 | 9 => json!(format!("$.orders[?@.id == {n}]")),
        10 => json!(format!("$.orders[?@.qty > {n}].id")),
        11 => json!(format!("$.orders[?@.symbol == 'S{n}' && @.qty > 1].price")),
        12 => json!(format!("$.payload_{n}.id")),
        13 => json!({ "jsonpath": "$.user.name", "matches": format!("^bob{n}$") }),
        14 => json!({ "jsonpath": "$.user.role", "in": [format!("role_{n}"), "admin"] }),
        _ => json!({ "jsonpath": "$.seq", "gt": 1_000_000 + n }),
    }
}

fn bench(bencher: Bencher<'_, '_>, (count, kind): (usize, Regexes), hit: Option<usize>) {
    let hit_rule = json!({ "jsonpath": "$.type", "equals": "order.update" });
    let rules = (0..count).map(|n| if Some(n) == hit { hit_rule.clone() } else { rule(n + 1_003, kind) });
    let set: PatternSet =
        rules.map(|spec| Pattern::parse(&spec, Dialect::Rfc9535).expect("it is a pattern")).collect();
    let message = Message::text(MESSAGE);
    assert_eq!(set.first(&Inbound::new(message.clone())).map(|(index, _)| index), hit);
    bencher.bench_local(|| {
        let inbound = Inbound::new(black_box(&message).clone());
        let found = set.first(&inbound);
        (inbound, found)
    });
}

/// The measure of all others.
#[divan::bench]
fn a_parse_alone(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| serde_json::from_str::<Value>(black_box(MESSAGE)));
}

#[divan::bench(args = LISTS)]
fn first_rule(bencher: Bencher<'_, '_>, list: (usize, Regexes)) {
    bench(bencher, list, Some(0));
}

#[divan::bench(args = LISTS)]
fn last_rule(bencher: Bencher<'_, '_>, list: (usize, Regexes)) {
    bench(bencher, list, Some(list.0 - 1));
}

#[divan::bench(args = LISTS)]
fn no_rule(bencher: Bencher<'_, '_>, list: (usize, Regexes)) {
    bench(bencher, list, None);
}
