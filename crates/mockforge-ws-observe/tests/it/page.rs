//! The page as numbers, and what it must never grow.

use std::collections::BTreeMap;

use mockforge_ws_core::{ConnId, Elapsed, Fact, FactSink, Follower, Hello, Passed, Record, Refused, Way};
use mockforge_ws_observe::metrics::Registry;

/// The series of a page with their values, without the common beginning of their names.
pub(crate) struct Page(BTreeMap<String, f64>);

impl Page {
    pub(crate) fn of(registry: &Registry) -> Self {
        let page = registry.render();
        let samples = page.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let sample = |line: &str| {
            let (series, value) = line.rsplit_once(' ').expect("a sample has a value");
            let series = series.strip_prefix("mockforge_ws_").expect("all names begin alike");
            (series.to_string(), value.parse().expect("a value is a number"))
        };
        Self(samples.map(sample).collect())
    }

    /// The value of a series; 0 where there is none.
    pub(crate) fn get(&self, series: &str) -> f64 {
        self.0.get(series).copied().unwrap_or_default()
    }

    /// All series that are not 0, of the route `/ws`, without what depends on time, buckets and that label.
    pub(crate) fn counts(&self) -> Vec<String> {
        let is_count = |series: &&String| !series.contains("_bucket{") && !series.contains("seconds_sum");
        let counts = self.0.iter().filter(|(series, value)| is_count(series) && **value != 0.0);
        let shown = |(series, value): (&String, &f64)| {
            let series = series.replace(",route=\"/ws\"", "").replace("{route=\"/ws\"}", "");
            format!("{series} {value}")
        };
        counts.map(shown).collect()
    }
}

/// Follows a connection to `path` on `route`, and tells the facts.
fn follow(registry: &Registry, path: &str, route: &str, facts: &[Fact]) -> Box<dyn Follower> {
    let hello = Hello { route: route.into(), ..Hello::new(path) };
    let conn = ConnId { route: route.into(), number: 1 };
    let mut follower = registry.follow(&hello).expect("all are followed");
    for fact in facts {
        follower.note(Record { conn: &conn, hello: &hello, at: Elapsed::ZERO, fact });
    }
    follower
}

const OPENED: Fact = Fact::Opened { subprotocol: None };

#[test]
fn what_clients_say_makes_no_series() {
    let registry = Registry::new();
    let series = |registry: &Registry| Page::of(registry).0.into_keys().collect::<Vec<_>>();
    drop(follow(&registry, "/chat/lobby", "/chat/{room}", &[OPENED]));
    let before = series(&registry);
    for number in 0..100 {
        let said = format!("client-says-{number}");
        let facts = [
            OPENED,
            Fact::Error { reason: said.clone() },
            Fact::Unanswered { near: Some(said.clone()) },
            Fact::Unsendable {
                step: mockforge_ws_core::Step { file: said.as_str().into(), line: 1 },
                reason: said.clone(),
            },
        ];
        drop(follow(&registry, &format!("/chat/{said}"), "/chat/{room}", &facts));
        let refused = Refused { path: &said, peer: None, status: 404, reason: Some(&said) };
        registry.refused(refused);
    }
    let after = series(&registry);
    assert!(!after.iter().any(|series| series.contains("client-says")), "{after:?}");
    let added: Vec<_> = after.iter().filter(|series| !before.contains(series)).collect();
    assert_eq!(
        added,
        [
            "handshakes_refused_total{status=\"404\"}",
            "messages_unanswered_total{route=\"/chat/{room}\"}",
            "rules_fired_total{route=\"/chat/{room}\"}",
        ]
    );
}

#[test]
fn routes_that_are_made_up_share_their_series_at_last() {
    let registry = Registry::new();
    let open: Vec<_> =
        (0..1200).map(|number| follow(&registry, "/", &format!("/made-up/{number}"), &[OPENED])).collect();
    let page = Page::of(&registry);
    assert_eq!(page.get("connections_active{route=\"/made-up/0\"}"), 1.0);
    assert_eq!(page.get("connections_active{route=\"(other)\"}"), 200.0);
    drop(open);
    assert_eq!(Page::of(&registry).get("connections_active{route=\"(other)\"}"), 0.0);
}

