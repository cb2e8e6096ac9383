//! Rules written as YAML would be, in JSON, and simulated connections.

use mockforge_ws_core::{Commons, Hello, Message};
use mockforge_ws_interactive::Rules;
use mockforge_ws_testkit::{Setup, Sim};
use serde_json::Value;

pub(crate) fn compile(section: &Value) -> Rules {
    Rules::compile(section, &Default::default()).expect("the test's rules are good")
}

/// One connection.
pub(crate) fn sim(section: &Value) -> Sim {
    Sim::new(compile(section).session())
}

/// Connections of one server, numbered from 1, on the path `/chat/lobby`.
pub(crate) fn sims<const N: usize>(section: &Value) -> [Sim; N] {
    let (rules, commons) = (compile(section), Commons::default());
    std::array::from_fn(|index| {
        let mut hello = Hello::new("/chat/lobby").with_params(vec![("room".into(), "lobby".into())]);
        hello.route = "/chat/{room}".into();
        let setup = Setup { hello, number: index as u64 + 1, commons: commons.clone(), ..Setup::default() };
        Sim::with(rules.session(), setup)
    })
}

/// What a sim has sent since the last time, as texts.
pub(crate) struct Tap(usize);

impl Tap {
    pub(crate) fn new() -> Self {
        Self(0)
    }

    pub(crate) fn take(&mut self, sim: &Sim) -> Vec<String> {
        let texts: Vec<_> =
            sim.sent().into_iter().filter(|message| matches!(message, Message::Text(_))).collect();
        let new = texts[self.0..]
            .iter()
            .map(|message| message.to_text().expect("it is text").to_string())
            .collect();
        self.0 = texts.len();
        new
    }
}
