//! No message does harm, and what no rule takes passes unchanged.

use mockforge_ws_core::Message;
use mockforge_ws_testkit::{Setup, Sim};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{compile, proxy};

fn messages() -> impl Strategy<Value = Message> {
    let json = r#"(\{"a":|\}|\[|\]|,|"b":|1|1e999|null|"é"|"secret-x"|\{\}| ){0,10}"#;
    prop_oneof![
        any::<String>().prop_map(Message::text),
        json.prop_map(Message::text),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Message::binary),
        Just(Message::text(r#"{"a":[{"b":1},{"b":{"a":2}}],"b":"x"}"#)),
    ]
}

proptest! {
    #[test]
    fn any_message(messages in proptest::collection::vec((messages(), any::<bool>()), 1..12), seed in any::<u64>()) {
        let section = json!({ "otherwise": "drop", "rules": [
            { "on": "$.a", "replace": { "set": { "$..b": "{{$.a}}", "$.c": 1 }, "remove": "$.a[0]", "merge": { "b": null } }, "stop": false },
            { "on": "secret-(\\w+)", "replace": { "regex": "secret-(\\w+)", "with": "{{message}}-$1" }, "stop": false, "times": 3 },
            { "on": { "type": "binary" }, "replace": { "base64": "{{message}}" }, "stop": false, "probability": 0.5 },
            { "on": "b", "delay": "1ms..5ms", "inject": { "to": "client", "hex": "{{message}}", "when": "after" }, "stop": false },
            { "on": "c", "answer": ["echo", { "after": "3ms", "json": { "m": "{{message}}", "c": "{{$.c}}" } }] },
            { "on": "^.{0,5}$", "forward": true },
        ]});
        let mut sim = Sim::open(&proxy().rules(compile(&section)), Setup { seed, ..Setup::default() });
        for (message, from_client) in messages {
            if from_client { sim.receive_message(message) } else { sim.upstream_message(message) };
            sim.advance(2);
        }
        sim.advance(1000);
    }

    #[test]
    fn without_a_rule_that_takes_it(messages in proptest::collection::vec(messages(), 1..8)) {
        let section = json!({ "rules": [
            { "on": { "exact": "this is never sent" }, "drop": true },
            { "on": { "jsonpath": "$.never", "equals": "sent" }, "replace": { "set": { "$.a": 1 } } },
            { "probability": 0, "drop": true },
        ]});
        let mut sim = Sim::open(&proxy().rules(compile(&section)), Setup::default());
        for message in &messages {
            sim.receive_message(message.clone()).upstream_message(message.clone());
        }
        prop_assert_eq!(sim.sent_upstream(), messages.clone());
        prop_assert_eq!(sim.sent(), messages);
        prop_assert_eq!(sim.facts().len(), 0);
    }
}
