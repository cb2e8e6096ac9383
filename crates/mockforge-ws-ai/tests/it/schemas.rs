//! Every event fits its schema.

use std::collections::BTreeSet;

use mockforge_ws_ai::{Offline, OfflineOptions};
use mockforge_ws_diagnostic::Problem;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Stream, number, text};

fn options(narrative: &str, schema: Value) -> OfflineOptions {
    OfflineOptions { narrative: narrative.to_string(), schema: Some(schema), ..OfflineOptions::default() }
}

fn problems(schema: Value) -> Vec<Problem> {
    Offline::new(&options("", schema)).expect_err("the schema is refused")
}

/// Schemas as APIs have them, each with a narrative.
fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        (
            "stock trading in AAPL and MSFT",
            json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
                "properties": {
                    "type": { "const": "tick" }, "symbol": { "type": "string", "pattern": "^[A-Z]{1,5}$" },
                    "price": { "type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01 },
                    "bid": { "type": "number" }, "ask": { "type": "number" }, "volume": { "type": "integer", "minimum": 0 },
                    "ts": { "type": "integer", "minimum": 1_600_000_000_000_i64 },
                },
                "required": ["type", "symbol", "price", "ts"],
            }),
        ),
        (
            "crypto trading",
            json!({
                "type": "object", "required": ["stream", "data"],
                "properties": {
                    "stream": { "type": "string", "enum": ["btcusdt@trade", "ethusdt@trade"] },
                    "data": { "type": "object", "required": ["e", "E", "s", "p", "q", "m"], "properties": {
                        "e": { "const": "trade" }, "E": { "type": "integer" }, "s": { "type": "string", "minLength": 3 },
                        "p": { "type": "string", "pattern": "^\\d+\\.\\d{1,8}$" },
                        "q": { "type": "string", "pattern": "^\\d+(\\.\\d+)?$" }, "m": { "type": "boolean" },
                    } },
                },
            }),
        ),
        (
            "a support chat",
            json!({
                "oneOf": [
                    { "type": "object", "required": ["type", "id", "user", "text", "sentAt"], "properties": {
                        "type": { "const": "message" }, "id": { "type": "string", "format": "uuid" },
                        "user": { "$ref": "#/$defs/user" }, "text": { "type": "string", "minLength": 1, "maxLength": 500 },
                        "sentAt": { "type": "string", "format": "date-time" },
                    } },
                    { "type": "object", "required": ["type", "user"], "properties": {
                        "type": { "enum": ["typing", "joined", "left"] }, "user": { "$ref": "#/$defs/user" },
                    }, "additionalProperties": false },
                ],
                "$defs": { "user": { "type": "object", "required": ["id", "name"], "properties": {
                    "id": { "type": "integer", "minimum": 1 }, "name": { "type": "string" },
                    "email": { "type": "string", "format": "email" }, "avatar": { "type": ["string", "null"], "format": "uri" },
                } } },
            }),
        ),
        (
            "10 iot sensors",
            json!({
                "type": "object", "required": ["device", "readings", "at"], "properties": {
                    "device": { "type": "object", "required": ["id", "firmware", "ip"], "properties": {
                        "id": { "type": "string", "pattern": "^[a-z]+-[0-9]{2}$" },
                        "firmware": { "type": "string", "pattern": "^v\\d+\\.\\d+\\.\\d+$" },
                        "ip": { "type": "string", "format": "ipv4" }, "host": { "type": "string", "format": "hostname" },
                    } },
                    "readings": { "type": "array", "minItems": 1, "maxItems": 4, "items": {
                        "type": "object", "required": ["metric", "value"], "properties": {
                            "metric": { "enum": ["temperature", "humidity", "co2"] }, "value": { "type": "number", "minimum": -40, "maximum": 2000 },
                        },
                    } },
                    "at": { "type": "string", "format": "date-time" },
                },
            }),
        ),
        (
            "parcel delivery in London",
            json!({
                "type": "object", "required": ["deliveryId", "location", "status", "eta"], "properties": {
                    "deliveryId": { "type": "string", "format": "uuid" },
                    "location": { "type": "object", "required": ["lat", "lng"], "properties": {
                        "lat": { "type": "number", "minimum": -90, "maximum": 90 },
                        "lng": { "type": "number", "minimum": -180, "maximum": 180 },
                    } },
                    "status": { "enum": ["ASSIGNED", "PICKED_UP", "IN_TRANSIT", "ARRIVING", "DELIVERED"] },
                    "eta": { "type": ["integer", "null"], "minimum": 0 },
                },
            }),
        ),
        (
            "orders of an online shop",
            json!({
                "type": "object", "required": ["event", "order"], "properties": {
                    "event": { "enum": ["order.created", "order.paid", "order.shipped", "order.cancelled"] },
                    "order": { "type": "object", "required": ["orderId", "items", "total", "currency"], "properties": {
                        "orderId": { "type": "string" }, "total": { "type": "number", "minimum": 0 },
                        "currency": { "type": "string", "pattern": "^[A-Z]{3}$" },
                        "items": { "type": "array", "minItems": 1, "items": {
                            "type": "object", "required": ["sku", "quantity", "price"], "properties": {
                                "sku": { "type": "string" }, "quantity": { "type": "integer", "minimum": 1 },
                                "price": { "type": "number", "exclusiveMinimum": 0 },
                            }, "additionalProperties": false,
                        } },
                    } },
                },
            }),
        ),
        (
            "monitoring alerts",
            json!({
                "allOf": [
                    { "$ref": "#/definitions/base" },
                    { "type": "object", "properties": { "severity": { "enum": ["info", "warning", "critical"] } }, "required": ["severity"] },
                ],
                "definitions": { "base": { "type": "object", "required": ["id", "ts"], "properties": {
                    "id": { "type": "string", "minLength": 8, "maxLength": 12 }, "ts": { "type": "number" },
                    "labels": { "type": "object", "additionalProperties": { "type": "string" }, "maxProperties": 3 },
                } } },
            }),
        ),
        (
            "football Arsenal vs Chelsea",
            json!({
                "type": "object", "required": ["match", "clock", "score"], "properties": {
                    "match": { "type": "object", "required": ["home", "away"], "properties": {
                        "home": { "type": "string" }, "away": { "type": "string" } } },
                    "clock": { "type": "string", "pattern": "^\\d{1,3}:[0-5]\\d$" },
                    "score": { "type": "array", "prefixItems": [{ "type": "integer", "minimum": 0 }, { "type": "integer", "minimum": 0 }], "items": false, "minItems": 2 },
                },
            }),
        ),
        (
            "a game server",
            json!({
                "type": "object", "required": ["op", "d"], "properties": {
                    "op": { "type": "integer", "minimum": 0, "maximum": 11 }, "s": { "type": ["integer", "null"] },
                    "t": { "type": ["string", "null"] }, "d": {},
                },
            }),
        ),
        (
            "social media",
            json!({
                "type": "object", "required": ["kind", "post"], "properties": {
                    "kind": { "enum": ["post", "like", "comment"] },
                    "post": { "$ref": "#/$defs/post" },
                },
                "$defs": { "post": { "type": "object", "required": ["id", "author", "text", "replies"], "properties": {
                    "id": { "type": "integer" }, "author": { "type": "string", "maxLength": 20 }, "text": { "type": "string", "maxLength": 280 },
                    "replies": { "type": "array", "items": { "$ref": "#/$defs/post" } },
                    "tags": { "type": "array", "items": { "type": "string", "pattern": "^#\\w+$" }, "uniqueItems": true, "maxItems": 4 },
                } } },
            }),
        ),
        (
            "auction",
            json!({
                "type": "object", "required": ["lot", "amount"], "properties": {
                    "lot": { "type": "string" }, "amount": { "type": "integer", "multipleOf": 5, "minimum": 5 },
                    "bidder": { "type": "string", "format": "email" },
                }, "if": { "properties": { "amount": { "minimum": 100 } } }, "then": { "required": ["bidder"] },
            }),
        ),
        (
            "",
            json!({
                "type": "object", "required": ["jsonrpc", "method", "params"], "properties": {
                    "jsonrpc": { "const": "2.0" }, "method": { "type": "string", "pattern": "^[a-z]+(_[a-z]+)*$", "maxLength": 30 },
                    "params": { "anyOf": [{ "type": "array" }, { "type": "object" }] }, "id": { "type": ["integer", "string", "null"] },
                },
            }),
        ),
        (
            "",
            json!({
                "type": "object", "minProperties": 3, "maxProperties": 5, "patternProperties": { "^x-[a-z]{2,6}$": { "type": "boolean" } },
                "additionalProperties": false,
            }),
        ),
        (
            "",
            json!({
                "type": "array", "minItems": 3, "maxItems": 3,
                "items": [{ "type": "integer" }, { "const": "heartbeat" }, { "type": "number" }],
                "additionalItems": false, "$schema": "http://json-schema.org/draft-07/schema#",
            }),
        ),
        (
            "",
            json!({
                "type": "object", "required": ["card", "expires"], "properties": {
                    "card": { "type": "string", "pattern": "^4[0-9]{15}$" }, "expires": { "type": "string", "format": "date" },
                    "cvc": { "type": "string", "pattern": "^[0-9]{3,4}$" }, "holder": { "type": "string", "minLength": 5, "maxLength": 26 },
                    "billing": { "type": "string" },
                }, "dependentRequired": { "cvc": ["holder"], "holder": ["billing"] },
            }),
        ),
        ("", json!({ "type": "string", "format": "date-time" })),
        ("", json!(true)),
        (
            "",
            json!({
                "type": "object", "required": ["level", "percent", "ratio", "port", "duration"], "properties": {
                    "level": { "type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 6 },
                    "percent": { "type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.5 },
                    "ratio": { "type": "number", "minimum": 0.001, "maximum": 0.002 },
                    "port": { "type": "integer", "minimum": 1024, "maximum": 65535 },
                    "duration": { "type": "string", "format": "duration" },
                    "list": { "type": "array", "contains": { "const": 7 }, "items": { "type": "integer", "minimum": 0, "maximum": 9 }, "maxItems": 5 },
                },
            }),
        ),
        (
            "",
            json!({
                "type": "object", "required": ["tree"], "properties": { "tree": { "$ref": "#node" } },
                "$defs": { "n": { "$anchor": "node", "type": "object", "required": ["value"], "properties": {
                    "value": { "type": "integer" }, "left": { "$ref": "#node" }, "right": { "oneOf": [{ "type": "null" }, { "$ref": "#node" }] },
                } } },
            }),
        ),
        (
            "",
            json!({
                "type": "object", "required": ["a"], "properties": { "a": { "type": "integer" } },
                "dependentSchemas": { "a": { "properties": { "b": { "type": "string", "format": "ipv6" } }, "required": ["b"] } },
                "not": { "properties": { "a": { "multipleOf": 2 } } }, "unevaluatedProperties": false,
            }),
        ),
        (
            "",
            json!({
                "type": "object", "required": ["geo", "links"], "properties": {
                    "geo": { "type": "object", "required": ["type", "coordinates"], "properties": {
                        "type": { "const": "Point" }, "coordinates": { "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 3 } } },
                    "links": { "type": "object", "propertyNames": { "pattern": "^[a-z]{3,5}$" }, "additionalProperties": { "type": "string", "format": "uri-reference" }, "minProperties": 2 },
                },
            }),
        ),
    ]
}

#[test]
fn five_hundred_events_of_each_schema_fit_it() {
    for (index, (narrative, schema)) in schemas().into_iter().enumerate() {
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let mut stream = match Offline::new(&options(narrative, schema.clone())) {
            Ok(_) => Stream::new(&options(narrative, schema), index as u64),
            Err(problems) => panic!("{index}: {}", problems[0]),
        };
        let mut distinct = BTreeSet::new();
        for event in stream.events(500) {
            // Through text and back, as the client sees it.
            let event: Value = serde_json::from_str(&event.to_string()).unwrap();
            if let Err(error) = validator.validate(&event) {
                panic!("{index}: {error}: {event}");
            }
            distinct.insert(event.to_string());
        }
        assert!(distinct.len() > 100 || index == 12, "{index}: {} are distinct", distinct.len());
    }
}

#[test]
fn members_that_tell_what_they_are_come_from_the_simulation() {
    let schema = json!({
        "type": "object", "required": ["n", "ticker", "lastPrice", "best_bid", "bestAsk", "time", "epochSeconds"],
        "properties": {
            "n": { "type": "integer", "minimum": 1 }, "ticker": { "type": "string" },
            "lastPrice": { "type": "string" }, "best_bid": { "type": "number" }, "bestAsk": { "type": "number" },
            "time": { "type": "integer" }, "epochSeconds": { "type": "integer", "maximum": 99_999_999_999_i64 },
        },
    });
    for (index, event) in
        Stream::new(&options("stock trading in AAPL", schema), 1).events(200).iter().enumerate()
    {
        assert_eq!(event["n"], index + 1);
        assert_eq!(event["ticker"], "AAPL");
        let price: f64 = text(event, "lastPrice").parse().unwrap();
        assert!(number(event, "best_bid") < number(event, "bestAsk"), "{event}");
        assert!((price - number(event, "bestAsk")).abs() < 2.0, "{event}");
        let millis = 1_705_314_600_000_i64 + 500 * index as i64;
        assert_eq!(
            (event["time"].as_i64(), event["epochSeconds"].as_i64()),
            (Some(millis), Some(millis / 1000))
        );
    }
}

#[test]
fn the_items_of_an_order_are_its_own_and_its_uuid_stays() {
    let schema = json!({
        "type": "object", "required": ["event", "orderId", "items", "total"],
        "properties": {
            "event": { "enum": ["created", "shipped"] }, "orderId": { "type": "string", "format": "uuid" },
            "total": { "type": "number" },
            "items": { "type": "array", "items": { "type": "object", "required": ["qty", "price"], "properties": {
                "qty": { "type": "integer" }, "price": { "type": "number" } } } },
        },
    });
    let mut created = BTreeSet::new();
    let mut shipped = 0;
    for event in Stream::new(&options("online shop orders", schema), 1).events(300) {
        let items = event["items"].as_array().unwrap();
        let sum: f64 = items.iter().map(|item| number(item, "qty") * number(item, "price")).sum();
        assert!((sum - number(&event, "total")).abs() < 0.001, "{event}");
        let id = text(&event, "orderId").to_string();
        if event["event"] == "created" {
            assert!(created.insert(id), "{event}");
        } else {
            shipped += usize::from(created.contains(&id));
        }
    }
    assert!(shipped > 100, "{shipped}");
}

#[test]
fn unusable_schemas_are_refused_with_the_reason() {
    let problems_of = |schema| problems(schema)[0].clone();
    let typo = problems_of(json!({ "type": "objekt" }));
    assert_eq!(typo.message, "schema: there is no type `objekt`");
    assert_eq!(format!("{:?}", typo.path), r#"[Name("schema"), Name("type")]"#);

    let long = problems_of(
        json!({ "type": "object", "required": ["a"], "properties": { "a": { "minLength": 1_000_000 } } }),
    );
    assert!(long.message.starts_with("no event was found"), "{long}");

    let never = problems_of(json!({
        "type": "object", "properties": { "a": { "type": "string", "minLength": 3, "not": { "type": "string" } } },
        "required": ["a"],
    }));
    assert!(never.message.starts_with("no event was found that fits the schema: "), "{never}");
    assert!(never.hint.unwrap().contains("`not`"));
    assert_eq!(format!("{:?}", never.path), r#"[Name("schema")]"#);

    let endless = problems_of(
        json!({ "type": "object", "properties": { "next": { "$ref": "#" } }, "required": ["next"] }),
    );
    assert!(endless.message.starts_with("no event was found"), "{endless}");
    assert!(problems_of(json!(false)).message.starts_with("no event was found"));
    assert!(problems_of(json!({ "$ref": "https://example.com/x.json" })).message.starts_with("schema: "));
}

#[test]
fn examples_are_checked_against_the_schema() {
    let options = OfflineOptions {
        examples: vec![json!({ "a": 1 }), json!({ "a": "x" })],
        ..options("", json!({ "type": "object", "properties": { "a": { "type": "integer" } } }))
    };
    let problems = Offline::new(&options).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.starts_with("this example does not fit the schema: "), "{}", problems[0]);
    assert_eq!(format!("{:?}", problems[0].path), r#"[Name("examples"), Index(1)]"#);
}

#[test]
fn event_types_choose_the_branch() {
    let branch = |name: &str, member: &str| {
        json!({ "type": "object", "required": ["type", member], "additionalProperties": false,
            "properties": { "type": { "const": name }, member: { "type": "integer" } } })
    };
    let options = OfflineOptions {
        event_types: vec![("a".to_string(), 3.0), ("b".to_string(), 1.0)],
        ..options("", json!({ "oneOf": [branch("a", "x"), branch("b", "y"), branch("c", "z")] }))
    };
    let events = Stream::new(&options, 1).events(1000);
    let share = |name: &str| events.iter().filter(|event| event["type"] == name).count();
    assert!(share("c") == 0 && (700..800).contains(&share("a")), "{} {}", share("a"), share("c"));
}

/// Schemas of all kinds, most of them with a value that fits.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({ "type": "integer", "minimum": 1 })),
        Just(json!({ "type": "number", "maximum": 3, "multipleOf": 0.25 })),
        Just(json!({ "type": "string", "pattern": "^[a-c]{2,}$", "maxLength": 4 })),
        Just(json!({ "type": ["string", "null"], "format": "uuid" })),
        Just(json!({ "enum": [1, "b", null] })),
        Just(json!({ "const": { "x": [1] } })),
        Just(json!({ "type": "boolean" })),
        Just(json!({ "$ref": "#" })),
        Just(json!({ "not": { "type": "string" } })),
        Just(json!(true)),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let members = prop::collection::btree_map("[abc]|id|price|éüId", inner.clone(), 0..4);
        prop_oneof![
            (members, prop::collection::vec("[abc]", 0..2)).prop_map(|(properties, required)| {
                let required: BTreeSet<String> = required.into_iter().collect();
                json!({ "type": "object", "properties": properties, "required": required })
            }),
            (inner.clone(), 0..3_u32)
                .prop_map(|(items, least)| json!({ "type": "array", "items": items, "minItems": least })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| json!({ "anyOf": parts })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| json!({ "oneOf": parts })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| json!({ "allOf": parts })),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({ "if": a, "then": b })),
            prop::collection::vec(inner, 1..3)
                .prop_map(|items| json!({ "type": "array", "prefixItems": items, "items": false })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Either a schema is refused at once, or every event fits it.
    #[test]
    fn no_event_ever_breaks_its_schema(schema in schema(), seed: u64) {
        let Ok(mut offline) = Offline::new(&options("stock trading", schema.clone())) else { return Ok(()) };
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let rng = &mut <mockforge_ws_core::ConnRng as rand::SeedableRng>::seed_from_u64(seed);
        for _ in 0..20 {
            let event = offline.next(rng, std::time::Duration::ZERO, crate::support::START);
            prop_assert!(validator.is_valid(&event), "{}", event);
        }
    }

    /// Whatever the examples, events have their members and types.
    #[test]
    fn events_fit_what_examples_are_like(examples in prop::collection::vec(value(), 1..4), seed: u64) {
        let options = OfflineOptions { examples: examples.clone(), ..OfflineOptions::default() };
        let offline = Offline::new(&options);
        prop_assert!(offline.is_ok(), "{:?}", offline.map(|_| ()).unwrap_err());
        let all_objects = examples.iter().all(Value::is_object);
        for event in Stream::new(&options, seed).events(5) {
            prop_assert!(!all_objects || event.is_object());
        }
    }
}

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z]{1,3}-[0-9]{1,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[abc]|type|id|price|at|éüId|日本Name", inner, 0..4)
                .prop_map(|members| json!(members)),
        ]
    })
}
