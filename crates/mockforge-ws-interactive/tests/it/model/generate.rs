//! Random rules and random scripts of what happens, from small alphabets, so that they meet often.

use mockforge_ws_core::Message;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::words;

/// Something that happens.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Open(&'static str),
    Receive(usize, Message),
    Pause(u64),
    Leave(usize),
}

/// What the rules of a case may be about.
#[derive(Debug, Clone, Copy)]
struct Flavour {
    states: bool,
    shared: bool,
    streams: bool,
    rooms: bool,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        1 => select(vec!["r1", "r1", "r2"]).prop_map(Step::Open),
        8 => (0..3_usize, message()).prop_map(|(i, message)| Step::Receive(i, message)),
        4 => select(vec![0, 10, 40, 50, 100, 250, 700]).prop_map(Step::Pause),
        1 => (0..3_usize).prop_map(Step::Leave),
    ];
    prop::collection::vec(step, 1..25)
}

fn message() -> impl Strategy<Value = Message> {
    let json = (select(vec!["a", "b", "c"]), 0..4, select(vec!["x", "y"]), any::<bool>()).prop_map(
        |(t, n, id, has_id)| {
            let mut message = json!({ "t": t, "n": n });
            if has_id {
                message["id"] = id.into();
            }
            Message::text(message.to_string())
        },
    );
    prop_oneof![
        5 => json,
        4 => select(vec!["go", "stop", "ab", "b 7", "b 8", "{\"t\":", "a|b 9|go", "7", "[1,2]", "s1", "s2", "s3", "start"]).prop_map(Message::text),
        1 => select(vec![vec![1_u8], vec![255, 2]]).prop_map(Message::binary),
        1 => Just(Message::Ping("p".into())),
        1 => Just(Message::Pong("".into())),
    ]
}

fn pattern() -> BoxedStrategy<Value> {
    select(vec![
        json!("^go$"),
        json!("^a"),
        json!("^b (\\d+)"),
        json!("o"),
        json!("$.t"),
        json!("$.id"),
        json!({ "jsonpath": "$.t", "equals": "a" }),
        json!({ "jsonpath": "$.t", "equals": "b" }),
        json!({ "jsonpath": "$.n", "gt": 1 }),
        json!({ "jsonpath": "$.n", "in": [0, 2] }),
        json!({ "exact": "stop" }),
        json!({ "contains": "t" }),
        json!({ "prefix": "b" }),
        json!({ "json": { "t": "c" } }),
        json!({ "type": "binary" }),
        json!({ "type": "text" }),
        json!({ "not": "^b" }),
        json!({ "any": ["^go$", { "jsonpath": "$.t", "equals": "b" }] }),
        json!({ "all": ["$.id", { "jsonpath": "$.n", "equals": 1 }] }),
    ])
    .boxed()
}

/// Patterns that match often, so that several messages mean something together.
fn often() -> BoxedStrategy<Value> {
    let broad =
        vec![json!("$.t"), json!("."), json!({ "type": "text" }), json!({ "jsonpath": "$.n", "gt": 0 })];
    prop_oneof![2 => select(broad), 1 => pattern()].boxed()
}

fn time() -> BoxedStrategy<Value> {
    select(vec!["10ms", "50ms", "100ms", "130ms", "300ms", "1s"]).prop_map(Value::from).boxed()
}

fn state() -> BoxedStrategy<Value> {
    select(vec!["s1", "s2", "s3"]).prop_map(Value::from).boxed()
}

