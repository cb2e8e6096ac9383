//! What a message costs among a hundred rules: one that none takes, beside a proxy without rules, and one that the
//! last rule replaces.

use divan::{Bencher, black_box};
use mockforge_ws_core::Message;
use mockforge_ws_proxy::{Proxy, Reconnect, Rules, Target};
use mockforge_ws_testkit::{Setup, Sim};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// A session of a proxy that looks at messages, whatever its rules.
fn proxy() -> Proxy {
    Proxy::new(Target::new("ws://localhost:9000").expect("it is a URL")).reconnect(Reconnect::default())
}

/// Ninety-nine rules, half of them regexes, half of them about JSON, and one that replaces.
fn with_rules(replace: &Value) -> Proxy {
    let rule = |n: usize| match n % 2 {
        0 => json!({ "on": format!(r"^cmd_{n} (\w+)$"), "drop": true }),
        _ => json!({ "on": { "jsonpath": "$.op", "equals": format!("op_{n}") }, "drop": true }),
    };
    let last =
        json!({ "from": "upstream", "on": { "jsonpath": "$.op", "equals": "trade" }, "replace": replace });
    let section = json!({ "rules": (0..99).map(rule).chain([last]).collect::<Vec<_>>() });
    proxy().rules(Rules::compile(&section, &Default::default()).expect("these are rules"))
}

/// A new connection for each hundred messages, so that its transcript does not grow.
fn run(bencher: Bencher<'_, '_>, proxy: &Proxy, text: &str) {
    let message = Message::text(text.to_string());
    bencher
        .counter(divan::counter::ItemsCount::new(100_usize))
        .with_inputs(|| Sim::open(proxy, Setup::default()))
        .bench_local_values(|mut sim| {
            for _ in 0..100 {
                sim.upstream_message(black_box(message.clone()));
            }
            sim
        });
}

const OTHER: &str = r#"{"op":"quote","symbol":"AAPL","price":64123.45,"size":10,"venue":"X"}"#;
const TRADE: &str = r#"{"op":"trade","symbol":"AAPL","price":64123.45,"size":10,"venue":"X"}"#;

#[divan::bench]
fn without_rules(bencher: Bencher<'_, '_>) {
    run(bencher, &proxy(), OTHER);
}

#[divan::bench]
fn taken_by_none(bencher: Bencher<'_, '_>) {
    run(bencher, &with_rules(&json!("x")), OTHER);
}

#[divan::bench]
fn text_taken_by_none(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &with_rules(&json!("x")),
        "a text that is no JSON and that no rule takes, as long as the others",
    );
}

#[divan::bench]
fn replaced_by_a_text(bencher: Bencher<'_, '_>) {
    run(bencher, &with_rules(&json!("x")), TRADE);
}

#[divan::bench]
fn edited_json(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &with_rules(&json!({ "set": { "$.price": "{{mul $.price 2}}", "$.venue": "mock" } })),
        TRADE,
    );
}
