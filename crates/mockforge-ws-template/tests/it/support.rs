//! A connection to render for.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{
    Captures, Commons, Conn, ConnId, Cx, Effect, Effects, Fact, Hello, Inbound, Limits, Mailbox, Message,
    Seed, Wall,
};
use mockforge_ws_template::{JsonTemplate, Options, Scope, Template};
use serde_json::{Value, json};

/// The message that everything is rendered for.
pub(crate) const MESSAGE: &str = r#"{
    "id": 7, "name": "bob", "big": 18446744073709551615, "price": 64123.45, "none": null, "yes": true,
    "no": false, "zero": 0, "empty": "", "quote": "a \"b\" \\ \n", "a b": {"c": "deep"},
    "items": [{"id": "x", "n": 1}, {"id": "y", "n": 2}, {"id": "}}", "n": 3}], "list": [1, 2, 3], "void": [],
    "user": {"first": "Ann", "last": "Lee", "tags": ["t1", "t2"]}, "markup": "{{uuid}}", "text": "12"
}"#;

/// A connection at its opening, 2024-01-15T10:30:00.125Z, with a handshake and some state; in the rooms
/// `room:lobby` (with another) and `route:/chat`.
pub(crate) struct World {
    pub(crate) conn: Conn,
    pub(crate) effects: Effects,
    pub(crate) message: Inbound,
    pub(crate) captures: Captures,
    pub(crate) options: Options,
    pub(crate) row: Value,
    /// How long it has been open.
    pub(crate) elapsed: Duration,
    pub(crate) other: Mailbox,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(1, Limits::default())
    }

    pub(crate) fn with(seed: u64, limits: Limits) -> Self {
        let mut hello = Hello::new("/chat/lobby")
            .with_params(vec![("id".into(), "lobby".into())])
            .with_query(vec![("q".into(), "find me".into()), ("q".into(), "second".into())]);
        hello.headers.insert("x-client", "tests/1".parse().unwrap());
        let id = ConnId { route: "/chat/{id}".into(), number: 1 };
        let start = time::OffsetDateTime::from_unix_timestamp(1_705_314_600).unwrap();
        let start = start + time::Duration::milliseconds(125);
        let commons = Commons::default();
        let mut other = Mailbox::new(&commons.rooms);
        other.join("room:lobby", None, "bob").unwrap();
        let mut conn = Conn::new(id, Arc::new(hello), Seed(seed), Wall::Fixed(start), limits);
        conn = conn.with_commons(commons);
        conn.join("room:lobby", None, "eve").unwrap();
        conn.join("room:lobby", Some("second"), "eve").unwrap();
        conn.join("route:/chat", None, "eve").unwrap();
        let mut effects = Effects::new();
        let mut cx = Cx::new(&mut conn, &mut effects, Duration::ZERO);
        cx.state_mut().insert("user".into(), json!({"name": "eve", "roles": ["admin", "ops"]}));
        cx.state_mut().insert("said".into(), json!(3));
        cx.state_mut().insert("a b".into(), json!("spaced"));
        cx.shared_mut().insert("total".into(), json!(12));
        cx.shared_mut().insert("scores".into(), json!({"ann": [1, 2]}));
        cx.set_machine("member".into());
        let names = vec![None, None, Some("who".to_string())];
        let captures = Captures::new(
            names.into(),
            vec![Some("join 42 bob".into()), Some("42".into()), Some("bob".into()), None],
        );
        let mut options = Options::default();
        options.env.insert("REGION".into(), "eu-1".into());
        let vars = json!({"name": "feed", "n": 5, "deep": {"list": [10, 20]}, "markup": "{{uuid}}"});
        options.vars = Arc::new(vars.as_object().unwrap().clone());
        let row = json!({"name": "first row", "n": 1, "list": ["x", "y"]});
        let message = Inbound::new(Message::text(MESSAGE));
        Self { conn, effects, message, captures, options, row, elapsed: Duration::ZERO, other }
    }

    /// The same for another message.
    pub(crate) fn received(mut self, message: Message) -> Self {
        self.message = Inbound::new(message);
        self
    }

    pub(crate) fn run<T>(&mut self, f: impl FnOnce(&Scope<'_>, &mut Cx<'_>) -> T) -> T {
        let streams = |name: &str| match name {
            "ticks" => vec!["AAPL".into(), "MSFT".into()],
            _ => Vec::new(),
        };
        let scope = Scope {
            message: Some(&self.message),
            captures: Some(&self.captures),
            key: Some("AAPL"),
            row: Some(&self.row),
            streams: Some(&streams),
            ..Scope::default()
        };
        let mut cx = Cx::new(&mut self.conn, &mut self.effects, self.elapsed);
        // Everything here happens on schedule.
        cx.schedule(self.elapsed);
        f(&scope, &mut cx)
    }

    pub(crate) fn parse(&self, text: &str) -> Template {
        Template::parse(text, &self.options).unwrap_or_else(|problems| panic!("{text}: {problems:#?}"))
    }

    pub(crate) fn render(&mut self, text: &str) -> String {
        let template = self.parse(text);
        let mut out = String::new();
        self.run(|scope, cx| template.render(scope, cx, &mut out));
        out
    }

    /// Renders with another scope.
    pub(crate) fn render_in(&mut self, text: &str, change: impl FnOnce(&mut Scope<'_>)) -> String {
        let template = self.parse(text);
        let mut out = String::new();
        self.run(|scope, cx| {
            let mut scope = *scope;
            change(&mut scope);
            template.render(&scope, cx, &mut out);
        });
        out
    }

    pub(crate) fn value(&mut self, text: &str) -> Value {
        let template = self.parse(text);
        self.run(|scope, cx| template.value(scope, cx))
    }

    pub(crate) fn json(&mut self, value: &Value) -> String {
        let template = JsonTemplate::parse(value, &self.options)
            .unwrap_or_else(|problems| panic!("{value}: {problems:#?}"));
        let mut out = String::new();
        self.run(|scope, cx| template.render(scope, cx, &mut out));
        out
    }

    /// The facts reported since the last call.
    pub(crate) fn facts(&mut self) -> Vec<Fact> {
        std::iter::from_fn(|| self.effects.pop())
            .map(|effect| match effect {
                Effect::Note(fact) => fact,
                other => panic!("templates only report, but: {other:?}"),
            })
            .collect()
    }

    /// The expressions that were missing since the last call.
    pub(crate) fn missing(&mut self) -> Vec<String> {
        let facts = self.facts().into_iter();
        facts
            .map(|fact| match fact {
                Fact::MissingValue { expression } => expression,
                other => panic!("nothing but missing values was expected: {other:?}"),
            })
            .collect()
    }
}
