//! Event types with weights, and events that look like examples.

use std::collections::BTreeMap;

use mockforge_ws_ai::{Domain, Offline, OfflineOptions};
use serde_json::{Value, json};

use crate::support::{Stream, number, text};

fn options(narrative: &str, types: &[(&str, f64)], examples: &[Value]) -> OfflineOptions {
    OfflineOptions {
        narrative: narrative.to_string(),
        schema: None,
        examples: examples.to_vec(),
        event_types: types.iter().map(|(name, weight)| ((*name).to_string(), *weight)).collect(),
    }
}

#[test]
fn weights_choose_the_type_and_the_domain_the_rest() {
    let types = [("order.created", 2.0), ("order.shipped", 1.0), ("heartbeat", 1.0), ("never", 0.0)];
    let events = Stream::new(&options("orders of a shop", &types, &[]), 1).events(4000);
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for event in &events {
        *counts.entry(text(event, "type")).or_default() += 1.0;
    }
    assert_eq!(counts.len(), 3, "{counts:?}");
    for (name, share) in [("order.created", 0.5), ("order.shipped", 0.25), ("heartbeat", 0.25)] {
        assert!((counts[name] / 4000.0 - share).abs() < 0.03, "{counts:?}");
    }
    let mut created = std::collections::BTreeSet::new();
    for event in &events {
        match text(event, "type") {
            "order.created" => assert!(event["items"].is_array() && created.insert(text(event, "order_id"))),
            "order.shipped" => assert_eq!(text(event, "status"), "shipped"),
            _ => assert!(event["timestamp"].is_string()),
        }
    }
}

/// Whatever types are asked for of a domain, their events are found.
#[test]
fn every_type_of_every_domain_can_be_asked_for_alone() {
    for (narrative, types) in [
        ("stock trading", "trade,quote,ticker,halt,resume"),
        ("chat of friends", "message,typing,reaction,user_joined,user_left"),
        ("iot sensors", "reading,fault,recovered,battery_low,battery_replaced"),
        (
            "parcel delivery",
            "location_update,assigned,picked_up,arriving,delivered,trip_cancelled,trip_status",
        ),
        (
            "multiplayer game",
            "player_moved,player_hit,player_killed,player_respawned,item_collected,score_updated,player_joined,round_started,round_ended",
        ),
        (
            "online shop orders",
            "order_created,order_paid,order_packed,order_shipped,order_delivered,order_cancelled",
        ),
        ("monitoring alerts", "alert_fired,alert_acknowledged,alert_escalated,alert_resolved"),
        ("football", "score,play,foul,substitution,period_started,period_ended,match_ended"),
        ("social media", "post_created,post_liked,comment_created,post_shared,user_followed"),
        ("auction", "lot_opened,bid_placed,going_once,lot_sold,lot_unsold"),
    ] {
        for kind in types.split(',') {
            for seed in 0..3 {
                let mut stream = Stream::new(&options(narrative, &[(kind, 1.0)], &[]), seed);
                for event in stream.events(60) {
                    assert_eq!(text(&event, "type"), kind);
                    // The generic world's events have a version, no domain's have.
                    assert!(event["version"].is_null(), "{narrative}, {kind}: {event}");
                }
            }
        }
    }
}

#[test]
fn types_without_a_narrative_suggest_the_domain() {
    let of = |types: &[(&str, f64)]| Offline::new(&options("", types, &[])).unwrap().domain();
    assert_eq!(of(&[("stockTrade", 1.0), ("quote", 1.0)]), Domain::MarketData);
    assert_eq!(of(&[("order.created", 1.0)]), Domain::Orders);
    assert_eq!(of(&[("x", 1.0)]), Domain::Generic);
}