/// What a rule answers, and whether that is a message; a delivery is told apart, as what it sets off may go round.
fn trigger(flavour: Flavour) -> BoxedStrategy<Value> {
    let by = || sometimes(0.3, select(vec!["$.id", "$.t"]));
    let with = |mut on: Value, keys: Vec<(&str, Option<Value>)>| {
        for (key, value) in keys {
            if let Some(value) = value {
                on[key] = value;
            }
        }
        on
    };
    let words = select(vec!["connect", "disconnect", "ping", "pong", "binary"]).prop_map(Value::from);
    let clock = (select(vec!["idle", "every", "after"]), time()).prop_map(|(key, time)| json!({ key: time }));
    let sequence = (prop::collection::vec(often(), 2..4), prop::option::of(time()), by()).prop_map(
        move |(patterns, within, by)| {
            with(json!({ "sequence": patterns }), vec![("within", within), ("by", by.map(Value::from))])
        },
    );
    let count = (2..4, often(), prop::option::of(time()), by()).prop_map(move |(count, of, within, by)| {
        with(json!({ "count": count, "of": of }), vec![("within", within), ("by", by.map(Value::from))])
    });
    let short = (2..4, often(), time()).prop_map(|(count, of, within)| {
        json!({ "count": format!("{count} in {}", within.as_str().expect("a text")), "of": of })
    });
    let terse = (select(vec!["^go$", "^b", "o"]), time()).prop_map(
        |(text, time)| json!({ "absent": format!("{text} for {}", time.as_str().expect("a text")) }),
    );
    let absent =
        (often(), time(), sometimes(0.7, often()), by()).prop_map(move |(absent, time, after, by)| {
            let by = by.filter(|_| after.is_some()).map(Value::from);
            with(json!({ "absent": absent, "for": time }), vec![("after", after), ("by", by)])
        });
    let becomes = standing(flavour).prop_map(|guard| json!({ "becomes": guard }));
    let room = (select(vec!["r1", "r2", "r*", "*"]), prop::option::of(pattern()))
        .prop_map(move |(room, pattern)| with(json!({ "room": room }), vec![("match", pattern)]));
    prop_oneof![
        10 => pattern(),
        3 => words,
        2 => clock,
        2 => sequence,
        2 => prop_oneof![3 => count, 1 => short],
        2 => prop_oneof![3 => absent, 1 => terse],
        1 => becomes,
        if flavour.rooms { 2 } else { 0 } => room,
    ]
    .boxed()
}

fn standing(flavour: Flavour) -> BoxedStrategy<Value> {
    let mut guards = words::STANDING.to_vec();
    if flavour.shared {
        guards.extend(words::SHARING);
    }
    select(guards).prop_map(Value::from).boxed()
}

fn guard(flavour: Flavour) -> BoxedStrategy<Value> {
    prop_oneof![standing(flavour), select(words::ASKING).prop_map(Value::from)].boxed()
}

/// Actions; those of an exit and an entry go nowhere.
fn actions(flavour: Flavour, targets: &'static [&'static str]) -> BoxedStrategy<Map<String, Value>> {
    let maybe = |weight: f64, value: BoxedStrategy<Value>| sometimes(weight, value);
    let or_not = |has: bool, weight: f64| if has { weight } else { 0.0 };
    let to = match targets {
        [] => maybe(0.0, state()),
        _ => maybe(or_not(flavour.states, 0.3), select(targets).prop_map(Value::from).boxed()),
    };
    let close = prop_oneof![
        Just(json!(true)),
        Just(json!(4001)),
        Just(json!({ "code": 4002, "reason": "n={{state.n}}" }))
    ];
    (
        maybe(0.35, set(flavour)),
        maybe(or_not(flavour.rooms, 0.1), leave()),
        maybe(or_not(flavour.rooms, 0.25), join()),
        maybe(0.7, reply(flavour)),
        maybe(or_not(flavour.rooms, 0.3), broadcast()),
        maybe(or_not(flavour.streams, 0.15), stop()),
        maybe(or_not(flavour.streams, 0.4), start()),
        to,
        maybe(0.04, close.boxed()),
        maybe(0.02, Just(json!(true)).boxed()),
    )
        .prop_map(|(set, leave, join, reply, broadcast, stop, start, to, close, abort)| {
            let abort = abort.filter(|_| close.is_none());
            let all = [
                ("set", set),
                ("leave", leave),
                ("join", join),
                ("reply", reply),
                ("broadcast", broadcast),
                ("stop", stop),
                ("start", start),
                ("to", to),
                ("close", close),
                ("abort", abort),
            ];
            all.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
        })
        .boxed()
}

