//! The `interactive:` and `handshake:` sections as JSON Schema, for editors.

mod handshake;

use serde_json::{Map, Value, json};

use crate::compile::{ACTION_KEYS, KEYS, RULE_KEYS, STATE_KEYS, STREAM_KEYS};

/// The definitions (JSON Schema 2020-12) of the sections `interactive:` and `handshake:` and their parts, by
/// name; the sections themselves are `Interactive` and `Handshake`. They refer to each other, and to `Pattern`, as `#/$defs/NAME`, where the schema
/// that they become a part of has to put them.
///
/// ```
/// let definitions = mockforge_ws_interactive::schema();
/// assert_eq!(definitions["Rule"]["type"], "object");
/// assert_eq!(definitions["Handshake"]["type"], "object");
/// assert_eq!(definitions["Interactive"]["properties"]["rules"]["items"]["$ref"], "#/$defs/Rule");
/// ```
pub fn schema() -> Map<String, Value> {
    let definitions = [
        ("Interactive", section()),
        ("Rule", rule()),
        ("State", state()),
        ("Stream", mapping(STREAM_KEYS, stream_key, &["every"])),
        ("Actions", mapping(ACTION_KEYS, action, &[])),
        ("Trigger", trigger()),
        ("Reply", reply()),
        ("Part", part()),
        ("Broadcast", broadcast()),
        ("Time", json!({ "type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)?(ms|s|m|h)\s*$" })),
    ];
    let definitions = definitions.into_iter().chain(handshake::definitions());
    definitions.map(|(name, definition)| (name.to_string(), definition)).collect()
}

fn section() -> Value {
    let mut section = mapping(
        KEYS,
        |key| match key {
            "state" => text("The state in which each connection begins."),
            "scope" => json!({
                "enum": ["connection", "room", "route"],
                "default": "connection",
                "description": "Whose the machine is: each connection's own, or one for a room or the route."
            }),
            "room" => text("The room that a connection joins when it opens, such as `room:{{path.room}}`."),
            "vars" => {
                described(json!({ "type": "object" }), "The variables of each connection: `{{state.x}}`.")
            }
            "shared" => described(
                json!({ "type": "object" }),
                "The variables that connections share: `{{shared.x}}`.",
            ),
            "split" => text("A text message is taken apart at this separator; each piece is a message."),
            "states" => described(
                json!({ "type": "object", "additionalProperties": refer("State") }),
                "The machine's states. Where this is given it names them all.",
            ),
            "rules" => described(
                json!({ "type": "array", "items": refer("Rule") }),
                "The first that matches a message answers it.",
            ),
            "default" => described(refer("Actions"), "What is done with a message that no rule takes."),
            "invalid_json" => described(
                refer("Actions"),
                "What is done with a text that no rule takes and that is no JSON.",
            ),
            _ => described(
                json!({ "type": "object", "additionalProperties": refer("Stream") }),
                "What is sent again and again once a rule has started it.",
            ),
        },
        &[],
    );
    let one_of = ["rules", "states", "default", "invalid_json"];
    section["anyOf"] = one_of.iter().map(|key| json!({ "required": [key] })).collect();
    section
}

fn rule() -> Value {
    mapping(
        RULE_KEYS,
        |key| match key {
            "on" => described(refer("Trigger"), "What the rule answers."),
            "in" => described(one_or_many(&json!({ "type": "string" })), "The states in which it is asked."),
            "when" => described(
                json!({ "type": ["string", "boolean"] }),
                "A guard in CEL, such as `size($.user) > 0 && state.said < 3`.",
            ),
            "times" => described(count(), "How often it answers at most, on each connection."),
            "name" => text("What it is called in facts."),
            "stop" => json!({
                "anyOf": [{ "type": "boolean" }, stop()],
                "description": "`false`: later rules see the message too. Anything else: which streams are stopped."
            }),
            key => action(key),
        },
        &["on"],
    )
}

