//! Each domain's stream hangs together, whatever the seed.

use std::collections::{BTreeMap, BTreeSet};

use mockforge_ws_ai::Domain;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{Stream, number, text};

const COUNT: usize = 400;

/// One narrative of each domain, and the types of events that its stream has.
const NARRATIVES: &[(Domain, &str, &str)] = &[
    (Domain::MarketData, "volatile stock trading in AAPL, MSFT and EUR/USD", "trade,quote,halt,resume"),
    (Domain::Chat, "a chat of five friends", "message,typing,reaction,user_joined,user_left"),
    (
        Domain::Telemetry,
        "3 sensors and 2 chargers with failures",
        "reading,fault,recovered,battery_low,battery_replaced",
    ),
    (
        Domain::Tracking,
        "4 couriers deliver parcels in Paris",
        "assigned,location_update,picked_up,arriving,delivered",
    ),
    (
        Domain::Gaming,
        "multiplayer game with 5 players",
        "player_joined,player_moved,player_hit,player_killed,player_respawned,item_collected,score_updated,round_started,round_ended",
    ),
    (
        Domain::Orders,
        "orders of an online shop",
        "order_created,order_paid,order_packed,order_shipped,order_delivered,order_cancelled",
    ),
    (
        Domain::Alerts,
        "monitoring alerts, on call",
        "alert_fired,alert_acknowledged,alert_escalated,alert_resolved",
    ),
    (
        Domain::Scores,
        "football, Arsenal vs Chelsea",
        "score,play,foul,substitution,period_started,period_ended,match_ended",
    ),
    (
        Domain::Social,
        "a social media feed",
        "post_created,post_liked,comment_created,post_shared,user_followed",
    ),
    (Domain::Auction, "an auction with 5 bidders", "lot_opened,bid_placed,going_once,lot_sold,lot_unsold"),
    (Domain::Generic, "whatever comes", "created,updated,deleted"),
];

fn narrative(domain: Domain) -> &'static str {
    NARRATIVES.iter().find(|(known, ..)| *known == domain).map_or("", |(_, text, _)| text)
}

fn events(domain: Domain, seed: u64) -> Vec<Value> {
    Stream::of(narrative(domain), seed).events(COUNT)
}

#[test]
fn every_domain_has_its_types_of_events_and_no_others() {
    for (domain, narrative, types) in NARRATIVES {
        let types: BTreeSet<&str> = types.split(',').collect();
        let mut seen = BTreeSet::new();
        for seed in 0..8 {
            for event in Stream::of(narrative, seed).events(1500) {
                seen.insert(text(&event, "type").to_string());
            }
        }
        let seen: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
        assert_eq!(seen, types, "{domain:?}");
    }
}

/// Users commit seeds: what one gives is not changed lightly.
#[test]
fn each_domain_begins_with_these_events() {
    for (domain, narrative, _) in NARRATIVES {
        let events = Stream::of(narrative, 7).events(12);
        let lines: Vec<String> = events.iter().map(Value::to_string).collect();
        insta::assert_snapshot!(format!("{domain:?}"), lines.join("\n"));
    }
}

#[test]
fn the_same_seed_gives_the_same_events_and_another_gives_others() {
    for (domain, narrative, _) in NARRATIVES {
        let events = |seed| Stream::of(narrative, seed).events(50);
        assert_eq!(events(1), events(1), "{domain:?}");
        assert_ne!(events(1), events(2), "{domain:?}");
    }
}

#[test]
fn a_clone_goes_on_as_the_original_does() {
    use mockforge_ws_ai::{Offline, OfflineOptions};
    use mockforge_ws_core::ConnRng;
    use rand::SeedableRng as _;

    for (domain, narrative, _) in NARRATIVES {
        let options = OfflineOptions { narrative: (*narrative).to_string(), ..OfflineOptions::default() };
        let mut original = Offline::new(&options).unwrap();
        let mut rng = ConnRng::seed_from_u64(3);
        let now = crate::support::START;
        for _ in 0..40 {
            original.next(&mut rng, std::time::Duration::ZERO, now);
        }
        let (mut copy, mut same) = (original.clone(), rng.clone());
        for _ in 0..40 {
            let next = original.next(&mut rng, std::time::Duration::ZERO, now);
            assert_eq!(next, copy.next(&mut same, std::time::Duration::ZERO, now), "{domain:?}");
        }
    }
}

