//! What a feed asks for, and what it keeps of the answers.

use mockforge_ws_ai::prompt::Brief;
use mockforge_ws_ai::{Feed, FeedOptions, LlmError, LlmErrorKind, Piece, Price, Request, Usage};
use mockforge_ws_core::AiFact;
use serde_json::{Value, json};

fn feed(change: impl FnOnce(&mut FeedOptions)) -> Feed {
    let mut options = FeedOptions::new(Brief { page_events: 4, ..Brief::new("Trades of AAPL.") });
    change(&mut options);
    Feed::new(options).expect("good options")
}

fn priced(options: &mut FeedOptions) {
    options.brief.schema = Some(json!({
        "type": "object", "required": ["price"], "properties": { "price": { "type": "number" } },
    }));
}

/// Events as a model writes them.
fn lines(prices: std::ops::Range<u64>) -> String {
    prices.map(|price| format!("{}\n", json!({ "price": price }))).collect()
}

fn answer(feed: &mut Feed, text: &str) {
    feed.piece(Piece::Text(text.into()));
    feed.ended(Ok(()));
}

fn asked(feed: &mut Feed) -> String {
    let request = feed.wants().expect("a request is due");
    assert_eq!((feed.wants(), feed.is_asking()), (None, true));
    request.turns.into_iter().map(|turn| turn.text).collect::<Vec<_>>().join("\n---\n")
}

fn prices(feed: &mut Feed) -> Vec<u64> {
    std::iter::from_fn(|| feed.pop()).map(|event| event["price"].as_u64().unwrap_or(u64::MAX)).collect()
}

fn skipped(feed: &mut Feed) -> Vec<String> {
    let reason = |fact| match fact {
        AiFact::Skipped { reason, .. } => Some(reason),
        _ => None,
    };
    feed.news().filter_map(reason).collect()
}

