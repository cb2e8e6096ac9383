//! `handshake:`

use serde_json::{Value, json};

use super::{count, described, mapping, one_or_many, refer, text};
use crate::compile::{CHECK_KEYS, HANDSHAKE_KEYS, REFUSE_KEYS, RESPONSE_KEYS};

pub(super) fn definitions() -> [(&'static str, Value); 6] {
    [
        ("Handshake", section()),
        ("Check", check()),
        ("Headers", headers()),
        ("Status", status()),
        ("Refusal", mapping(RESPONSE_KEYS, response, &[])),
        ("Refuse", mapping(REFUSE_KEYS, response, &["status"])),
    ]
}

fn section() -> Value {
    let mut section = mapping(
        HANDSHAKE_KEYS,
        |key| match key {
            "delay" => described(refer("Time"), "How long each handshake waits for its answer."),
            "headers" => described(refer("Headers"), "Further headers of the 101; templates."),
            "subprotocol" => text(
                "`required`: one of the route's is offered, or 400. `any`: what is offered first. \
                 Otherwise the one that is selected, offered or not.",
            ),
            "origins" => described(
                one_or_many(&json!({ "type": "string", "minLength": 1 })),
                "The origins that may connect, `https://*.example.com` among them; 403 for others.",
            ),
            "origin" => json!({ "const": "required", "description": "403 without an Origin." }),
            "require" => described(
                one_or_many(&refer("Check")),
                "What a handshake has to bring; the first that it does not bring refuses it.",
            ),
            _ => described(
                json!({ "anyOf": [refer("Status"), refer("Refuse")] }),
                "Refuses every handshake, or as many as `times` says.",
            ),
        },
        &[],
    );
    section["minProperties"] = json!(1);
    section
}

fn check() -> Value {
    let value = json!({ "type": ["string", "number", "boolean"] });
    let mut check = mapping(
        CHECK_KEYS,
        |key| match key {
            "header" => text("The name of a header."),
            "query" => text("The name of a query parameter."),
            "cookie" => text("The name of a cookie."),
            "token" => described(one_or_many(&value), "The tokens that are good."),
            "equals" => described(value.clone(), "What the value has to be."),
            "matches" => text("A regex that has to be found in the value."),
            "in" => described(
                one_or_many(&value),
                "The values that are good. Of a token: where it is looked for, `bearer`, `query:NAME`, \
                 `cookie:NAME`, `header:NAME`.",
            ),
            "present" => described(json!({ "type": "boolean" }), "Whether it is to be there; the usual."),
            _ => described(
                json!({ "anyOf": [refer("Status"), refer("Refusal")] }),
                "How a client is refused that does not bring it.",
            ),
        },
        &[],
    );
    let subjects = ["header", "query", "cookie", "token"];
    check["oneOf"] = subjects.iter().map(|key| json!({ "required": [key] })).collect();
    check
}

fn headers() -> Value {
    let value = one_or_many(&json!({ "type": ["string", "number"] }));
    json!({ "type": "object", "minProperties": 1, "additionalProperties": value })
}

fn status() -> Value {
    json!({ "type": "integer", "minimum": 200, "maximum": 599 })
}

fn response(key: &str) -> Value {
    match key {
        "status" => refer("Status"),
        "headers" => described(refer("Headers"), "Headers of the response; templates."),
        "body" => described(json!({}), "A text, or a value that is sent as JSON; templates."),
        _ => described(count(), "How many are refused, from the first of the route on."),
    }
}