/// A recorder that keeps its samples until a scrape would need megabytes.
#[test]
fn memory_is_bounded_where_nobody_scrapes() {
    let registry = Registry::new();
    let mut follower = follow(&registry, "/ws", "/ws", &[OPENED]);
    let allocated = allocation_counter::measure(|| {
        for len in 0..200_000 {
            let message = |way| Passed { way, is_text: true, len };
            follower.passed(&[message(Way::FromClient), message(Way::ToClient)], Elapsed::ZERO);
            follower.rest(Elapsed::ZERO);
        }
    });
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
    drop(follower);
    assert_eq!(
        Page::of(&registry).get("message_size_bytes_count{direction=\"sent\",route=\"/ws\"}"),
        200_000.0
    );
}

#[test]
fn what_is_added_up_is_exact_whatever_is_told_at_once() {
    let registry = Registry::new();
    let mut follower = follow(&registry, "/ws", "/ws", &[OPENED]);
    let message = |way, len| Passed { way, is_text: false, len };
    let at = Elapsed::from_millis;
    follower.passed(&[64, 64, 0, 65, 64].map(|len| message(Way::FromClient, len)), at(10));
    follower.passed(&[message(Way::FromClient, 64)], at(10));
    assert_eq!(
        Page::of(&registry).get("messages_received_total{route=\"/ws\"}"),
        0.0,
        "it does not rest yet"
    );
    follower.rest(at(11));
    // The first of those is answered, and what comes with the answer waits for the next one.
    follower
        .passed(&[message(Way::ToClient, 1), message(Way::FromClient, 1), message(Way::ToClient, 1)], at(30));
    follower.rest(at(40));
    follower.passed(&[message(Way::ToUpstream, 7), message(Way::FromClient, 0)], at(50));
    follower.rest(at(51));
    follower.passed(&[message(Way::FromUpstream, 7), message(Way::FromUpstream, 7)], at(60));
    drop(follower);
    let page = Page::of(&registry);
    assert_eq!(
        page.counts(),
        [
            "connections_total 1",
            "handler_latency_seconds_count 1",
            "message_bytes_total{direction=\"received\"} 322",
            "message_bytes_total{direction=\"sent\"} 2",
            "message_size_bytes_count{direction=\"received\"} 8",
            "message_size_bytes_count{direction=\"sent\"} 2",
            "message_size_bytes_sum{direction=\"received\"} 322",
            "message_size_bytes_sum{direction=\"sent\"} 2",
            "messages_received_total 8",
            "messages_sent_total 2",
            "upstream_messages_total{direction=\"received\"} 2",
            "upstream_messages_total{direction=\"sent\"} 1",
        ]
    );
    assert_eq!(page.get("handler_latency_seconds_sum{route=\"/ws\"}"), 0.03);
    let sizes = |le| {
        page.get(&format!("message_size_bytes_bucket{{direction=\"received\",route=\"/ws\",le=\"{le}\"}}"))
    };
    assert_eq!((sizes("64"), sizes("256")), (7.0, 8.0));
}

#[test]
fn gauges_are_read_at_each_scrape_and_refusals_counted_by_status() {
    let registry = Registry::new();
    let bytes = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(7));
    let read = std::sync::Arc::clone(&bytes);
    let unit = mockforge_ws_observe::metrics::Unit::Bytes;
    registry.gauge("mockforge_ws_queue_bytes", unit, "Bytes that wait.", move || {
        read.load(std::sync::atomic::Ordering::Relaxed) as f64
    });
    assert_eq!(Page::of(&registry).get("queue_bytes"), 7.0);
    bytes.store(9, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(Page::of(&registry).get("queue_bytes"), 9.0);
    for status in [404, 503, 404] {
        registry.refused(Refused { path: "/", peer: None, status, reason: None });
    }
    let page = Page::of(&registry);
    assert_eq!(page.get("handshakes_refused_total{status=\"404\"}"), 2.0);
    assert_eq!(page.get("handshakes_refused_total{status=\"503\"}"), 1.0);
}