fn set(flavour: Flavour) -> BoxedStrategy<Value> {
    let mut one = vec![
        ("n", json!({ "add": 1 })),
        ("n", json!(0)),
        ("n", json!("{{$.n}}")),
        ("n", json!({ "expr": "state.n * 2" })),
        ("n", json!({ "unset": true })),
        ("state.flag", json!(true)),
        ("flag", json!(false)),
        ("list", json!({ "push": "{{$.t}}" })),
        ("list", json!({ "push": 1 })),
        ("list", json!({ "pull": "a" })),
        ("list", json!({ "pull": 1 })),
        ("list", json!([])),
        ("map.{{$.id}}", json!("{{message}}")),
        ("map.k", json!({ "value": { "add": "{{machine}}" } })),
        ("map.k.deep", json!({ "at": "{{connection.number}}", "t": "<{{$.t}}>" })),
        ("map.x", json!({ "unset": true })),
        ("map.count", json!({ "add": 2 })),
        ("new.a.b", json!({ "push": "{{capture.1}}" })),
        ("n.x", json!(1)),
        ("gone.x", json!({ "unset": true })),
        ("lost.x", json!({ "pull": 1 })),
        ("flag", json!({ "add": 1 })),
    ];
    if flavour.shared {
        let shared = [
            ("shared.total", json!({ "add": 1 })),
            ("shared.total", json!(0)),
            ("shared.who.{{connection.number}}", json!("{{machine}}")),
        ];
        one.extend(shared.iter().cloned());
        one.extend(shared);
    }
    prop::collection::vec(select(one), 1..4)
        .prop_map(|entries| entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        .boxed()
}

fn leave() -> BoxedStrategy<Value> {
    select(vec![
        json!("room:r1"),
        json!("room:{{path.room}}"),
        json!({ "room": "room:r1", "key": "{{$.id}}" }),
        json!({ "key": "x" }),
        json!("all"),
        json!(["room:r1", "room:r2"]),
    ])
    .boxed()
}

fn join() -> BoxedStrategy<Value> {
    select(vec![
        json!("room:r1"),
        json!("room:r2"),
        json!("room:{{path.room}}"),
        json!({ "room": "room:r1", "key": "{{$.id}}" }),
        json!({ "room": "room:r1", "key": "x", "as": "ada" }),
        json!({ "room": "room:{{path.room}}", "as": "{{$.t}}" }),
        json!(["room:r1", { "room": "room:r2", "as": "bob" }]),
    ])
    .boxed()
}

fn payload() -> BoxedStrategy<Value> {
    select(vec![
        json!({ "text": "n {{state.n}} in {{machine}}" }),
        json!({ "text": "{{json state}}" }),
        json!({ "text": "of {{message}}: {{$.t}} {{$.n}} {{capture.1}}" }),
        json!({ "text": "no {{seq}}" }),
        json!({ "json": { "t": "a", "n": 2, "id": "x" } }),
        json!({ "json": { "n": "{{state.n}}", "t": "{{$.t}}", "list": "{{state.list}}", "k": "<{{key}}>" } }),
        json!({ "hex": "00ff" }),
    ])
    .boxed()
}

fn reply(flavour: Flavour) -> BoxedStrategy<Value> {
    let mut texts = vec!["hi", "echo", "m={{machine}} n={{state.n}}", "{{json state}}", "{{key}} {{seq}}"];
    if flavour.rooms {
        texts.extend(["{{room.name}} {{room.size}} {{room.members}} {{sender}}", "{{connection.id}}"]);
    }
    if flavour.shared {
        texts.extend(["{{json shared}}", "{{shared.total}}"]);
    }
    if flavour.streams {
        texts.push("{{json streams.ticker}} {{json streams.feed}}");
    }
    let text = select(texts).prop_map(Value::from);
    let single = prop_oneof![4 => text, 2 => payload()].boxed();
    let part = (
        prop_oneof![
            8 => payload(),
            1 => Just(json!({ "ping": "p{{state.n}}" })),
            1 => Just(json!({ "close": { "code": 4003, "reason": "{{machine}}" } })),
            1 => Just(json!({ "abort": true })),
        ],
        prop::option::of(time()),
        sometimes(0.2, (prop::option::of(1..4_u64), time())),
    )
        .prop_map(|(mut part, after, repeat)| {
            if let Some(after) = after {
                part["after"] = after;
            }
            if let Some((count, every)) = repeat
                && part.get("close").or(part.get("abort")).is_none()
            {
                part["repeat"] = json!({ "every": every });
                if let Some(count) = count {
                    part["repeat"]["count"] = count.into();
                }
            }
            part
        });
    let parts =
        prop::collection::vec(prop_oneof![2 => single.clone(), 3 => part], 1..4).prop_map(Value::from);
    let one = prop_oneof![6 => single, 4 => parts].boxed();
    prop_oneof![
        8 => one.clone(),
        1 => prop::collection::vec(one.clone(), 1..4).prop_map(|turns| json!({ "sequence": turns })),
        1 => one.clone().prop_map(|only| json!({ "random": [only] })),
        1 => one.prop_map(|only| json!({ "weighted": [{ "weight": 2, "reply": only }] })),
    ]
    .boxed()
}

fn broadcast() -> BoxedStrategy<Value> {
    let to = select(vec![
        "room:r1",
        "room:r1",
        "room:r2",
        "room:{{path.room}}",
        "route",
        "connection:/chat/{room}#1",
    ]);
    let who = select(vec![
        json!({}),
        json!({}),
        json!({ "except": "sender" }),
        json!({ "only": "ada" }),
        json!({ "except": "sender", "only": "ada" }),
    ]);
    let said = prop_oneof![
        payload(),
        Just(json!({ "text": "{{sender}} says {{$.t}} in {{room.name}} to {{room.size}} {{room.members}}" }))
    ];
    (to, who, said)
        .prop_map(|(to, mut who, said)| {
            who["to"] = to.into();
            if to.starts_with("connection:") || (to == "route" && who.get("only").is_some()) {
                who = json!({ "to": to });
            }
            who.as_object_mut().expect("an object").extend(said.as_object().expect("an object").clone());
            who
        })
        .boxed()
}

fn start() -> BoxedStrategy<Value> {
    select(vec![
        json!("ticker"),
        json!("feed"),
        json!({ "stream": "ticker", "key": "{{$.id}}" }),
        json!({ "stream": "feed", "key": "k" }),
        json!([{ "stream": "ticker", "key": "x" }, { "stream": "ticker", "key": "y" }]),
    ])
    .boxed()
}

fn stop() -> BoxedStrategy<Value> {
    select(vec![
        json!("ticker"),
        json!("feed"),
        json!("all"),
        json!({ "stream": "ticker", "key": "{{$.id}}" }),
        json!([{ "stream": "ticker", "key": "x" }, "feed"]),
    ])
    .boxed()
}

fn streams(flavour: Flavour) -> BoxedStrategy<Value> {
    let to = sometimes(if flavour.rooms { 0.3 } else { 0.0 }, select(vec!["room:r1", "room:{{path.room}}"]));
    let ends = |flavour| {
        prop::option::of(
            actions(Flavour { streams: false, ..flavour }, &["s1", "s2", "s3"])
                .prop_filter("acts", |acts| !acts.is_empty()),
        )
    };
    let payload = select(vec![
        json!({ "text": "{{key}} no {{seq}} of {{$.t}}" }),
        json!({ "json": { "key": "{{key}}", "seq": "{{seq}}", "n": "{{state.n}}", "t": "{{$.t}}" } }),
    ]);
    let snapshot = prop::option::of(Just(json!({ "text": "snapshot {{key}} {{$.t}}" })));
    let ticker = (time(), payload, snapshot.clone(), prop::option::of(1..4), to.clone(), ends(flavour))
        .prop_map(|(every, mut stream, snapshot, count, to, end)| {
            stream["every"] = every;
            let end = end.filter(|_| count.is_some()).map(Value::from);
            let keys = [
                ("snapshot", snapshot),
                ("count", count.map(Value::from)),
                ("to", to.map(Value::from)),
                ("end", end),
            ];
            for (key, value) in keys {
                if let Some(value) = value {
                    stream[key] = value;
                }
            }
            stream
        });
    let feed = (time(), any::<bool>(), ends(flavour)).prop_map(|(every, is_loop, end)| {
        let mut stream =
            json!({ "every": every, "rows": [{ "p": 1 }, { "p": "two" }], "text": "{{row.p}} {{seq}}" });
        match (is_loop, end) {
            (true, _) => stream["loop"] = true.into(),
            (false, Some(end)) => stream["end"] = end.into(),
            (false, None) => {}
        }
        stream
    });
    (ticker, feed).prop_map(|(ticker, feed)| json!({ "ticker": ticker, "feed": feed })).boxed()
}

fn rule(flavour: Flavour, is_own: bool) -> BoxedStrategy<Value> {
    let ins = prop_oneof![
        state(),
        prop::collection::hash_set(select(vec!["s1", "s2", "s3"]), 1..3).prop_map(|states| {
            let mut states: Vec<_> = states.into_iter().collect();
            states.sort_unstable();
            states.into()
        })
    ];
    let ins = sometimes(if flavour.states && !is_own { 0.3 } else { 0.0 }, ins);
    (
        trigger(flavour),
        ins,
        sometimes(0.25, guard(flavour)),
        sometimes(0.2, 1..4_u64),
        prop::bool::weighted(0.2),
        actions(flavour, &["s1", "s2", "s3"]),
    )
        .prop_map(|(on, ins, when, times, passes, mut keys)| {
            // What a rule sets off by itself, or in a room, could go on without end.
            let loops = on.get("room").is_some() || on.get("becomes").is_some();
            let times = times.or(loops.then_some(2));
            if keys.is_empty() {
                keys.insert("reply".into(), "nothing else".into());
            }
            if passes && keys.get("stop").is_none() {
                keys.insert("stop".into(), false.into());
            }
            let more = [("in", ins), ("when", when), ("times", times.map(Value::from))];
            keys.extend(more.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
            keys.insert("on".into(), on);
            Value::Object(keys)
        })
        .boxed()
}

fn state_keys(flavour: Flavour, final_weight: f64) -> BoxedStrategy<Value> {
    let actions = |targets| actions(flavour, targets).prop_filter("acts", |acts| !acts.is_empty());
    let timeout = (time(), actions(&["s1", "s2", "s3"])).prop_map(|(after, mut keys)| {
        keys.insert("after".into(), after);
        keys
    });
    (
        sometimes(0.4, actions(&[])),
        sometimes(0.3, actions(&[])),
        sometimes(0.3, timeout),
        prop::collection::vec(rule(flavour, true), 0..3),
        prop::bool::weighted(final_weight),
    )
        .prop_map(|(enter, exit, timeout, rules, is_final)| {
            let keys = [
                ("enter", enter.map(Value::from)),
                ("exit", exit.filter(|_| !is_final).map(Value::from)),
                ("timeout", timeout.filter(|_| !is_final).map(Value::from)),
                ("rules", (!rules.is_empty() && !is_final).then(|| rules.into())),
                ("final", is_final.then(|| true.into())),
            ];
            keys.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
        })
        .boxed()
}

fn states(flavour: Flavour) -> BoxedStrategy<Value> {
    (state_keys(flavour, 0.05), state_keys(flavour, 0.05), state_keys(flavour, 0.3))
        .prop_map(|(s1, s2, s3)| json!({ "s1": s1, "s2": s2, "s3": s3 }))
        .boxed()
}

pub(super) fn section() -> impl Strategy<Value = Value> {
    let scope = prop_oneof![3 => Just("connection"), 1 => Just("route"), 1 => Just("room")];
    let flavour = (prop::bool::weighted(0.6), scope, prop::bool::weighted(0.4), prop::bool::weighted(0.5));
    flavour.prop_flat_map(|(states, scope, streams, rooms)| {
        let shared = scope != "connection";
        in_flavour(Flavour { states, shared, streams, rooms: rooms || shared }, scope)
    })
}

fn in_flavour(flavour: Flavour, scope: &'static str) -> impl Strategy<Value = Value> {
    let rare = |weight, actions: BoxedStrategy<Map<String, Value>>| {
        sometimes(weight, actions.prop_filter("acts", |acts| !acts.is_empty()))
    };
    (
        prop::collection::vec(rule(flavour, false), 1..8),
        rare(0.5, actions(flavour, &["s1", "s2", "s3"])),
        rare(0.2, actions(flavour, &["s1", "s2", "s3"])),
        sometimes(if flavour.states { 0.7 } else { 0.0 }, states(flavour)),
        state(),
        streams(flavour),
        prop::bool::weighted(0.2),
        any::<bool>(),
    )
        .prop_map(move |(rules, default, invalid, states, state, streams, split, room)| {
            let mut section = json!({ "vars": { "n": 0, "flag": false, "list": [], "map": {} } });
            let room = (scope == "room" || (room && flavour.rooms)).then(|| "room:{{path.room}}".into());
            // A way to each state and stream, without which the section is refused.
            let mut ways = Vec::new();
            if flavour.states {
                ways.extend(["s1", "s2", "s3"].map(|to| json!({ "on": format!("^{to}$"), "to": to })));
            }
            if flavour.streams {
                ways.push(json!({ "on": "^start$", "start": ["ticker", "feed"] }));
            }
            ways.extend(rules);
            section["rules"] = ways.into();
            let keys = [
                ("scope", flavour.shared.then(|| scope.into())),
                ("shared", flavour.shared.then(|| json!({ "total": 0 }))),
                ("room", room),
                ("state", flavour.states.then_some(state)),
                ("states", states),
                ("default", default.map(Value::from)),
                ("invalid_json", invalid.map(Value::from)),
                ("split", split.then(|| "|".into())),
                ("streams", flavour.streams.then_some(streams)),
            ];
            for (key, value) in keys {
                if let Some(value) = value {
                    section[key] = value;
                }
            }
            section
        })
}

/// Something or nothing, also where it is never something.
fn sometimes<S>(weight: f64, strategy: S) -> BoxedStrategy<Option<S::Value>>
where
    S: Strategy + 'static,
    S::Value: Clone,
{
    if weight > 0.0 { prop::option::weighted(weight, strategy).boxed() } else { Just(None).boxed() }
}
