//! What rules cost: a message matched and answered, beside one parse of it as JSON; a broadcast to a large room;
//! the memory of a connection.
//!
//! Times are ratios within a round, of which the median is printed, so that a machine that is busy now and
//! then does not decide. `--rounds N` (301), `--quick` for a look.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::hint::black_box;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use allocation_counter::{AllocationInfo, measure};
use mockforge_ws_core::{
    Audience, Conn, Cx, Effect, Effects, Event, Inbound, Mail, Mailbox, Message, Rooms, Session as _,
};
use mockforge_ws_interactive::{Conversation, Rules};
use serde_json::{Value, json};

const MESSAGE: &str = r#"{"type":"order.update","id":4711,"seq":918273,"user":{"id":17,"name":"alice","role":"trader"},"orders":[{"id":1001,"qty":2,"symbol":"AAPL","price":189.25},{"id":1002,"qty":5,"symbol":"MSFT","price":402.5}],"meta":{"trace":"7f9c2ba4e88f827d","ts":"2026-01-01T00:00:00Z","tags":["a","b"]},"active":true}"#;

/// The members of the large room.
const CROWD: usize = 10_000;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number =
        |flag: &str| args.iter().position(|arg| arg == flag).and_then(|at| args.get(at + 1)?.parse().ok());
    let rounds = if args.iter().any(|arg| arg == "--quick") { 11 } else { number("--rounds").unwrap_or(301) };
    messages(rounds);
    parts(rounds);
    broadcast(rounds.min(51));
    memory();
}

/// Which rule takes the message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Hit {
    First,
    Last,
    None,
}