/// Ids that were seen with an event of a type, and every later reference to them.
fn refers(events: &[Value], made_by: &str, id: &str, used: &str) {
    let mut known = BTreeSet::new();
    for event in events {
        if text(event, "type") == made_by {
            known.insert(text(event, id));
        } else if let Some(reference) = event[used].as_str() {
            assert!(known.contains(reference), "{reference} is not known: {event}");
        }
    }
    assert!(known.len() > 1, "nothing refers to anything");
}

/// Times of a stream rise; as texts of one length, they sort like the times that they are.
fn clock_of(events: &[Value]) {
    let times: Vec<&str> = events.iter().map(|event| text(event, "timestamp")).collect();
    assert_eq!(times[0], "2024-01-15T10:30:00.000Z");
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_event_has_a_type_and_the_time(seed: u64) {
        for (domain, ..) in NARRATIVES {
            let events = events(*domain, seed);
            clock_of(&events);
            for event in events {
                let members = event.as_object().unwrap();
                prop_assert_eq!(members.keys().next().map(String::as_str), Some("type"));
                let snake = |name: &String| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
                prop_assert!(members.keys().all(snake), "{}", event);
            }
        }
    }

    #[test]
    fn prices_are_positive_on_their_ticks_and_bids_below_asks(seed: u64) {
        let mut volumes: BTreeMap<String, f64> = BTreeMap::new();
        let mut halted = BTreeSet::new();
        for event in events(Domain::MarketData, seed) {
            let symbol = text(&event, "symbol").to_string();
            let per_unit = if symbol.contains('/') { 10_000.0 } else { 100.0 };
            for name in ["price", "bid", "ask"] {
                if let Some(price) = event[name].as_f64() {
                    let ticks = price * per_unit;
                    prop_assert!(price > 0.0 && (ticks - ticks.round()).abs() < 1e-6, "{}", event);
                }
            }
            match text(&event, "type") {
                "quote" => prop_assert!(number(&event, "bid") < number(&event, "ask"), "{}", event),
                "trade" => {
                    let before = volumes.insert(symbol.clone(), number(&event, "volume"));
                    prop_assert!(before.is_none_or(|before| before < number(&event, "volume")));
                }
                "halt" => prop_assert!(halted.insert(symbol.clone())),
                "resume" => prop_assert!(halted.remove(&symbol)),
                _ => {}
            }
            prop_assert!(text(&event, "type") == "halt" || !halted.contains(&symbol), "{}", event);
        }
    }

    #[test]
    fn people_speak_only_while_they_are_there_and_never_twice_the_same(seed: u64) {
        let events = events(Domain::Chat, seed);
        let mut present = BTreeSet::new();
        let mut said = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for event in &events {
            let user = text(event, "user");
            match text(event, "type") {
                "user_joined" => prop_assert!(present.insert(user), "{}", event),
                "user_left" => prop_assert!(present.remove(user), "{}", event),
                _ => prop_assert!(present.contains(user), "{}", event),
            }
            if let Some(message) = event["message_id"].as_str().or(event["reply_to"].as_str()) {
                prop_assert!(ids.contains(message), "{}", event);
            }
            if let Some(id) = event["id"].as_str() {
                prop_assert!(ids.insert(id));
                prop_assert!(said.insert(text(event, "text")), "{}", event);
                prop_assert!(!text(event, "text").contains(['{', '}']), "{}", event);
            }
        }
        prop_assert!(said.len() > 200, "{}", said.len());
    }

    #[test]
    fn batteries_run_down_and_faulty_devices_are_silent(seed: u64) {
        let mut batteries: BTreeMap<String, f64> = BTreeMap::new();
        let mut faulty = BTreeSet::new();
        let mut energy: BTreeMap<String, f64> = BTreeMap::new();
        for event in Stream::of("3 sensors and 2 chargers with failures", seed).events(3000) {
            let device = text(&event, "device_id").to_string();
            match text(&event, "type") {
                "fault" => prop_assert!(faulty.insert(device.clone()), "{}", event),
                "recovered" => prop_assert!(faulty.remove(&device), "{}", event),
                "reading" => prop_assert!(!faulty.contains(&device), "{}", event),
                _ => {}
            }
            if let Some(level) = event["battery"].as_f64() {
                let before = batteries.insert(device.clone(), level);
                let charged = text(&event, "type") == "battery_replaced";
                prop_assert!((0.0..=100.0).contains(&level));
                prop_assert!(charged || before.is_none_or(|before| level <= before), "{}", event);
            }
            if let Some(counted) = event["energy_kwh"].as_f64() {
                prop_assert!(energy.insert(device, counted).is_none_or(|before| before <= counted));
            }
        }
        prop_assert_eq!((batteries.len(), energy.len()), (3, 2));
    }

    #[test]
    fn vehicles_come_nearer_and_go_through_their_stages(seed: u64) {
        let stages = ["assigned", "picked_up", "in_transit", "arriving", "delivered"];
        let mut trips: BTreeMap<String, (usize, f64, f64)> = BTreeMap::new();
        let mut delivered = 0;
        for event in events(Domain::Tracking, seed) {
            let stage = stages.iter().position(|stage| *stage == text(&event, "status"));
            let state = (stage.unwrap(), number(&event, "distance_km"), number(&event, "eta_seconds"));
            let before = trips.insert(text(&event, "delivery_id").to_string(), state);
            if let Some(before) = before {
                prop_assert!(before.0 <= state.0 && before.1 >= state.1 && before.2 >= state.2, "{}", event);
            } else {
                prop_assert_eq!(text(&event, "type"), "assigned");
            }
            let heading = number(&event, "heading");
            prop_assert!((0.0..360.0).contains(&heading));
            prop_assert!((number(&event, "lat") - 48.85).abs() < 0.3 && (number(&event, "lon") - 2.35).abs() < 0.4);
            if text(&event, "type") == "delivered" {
                prop_assert_eq!(state.1, 0.0);
                delivered += 1;
            }
        }
        prop_assert!(delivered > 2, "{}", delivered);
    }

    #[test]
    fn players_have_health_and_scores_that_rise(seed: u64) {
        let mut scores: BTreeMap<String, f64> = BTreeMap::new();
        let mut health: BTreeMap<String, f64> = BTreeMap::new();
        let mut rounds = 0.0;
        for event in events(Domain::Gaming, seed) {
            prop_assert!(number(&event, "round") >= rounds);
            rounds = number(&event, "round");
            match text(&event, "type") {
                "player_hit" => {
                    let target = text(&event, "target").to_string();
                    let before = health.get(&target).copied().unwrap_or(100.0);
                    prop_assert_eq!(before - number(&event, "damage"), number(&event, "health"));
                    health.insert(target, number(&event, "health"));
                }
                "player_killed" => { health.insert(text(&event, "victim").to_string(), 0.0); }
                "player_respawned" => { health.insert(text(&event, "player").to_string(), 100.0); }
                "round_started" => health.clear(),
                "player_moved" => {
                    let player = text(&event, "player");
                    prop_assert!(health.get(player).is_none_or(|health| *health == number(&event, "health")));
                    prop_assert!(number(&event, "health") > 0.0, "the dead do not walk: {}", event);
                    prop_assert!((0.0..=1000.0).contains(&number(&event, "x")));
                }
                _ => {}
            }
            let scorer = event["killer"].as_str().or(event["player"].as_str());
            if let (Some(player), Some(score)) = (scorer, event["score"].as_f64()) {
                prop_assert!(scores.insert(player.to_string(), score).is_none_or(|before| before < score));
            }
        }
        prop_assert!(rounds >= 2.0);
    }

    #[test]
    fn orders_live_through_their_stages_and_totals_add_up(seed: u64) {
        let events = events(Domain::Orders, seed);
        refers(&events, "order_created", "order_id", "order_id");
        let stages = ["created", "paid", "packed", "shipped", "delivered"];
        let mut orders: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
        for event in &events {
            let total = number(event, "total");
            if let Some(items) = event["items"].as_array() {
                let cents: f64 =
                    items.iter().map(|item| (number(item, "price") * 100.0).round() * number(item, "quantity")).sum();
                prop_assert_eq!(cents, (total * 100.0).round());
            }
            let Some(stage) = stages.iter().position(|stage| *stage == text(event, "status")) else { continue };
            let before = orders.insert(text(event, "order_id"), (stage, total));
            prop_assert!(before.is_none_or(|before| before == (stage.wrapping_sub(1), total)), "{}", event);
        }
    }

    #[test]
    fn alerts_keep_their_id_from_the_first_to_the_last(seed: u64) {
        let events = events(Domain::Alerts, seed);
        refers(&events, "alert_fired", "alert_id", "alert_id");
        let mut open: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
        for event in &events {
            let id = text(event, "alert_id");
            let known = (text(event, "host"), text(event, "metric"));
            match text(event, "type") {
                "alert_fired" => prop_assert!(open.insert(id, known).is_none()),
                "alert_resolved" => {
                    prop_assert_eq!(open.remove(id), Some(known));
                    prop_assert!(event["acknowledged_by"].is_string(), "{}", event);
                    prop_assert!(number(event, "duration_seconds") >= 0.0);
                    prop_assert!(number(event, "value") < number(event, "threshold"));
                }
                _ => prop_assert_eq!(open.get(id), Some(&known)),
            }
            prop_assert!(text(event, "type") == "alert_resolved" || number(event, "value") >= number(event, "threshold"));
        }
    }

    #[test]
    fn scores_and_clocks_only_rise(seed: u64) {
        for narrative in ["football, Arsenal vs Chelsea", "an NBA game", "ice hockey", "rugby match", "NFL football"] {
            let mut last: BTreeMap<String, (f64, f64, f64)> = BTreeMap::new();
            for event in Stream::of(narrative, seed).events(COUNT) {
                let now = (number(&event, "minute"), number(&event, "home_score"), number(&event, "away_score"));
                let before = last.insert(text(&event, "match_id").to_string(), now).unwrap_or_default();
                prop_assert!(before.0 <= now.0 && before.1 <= now.1 && before.2 <= now.2, "{}", event);
                let points = (now.1 + now.2) - (before.1 + before.2);
                let told = if text(&event, "type") == "score" { number(&event, "points") } else { 0.0 };
                prop_assert_eq!(points, told, "{}", event);
            }
        }
    }

    #[test]
    fn sets_of_tennis_are_won_by_two_games(seed: u64) {
        let mut last = (0.0, 0.0);
        let mut over = 0;
        for event in Stream::of("tennis final of Anna and Maria", seed).events(COUNT) {
            let sets = (number(&event, "home_score"), number(&event, "away_score"));
            prop_assert!(sets.0 + sets.1 <= 3.0 && sets.0 <= 2.0 && sets.1 <= 2.0, "{}", event);
            prop_assert!(sets == (0.0, 0.0) || sets.0 >= last.0 && sets.1 >= last.1);
            last = sets;
            over += usize::from(text(&event, "type") == "match_ended");
        }
        prop_assert!(over > 0);
    }

    #[test]
    fn likes_and_comments_are_of_posts_that_are_there(seed: u64) {
        let events = events(Domain::Social, seed);
        refers(&events, "post_created", "post_id", "post_id");
        let mut likes: BTreeMap<&str, f64> = BTreeMap::new();
        for event in events.iter().filter(|event| text(event, "type") == "post_liked") {
            let before = likes.insert(text(event, "post_id"), number(event, "likes")).unwrap_or(0.0);
            prop_assert_eq!(before + 1.0, number(event, "likes"));
            prop_assert_ne!(text(event, "user"), text(event, "author"));
        }
    }

    #[test]
    fn bids_rise_until_a_lot_is_sold(seed: u64) {
        let mut least: BTreeMap<String, f64> = BTreeMap::new();
        let mut highest: BTreeMap<String, (f64, String)> = BTreeMap::new();
        for event in events(Domain::Auction, seed) {
            let lot = text(&event, "lot_id").to_string();
            let amount = number(&event, "amount");
            match text(&event, "type") {
                "lot_opened" => { least.insert(lot, number(&event, "minimum_bid")); }
                "bid_placed" => {
                    prop_assert!(amount >= least[&lot], "{}", event);
                    prop_assert!(number(&event, "minimum_bid") > amount);
                    let bidder = text(&event, "bidder").to_string();
                    prop_assert!(highest.get(&lot).is_none_or(|(before, leader)| *before < amount && *leader != bidder));
                    least.insert(lot.clone(), number(&event, "minimum_bid"));
                    highest.insert(lot, (amount, bidder));
                }
                "lot_sold" => {
                    prop_assert_eq!(highest.get(&lot), Some(&(amount, text(&event, "winner").to_string())));
                    least.remove(&lot);
                }
                _ => prop_assert!(least.contains_key(&lot)),
            }
        }
    }

    #[test]
    fn items_are_created_before_they_change(seed: u64) {
        let events = events(Domain::Generic, seed);
        refers(&events, "created", "id", "id");
        let seqs: Vec<f64> = events.iter().map(|event| number(event, "seq")).collect();
        prop_assert!(seqs.windows(2).all(|pair| pair[0] + 1.0 == pair[1]));
    }

    #[test]
    fn any_narrative_gives_events(text in any::<String>(), words in "(chat|stock|players?|[0-9]{1,18}|sensors|bids?|a|in|Paris|\\$| ){0,14}", seed: u64) {
        for narrative in [text, words] {
            let events = Stream::of(&narrative, seed).events(30);
            prop_assert!(events.iter().all(Value::is_object));
        }
    }
}

