//! What rendering costs, beside a chain of `String::replace` and beside Handlebars: the template of the
//! specification with the same values in all three.

use std::sync::Arc;
use std::time::Duration;

use divan::{Bencher, black_box};
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext};
use mockforge_ws_core::{Conn, ConnId, ConnRng, Cx, Effects, Hello, Inbound, Limits, Message, Seed, Wall};
use mockforge_ws_template::{JsonTemplate, Options, Scope, Template};
use rand::{RngExt as _, SeedableRng as _};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

const TEMPLATE: &str = "session {{uuid}} at {{now}} n={{randInt 1 100}}";
const START: OffsetDateTime = datetime!(2024-01-15 10:30 UTC);

fn main() {
    divan::main();
}

fn connection() -> (Conn, Effects) {
    let id = ConnId { route: "/ws".into(), number: 1 };
    let hello = Arc::new(Hello::new("/ws"));
    (Conn::new(id, hello, Seed(1), Wall::Real(START), Limits::default()), Effects::new())
}

fn uuid(rng: &mut ConnRng) -> uuid::Uuid {
    uuid::Builder::from_random_bytes(rng.random()).into_uuid()
}

fn now() -> String {
    black_box(START).format(&Rfc3339).expect("the year has four digits")
}

#[divan::bench]
fn spec_ours(bencher: Bencher<'_, '_>) {
    let (mut conn, mut effects) = connection();
    let template = Template::parse(TEMPLATE, &Options::default()).expect("it is valid");
    let mut cx = Cx::new(&mut conn, &mut effects, Duration::from_millis(5));
    let mut out = String::new();
    bencher.bench_local(|| {
        out.clear();
        template.render(&Scope::default(), &mut cx, &mut out);
        black_box(out.len())
    });
}

#[divan::bench]
fn spec_ours_new_string(bencher: Bencher<'_, '_>) {
    let (mut conn, mut effects) = connection();
    let template = Template::parse(TEMPLATE, &Options::default()).expect("it is valid");
    let mut cx = Cx::new(&mut conn, &mut effects, Duration::from_millis(5));
    bencher.bench_local(|| {
        let mut out = String::new();
        template.render(&Scope::default(), &mut cx, &mut out);
        out
    });
}

#[divan::bench]
fn spec_replace_chain(bencher: Bencher<'_, '_>) {
    let mut rng = ConnRng::seed_from_u64(1);
    bencher.bench_local(|| {
        black_box(TEMPLATE)
            .replace("{{uuid}}", &uuid(&mut rng).to_string())
            .replace("{{now}}", &now())
            .replace("{{randInt 1 100}}", &rng.random_range(1..=100).to_string())
    });
}

#[divan::bench]
fn spec_handlebars(bencher: Bencher<'_, '_>) {
    let rng = Arc::new(std::sync::Mutex::new(ConnRng::seed_from_u64(1)));
    let mut registry = Handlebars::new();
    let shared = rng.clone();
    registry.register_helper(
        "uuid",
        Box::new(
            move |_: &Helper<'_>,
                  _: &Handlebars<'_>,
                  _: &Context,
                  _: &mut RenderContext<'_, '_>,
                  out: &mut dyn Output|
                  -> HelperResult {
                let mut rng = shared.lock().expect("nothing panics with it");
                Ok(out.write(&uuid(&mut rng).to_string())?)
            },
        ),
    );
    registry.register_helper(
        "now",
        Box::new(
            |_: &Helper<'_>,
             _: &Handlebars<'_>,
             _: &Context,
             _: &mut RenderContext<'_, '_>,
             out: &mut dyn Output|
             -> HelperResult { Ok(out.write(&now())?) },
        ),
    );
    registry.register_helper(
        "randInt",
        Box::new(
            move |call: &Helper<'_>,
                  _: &Handlebars<'_>,
                  _: &Context,
                  _: &mut RenderContext<'_, '_>,
                  out: &mut dyn Output|
                  -> HelperResult {
                let bound = |index| call.param(index).and_then(|p| p.value().as_i64()).unwrap_or_default();
                let mut rng = rng.lock().expect("nothing panics with it");
                Ok(out.write(&rng.random_range(bound(0)..=bound(1)).to_string())?)
            },
        ),
    );
    registry.register_template_string("spec", TEMPLATE).expect("it is valid");
    bencher.bench_local(|| registry.render("spec", &()).expect("it renders"));
}

#[divan::bench(args = ["{{uuid}}", "{{now}}", "{{now+1h}}", "{{now '%H:%M:%S%.3f'}}", "{{randInt 1 100}}", "{{seq}}", "{{faker.name}}"])]
fn one(bencher: Bencher<'_, '_>, text: &str) {
    let (mut conn, mut effects) = connection();
    let template = Template::parse(text, &Options::default()).expect("it is valid");
    let mut cx = Cx::new(&mut conn, &mut effects, Duration::from_millis(5));
    let mut out = String::new();
    bencher.bench_local(|| {
        out.clear();
        template.render(&Scope::default(), &mut cx, &mut out);
        black_box(out.len())
    });
}

#[divan::bench]
fn message_path(bencher: Bencher<'_, '_>) {
    let (mut conn, mut effects) = connection();
    let template = Template::parse("hello {{$.user.name}}", &Options::default()).expect("it is valid");
    let message = Inbound::new(Message::text(r#"{"type":"login","user":{"name":"bob","id":7}}"#));
    let scope = Scope { message: Some(&message), ..Scope::default() };
    let mut cx = Cx::new(&mut conn, &mut effects, Duration::from_millis(5));
    let mut out = String::new();
    bencher.bench_local(|| {
        out.clear();
        template.render(&scope, &mut cx, &mut out);
        black_box(out.len())
    });
}

#[divan::bench]
fn json_tick(bencher: Bencher<'_, '_>) {
    let (mut conn, mut effects) = connection();
    let value = serde_json::json!({"symbol": "{{key}}", "seq": "{{seq}}", "price": "{{walk 100 0.5}}"});
    let template = JsonTemplate::parse(&value, &Options::default()).expect("it is valid");
    let scope = Scope { key: Some("AAPL"), ..Scope::default() };
    let mut cx = Cx::new(&mut conn, &mut effects, Duration::from_millis(5));
    let mut out = String::new();
    bencher.bench_local(|| {
        out.clear();
        template.render(&scope, &mut cx, &mut out);
        black_box(out.len())
    });
}

#[divan::bench]
fn parse_literal(bencher: Bencher<'_, '_>) {
    let text = "x".repeat(100);
    let options = Options::default();
    bencher.bench_local(|| Template::parse(black_box(&text), &options));
}

#[divan::bench]
fn parse_spec(bencher: Bencher<'_, '_>) {
    let options = Options::default();
    bencher.bench_local(|| Template::parse(black_box(TEMPLATE), &options));
}