fn state() -> Value {
    let mut state = mapping(
        STATE_KEYS,
        |key| match key {
            "enter" => described(refer("Actions"), "What is done on entering it."),
            "exit" => described(refer("Actions"), "What is done on leaving it."),
            "timeout" => {
                let keys: Vec<&str> = ["after"].into_iter().chain(ACTION_KEYS.iter().copied()).collect();
                let property = |key: &str| if key == "after" { refer("Time") } else { action(key) };
                described(mapping(&keys, property, &["after"]), "What is done after so long in it.")
            }
            "rules" => described(
                json!({ "type": "array", "items": refer("Rule") }),
                "Rules that are asked in it, before the common ones.",
            ),
            _ => described(json!({ "type": "boolean" }), "Whether entering it closes the connection."),
        },
        &[],
    );
    state["type"] = json!(["object", "null"]);
    state
}

fn stream_key(key: &str) -> Value {
    match key {
        "every" => described(refer("Time"), "From message to message."),
        "jitter" => described(refer("Time"), "The most by which a message is late, at random."),
        "snapshot" => described(message_object(&[]), "What is sent when it starts."),
        "count" => described(count(), "How many messages it has."),
        "rows" => json!({
            "anyOf": [{ "type": "string", "pattern": r"\.(csv|jsonl)$" }, { "type": "array", "minItems": 1 }],
            "description": "What `{{row}}` is, one after the other: a file, or a list."
        }),
        "loop" => described(json!({ "type": "boolean" }), "Whether the first row comes after the last."),
        "gap" => described(probability(), "How often a message is made, with its number, and not sent."),
        "duplicate" => described(probability(), "How often a message is sent twice."),
        "to" => text("The room that it is published in, instead of being sent."),
        "end" => described(refer("Actions"), "What is done after the last message."),
        key => payload(key),
    }
}

fn action(key: &str) -> Value {
    let text_or_object = |object: Value| one_or_many(&json!({ "anyOf": [{ "type": "string" }, object] }));
    match key {
        "set" => {
            described(json!({ "type": "object" }), "Variables and their values, or `{add: 1}` and the like.")
        }
        "leave" => described(text_or_object(strings(&["room", "key"], &[])), "Rooms to leave; `all` is all."),
        "join" => described(text_or_object(strings(&["room", "key", "as"], &["room"])), "Rooms to join."),
        "reply" => described(refer("Reply"), "What is sent; a list is sent in its order."),
        "broadcast" => described(one_or_many(&refer("Broadcast")), "What is published, and to whom."),
        "stop" => described(stop(), "Streams to stop; `all` is all."),
        "start" => described(text_or_object(strings(&["stream", "key"], &["stream"])), "Streams to start."),
        "to" => text("The state to go to."),
        "close" => close(),
        _ => described(json!({ "const": true }), "Drops the connection."),
    }
}

fn stop() -> Value {
    one_or_many(&json!({ "anyOf": [{ "type": "string" }, strings(&["stream", "key"], &[])] }))
}

fn close() -> Value {
    json!({
        "anyOf": [
            { "const": true },
            { "type": "integer", "minimum": 1000, "maximum": 4999 },
            {
                "type": "object",
                "properties": {
                    "code": { "type": "integer", "minimum": 1000, "maximum": 4999 },
                    "reason": { "type": "string" }
                },
                "additionalProperties": false
            }
        ],
        "description": "Closes the connection."
    })
}

fn trigger() -> Value {
    let form = |keys: &[(&str, Value)], required: &[&str], description: &str| {
        let properties: Map<String, Value> =
            keys.iter().map(|(key, schema)| ((*key).to_string(), schema.clone())).collect();
        json!({
            "type": "object", "properties": properties, "required": required,
            "additionalProperties": false, "description": description
        })
    };
    let (time, pattern, path) = (refer("Time"), refer("Pattern"), json!({ "type": "string" }));
    let patterns = json!({ "type": "array", "minItems": 2, "items": pattern });
    json!({ "anyOf": [
        {
            "enum": ["connect", "disconnect", "ping", "pong", "binary"],
            "description": "An occasion rather than a message."
        },
        form(&[("idle", time.clone())], &["idle"], "The client has said nothing for so long."),
        form(&[("every", time.clone())], &["every"], "By the clock."),
        form(&[("after", time.clone())], &["after"], "Once, so long after the opening, or the state's entry."),
        form(&[("becomes", json!({ "type": "string" }))], &["becomes"], "An expression has become true."),
        form(
            &[("room", json!({ "type": "string" })), ("match", pattern.clone())],
            &["room"],
            "What is published in a room that was joined, before it is sent.",
        ),
        form(
            &[("sequence", patterns), ("within", time.clone()), ("by", path.clone())],
            &["sequence"],
            "Messages one after the other.",
        ),
        form(
            &[
                ("count", json!({ "type": ["integer", "string"] })), ("of", pattern.clone()),
                ("within", time.clone()), ("in", time.clone()), ("by", path.clone()),
            ],
            &["count", "of"],
            "So many messages.",
        ),
        form(
            &[("absent", pattern.clone()), ("for", time), ("after", pattern.clone()), ("by", path)],
            &["absent"],
            "No such message for so long.",
        ),
        pattern,
    ] })
}

