//! Time passes faster or slower, or stands still, for whoever is below.

use std::time::Duration;

use mockforge_ws_core::{
    Conn, ConnId, Cx, Effect, Effects, Elapsed, Event, Hello, Layer, Limits, Message, Seed, Session, Wall,
};
use mockforge_ws_layers::tempo::Tempo;
use mockforge_ws_testkit::Sim;
use time::OffsetDateTime;

/// Tells its own time every 100 ms of it, and what it is asked at once.
#[derive(Default)]
struct Ticker {
    told: u32,
}

impl Ticker {
    fn due(&self) -> Elapsed {
        Duration::from_millis(100) * (self.told + 1)
    }
}

impl Session for Ticker {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        if let Event::Received(inbound) = &event {
            cx.send(inbound.message().clone());
        }
        while cx.elapsed() >= self.due() {
            self.told += 1;
            cx.send(Message::text(format!("tick at {} ms", cx.elapsed().as_millis())));
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        Some(self.due())
    }
}

fn ticker(tempo: &Tempo) -> Sim {
    Sim::new(tempo.wrap(Box::new(Ticker::default())))
}

#[test]
fn a_speed_divides_times() {
    let mut sim = ticker(&Tempo::new(4.0).expect("a speed"));
    sim.advance(60);
    assert_eq!(sim.transcript(), "25 > tick at 100 ms\n50 > tick at 200 ms\n");
    let mut sim = ticker(&Tempo::new(0.5).expect("a speed"));
    sim.advance(450);
    assert_eq!(sim.transcript(), "200 > tick at 100 ms\n400 > tick at 200 ms\n");
}

#[test]
fn it_is_changed_while_sessions_run() {
    let tempo = Tempo::default();
    let mut sim = ticker(&tempo);
    sim.advance(150);
    tempo.set_speed(10.0).expect("a speed");
    sim.advance(20);
    tempo.set_speed(0.1).expect("a speed");
    sim.advance(600);
    assert_eq!(
        sim.transcript(),
        "100 > tick at 100 ms\n155 > tick at 200 ms\n165 > tick at 300 ms\n670 > tick at 400 ms\n"
    );
}

#[test]
fn nothing_falls_due_in_a_pause_and_clients_are_answered() {
    let tempo = Tempo::default();
    let mut sim = ticker(&tempo);
    sim.advance(150);
    tempo.pause();
    sim.advance(10_000).receive("hello").advance(50);
    tempo.resume();
    sim.advance(60);
    assert_eq!(
        sim.transcript(),
        "100 > tick at 100 ms\n10150 < hello\n10150 > hello\n10250 > tick at 200 ms\n"
    );
}

#[test]
fn who_comes_in_a_pause_begins_when_it_is_over() {
    let tempo = Tempo::default();
    tempo.pause();
    let mut sim = ticker(&tempo);
    sim.advance(700);
    tempo.resume();
    sim.advance(100);
    assert_eq!(sim.transcript(), "800 > tick at 100 ms\n");
}

#[test]
fn the_wall_clock_goes_on_as_it_does() {
    let tell = |event: Event, cx: &mut Cx<'_>| {
        if let Event::Opened | Event::Writable = event {
            cx.send(Message::text(format!("{} and {}", cx.wall().unix_timestamp(), cx.elapsed().as_secs())));
        }
    };
    let id = ConnId { route: "/ws".into(), number: 1 };
    let wall = Wall::Real(OffsetDateTime::from_unix_timestamp(1_000).expect("a time"));
    let mut conn = Conn::new(id, Hello::new("/ws").into(), Seed(1), wall, Limits::default());
    let mut effects = Effects::new();
    let mut session = Tempo::new(3.0).expect("a speed").wrap(Box::new(tell));
    session.on(Event::Opened, &mut Cx::new(&mut conn, &mut effects, Duration::ZERO));
    session.on(Event::Writable, &mut Cx::new(&mut conn, &mut effects, Duration::from_secs(7)));
    let told: Vec<_> = std::iter::from_fn(|| effects.pop()).collect();
    assert_eq!(told, ["1000 and 0", "1007 and 21"].map(|text| Effect::Send(Message::text(text))));
}

#[test]
fn odd_speeds_are_refused() {
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY, 1_000.1, 0.000_9] {
        assert!(Tempo::new(speed).is_err(), "{speed}");
    }
    let told = Tempo::new(0.0).expect_err("no speed").to_string();
    assert_eq!(told, "a speed is from 0.001 to 1000, and 1 is the clock's; found 0");
}

#[test]
fn who_is_gone_is_not_told() {
    let tempo = Tempo::default();
    drop(ticker(&tempo));
    tempo.pause();
    assert_eq!(tempo.sessions(), 0);
    let sim = ticker(&tempo);
    assert_eq!(tempo.sessions(), 1);
    drop(sim);
}
