//! What a connection costs.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Conn, ConnId, Cx, Effects, Event, Hello, Limits, Seed, Session, Wall};

use crate::script;

/// A connection holds its place in the script, whatever the script's size.
#[test]
fn a_connection_costs_the_same_for_any_script() {
    let cost = |lines: usize| {
        let source: String = (0..lines)
            .map(|n| {
                format!(
                    "{{\"ts\":{n},\"text\":\"{n} {{{{seq}}}}\"}}\n{{\"waitFor\":\"x\",\"text\":\"{n}\"}}\n"
                )
            })
            .collect();
        let script = script(&source);
        let id = ConnId { route: "/ws".into(), number: 1 };
        let wall = Wall::Real(time::OffsetDateTime::UNIX_EPOCH);
        let mut conn = Conn::new(id, Arc::new(Hello::new("/ws")), Seed(1), wall, Limits::default());
        let mut effects = Effects::new();
        let cost = allocation_counter::measure(|| {
            let mut player: Box<dyn Session> = Box::new(script.player());
            player.on(Event::Opened, &mut Cx::new(&mut conn, &mut effects, Duration::from_secs(1)));
        });
        cost.bytes_max
    };
    let (small, large) = (cost(3), cost(20_000));
    assert_eq!(small, large);
    assert!(large < 2_048, "{large} bytes");
}