#[test]
fn pages_follow_one_another_until_the_count() {
    let mut feed = feed(|options| options.brief.event_count = Some(6));
    assert!(asked(&mut feed).ends_with("Write events 1 to 4 of 6."));
    feed.piece(Piece::Text("{\"price\":1}\n{\"pri".into()));
    assert_eq!(prices(&mut feed), [1]);
    feed.piece(Piece::Text("ce\":2}\n".into()));
    answer(&mut feed, &lines(3..5));
    feed.ended(Ok(()));
    assert_eq!(feed.wants(), None, "events wait");
    assert_eq!(prices(&mut feed), [2, 3, 4]);
    assert!(asked(&mut feed).contains("`price`: last 4"));
    feed.piece(Piece::Text(lines(5..7)));
    assert!(feed.is_asking(), "what it has cost is still to come");
    feed.piece(Piece::Usage(Usage { input_tokens: 100, output_tokens: 20 }));
    feed.ended(Ok(()));
    assert_eq!((feed.waiting(), feed.is_over()), (2, false));
    assert_eq!(prices(&mut feed), [5, 6]);
    assert!(feed.is_over() && feed.wants().is_none() && feed.failure().is_none());
    let told: Vec<AiFact> = feed.news().collect();
    let asked = |page| AiFact::Asked { model: "model".into(), page, repair: false };
    assert_eq!((&told[0], &told[2]), (&asked(1), &asked(2)));
    let [
        _,
        AiFact::Answered { events: 4, skipped: 0, input_tokens, output_tokens, cost: None, reason: None },
        _,
        last,
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert!(*input_tokens > 100 && (10..20).contains(output_tokens), "an estimate: {told:?}");
    assert_eq!(
        *last,
        AiFact::Answered {
            events: 2,
            skipped: 0,
            input_tokens: 100,
            output_tokens: 20,
            cost: None,
            reason: None
        }
    );
    assert_eq!(feed.usage().input_tokens, input_tokens + 100);
}

#[test]
fn a_model_that_does_not_stop_is_stopped() {
    let mut counted = feed(|options| options.brief.event_count = Some(3));
    asked(&mut counted);
    counted.piece(Piece::Text(lines(0..1)));
    assert!(counted.is_asking());
    counted.piece(Piece::Text(lines(1..9)));
    assert!(!counted.is_asking());
    assert_eq!(prices(&mut counted), [0, 1, 2]);
    assert!(counted.is_over());

    let mut endless = feed(|_| {});
    asked(&mut endless);
    endless.piece(Piece::Text(lines(0..100)));
    assert!(!endless.is_asking() && endless.has_enough());
    assert_eq!(prices(&mut endless).len(), 8);

    let mut misshapen = feed(priced);
    asked(&mut misshapen);
    misshapen.piece(Piece::Text("{\"price\":true}\n".repeat(8)));
    assert!(misshapen.is_asking());
    misshapen.piece(Piece::Text("{\"price\":true}\n".into()));
    assert!(!misshapen.is_asking());

    let mut prose = feed(|_| {});
    asked(&mut prose);
    (0..5).for_each(|_| prose.piece(Piece::Text("and so on ".repeat(100_000))));
    assert!(!prose.is_asking());
    assert_eq!(prose.failure().unwrap().message, "the answer is too long");
}

#[test]
fn the_model_stays_ahead() {
    let mut feed = feed(|options| options.ahead = 3);
    asked(&mut feed);
    answer(&mut feed, &lines(0..4));
    assert_eq!(feed.wants(), None);
    feed.pop();
    assert_eq!(feed.wants(), None);
    feed.pop();
    assert!(feed.wants().is_some(), "two wait of three");
}

#[test]
fn an_event_that_does_not_fit_is_asked_for_once_more_and_takes_its_place() {
    let mut feed = feed(priced);
    asked(&mut feed);
    answer(&mut feed, "{\"price\":1}\n{\"price\":\"two\"}\n{\"price\":3}\n{\"price\":4}");
    assert_eq!(feed.pop(), Some(json!({ "price": 1 })));
    feed.hear("hello");
    let repair = asked(&mut feed);
    assert!(repair.contains(r#"{"price":"two"}"#) && repair.contains("wanted a number"), "{repair}");
    answer(&mut feed, "{\"price\":2}\n{\"price\":7}");
    assert_eq!(prices(&mut feed), [2, 3, 4]);
    let told: Vec<AiFact> = feed.news().collect();
    assert!(told.contains(&AiFact::Asked { model: "model".into(), page: 1, repair: true }), "{told:?}");
    assert!(!told.iter().any(|fact| matches!(fact, AiFact::Skipped { .. })), "{told:?}");
    assert!(asked(&mut feed).contains("\"hello\""), "what is said meanwhile is for the next page");
}

#[test]
fn nothing_is_repaired_beyond_the_count() {
    for is_interactive in [false, true] {
        let mut feed = feed(|options| {
            priced(options);
            options.brief.event_count = Some(2);
            options.is_interactive = is_interactive;
        });
        asked(&mut feed);
        answer(&mut feed, "{\"price\":1}\n{\"price\":\"two\"}\n{\"price\":3}");
        assert_eq!((prices(&mut feed), feed.wants()), (vec![1, 3], None));
    }
}

#[test]
fn what_is_not_repaired_is_dropped_and_told() {
    let mut feed = feed(priced);
    asked(&mut feed);
    answer(&mut feed, "{\"price\":1}\n{\"price\":\"two\"}");
    asked(&mut feed);
    answer(&mut feed, "I am sorry. {\"price\":null}");
    assert_eq!(prices(&mut feed), [1]);
    assert_eq!(
        skipped(&mut feed),
        [
            "prose",
            "not as the schema says: $.price: wanted a number, got null",
            r#"not as the schema says, and not repaired: $.price: wanted a number, got "two""#,
        ]
    );
    assert!(asked(&mut feed).contains("next"), "and the story goes on");
}

#[test]
fn no_more_than_three_events_of_a_page_are_repaired() {
    let mut feed = feed(priced);
    asked(&mut feed);
    answer(&mut feed, &"{\"price\":true}\n".repeat(7));
    assert_eq!(skipped(&mut feed).len(), 4);
    for price in 0..3 {
        assert!(asked(&mut feed).contains("was written with mistakes"));
        answer(&mut feed, &lines(price..price + 1));
    }
    assert_eq!(prices(&mut feed), [0, 1, 2]);
    assert!(!asked(&mut feed).contains("mistakes"));
}

#[test]
fn nothing_useful_twice_in_a_row_is_a_failure() {
    for useless in ["", "I can't do that.", "{\"price\":", "{\"events\":[]}"] {
        let mut feed = feed(|_| {});
        for _ in 0..2 {
            assert!(feed.failure().is_none());
            asked(&mut feed);
            answer(&mut feed, useless);
        }
        assert_eq!(feed.wants(), None, "{useless}");
        assert!(feed.is_over() && feed.failure().unwrap().message.contains("twice in a row"), "{useless}");
    }
    let mut now_and_then = feed(|_| {});
    for text in ["", "{}", "", "{}", ""] {
        asked(&mut now_and_then);
        answer(&mut now_and_then, text);
        now_and_then.pop();
    }
    assert!(now_and_then.failure().is_none());
    let mut broken = feed(priced);
    for page in 1..=2 {
        for _ in 0..4 {
            asked(&mut broken);
            answer(&mut broken, &"{}\n".repeat(3));
        }
        assert_eq!(broken.failure().is_some(), page == 2);
    }
}

#[test]
fn an_error_after_some_events_is_passed_over() {
    let error = || LlmError::new(LlmErrorKind::NoNetwork, "the connection broke off");
    let mut feed = feed(|_| {});
    asked(&mut feed);
    feed.piece(Piece::Text(lines(1..2)));
    feed.ended(Err(error()));
    assert_eq!(prices(&mut feed), [1]);
    assert!(feed.failure().is_none());
    let used = feed.usage();
    asked(&mut feed);
    feed.ended(Err(error()));
    assert_eq!(feed.wants(), None);
    assert_eq!(feed.failure(), Some(&error()));
    assert_eq!(feed.usage(), used, "what fails before it begins costs nothing");
    let reasons = feed.news().filter(|fact| {
        matches!(fact, AiFact::Answered { reason: Some(reason), .. } if reason == "the connection broke off")
    });
    assert_eq!(reasons.count(), 2);
}

#[test]
fn a_budget_ends_the_feed() {
    let mut told = feed(|options| options.budget.tokens = Some(5_000));
    let request = told.wants().unwrap();
    assert_eq!(request.max_tokens, None);
    told.piece(Piece::Text(lines(0..4)));
    told.piece(Piece::Usage(Usage { input_tokens: 4_000, output_tokens: 300 }));
    told.ended(Ok(()));
    assert_eq!((prices(&mut told).len(), told.is_spent()), (4, false));
    let Request { max_tokens, .. } = told.wants().unwrap();
    assert!(max_tokens.is_some_and(|most| (100..600).contains(&most)), "what is left: {max_tokens:?}");
    answer(&mut told, &lines(0..4));
    prices(&mut told);
    for _ in 0..9 {
        if told.wants().is_some() {
            answer(&mut told, &lines(0..4));
            prices(&mut told);
        }
    }
    assert!(told.is_spent() && told.is_over() && told.failure().is_none());
    let spent: Vec<AiFact> = told.news().filter(|fact| matches!(fact, AiFact::Spent { .. })).collect();
    let used = told.usage().input_tokens + told.usage().output_tokens;
    assert_eq!(spent, [AiFact::Spent { tokens: used, cost: None }]);
    assert!(used <= 5_000, "{used}");

    let mut talkative = feed(|options| options.budget.tokens = Some(2_000));
    asked(&mut talkative);
    talkative.piece(Piece::Text("word ".repeat(2_000)));
    assert!(!talkative.is_asking() && talkative.is_spent());
    assert_eq!(feed(|options| options.budget.tokens = Some(100)).wants(), None);
}

#[test]
fn money_is_that_of_all_clones() {
    let usage = |input_tokens, output_tokens| Piece::Usage(Usage { input_tokens, output_tokens });
    let mut one = feed(|options| {
        options.budget.price = Some(Price { input: 1.0, output: 4.0 });
        options.budget.cost = Some(0.01);
    });
    let mut other = one.clone();
    let most = one.wants().and_then(|request| request.max_tokens).expect("what may still be written");
    assert!((2_000..2_500).contains(&most), "{most}");
    let less = other.wants().and_then(|request| request.max_tokens).expect("what may still be written");
    assert!(less < most, "what is under way counts: {less} and {most}");
    one.piece(Piece::Text(lines(0..4)));
    one.piece(usage(5_000, 1_000));
    one.ended(Ok(()));
    assert!(other.is_asking());
    other.piece(Piece::Text("word ".repeat(1_000)));
    assert!(other.is_spent() && !other.is_asking(), "0.009 of 0.01 was spent by the other");
    prices(&mut one);
    assert_eq!((one.wants(), one.is_spent()), (None, true));
    let cost = |fact: &AiFact| match fact {
        AiFact::Answered { cost, .. } => cost.map(|cost| ("answered", cost)),
        AiFact::Spent { cost, .. } => cost.map(|cost| ("spent", cost)),
        _ => None,
    };
    let told: Vec<_> = one.news().filter_map(|fact| cost(&fact)).collect();
    assert!(told[0].0 == "answered" && (told[0].1 - 0.009).abs() < 1e-9, "{told:?}");
    assert!(told[1].0 == "spent" && told[1].1 > 0.01, "{told:?}");
}

#[test]
fn what_an_answer_used_counts_also_when_it_is_told_late_or_never() {
    let mut feed = feed(|options| options.brief.event_count = Some(2));
    asked(&mut feed);
    feed.piece(Piece::Text(lines(0..3)));
    assert!(!feed.is_asking(), "there are enough");
    feed.piece(Piece::Usage(Usage { input_tokens: 700, output_tokens: 30 }));
    assert_eq!(feed.usage(), Usage { input_tokens: 700, output_tokens: 30 });

    let mut cut = self::feed(|_| {});
    asked(&mut cut);
    cut.piece(Piece::Text(lines(0..2)));
    cut.hang_up(Some("the client is gone"));
    assert!(!cut.is_asking() && cut.failure().is_none());
    let answered = cut.news().find(|fact| matches!(fact, AiFact::Answered { .. }));
    let Some(AiFact::Answered { events, output_tokens, reason, .. }) = answered else {
        panic!("{answered:?}")
    };
    assert_eq!((events, reason.as_deref()), (2, Some("the client is gone")));
    assert!(output_tokens > 0 && cut.usage().output_tokens == output_tokens);
    cut.hang_up(None);
    assert_eq!(cut.news().count(), 0);
}

#[test]
fn who_got_an_answer_that_can_not_be_used_is_answered_again() {
    let desk = || {
        feed(|options| {
            options.is_interactive = true;
            priced(options);
        })
    };
    let mut mended = desk();
    mended.hear("one espresso");
    asked(&mut mended);
    answer(&mut mended, "{}");
    assert!(asked(&mut mended).contains("price"), "it is to be written again");
    answer(&mut mended, &lines(3..4));
    assert_eq!((prices(&mut mended), mended.wants()), (vec![3], None));
    mended.hear("thanks");
    let request = asked(&mut mended);
    assert!(request.contains("one espresso") && request.contains(r#"{"price":3}"#), "{request}");

    let mut silent = desk();
    silent.hear("one espresso");
    asked(&mut silent);
    answer(&mut silent, "{}");
    asked(&mut silent);
    answer(&mut silent, "{}");
    assert!(asked(&mut silent).contains("one espresso"), "it is asked again");
    answer(&mut silent, "{}");
    asked(&mut silent);
    answer(&mut silent, "{}");
    assert!(silent.failure().is_some(), "but not for ever");
}

#[test]
fn what_clients_say_makes_a_page_due() {
    let mut feed = feed(|_| {});
    asked(&mut feed);
    answer(&mut feed, &lines(0..2));
    assert_eq!(feed.wants(), None);
    feed.hear("what is <b>up</b>?");
    let request = asked(&mut feed);
    assert!(request.contains(r#""what is \u003cb\u003eup\u003c/b\u003e?""#), "{request}");
    answer(&mut feed, &lines(2..4));
    assert_eq!(feed.wants(), None, "it was heard");
    (0..1_000).for_each(|_| feed.hear(&"é".repeat(100_000)));
    assert!(feed.held_bytes() < 200_000);
    asked(&mut feed);
    answer(&mut feed, &lines(4..9));
    feed.hear("again");
    assert_eq!(feed.wants(), None, "as much waits as may");
}

#[test]
fn who_only_answers_is_asked_when_spoken_to() {
    let mut desk = feed(|options| options.is_interactive = true);
    assert_eq!((desk.wants(), desk.is_over()), (None, false));
    desk.hear("one espresso");
    let request = asked(&mut desk);
    assert!(request.contains("one espresso") && request.ends_with("without them."), "{request}");
    desk.piece(Piece::Text(lines(0..9)));
    assert!(!desk.is_asking());
    assert_eq!(prices(&mut desk), [0, 1, 2, 3]);
    for _ in 0..5 {
        desk.hear("thanks");
        assert!(asked(&mut desk).contains("one espresso"), "what was said before is not forgotten");
        answer(&mut desk, "");
    }
    assert!(desk.failure().is_none(), "silence is an answer");
    desk.hear("hm");
    for _ in 0..2 {
        assert!(desk.failure().is_none());
        let request = asked(&mut desk);
        assert_eq!(request.matches("\"hm\"").count(), 1, "it is asked again, once: {request}");
        answer(&mut desk, "You are welcome!");
    }
    assert!(desk.failure().is_some(), "prose is none");

    let mut story = feed(|options| {
        options.is_interactive = true;
        options.brief.event_count = Some(1);
    });
    assert!(asked(&mut story).ends_with("Write events 1 to 1 of 1."));
    answer(&mut story, "{}");
    story.pop();
    assert_eq!((story.wants(), story.is_over()), (None, false));
    story.hear("more");
    assert!(asked(&mut story).ends_with("without them."));
}

#[test]
fn a_price_beyond_all_numbers_is_survived() {
    let most = Usage { input_tokens: u64::MAX, output_tokens: u64::MAX };
    let mut feed = feed(|_| {});
    for _ in 0..2 {
        asked(&mut feed);
        feed.piece(Piece::Usage(most));
        answer(&mut feed, "{}");
        feed.pop();
    }
    assert_eq!(feed.usage(), most);
}

#[test]
fn a_feed_that_is_asked_for_nothing_does_not_grow() {
    let mut feed = feed(|options| (options.ahead, options.brief.page_events) = (0, 0));
    for _ in 0..5_000 {
        asked(&mut feed);
        answer(&mut feed, "{}");
        assert!(feed.has_enough() && feed.pop().is_some());
    }
    assert_eq!(feed.news().count(), 1_000);
}

#[test]
fn mistakes_are_told_where_they_are() {
    let brief = Brief {
        schema: Some(json!({ "type": "objekt" })),
        event_types: vec![("trade".into(), -1.0)],
        ..Brief::new("x")
    };
    let problems = Feed::new(FeedOptions::new(brief)).unwrap_err();
    let told: Vec<String> =
        problems.iter().map(|problem| format!("{:?} {}", problem.path[0], problem.message)).collect();
    assert_eq!(
        told,
        [
            r#"Name("event_types") the weight of `trade` is -1; expected a number from 0"#,
            r#"Name("schema") schema: there is no type `objekt`"#,
        ]
    );
    let brief = Brief {
        schema: Some(json!({ "type": "object", "required": ["a"] })),
        examples: vec![json!({ "a": 1 }), Value::from(1)],
        ..Brief::new("x")
    };
    let problems = Feed::new(FeedOptions::new(brief)).unwrap_err();
    assert_eq!((problems.len(), &problems[0].path), (1, &vec!["examples".into(), 1.into()]));
}
