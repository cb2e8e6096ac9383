//! Generated events on a connection.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_ai::pace::Pace;
use mockforge_ws_ai::prompt::Brief;
use mockforge_ws_ai::{AiMode, AiOptions, Budget, LlmErrorKind, ModelSource, OfflineOptions, OnEnd, Source};
use mockforge_ws_core::{AiFact, Fact, Limits};
use mockforge_ws_testkit::{Entry, Setup, Sim};
use serde_json::{Value, json};

use crate::fake::Fake;

fn offline(narrative: &str) -> AiOptions {
    AiOptions::offline(narrative)
}

/// A connection with two events a second of a model.
fn model(fake: &Fake, change: impl FnOnce(&mut AiOptions, &mut ModelSource)) -> Sim {
    let brief = Brief { page_events: 10, ..Brief::new("Trades of AAPL.") };
    let mut source =
        ModelSource { llm: Arc::new(fake.clone()), brief, budget: Budget::default(), fallback: None };
    let mut options = AiOptions::offline("2 events per second");
    change(&mut options, &mut source);
    options.source = Source::Model(Box::new(source));
    Sim::open(&AiMode::new(options).expect("good options"), Setup::default())
}

fn open(options: AiOptions, seed: u64) -> Sim {
    Sim::open(&AiMode::new(options).expect("good options"), Setup { seed, ..Setup::default() })
}

/// When messages were sent, in milliseconds, with the number that the event has.
fn times(sim: &Sim) -> Vec<(u128, u64)> {
    let sent = |entry: &Entry| match entry {
        Entry::Sent(at, message) => {
            let event: Value = serde_json::from_str(message.to_text().ok()?).ok()?;
            Some((at.as_millis(), event["n"].as_u64().unwrap_or(u64::MAX)))
        }
        _ => None,
    };
    sim.entries().iter().filter_map(sent).collect()
}

fn ai_facts(sim: &Sim) -> Vec<AiFact> {
    let ai = |fact: &Fact| match fact {
        Fact::Ai(fact) => Some(fact.clone()),
        _ => None,
    };
    sim.facts().into_iter().filter_map(ai).collect()
}