/// A rule that does not take the message: half are regexes, and of the JSONPaths half want different values at
/// one path and a quarter filter lists. Bounds fall, so that no rule takes all that a later one would.
fn other(n: usize) -> Value {
    let on = if n.is_multiple_of(2) {
        match n / 2 % 2 {
            0 => json!(format!(r"^cmd_{n:04} (\w+)$")),
            _ => json!(format!(r#""kind":\s*"order.update.{n:04}""#)),
        }
    } else {
        match n / 2 % 16 {
            0..8 => json!({ "jsonpath": "$.type", "equals": format!("order.{n}") }),
            8 | 9 => json!(format!("$.orders[?@.id == {n}]")),
            10 => json!(format!("$.orders[?@.qty > {}].id", 20_000 - n)),
            11 => json!(format!("$.orders[?@.symbol == 'S{n}' && @.qty > 1].price")),
            12 => json!(format!("$.payload_{n}.id")),
            13 => json!({ "jsonpath": "$.user.name", "matches": format!("^bob{n}$") }),
            14 => json!({ "jsonpath": "$.user.role", "in": [format!("role_{n}"), "admin"] }),
            _ => json!({ "jsonpath": "$.seq", "gt": 2_000_000 - n }),
        }
    };
    json!({ "on": on, "reply": "never" })
}

fn section(count: usize, beyond: usize, hit: Hit) -> Value {
    let answer =
        json!({ "json": { "type": "ack", "id": "{{$.id}}", "user": "{{$.user.name}}", "n": "{{seq}}" } });
    let taking = json!({ "on": { "jsonpath": "$.type", "equals": "order.update" }, "reply": answer });
    let mut rules: Vec<Value> = (0..count).map(|n| other(n + 1_003)).collect();
    match hit {
        Hit::First => rules[0] = taking,
        Hit::Last => rules[count - 1] = taking,
        Hit::None => {}
    }
    // More that cannot match stand before the last.
    let more: Vec<Value> = (0..beyond).map(|n| other(n + 5_003)).collect();
    let at = rules.len() - 1;
    rules.splice(at..at, more);
    json!({ "rules": rules, "default": { "reply": answer } })
}

/// A session with what its loop keeps.
struct Played {
    session: Conversation,
    conn: Conn,
    effects: Effects,
}

impl Played {
    fn new(section: &Value) -> Self {
        let rules = Rules::compile(section, &Default::default()).expect("the rules are good");
        let mut played = Self { session: rules.session(), conn: Conn::alone("/ws"), effects: Effects::new() };
        played.tell(Event::Opened);
        played
    }

    /// How many messages it has sent.
    fn tell(&mut self, event: Event) -> usize {
        self.session.on(event, &mut Cx::new(&mut self.conn, &mut self.effects, Duration::ZERO));
        let mut sent = 0;
        while let Some(effect) = self.effects.pop() {
            sent += usize::from(matches!(black_box(&effect), Effect::Send(_)));
        }
        sent
    }

    fn receive(&mut self, message: &Message) -> usize {
        self.tell(Event::Received(Inbound::new(black_box(message).clone())))
    }
}

fn time(times: u32, mut act: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        act();
    }
    start.elapsed().as_secs_f64() / f64::from(times)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn parse() -> f64 {
    time(200, || {
        black_box(serde_json::from_str::<Value>(black_box(MESSAGE)).expect("it is JSON"));
    })
}

fn messages(rounds: usize) {
    println!("a message of {} bytes, matched and answered, in parses of it as JSON", MESSAGE.len());
    println!("{:24}{:>10}{:>10}{:>10}", "rules", "first", "last", "none");
    let message = Message::text(MESSAGE);
    let lists = [
        ("10", 10, 0),
        ("100 (at most 2.0)", 100, 0),
        ("1,000", 1_000, 0),
        ("100 + 1,000 that can't", 100, 1_000),
    ];
    let hits = [Hit::First, Hit::Last, Hit::None];
    let mut all: Vec<Vec<Played>> = lists
        .iter()
        .map(|(_, count, more)| hits.iter().map(|hit| Played::new(&section(*count, *more, *hit))).collect())
        .collect();
    let mut ratios = vec![[const { Vec::new() }; 3]; lists.len()];
    let mut base = Vec::new();
    for _ in 0..rounds {
        let parse = parse();
        base.push(parse);
        for (list, ratios) in all.iter_mut().zip(&mut ratios) {
            for (played, ratios) in list.iter_mut().zip(ratios) {
                let one = time(200, || assert_eq!(played.receive(&message), 1, "it is answered"));
                ratios.push(one / parse);
            }
        }
    }
    let mut medians = Vec::new();
    for ((name, ..), ratios) in lists.iter().zip(ratios) {
        let row = ratios.map(median);
        println!("{name:24}{:>10.2}{:>10.2}{:>10.2}", row[0], row[1], row[2]);
        medians.push(row);
    }
    let more: Vec<f64> = (0..3).map(|hit| (medians[3][hit] / medians[1][hit] - 1.0) * 100.0).collect();
    println!("{:24}{:>9.0}%{:>9.0}%{:>9.0}%   (at most 20%)", "1,000 more add", more[0], more[1], more[2]);
    println!("one parse: {:.0} ns\n", median(base) * 1e9);
}

/// What one thing more costs than a rule that replies.
fn parts(rounds: usize) {
    println!("what a rule costs that does one thing more, in ns");
    let message = Message::text(r#"{"user":"ada","n":1}"#);
    let plain = json!({ "rules": [{ "on": "$.user", "reply": "x" }] });
    let more = [
        (
            "a guard, size($.user) > 0",
            json!({ "rules": [{ "on": "$.user", "when": "size($.user) > 0", "reply": "x" }] }),
        ),
        (
            "set, a value",
            json!({ "vars": { "u": "" }, "rules": [{ "on": "$.user", "set": { "u": "{{$.user}}" }, "reply": "x" }] }),
        ),
        (
            "set, a counter",
            json!({ "vars": { "n": 0 }, "rules": [{ "on": "$.user", "set": { "n": { "add": 1 } }, "reply": "x" }] }),
        ),
        (
            "a transition",
            json!({ "state": "a", "rules": [
                { "on": "$.user", "in": "a", "to": "b", "reply": "x" },
                { "on": "$.user", "in": "b", "to": "a", "reply": "x" },
            ] }),
        ),
        (
            "a sequence by key",
            json!({ "rules": [{ "on": { "sequence": ["$.a", "$.b"], "by": "$.n" }, "reply": "y" }, { "on": "$.user", "reply": "x" }] }),
        ),
    ];
    let mut base = Played::new(&plain);
    for (name, section) in more {
        let mut played = Played::new(&section);
        let costs = (0..rounds).map(|_| {
            let plain = time(200, || assert_eq!(base.receive(&message), 1));
            time(200, || assert_eq!(played.receive(&message), 1)) - plain
        });
        println!("{name:32}{:>8.0}", median(costs.collect()) * 1e9);
    }
    println!();
}

fn broadcast(rounds: usize) {
    let rooms = Rooms::default();
    let mut members: Vec<Mailbox> = (0..CROWD)
        .map(|n| {
            let mut mailbox = Mailbox::new(&rooms);
            mailbox.join("room:all", None, &n.to_string()).expect("the name is short");
            mailbox
        })
        .collect();
    let text = "x".repeat(300);
    let mut task = Context::from_waker(Waker::noop());
    let mut times = Vec::new();
    for _ in 0..rounds {
        let message = Message::text(text.clone());
        let payload = message.clone().into_data();
        let start = Instant::now();
        assert_eq!(rooms.publish("room:all", "0", message, Audience::All), CROWD);
        times.push(start.elapsed().as_secs_f64() / CROWD as f64);
        for member in &mut members {
            let Poll::Ready(Mail::Message(delivery)) = member.poll(&mut task) else {
                panic!("a member did not get the message")
            };
            let got = delivery.message.message().clone().into_data();
            assert_eq!(got.as_ptr(), payload.as_ptr(), "the bytes are shared and not copied");
        }
    }
    let AllocationInfo { count_total, bytes_total, .. } = measure(|| {
        rooms.publish("room:all", "0", Message::text(text.clone()), Audience::All);
    });
    println!(
        "a broadcast of 300 bytes to {CROWD} members: {:.0} ns a member; {count_total} allocations and {bytes_total} bytes in all",
        median(times) * 1e9
    );
    println!("every member gets the same bytes\n");
}

fn memory() {
    let rules = Rules::compile(&section(100, 0, Hit::None), &Default::default()).expect("the rules are good");
    let mut kept = None;
    let info = measure(|| {
        let mut played =
            Played { session: rules.session(), conn: Conn::alone("/ws"), effects: Effects::new() };
        played.tell(Event::Opened);
        kept = Some(Box::new(played));
    });
    println!(
        "a connection on 100 rules without variables keeps {} bytes, {} of them the session itself",
        info.bytes_current,
        size_of::<Conversation>()
    );
    drop(kept);
}
