//! A proxy at work.

use mockforge_ws_core::Message;
use mockforge_ws_proxy::{Proxy, Rules, Target};
use mockforge_ws_testkit::{Setup, Sim};
use serde_json::{Value, json};

pub(crate) fn proxy() -> Proxy {
    Proxy::new(Target::new("ws://localhost:9000").unwrap())
}

/// Compiles a section.
pub(crate) fn compile(section: &Value) -> Rules {
    Rules::compile(section, &Default::default()).unwrap_or_else(|problems| panic!("{section}: {problems:#?}"))
}

/// A list of rules.
pub(crate) fn rules(rules: &Value) -> Rules {
    compile(&json!({ "rules": rules }))
}

/// A connection by these rules.
pub(crate) fn open(list: &Value) -> Sim {
    Sim::open(&proxy().rules(rules(list)), Setup::default())
}

/// What happens, in the words of the transcript: `<` the client sends, `<<` the server does, `+` so many
/// milliseconds pass; `0x` begins a binary message.
pub(crate) fn play(sim: &mut Sim, script: &[&str]) -> String {
    for line in script {
        let (sign, text) = line.split_once(' ').unwrap();
        let message = match text.strip_prefix("0x") {
            Some(hex) => {
                let bytes = (0..hex.len()).step_by(2);
                let bytes = bytes.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
                Message::binary(bytes.collect::<Vec<u8>>())
            }
            None => Message::text(text),
        };
        match sign {
            "<" => sim.receive_message(message),
            "<<" => sim.upstream_message(message),
            _ => sim.advance(text.parse().unwrap()),
        };
    }
    sim.transcript()
}