#[test]
fn bad_types_are_told_with_what_to_do() {
    for (types, path, message) in [
        (&[("a", -1.0)][..], "0", "the weight of `a` is -1; expected a number from 0"),
        (&[("a", 1.0), ("b", f64::NAN)], "1", "the weight of `b` is NaN; expected a number from 0"),
        (&[(" ", 1.0)], "0", "an event type needs a name"),
        (&[("a", 0.0)], "", "the weights of the event types add up to 0"),
    ] {
        let problems = Offline::new(&options("", types, &[])).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].message, message);
        assert_eq!(format!("{:?}", problems[0].path[0]), "Name(\"event_types\")");
        assert_eq!(problems[0].path.len(), if path.is_empty() { 1 } else { 2 });
    }
}

#[test]
fn events_look_like_the_examples() {
    let examples = [
        json!({ "e": "trade", "s": "AAPL", "p": "189.25", "q": 10, "T": 1_705_314_600_123_i64, "m": true }),
        json!({ "e": "trade", "s": "MSFT", "p": "402.10", "q": 25, "T": 1_705_314_600_400_i64, "m": false }),
    ];
    for event in Stream::new(&options("stock trading in AAPL", &[], &examples), 2).events(100) {
        let names: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["e", "s", "p", "q", "T", "m"]);
        assert_eq!((text(&event, "e"), text(&event, "s")), ("trade", "AAPL"));
        // The domain's price, as a text as in the examples.
        assert!((150.0..250.0).contains(&text(&event, "p").parse::<f64>().unwrap()), "{event}");
        assert!(event["T"].as_i64().unwrap() >= 1_705_314_600_000 && event["m"].is_boolean());
    }
}

#[test]
fn numbers_walk_near_the_examples_and_ids_are_fresh() {
    let examples = [
        json!({ "id": "job-1041", "queue": "mail", "depth": 40, "load": 0.51, "note": "fine" }),
        json!({ "id": "job-1042", "queue": "mail", "depth": 44, "load": 0.58, "note": "ok" }),
    ];
    let events = Stream::new(&options("", &[], &examples), 2).events(100);
    let mut ids = std::collections::BTreeSet::new();
    for event in &events {
        assert!((30.0..60.0).contains(&number(event, "depth")) && event["depth"].is_i64(), "{event}");
        assert!((0.3..0.8).contains(&number(event, "load")), "{event}");
        assert!(["fine", "ok"].contains(&text(event, "note")), "{event}");
        assert!(text(event, "id").starts_with("job-") && text(event, "id").len() == 8, "{event}");
        ids.insert(text(event, "id"));
    }
    let steps = events.windows(2).map(|pair| (number(&pair[0], "load") - number(&pair[1], "load")).abs());
    assert!(steps.fold(0.0, f64::max) < 0.05, "a walk does not jump");
    assert!(ids.len() > 10);
}

#[test]
fn examples_of_several_types_keep_their_members_apart() {
    let examples = [
        json!({ "type": "login", "user": "ann", "ip": "10.0.0.1" }),
        json!({ "type": "logout", "user": "ann", "seconds": 12 }),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for event in Stream::new(&options("", &[], &examples), 5).events(60) {
        let other = if text(&event, "type") == "login" { "seconds" } else { "ip" };
        assert!(event[other].is_null() && event["user"].is_string(), "{event}");
        seen.insert(text(&event, "type").to_string());
    }
    assert_eq!(seen.len(), 2);
}

#[test]
fn numbers_keep_the_order_that_they_have_in_the_examples() {
    let quote = |bid: f64, ask: f64| json!({ "kind": "q", "bid": bid, "ask": ask, "level": { "floor": bid, "roof": ask } });
    let examples = [quote(99.8, 100.1), quote(100.0, 100.0), quote(100.4, 100.9), quote(101.2, 101.3)];
    for seed in 0..20 {
        for event in Stream::new(&options("levels of something", &[], &examples), seed).events(100) {
            let above = |low: &str, high: &str, object: &Value| number(object, low) > number(object, high);
            assert!(!above("bid", "ask", &event) && !above("floor", "roof", &event["level"]), "{event}");
        }
    }
}