fn reply() -> Value {
    let replies = json!({ "type": "array", "minItems": 1, "items": one_or_many(&refer("Part")) });
    let choice = |key: &str, items: Value, about: &str| {
        json!({
            "type": "object", "properties": { key: items }, "required": [key],
            "additionalProperties": false, "description": about
        })
    };
    let weighted = {
        let mut single = message_object(&["ping", "close", "abort", "after", "repeat", "weight", "reply"]);
        single["properties"]["weight"] = json!({ "type": "number", "exclusiveMinimum": 0 });
        single["properties"]["reply"] = one_or_many(&refer("Part"));
        single["required"] = json!(["weight"]);
        json!({ "type": "array", "minItems": 1, "items": single })
    };
    json!({ "anyOf": [
        one_or_many(&refer("Part")),
        choice("sequence", replies.clone(), "The next of these each time, round and round."),
        choice("random", replies, "One of these."),
        choice("weighted", weighted, "One of these, by their weights."),
    ] })
}

fn part() -> Value {
    json!({ "anyOf": [
        { "type": "string", "description": "A text, a template; `echo` sends the message back." },
        message_object(&["ping", "close", "abort", "after", "repeat"])
    ] })
}

fn broadcast() -> Value {
    let mut broadcast = message_object(&["to", "except", "only"]);
    broadcast["properties"]["to"] = text("`room:NAME`, `route`, or `connection:ID`.");
    broadcast["properties"]["except"] = json!({ "const": "sender" });
    broadcast["properties"]["only"] = text("Only members of this name.");
    broadcast["required"] = json!(["to"]);
    broadcast
}

/// An object with a message and these keys.
fn message_object(more: &[&str]) -> Value {
    let keys: Vec<&str> = ["text", "json", "base64", "hex"].into_iter().chain(more.iter().copied()).collect();
    mapping(
        &keys,
        |key| match key {
            "ping" => text("The payload of a ping."),
            "close" => close(),
            "abort" => json!({ "const": true }),
            "after" => described(refer("Time"), "How long after the part before it."),
            "repeat" => json!({
                "type": "object", "properties": { "count": count(), "every": refer("Time") },
                "required": ["every"], "additionalProperties": false,
                "description": "Sends it again and again."
            }),
            key => payload(key),
        },
        &[],
    )
}

fn payload(key: &str) -> Value {
    match key {
        "json" => described(json!({}), "A JSON value; its strings are templates."),
        "text" => text("A text, a template."),
        _ => text("A binary message."),
    }
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 1 })
}

fn probability() -> Value {
    json!({ "type": "number", "minimum": 0, "maximum": 1 })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}

fn one_or_many(one: &Value) -> Value {
    let many = json!({ "type": "array", "items": one });
    json!({ "anyOf": [one, many] })
}

fn strings(keys: &[&str], required: &[&str]) -> Value {
    mapping(keys, |_| json!({ "type": ["string", "number"] }), required)
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// An object with these keys and no others.
fn mapping(keys: &[&str], property: impl Fn(&str) -> Value, required: &[&str]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_string(), property(key))).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::PART_KEYS;

    #[test]
    fn parts_have_the_keys_that_are_compiled() {
        let definitions = schema();
        let object = &definitions["Part"]["anyOf"][1]["properties"];
        let mut keys: Vec<&str> =
            object.as_object().expect("it has keys").keys().map(String::as_str).collect();
        let mut compiled = PART_KEYS.to_vec();
        keys.sort_unstable();
        compiled.sort_unstable();
        assert_eq!(keys, compiled);
    }
}