/// What a narrative says sets its simulation up; "something" is no `eth`.
#[test]
fn narratives_set_simulations_up() {
    let all = |narrative: &str, name: &str| -> BTreeSet<String> {
        let events = Stream::of(narrative, 1).events(300);
        events.iter().filter_map(|event| event[name].as_str().map(ToString::to_string)).collect()
    };
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<String>>();
    assert!(all("something of stock trading", "symbol").contains("AAPL"));
    assert!(all("crypto trading", "symbol").iter().all(|symbol| symbol.ends_with("-USD")));
    assert!(all("forex trading", "symbol").iter().all(|symbol| symbol.contains('/')));
    assert_eq!(all("two smart meters", "device_id"), set(&["meter-01", "meter-02"]));
    assert_eq!(all("sensors in the kitchen", "site"), set(&["kitchen"]));
    assert_eq!(all("chat between Ada and Bob", "user"), set(&["Ada", "Bob"]));
    assert_eq!(all("football, Ajax vs Porto", "home"), set(&["Ajax"]));
    assert!(all("taxi rides", "status").contains("completed"));
    assert_eq!(all("an auction that starts at £250", "currency"), set(&["GBP"]));
    assert!(all("pizza orders of a restaurant", "type").contains("order_created"));
}

/// Returns of a second have the standard deviation that the mood stands for.
#[test]
fn returns_have_the_stated_volatility() {
    let year: f64 = 252.0 * 6.5 * 3600.0;
    for (narrative, volatility, drift) in [
        ("stock trading in NVDA", 0.35, 0.0),
        ("volatile stock trading in NVDA", 1.2, 0.0),
        ("a calm day of stock trading in NVDA", 0.12, 0.0),
        ("a stock market crash of NVDA", 0.35, -5e-4),
        ("stock market rally of NVDA", 0.35, 5e-4),
    ] {
        let mut returns = Vec::new();
        for seed in 0..10 {
            let mut last: Option<(f64, usize)> = None;
            // At so high a price the tick is small against the moves.
            let narrative = format!("{narrative} at $90000");
            for (at, event) in Stream::of(&narrative, seed).events(1000).iter().enumerate() {
                if let (Some(bid), Some(ask)) = (event["bid"].as_f64(), event["ask"].as_f64()) {
                    let middle = (bid + ask) / 2.0;
                    if let Some((before, since)) = last {
                        let seconds = (at - since) as f64 * 0.5;
                        returns.push(((middle / before).ln(), seconds));
                    }
                    last = Some((middle, at));
                }
            }
        }
        let seconds: f64 = returns.iter().map(|(_, seconds)| seconds).sum();
        let mean = returns.iter().map(|(change, _)| change).sum::<f64>() / seconds;
        let squares =
            returns.iter().map(|(change, seconds)| (change - mean * seconds).powi(2) / seconds).sum::<f64>();
        let measured = (squares / returns.len() as f64 * year).sqrt();
        assert!((measured / volatility - 1.0).abs() < 0.1, "{narrative}: {measured}");
        let error = 4.0 * volatility / year.sqrt() / seconds.sqrt();
        assert!((mean - drift).abs() < error, "{narrative}: {mean}");
    }
}
