//! Sentences as users write them, and what is read in them.

use std::time::Duration;

use mockforge_ws_ai::{Amount, Crowd, Domain, Mood, Narrative, Topic};

#[test]
fn the_domain_is_told_by_its_words() {
    for (text, expect) in [
        ("Simulate 5 minutes of live stock market trading", Domain::MarketData),
        ("Bitcoin crashes while traders panic", Domain::MarketData),
        ("price ticks for EUR/USD every 200 ms, forex", Domain::MarketData),
        ("A support chat between an angry customer and agent Sam", Domain::Chat),
        ("Alice and Bob talk about the weekend", Domain::Chat),
        ("group chat of a gaming guild before a raid", Domain::Chat),
        ("12 temperature sensors in a greenhouse, one fails after 2 minutes", Domain::Telemetry),
        ("3 EV chargers report their battery and power", Domain::Telemetry),
        ("A pizza delivery in Berlin with GPS updates", Domain::Tracking),
        ("Track 4 couriers on their way through Paris", Domain::Tracking),
        ("A battle royale with 10 players", Domain::Gaming),
        ("multiplayer game with leaderboard updates", Domain::Gaming),
        ("Orders of an online shop on Black Friday", Domain::Orders),
        ("An order desk that confirms orders", Domain::Orders),
        ("Monitoring alerts during a database outage", Domain::Alerts),
        ("On-call incidents with severity and acknowledgements", Domain::Alerts),
        ("Football match Arsenal vs Chelsea, live scores", Domain::Scores),
        ("A tennis final between Anna and Maria", Domain::Scores),
        ("A social media feed with posts, likes and comments", Domain::Social),
        ("A tweet goes viral", Domain::Social),
        ("An auction for a painting with 5 bidders", Domain::Auction),
        ("do something", Domain::Generic),
        ("", Domain::Generic),
        ("\u{0}\u{1F600} 💥", Domain::Generic),
        ("Erzähle mir etwas Schönes über den Wald", Domain::Generic),
        ("生成一些事件", Domain::Generic),
    ] {
        assert_eq!(Narrative::read(text).domain, expect, "{text}");
    }
}

#[test]
fn rates_are_read() {
    for (text, expect) in [
        ("20 events at 2 per second", Some(2.0)),
        ("every 200 ms", Some(5.0)),
        ("a message every second", Some(1.0)),
        ("one event every two seconds", Some(0.5)),
        ("3 events every 10 seconds", Some(0.3)),
        ("every other second", Some(0.5)),
        ("every half second", Some(2.0)),
        ("60 updates per minute", Some(1.0)),
        ("60 price updates a minute", Some(1.0)),
        ("10/s", Some(10.0)),
        ("5 events/sec", Some(5.0)),
        ("at 20 Hz", Some(20.0)),
        ("twice a minute", Some(2.0 / 60.0)),
        ("once every 5s", Some(0.2)),
        ("a dozen messages per minute", Some(0.2)),
        ("half a minute of chat", None),
        ("0 per second", None),
        ("5 minutes a day", None),
        ("5 minutes of 20 events", None),
        ("Simulate trading in one stock", None),
    ] {
        let read = Narrative::read(text).per_second;
        assert!(
            read.is_some() == expect.is_some() && (read.unwrap_or(0.0) - expect.unwrap_or(0.0)).abs() < 1e-9,
            "{text}: {read:?}"
        );
    }
}

#[test]
fn durations_are_read() {
    for (text, expect) in [
        ("5 minutes of trading", Some(300.0)),
        ("for half a minute", Some(30.0)),
        ("half an hour", Some(1800.0)),
        ("an hour of telemetry", Some(3600.0)),
        ("a 90-second clip", Some(90.0)),
        ("1h30m", Some(5400.0)),
        ("1 hour and 30 minutes", Some(5400.0)),
        ("two and a half minutes", Some(150.0)),
        ("30s of chat, 2 per second", Some(30.0)),
        ("every 5 seconds for 2 minutes", Some(120.0)),
        ("one fails after 2 minutes", None),
        ("at 2 per second", None),
        ("500 ms", Some(0.5)),
        ("a dozen seconds", Some(12.0)),
        ("give me a day", Some(86_400.0)),
        ("a s", None),
    ] {
        assert_eq!(Narrative::read(text).duration, expect.map(Duration::from_secs_f64), "{text}");
    }
}

#[test]
fn counts_are_read() {
    for (text, expect) in [
        ("with 20 events at 2 per second", Some(20)),
        ("exactly 1,000 price updates", Some(1000)),
        ("five messages", Some(5)),
        ("a dozen events", Some(12)),
        ("twenty-five chat messages", Some(25)),
        ("2k ticks", Some(2000)),
        ("send a message", None),
        ("10 messages per minute", None),
        ("12 sensors", None),
        ("50 data points", Some(50)),
        ("0 events", None),
    ] {
        assert_eq!(Narrative::read(text).count, expect, "{text}");
    }
}

#[test]
fn people_are_named() {
    for (text, expect) in [
        ("A chat between Alice and Bob", &["Alice", "Bob"][..]),
        ("user Carol asks for a refund", &["Carol"]),
        ("users Xanthe, Dan and Eve", &["Xanthe", "Dan", "Eve"]),
        ("an agent named Quill helps", &["Quill"]),
        ("Priya's order is late", &["Priya"]),
        ("Simulate a football match between Arsenal and Chelsea", &[]),
        ("a ride from London to Paris", &[]),
        ("customer support chat", &[]),
        ("Apple and Tesla stock", &[]),
        ("chat between Zoë and Renée", &["Zoë", "Renée"]),
    ] {
        assert_eq!(Narrative::read(text).people, expect, "{text}");
    }
}

