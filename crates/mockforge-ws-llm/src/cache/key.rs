//! What a request is known by.

use mockforge_ws_ai::{Request, Role};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Changes when the same request would be answered from a cache in another way.
const VERSION: u32 = 1;

/// The key of a request to a model: SHA-256 of all that the answer may depend on.
pub(super) fn key(llm: &str, scope: &str, request: &Request) -> String {
    let Request { system, turns, schema, temperature, max_tokens, seed } = request;
    let turns: Vec<Value> = turns
        .iter()
        .map(|turn| {
            let role = match turn.role {
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            json!([role, turn.text])
        })
        .collect();
    // The order of a schema's members is that in which models write those of an event, so it counts.
    let canonical = json!([
        VERSION,
        llm,
        scope,
        system,
        turns,
        schema.as_deref(),
        temperature.map(f64::to_bits),
        max_tokens,
        seed
    ]);
    digest(canonical.to_string().as_bytes())
}

/// SHA-256 in hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use mockforge_ws_ai::Turn;

    use super::*;

    #[test]
    fn all_that_an_answer_may_depend_on_makes_another_key() {
        let base = Request {
            system: "s".into(),
            turns: vec![Turn::user("a"), Turn::user("b")],
            ..Request::default()
        };
        let of = |request: Request| key("p/m", "", &request);
        let mut keys = vec![of(base.clone()), key("p/n", "", &base), key("p/m", "http://localhost", &base)];
        keys.extend([
            of(Request { system: "t".into(), ..base.clone() }),
            of(Request { turns: vec![Turn::user("ab")], ..base.clone() }),
            of(Request { turns: vec![Turn::user("b"), Turn::user("a")], ..base.clone() }),
            of(Request { turns: vec![Turn::user("a"), Turn::assistant("b")], ..base.clone() }),
            of(Request { schema: Some(Arc::new(json!({ "a": 1, "b": 1 }))), ..base.clone() }),
            of(Request { schema: Some(Arc::new(json!({ "b": 1, "a": 1 }))), ..base.clone() }),
            of(Request { temperature: Some(0.0), ..base.clone() }),
            of(Request { temperature: Some(0.1), ..base.clone() }),
            of(Request { max_tokens: Some(1), ..base.clone() }),
            of(Request { seed: Some(1), ..base.clone() }),
        ]);
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        assert_eq!(of(base.clone()), of(base));
        assert!(keys.iter().all(|key| key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }

    /// A release that makes other keys forgets all that users have paid for.
    #[test]
    fn keys_stay_as_they_are() {
        let request = Request {
            system: "You write events.".into(),
            turns: vec![Turn::user("Three.")],
            temperature: Some(0.7),
            seed: Some(7),
            ..Request::default()
        };
        assert_eq!(
            key("openai/gpt-4o-mini", "", &request),
            "9badc9042a6e14c869f269538e505f3c78e432b1f76f76b6e702ae8848c459c2"
        );
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
