//! Streams: schedule, keys, rows, gaps.

use mockforge_ws_core::{DropReason, Fact};
use mockforge_ws_testkit::{Setup, Sim};
use serde_json::json;

use crate::support::{compile, sim};

#[test]
fn streams_start_and_stop_by_key() {
    let rules = json!({
        "rules": [
            { "on": { "jsonpath": "$.op", "equals": "subscribe" }, "start": { "stream": "ticker", "key": "{{$.symbol}}" } },
            { "on": { "jsonpath": "$.op", "equals": "unsubscribe" }, "stop": { "stream": "ticker", "key": "{{$.symbol}}" } },
            { "on": "^running$", "reply": "{{json streams.ticker}}" },
            { "on": "^stop$", "stop": "all" },
        ],
        "streams": { "ticker": {
            "every": "100ms",
            "snapshot": { "json": { "snapshot": "{{key}}", "asked": "{{$.id}}" } },
            "json": { "symbol": "{{key}}", "seq": "{{seq}}" },
        } },
    });
    let mut sim = sim(&rules);
    sim.receive(r#"{"op":"subscribe","symbol":"A","id":7}"#).advance(150);
    sim.receive(r#"{"op":"subscribe","symbol":"B","id":8}"#)
        .receive(r#"{"op":"subscribe","symbol":"B","id":9}"#);
    sim.receive("running").advance(100).receive(r#"{"op":"unsubscribe","symbol":"A"}"#).advance(100);
    sim.receive("stop").receive("running").advance(1_000);
    let sent: Vec<String> =
        sim.transcript().lines().filter(|line| line.contains(" > ")).map(str::to_string).collect();
    assert_eq!(
        sent,
        [
            r#"0 > {"snapshot":"A","asked":7}"#,
            r#"100 > {"symbol":"A","seq":1}"#,
            r#"150 > {"snapshot":"B","asked":8}"#,
            r#"150 > ["A","B"]"#,
            r#"200 > {"symbol":"A","seq":2}"#,
            r#"250 > {"symbol":"B","seq":1}"#,
            r#"350 > {"symbol":"B","seq":2}"#,
            "350 > []",
        ]
    );
}

#[test]
fn rows_run_out_or_go_round() {
    let section = |is_loop: bool| {
        let mut section = json!({
            "rules": [{ "on": "connect", "start": "feed" }],
            "streams": { "feed": { "every": "10ms", "rows": [{ "p": 1 }, { "p": 2.5 }], "text": "{{row.p}}" } },
        });
        match is_loop {
            true => section["streams"]["feed"]["loop"] = json!(true),
            false => section["streams"]["feed"]["end"] = json!({ "reply": "over", "close": true }),
        }
        section
    };
    let mut once = sim(&section(false));
    once.advance(100);
    assert_eq!(once.transcript(), "10 > 1\n20 > 2.5\n20 > over\n20 x close 1000\n");
    let mut round = sim(&section(true));
    round.advance(50);
    assert_eq!(round.texts(), ["1", "2.5", "1", "2.5", "1"]);
}

#[test]
fn gaps_use_up_their_numbers_and_duplicates_come_twice() {
    let rules = compile(&json!({
        "rules": [{ "on": "connect", "start": "feed" }],
        "streams": { "feed": { "every": "1ms", "count": 2_000, "gap": 0.1, "duplicate": 0.1, "text": "{{seq}}" } },
    }));
    let mut sim = Sim::with(rules.session(), Setup { seed: 5, ..Setup::default() });
    sim.advance(3_000);
    let numbers: Vec<u64> = sim.texts().iter().map(|text| text.parse().expect("a number")).collect();
    let gaps = sim.facts().iter().filter(|fact| ***fact == Fact::Dropped(DropReason::Gap)).count();
    let doubles = numbers.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert!((150..250).contains(&gaps) && (130..230).contains(&doubles), "{gaps} gaps, {doubles} duplicates");
    assert_eq!(numbers.len(), 2_000 - gaps + doubles);
    assert!(numbers.is_sorted());
    let mut again = Sim::with(rules.session(), Setup { seed: 5, ..Setup::default() });
    again.advance(3_000);
    assert_eq!(sim.transcript(), again.transcript());
}

#[test]
fn jitter_moves_a_message_and_not_the_schedule() {
    let mut sim = sim(&json!({
        "rules": [{ "on": "connect", "start": "feed" }],
        "streams": { "feed": { "every": "100ms", "jitter": "90ms", "count": 20, "text": "{{seq}}" } },
    }));
    sim.advance(3_000);
    for (line, n) in sim.transcript().lines().zip(1..) {
        let at: f64 = line.split(' ').next().expect("a time").parse().expect("a number");
        assert!((100.0 * f64::from(n)..=100.0 * f64::from(n) + 90.0).contains(&at), "{line}");
    }
    assert_eq!(sim.texts().len(), 20);
}

/// While the client does not read nothing is made, and then the stream goes on without the lost time.
#[test]
fn a_stream_waits_for_a_client_that_does_not_read() {
    let rules = compile(&json!({
        "rules": [{ "on": "connect", "start": "feed" }],
        "streams": { "feed": { "every": "10ms", "text": "{{seq}}" } },
    }));
    let mut sim = Sim::with(rules.session(), Setup { max_effects: 4, ..Setup::default() });
    sim.block(true).advance(10_000).block(false).advance(30);
    assert!(sim.texts().len() < 12, "{:?}", sim.texts());
    assert_eq!(sim.texts(), (1..=sim.texts().len()).map(|n| n.to_string()).collect::<Vec<_>>());
}