#[test]
fn symbols_are_named() {
    for (text, expect) in [
        ("stock trading in AAPL, MSFT and BTC-USD", &["AAPL", "MSFT", "BTC-USD"][..]),
        ("Bitcoin and ethereum prices on a crypto exchange", &["BTC-USD", "ETH-USD"]),
        ("share price of Apple and $F on the NYSE", &["AAPL", "F"]),
        ("forex EUR/USD, GBP/USD in JSON", &["EUR/USD", "GBP/USD"]),
        ("stock ticker ACME", &["ACME"]),
        ("SIMULATE A VERY BUSY DAY OF STOCK MARKET TRADING NOW PLEASE", &[]),
        ("GPS of an IOT sensor", &[]),
    ] {
        assert_eq!(Narrative::read(text).symbols, expect, "{text}");
    }
}

#[test]
fn teams_and_places_are_named() {
    for (text, teams) in [
        ("Football: Arsenal vs Chelsea", &["Arsenal", "Chelsea"][..]),
        (
            "Simulate Manchester City vs. Real Madrid in the Champions League",
            &["Manchester City", "Real Madrid"],
        ),
        ("basketball game, the Lakers against the Celtics", &["Lakers", "Celtics"]),
        ("a soccer match between Ajax and Porto", &["Ajax", "Porto"]),
        ("a tennis match of Anna and Maria", &["Anna", "Maria"]),
        ("a football match", &[]),
        ("chat between Alice and Bob", &[]),
    ] {
        assert_eq!(Narrative::read(text).teams, teams, "{text}");
    }
    for (text, places) in [
        ("deliveries in Berlin and New York", &["Berlin", "New York"][..]),
        ("sensors in the kitchen and the living room", &["kitchen", "living room"]),
        ("a ride through Romeo", &[]),
    ] {
        assert_eq!(Narrative::read(text).places, places, "{text}");
    }
}

#[test]
fn crowds_amounts_and_moods_are_read() {
    let crowd = |count, noun: &str| Crowd { count, noun: noun.to_string() };
    for (text, expect) in [
        ("12 sensors and 3 EV chargers", vec![crowd(12, "sensor"), crowd(3, "charger")]),
        ("a dozen players", vec![crowd(12, "player")]),
        ("five people and two buses", vec![crowd(5, "person"), crowd(2, "bus")]),
        ("2 per second", vec![]),
    ] {
        assert_eq!(Narrative::read(text).crowds, expect, "{text}");
    }
    let amount = |value, currency| Amount { value, currency };
    for (text, expect) in [
        ("a painting starts at $1,500", vec![amount(1500.0, "USD")]),
        ("from 20 euros to €2.5k", vec![amount(20.0, "EUR"), amount(2500.0, "EUR")]),
        ("£3 million", vec![amount(3e6, "GBP")]),
        ("20 events", vec![]),
    ] {
        assert_eq!(Narrative::read(text).amounts, expect, "{text}");
    }
    for (text, expect) in [
        ("a volatile market that crashes", vec![Mood::Volatile, Mood::Crash]),
        ("a calm day", vec![Mood::Calm]),
        ("an angry customer", vec![Mood::Angry]),
        ("an outage on a busy day", vec![Mood::Outage, Mood::Busy]),
        ("stocks rally", vec![Mood::Rally]),
        ("nothing", vec![]),
    ] {
        assert_eq!(Narrative::read(text).moods, expect, "{text}");
    }
    assert_eq!(Narrative::read("a customer asks support").topic, Some(Topic::Support));
    assert_eq!(Narrative::read("friends plan the weekend").topic, Some(Topic::Casual));
    assert_eq!(Narrative::read("x").topic, None);
}

#[test]
fn long_texts_are_cut_and_lists_are_bounded() {
    let long = "users Anna, Bob and 3 sensors pay $5 for AAPL stock. ".repeat(2000);
    let narrative = Narrative::read(&long);
    assert_eq!(narrative.people, ["Anna", "Bob"]);
    assert!(narrative.amounts.len() <= 32 && narrative.crowds.len() <= 32);
    let late = format!("{} stock market", "é ".repeat(20_000));
    assert_eq!(Narrative::read(&late).domain, Domain::Generic);
}

/// Texts that patterns with repetitions find hard are read all the same.
#[test]
fn hard_texts_take_no_time() {
    for piece in [
        "one ",
        "1 a b c ",
        "Aa ",
        "Aa, ",
        "every ",
        "half a ",
        "1,000",
        "$",
        "between Al and ",
        "aaaa-",
        "A vs ",
    ] {
        Narrative::read(&piece.repeat(20_000));
    }
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_can_be_read(text in any::<String>(), words in "([0-9]{1,30} ?(ms|min|k|%|/|per|a|every|\\$|é)? ?){0,12}") {
            for text in [text, words] {
                let narrative = Narrative::read(&text);
                prop_assert!(narrative.per_second.is_none_or(|rate| rate > 0.0 && rate.is_finite()));
            }
        }
    }
}
