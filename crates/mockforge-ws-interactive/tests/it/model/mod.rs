//! The session against a model: random rules and random scripts, and a naive interpreter that was written from the
//! page about the language and not from the session. It has no sets of patterns, no agenda and no compiled
//! anything: it loops over the rules as they stand in the file, and over a list of what is due.

mod act;
mod clock;
mod generate;
mod message;
mod set;
mod words;
mod world;

use mockforge_ws_core::{Commons, Hello};
use mockforge_ws_interactive::Rules;
use mockforge_ws_testkit::{Setup, Sim};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::Value;

use self::generate::Step;
use self::world::World;

/// The connections of one server, in the session and in the model.
struct Both {
    rules: Rules,
    commons: Commons,
    sims: Vec<Sim>,
    world: World,
    now: u64,
    opened: Vec<u64>,
}

impl Both {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Open(room) => self.open(room),
            Step::Receive(i, message) if *i < self.sims.len() => {
                self.sims[*i].receive_message(message.clone());
                self.world.receive(*i, message);
            }
            Step::Leave(i) if *i < self.sims.len() => {
                self.sims[*i].leave();
                self.world.leave(*i);
            }
            Step::Pause(ms) => self.pause(*ms),
            Step::Receive(..) | Step::Leave(_) => {}
        }
        self.settle();
    }

    fn open(&mut self, room: &str) {
        let mut hello = Hello::new(format!("/chat/{room}")).with_params(vec![("room".into(), room.into())]);
        hello.route = "/chat/{room}".into();
        let number = self.sims.len() as u64 + 1;
        let setup = Setup { hello, number, commons: self.commons.clone(), ..Setup::default() };
        self.sims.push(Sim::with(self.rules.session(), setup));
        self.world.open(room);
        self.opened.push(self.now);
    }

    /// Goes from one time at which something is due to the next, so that the connections, each of which has a
    /// clock of its own, stay together.
    fn pause(&mut self, ms: u64) {
        let end = self.now + ms;
        while self.now < end {
            let due = |i: usize| Some(self.world.due(i)? + self.opened[i]);
            let next =
                (0..self.sims.len()).filter_map(due).min().map_or(end, |next| next.clamp(self.now + 1, end));
            for i in 0..self.sims.len() {
                self.sims[i].advance(next - self.now);
                self.world.advance(i, next - self.opened[i]);
            }
            self.now = next;
            self.settle();
        }
    }

    /// Until nobody has mail.
    fn settle(&mut self) {
        for _ in 0..100 {
            for i in 0..self.sims.len() {
                self.sims[i].collect();
                self.world.collect(i);
            }
            if !self.world.has_mail() {
                return;
            }
        }
    }

    fn transcripts(&self) -> (Vec<String>, Vec<String>) {
        let real = self.sims.iter().map(Sim::transcript).collect();
        (real, self.world.conns.iter().map(|conn| conn.lines.clone()).collect())
    }
}

/// The same cases each time, unless `PROPTEST_RNG_SEED` is a number; more of them with `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match config.rng_seed {
        RngSeed::Random => ProptestConfig { rng_seed: RngSeed::Fixed(1), ..config },
        RngSeed::Fixed(_) => config,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn sessions_do_what_the_page_says(section in generate::section(), steps in generate::steps()) {
        check(&section, &steps)?;
    }
}

fn check(section: &Value, steps: &[Step]) -> Result<(), TestCaseError> {
    let Ok(rules) = Rules::compile(section, &Default::default()) else { return Ok(()) };
    let mut both = Both {
        rules,
        commons: Commons::default(),
        sims: Vec::new(),
        world: World::new(section),
        now: 0,
        opened: Vec::new(),
    };
    both.step(&Step::Open("r1"));
    for step in steps {
        both.step(step);
    }
    both.step(&Step::Pause(500));
    let (real, model) = both.transcripts();
    for (n, (real, model)) in real.iter().zip(&model).enumerate() {
        prop_assert!(
            real == model,
            "connection {}\n--- session\n{real}--- model\n{model}--- rules\n{section}",
            n + 1
        );
    }
    Ok(())
}

/// Rules that are refused compare nothing; most of the random ones have to be good.
#[test]
fn most_of_the_random_rules_are_good() {
    let mut runner = TestRunner::deterministic();
    let good = (0..200).filter(|_| {
        let section = generate::section().new_tree(&mut runner).expect("it is generated").current();
        Rules::compile(&section, &Default::default()).is_ok()
    });
    let good = good.count();
    assert!(good > 100, "{good} of 200");
}
