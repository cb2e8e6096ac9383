//! Layers and the echo on a simulated connection.

mod faults;
mod latency;
mod tempo;

use mockforge_ws_core::echo::Echo;
use mockforge_ws_core::{Cx, Event, Message, Session};
use mockforge_ws_testkit::Sim;

/// Sends `count` numbered messages as room allows.
struct Burst {
    next: usize,
    count: usize,
}

impl Burst {
    fn of(count: usize) -> Box<dyn Session> {
        Box::new(Self { next: 0, count })
    }
}

impl Session for Burst {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        if let Event::Closed(_) = event {
            return;
        }
        while self.next < self.count && !cx.full() {
            cx.send(Message::text(self.next.to_string()));
            self.next += 1;
        }
    }
}

/// The numbers from 0, as texts.
fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}

#[test]
fn an_echo_keeps_bytes_and_kinds() {
    let mut sim = Sim::new(Echo::new(""));
    sim.receive("é").receive_message(Message::binary(vec![0, 255]));
    sim.receive_message(Message::Ping(vec![1].into()));
    assert_eq!(sim.sent(), [Message::text("é"), Message::binary(vec![0, 255])]);
}