#[test]
fn offline_events_leave_at_the_pace_and_are_the_same_again() {
    let run = |seed| {
        let mut sim = open(offline("Trading in AAPL and MSFT, 40 events at 4 per second"), seed);
        sim.advance(3_000).receive(r#"{"op":"subscribe","symbol":"ACME"}"#).advance(60_000);
        sim
    };
    let sim = run(7);
    assert_eq!(sim.transcript_with_facts(), run(7).transcript_with_facts());
    assert_ne!(sim.transcript(), run(8).transcript());
    let sent = times(&sim);
    assert_eq!(sent.len(), 40);
    let reply = sent.iter().position(|(at, _)| at % 250 != 0).unwrap();
    assert!((3_020..3_150).contains(&sent[reply].0), "{sent:?}");
    assert!(sim.texts()[reply].contains("subscribed"), "{}", sim.texts()[reply]);
    assert_eq!((sent[0].0, sent[4].0, sent[39].0), (0, 1_000, 9_500));
    assert!(!sim.is_over());
    let written: Value = serde_json::from_str(&sim.texts()[4]).unwrap();
    assert_eq!(written["timestamp"], "2024-01-15T10:30:01.000Z");
}

#[test]
fn the_events_do_not_depend_on_how_fast_the_client_reads() {
    for pace in [Pace::Fixed { rate: 4.0 }, Pace::Poisson { rate: 4.0 }] {
        let run = |stalls: bool| {
            let options = AiOptions { pace, ..offline("IoT sensors, 60 events") };
            let setup = Setup { max_effects: 3, ..Setup::default() };
            let mut sim = Sim::open(&AiMode::new(options).unwrap(), setup);
            sim.advance(2_000).block(stalls).advance(7_000).block(false).advance(60_000).texts()
        };
        assert_eq!((run(true), run(true).len()), (run(false), 60), "{pace:?}");
    }
}

#[test]
fn an_event_that_is_due_before_an_answer_is_that_answer() {
    let mut sim = open(offline("Trading in AAPL, 100 events per second"), 1);
    sim.advance(105).receive(r#"{"op":"subscribe","symbol":"ACME"}"#).advance(1_000);
    assert!(sim.texts()[11].contains("subscribed"), "{}", sim.texts()[11]);
    assert!(times(&sim).iter().all(|(at, _)| at % 10 == 0), "{:?}", times(&sim));
}

#[test]
fn a_seed_of_its_own_makes_every_run_the_same() {
    let run = |seed, own| {
        let options = AiOptions { seed: own, ..offline("Trading, 5 events at 2 per second") };
        open(options, seed).advance(5_000).transcript()
    };
    assert_eq!(run(1, Some(3)), run(2, Some(3)));
    assert_ne!(run(1, Some(3)), run(1, Some(4)));
    assert_ne!(run(1, None), run(2, None));
}

#[test]
fn an_end_by_count_or_time() {
    let run = |options: AiOptions| {
        let transcript = open(options, 1).advance(100_000).transcript();
        let sent = transcript.lines().filter(|line| line.contains(" > ")).count();
        (sent, transcript.lines().last().unwrap_or_default().to_string())
    };
    let closing = |narrative| AiOptions { on_end: OnEnd::Close, ..offline(narrative) };
    assert_eq!(run(closing("3 events at 2 per second")), (3, "1000 x close 1000".into()));
    assert_eq!(run(closing("10 seconds of chat, 2 per second")), (20, "10000 x close 1000".into()));
    let (sent, last) = run(offline("10 seconds of chat, 2 per second"));
    assert!(sent == 20 && last.starts_with("9500 > "), "{sent} {last}");
    let none = AiOptions { event_count: Some(0), ..closing("chat") };
    assert_eq!(run(none), (0, "0 x close 1000".into()));
}

#[test]
fn a_conversation_waits_to_be_spoken_to() {
    let first = Some(json!({ "type": "welcome" }));
    let chat = AiOptions { interactive: true, first, ..offline("support chat between Alice and agent Sam") };
    let mut sim = open(chat, 3);
    sim.advance(100_000);
    assert_eq!(sim.texts(), [r#"{"type":"welcome"}"#]);
    sim.receive(r#"{"type":"message","id":"c1","text":"Hello!"}"#).advance(399);
    assert_eq!(sim.sent().len(), 1, "somebody types");
    sim.advance(10_000);
    assert!(sim.texts().last().unwrap().contains(r#""reply_to":"c1""#), "{:?}", sim.texts());
    let sent = sim.sent().len();
    assert!(sent <= 4);
    assert!(!sim.transcript().contains("T10:30:00.000Z"), "typing takes time: {}", sim.transcript());
    sim.receive("thanks").receive("bye").advance(100_000);
    assert_eq!(sim.sent().len(), sent + 2);
    assert!(sim.receive_message(mockforge_ws_core::Message::binary(vec![1])).advance(9_000).sent().len() < 9);

    let mut deaf = offline("order desk");
    if let Source::Offline(source) = &mut deaf.source {
        source.event_types = vec![("order_shipped".into(), 1.0)];
    }
    let mut sim = open(AiOptions { interactive: true, ..deaf }, 1);
    for _ in 0..100 {
        sim.receive(r#"{"action":"place_order"}"#);
    }
    sim.advance(1_000_000);
    assert!((1..=48).contains(&sim.sent().len()), "{}", sim.sent().len());
}

#[test]
fn the_first_event_leaves_before_the_answer_is_complete() {
    let fake = Fake::default();
    let mut sim = model(&fake, |_, _| {});
    assert_eq!((fake.requests(), fake.open()), (1, 1));
    sim.advance(3_000);
    fake.says("Sure!\n{\"n\"");
    assert!(sim.advance(100).texts().is_empty());
    fake.says(":0}\n{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{");
    sim.advance(100);
    assert_eq!(times(&sim), [(3_100, 0)]);
    sim.advance(1_100);
    assert_eq!(times(&sim), [(3_100, 0), (3_600, 1), (4_100, 2)]);
    assert!(ai_facts(&sim).contains(&AiFact::Skipped { reason: "prose".into(), excerpt: "Sure!".into() }));
    // What comes late does not come all at once.
    sim.advance(5_700);
    fake.says("\"n\":4}").events(5..9).ends();
    sim.advance(3_000);
    let late: Vec<u128> = times(&sim).iter().map(|(at, _)| *at).skip(4).collect();
    assert_eq!(late, [10_000, 10_000, 10_000, 10_000, 10_500]);
}

#[test]
fn the_model_stays_ahead_and_no_further() {
    let fake = Fake::default();
    let mut sim = model(&fake, |_, _| {});
    fake.events(0..10).costs(100, 50).ends();
    sim.advance(0);
    assert_eq!(times(&sim), [(0, 0)]);
    assert_eq!(
        (fake.unheard(), fake.open(), fake.requests()),
        (0, 1, 2),
        "nine wait, and ten are five seconds"
    );
    fake.events(10..18);
    sim.advance(0);
    assert_eq!((fake.unheard(), fake.requests()), (0, 2), "the model is listened to");
    fake.events(18..29);
    sim.advance(0);
    let unheard = fake.unheard();
    assert!(unheard > 4, "{unheard}");
    sim.advance(400);
    assert_eq!(
        (fake.unheard(), fake.open(), fake.requests()),
        (unheard, 1, 2),
        "nobody listens while enough waits"
    );
    sim.advance(14_000);
    let expect: Vec<(u128, u64)> = (0..29).map(|n| (u128::from(n) * 500, n)).collect();
    assert_eq!(times(&sim), expect);
    let asked = |page| AiFact::Asked { model: "fake/1".into(), page, repair: false };
    let facts = ai_facts(&sim);
    assert!(facts.contains(&asked(1)) && facts.contains(&asked(2)), "{facts:?}");
}

#[test]
fn nobody_is_asked_for_a_client_that_has_left() {
    let fake = Fake::default();
    let mut sim = model(&fake, |_, _| {});
    sim.advance(1_000);
    assert_eq!(fake.open(), 1);
    sim.leave();
    assert_eq!(fake.open(), 0);
    let broken_off = |sim: &Sim| match ai_facts(sim).pop() {
        Some(AiFact::Answered { events, input_tokens: 1.., reason: Some(reason), .. }) => (events, reason),
        other => panic!("{other:?}"),
    };
    assert_eq!(broken_off(&sim), (0, "the client is gone".to_string()), "what was asked is paid for");

    let mut sim = model(&fake, |_, _| {});
    fake.events(0..3);
    sim.advance(100).shutdown();
    assert_eq!((fake.open(), sim.advance(9_000).sent().len()), (0, 1));
    assert_eq!(broken_off(&sim), (3, "the server is going away".to_string()));

    let sim = model(&fake, |_, _| {});
    assert_eq!(fake.open(), 1);
    drop(sim);
    assert_eq!(fake.open(), 0);
}

#[test]
fn a_story_ends_and_asks_for_no_more() {
    let fake = Fake::default();
    let mut sim = model(&fake, |options, _| options.event_count = Some(3));
    fake.events(0..9);
    sim.advance(100);
    assert_eq!(fake.open(), 0, "it wrote more than there are to be");
    sim.advance(9_000);
    assert_eq!((times(&sim).len(), fake.requests(), sim.is_over()), (3, 1, false));

    let fake = Fake::default();
    let mut sim = model(&fake, |options, source| {
        options.on_end = OnEnd::Close;
        source.brief.event_count = Some(2);
    });
    fake.events(0..2).costs(1, 1).ends();
    assert!(sim.advance(9_000).transcript().ends_with("500 x close 1000\n"));

    let fake = Fake::default();
    let mut sim = model(&fake, |options, _| {
        options.on_end = OnEnd::Close;
        options.duration = Some(Duration::from_secs(2));
    });
    assert!(fake.asked().contains("The story takes 2 seconds."), "{}", fake.asked());
    fake.events(0..9);
    assert!(sim.advance(9_000).transcript().ends_with("1500 > {\"n\":3}\n2000 x close 1000\n"));
    assert_eq!(fake.open(), 0);
}

#[test]
fn an_event_that_does_not_fit_is_repaired_in_its_place() {
    let fake = Fake::default();
    let mut sim = model(&fake, |options, source| {
        options.event_count = Some(3);
        source.brief.schema = Some(json!({ "type": "object", "properties": { "n": { "type": "integer" } } }));
    });
    fake.events(0..1).says("{\"n\":\"one\"}").events(2..3).ends();
    sim.advance(0);
    assert!(fake.asked().contains("written with mistakes"), "{}", fake.asked());
    fake.says("{\"n\":1}").ends();
    sim.advance(9_000);
    assert_eq!(times(&sim), [(0, 0), (500, 1), (1_000, 2)]);
}

#[test]
fn a_budget_ends_the_stream() {
    let fake = Fake::default();
    let mut sim = model(&fake, |options, source| {
        options.on_end = OnEnd::Close;
        source.budget.tokens = Some(5_000);
    });
    fake.events(0..3).costs(4_900, 90).ends();
    sim.advance(9_000);
    assert!(sim.transcript().ends_with("1000 > {\"n\":2}\n1000 x close 1000\n"), "{}", sim.transcript());
    assert_eq!(ai_facts(&sim).last(), Some(&AiFact::Spent { tokens: 4_990, cost: None }));
}

#[test]
fn a_model_that_fails_is_replaced_where_the_user_says_so() {
    let fake = Fake::default();
    let mut sim = model(&fake, |options, source| {
        options.event_count = Some(5);
        source.fallback = Some(OfflineOptions::default());
    });
    fake.events(0..2).ends();
    sim.advance(100);
    fake.fails(LlmErrorKind::NoNetwork);
    sim.advance(100);
    assert_eq!((fake.requests(), fake.open()), (2, 0));
    assert!(!ai_facts(&sim).iter().any(|fact| matches!(fact, AiFact::FellBack { .. })), "an event waits");
    sim.advance(9_000);
    let at: Vec<u128> = times(&sim).iter().map(|(at, _)| *at).collect();
    assert_eq!(at, [0, 500, 1_000, 1_500, 2_000]);
    assert_eq!(ai_facts(&sim).last(), Some(&AiFact::FellBack { reason: "sk-123 is no key".into() }));

    // At once, and with an answer to what was said.
    let mut sim = model(&fake, |options, source| {
        options.interactive = true;
        source.fallback = Some(OfflineOptions { narrative: "chat".into(), ..OfflineOptions::default() });
    });
    fake.fails(LlmErrorKind::BadKey);
    sim.receive("Hello!").advance(9_000);
    assert!(sim.texts().iter().any(|text| text.contains("message")), "{:?}", sim.texts());
}

#[test]
fn a_model_that_fails_ends_the_connection() {
    for (kind, told) in [
        (LlmErrorKind::NoKey, "it has no key"),
        (LlmErrorKind::RateLimited, "it was asked too often"),
        (LlmErrorKind::Server, "its provider failed"),
    ] {
        let fake = Fake::default();
        let mut sim = model(&fake, |_, _| {});
        fake.events(0..1).ends();
        sim.advance(100);
        fake.fails(kind);
        sim.advance(100);
        assert_eq!(sim.transcript(), format!("0 > {{\"n\":0}}\n100 x close 1011 the model failed: {told}\n"));
        let reason = "the model failed: sk-123 is no key".into();
        assert!(sim.facts().contains(&&Fact::Error { reason }), "{:?}", sim.facts());
    }
    let fake = Fake::default();
    let mut sim = model(&fake, |_, _| {});
    fake.says("I am sorry, but").ends().says("I can't do that.").ends();
    sim.advance(0);
    assert_eq!(sim.transcript(), "0 x close 1011 the model failed: it wrote nothing that can be used\n");
    assert_eq!(fake.requests(), 2);
}

#[test]
fn what_a_client_says_is_in_the_next_request() {
    let fake = Fake::default();
    let mut sim = model(&fake, |_, _| {});
    fake.events(0..10);
    sim.advance(100).receive("buy 5 AAPL").advance(100);
    assert_eq!(fake.requests(), 1, "one at a time");
    let polls = fake.polls();
    for _ in 0..100 {
        sim.receive("buy 5 AAPL");
    }
    assert!(fake.polls() - polls <= 400, "one call at a time: {}", fake.polls());
    fake.ends();
    sim.advance(0);
    assert!(fake.requests() == 2 && fake.asked().contains("\"buy 5 AAPL\""), "{}", fake.asked());
}

#[test]
fn who_only_answers_does_so_at_once() {
    let fake = Fake::default();
    let mut sim = model(&fake, |options, _| {
        options.interactive = true;
        options.pace = Pace::Fixed { rate: 0.01 };
    });
    sim.advance(60_000);
    assert_eq!(fake.requests(), 0);
    sim.receive("one espresso");
    assert!(fake.asked().contains("\"one espresso\""));
    fake.events(0..2);
    sim.advance(1_000).receive("and a cake");
    assert_eq!((times(&sim), fake.requests()), (vec![(60_000, 0), (60_000, 1)], 1));
    fake.ends();
    sim.advance(0);
    assert!(fake.requests() == 2 && fake.asked().contains("\"and a cake\""));
    fake.events(2..3).ends();
    sim.advance(500);
    assert_eq!(times(&sim).last(), Some(&(61_000, 2)));
}

#[test]
fn a_client_that_does_not_read_holds_up_its_own_stream() {
    let fake = Fake::default();
    let brief = Brief { page_events: 10, ..Brief::new("x") };
    let options = AiOptions {
        pace: Pace::Fixed { rate: 2.0 },
        ..AiOptions::new(Source::model(Arc::new(fake.clone()), brief))
    };
    for options in [options, offline("trading, 2 per second")] {
        let setup = Setup { max_effects: 8, ..Setup::default() };
        let mut sim = Sim::open(&AiMode::new(options).unwrap(), setup);
        fake.events(0..500);
        sim.block(true).advance(60_000);
        let unheard = fake.unheard();
        assert!(sim.sent().len() <= 1 && unheard > 400);
        sim.block(false);
        let at_once = sim.sent().len();
        assert!((8..=13).contains(&at_once), "{at_once}");
        sim.advance(10_000);
        assert_eq!(sim.sent().len(), at_once + 20);
    }
}

#[test]
fn an_event_that_is_too_large_is_not_sent() {
    let fake = Fake::default();
    let options = AiOptions::new(Source::model(Arc::new(fake.clone()), Brief::new("x")));
    let setup = Setup { limits: Limits { max_message_size: 20 }, ..Setup::default() };
    let mut sim = Sim::open(&AiMode::new(options).unwrap(), setup);
    fake.says(&json!({ "n": "x".repeat(100) }).to_string()).events(1..2);
    sim.advance(2_000);
    assert_eq!(sim.texts(), ["{\"n\":1}"]);
    let skipped = ai_facts(&sim).into_iter().find_map(|fact| match fact {
        AiFact::Skipped { reason, .. } => Some(reason),
        _ => None,
    });
    assert_eq!(skipped.as_deref(), Some("an event of 108 bytes, and a message has at most 20"));
}

#[test]
fn mistakes_are_told_together() {
    let mut options = offline("chat");
    options.pace = Pace::Fixed { rate: 0.0 };
    options.source = Source::model(
        Arc::new(Fake::default()),
        Brief { schema: Some(json!({ "type": 7 })), ..Brief::new("x") },
    );
    let problems = AiMode::new(options).unwrap_err();
    let places: Vec<_> = problems.iter().map(|problem| problem.path[0].clone()).collect();
    assert_eq!(places, ["pace".into(), "schema".into()]);
}
