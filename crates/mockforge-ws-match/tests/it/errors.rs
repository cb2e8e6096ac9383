//! Mistakes in patterns: all at once, each with its way, its bytes and a hint.

use mockforge_ws_diagnostic::{Key, Problem};
use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_match::Pattern;
use serde_json::{Value, json};

/// `way [bytes]: message (hint)`.
fn shown(problem: &Problem) -> String {
    let way: Vec<_> = problem
        .path
        .iter()
        .map(|key| match key {
            Key::Name(name) => name.clone(),
            Key::Index(index) => index.to_string(),
        })
        .collect();
    let span = problem.span.as_ref().map(|span| format!(" {}..{}", span.start, span.end)).unwrap_or_default();
    format!("{}{span}: {problem}", way.join("."))
}

fn check(spec: Value, expected: &[&str]) {
    let problems = Pattern::parse(&spec, Dialect::default()).expect_err(&spec.to_string());
    let shown: Vec<_> = problems.iter().map(shown).collect();
    assert_eq!(shown, expected, "{spec}");
}

#[test]
fn what_is_no_pattern_at_all() {
    check(
        json!(5),
        &[
            ": a pattern is a text or an object, not a number (put it in quotes for a regex, or write `{json: …}`)",
        ],
    );
    check(
        json!(null),
        &[
            ": a pattern is a text or an object, not null (put it in quotes for a regex, or write `{json: …}`)",
        ],
    );
    check(
        json!(["a"]),
        &[
            ": a pattern is a text or an object, not a list (`any: […]` matches when one of several patterns does, `all: […]` when all do)",
        ],
    );
    check(
        json!({}),
        &[
            ": an empty pattern says nothing (a pattern has one of regex, jsonpath, exact, contains, prefix, json, schema, binary, type, all, any, not)",
        ],
    );
}

#[test]
fn unknown_keys() {
    check(
        json!({ "jsonPath": "$.a" }),
        &["jsonPath: there is no `jsonPath` in a pattern (did you mean `jsonpath`?)"],
    );
    check(
        json!({ "jsonpath": "$.a", "equal": 1, "eq": 2 }),
        &[
            "equal: there is no `equal` in a pattern (did you mean `equals`?)",
            "eq: there is no `eq` in a pattern (did you mean `equals`?)",
        ],
    );
    check(
        json!({ "startsWith": "a" }),
        &["startsWith: there is no `startsWith` in a pattern (did you mean `prefix`?)"],
    );
    check(
        json!({ "regex": "a", "flags": "i" }),
        &[
            "flags: there is no `flags` in a pattern (known are regex, jsonpath, exact, contains, prefix, json, schema, binary, type, all, any, not, equals, in, matches, gt, gte, lt, lte, exists)",
        ],
    );
}

#[test]
fn keys_that_do_not_go_together() {
    check(
        json!({ "regex": "a(", "contains": "b" }),
        &[
            "contains: `regex` and `contains` can't stand in one pattern (write `all: [{regex: …}, {contains: …}]`)",
            "regex 1..2: regex, column 2: this group is never closed with `)` (write `\\(` for the character)",
        ],
    );
    check(
        json!({ "equals": 1 }),
        &["equals: `equals` stands beside `jsonpath`, which is missing here ({jsonpath: $.name, equals: …})"],
    );
    check(
        json!({ "regex": "a", "equals": 1 }),
        &["equals: `equals` stands beside `jsonpath`, which is missing here ({jsonpath: $.name, equals: …})"],
    );
    check(
        json!({ "jsonpath": "$.a", "equals": 1, "exists": true }),
        &["exists: `equals` and `exists` can't stand together (`equals` already wants the value to exist)"],
    );
}

#[test]
fn values_of_the_wrong_type() {
    check(json!({ "regex": 5 }), &["regex: `regex` wants a text, not a number (write `\"5\"`)"]);
    check(json!({ "jsonpath": null }), &["jsonpath: `jsonpath` wants a text, not null"]);
    check(json!({ "jsonpath": "$.a", "exists": "no" }), &["exists: `exists` is true or false, not a text"]);
    check(json!({ "jsonpath": "$.a", "in": "x" }), &["in: `in` wants a list of values, not a text"]);
    check(json!({ "jsonpath": "$.a", "in": [] }), &["in: `in` wants at least one value"]);
    check(
        json!({ "jsonpath": "$.a", "gt": true, "lt": [] }),
        &[
            "gt: `gt` wants a number or a text, not a boolean",
            "lt: `lt` wants a number or a text, not a list",
        ],
    );
    check(
        json!({ "contains": "" }),
        &["contains: an empty `contains` fits every text (`{type: text}` matches every text message)"],
    );
    check(
        json!({ "type": "txt" }),
        &["type: a message is `text` or `binary`, not `txt` (did you mean `text`?)"],
    );
    check(json!({ "type": "json" }), &["type: a message is `text` or `binary`, not `json`"]);
    check(json!({ "all": {} }), &["all: `all` wants a list of patterns, not an object"]);
    check(json!({ "any": [] }), &["any: `any` wants at least one pattern"]);
}

#[test]
fn all_mistakes_of_a_nest_at_once() {
    check(
        json!({ "any": ["a(", { "all": [{ "not": { "regx": "a" } }, "$.a["] }, 7] }),
        &[
            "any.0 1..2: regex, column 2: this group is never closed with `)` (write `\\(` for the character)",
            "any.1.all.0.not.regx: there is no `regx` in a pattern (did you mean `regex`?)",
            "any.1.all.1 4..4: JSONPath: the path ends within brackets",
            "any.2: a pattern is a text or an object, not a number (put it in quotes for a regex, or write `{json: …}`)",
        ],
    );
    let deep = (0..40).fold(json!("a"), |spec, _| json!({ "not": spec }));
    let problems = Pattern::parse(&deep, Dialect::default()).expect_err("too deep");
    assert_eq!(problems[0].message, "patterns nest at most 32 deep");
}

#[test]
fn texts_that_are_meant_otherwise() {
    check(
        json!("$symbol"),
        &[
            " 0..1: `$` is the end of the text, so this regex never matches (a JSONPath begins with `$.`: `$.symbol`)",
        ],
    );
    check(
        json!(r#"{"type":"ping"}"#),
        &[
            " 0..1: this looks like JSON, but a text is a regex (write `{json: {…}}` to compare JSON, `{exact: …}` to compare the text)",
        ],
    );
    check(
        json!("$.user-id"),
        &[
            " 6..7: JSONPath: `-` can't stand in a name after a dot (write `['user-id']` in place of `.user-id`)",
        ],
    );
}

#[test]
fn regexes() {
    let regex = |text: &str, expected: &str| check(json!(text), &[expected]);
    regex(
        "aä(",
        " 3..4: regex, column 3: this group is never closed with `)` (write `\\(` for the character)",
    );
    regex("a)", " 1..2: regex, column 2: this `)` closes no group (write `\\)` for the character)");
    regex(
        "[a",
        " 0..1: regex, column 1: this class is never closed with `]` (write `\\[` for the character)",
    );
    regex(
        "*a",
        " 0..1: regex, column 1: there is nothing to repeat before this (write a backslash before it for the character)",
    );
    regex(
        "a{2",
        " 1..3: regex, column 2: this repetition is never closed with `}` (write `\\{` for the character)",
    );
    regex(
        "a{3,2}",
        " 1..6: regex, column 2: this repetition ends before it begins (write the smaller number first)",
    );
    regex("a\\", " 1..2: regex, column 2: the regex ends after a backslash (write `\\\\` for the character)");
    regex(
        "\\y",
        " 0..2: regex, column 1: this escape is not known (`\\\\` is a backslash; most characters need no escape)",
    );
    regex(
        "(?=a)",
        " 0..3: regex, column 1: looking ahead and behind is not supported (every regex runs in linear time; combine patterns with `all` and `not`)",
    );
    regex(
        "(a)\\1",
        " 3..5: regex, column 4: references to earlier groups are not supported (every regex runs in linear time; combine patterns with `all` and `not`)",
    );
    regex("(?<a>.)(?<a>.)", " 10..11: regex, column 11: another group has this name already");
    regex(
        "\\p{Nope}",
        " 0..8: regex, column 1: there is no such Unicode class (for example `\\p{Letter}`, `\\p{Greek}`, `\\p{Lu}`)",
    );
    regex(
        "\\w{5000}",
        ": this regex is too large: compiled, it takes more than 10 MiB (repeat less with `{…}`, or write `(?-u:\\w)` for ASCII letters only)",
    );
}

#[test]
fn binaries() {
    let octets = |value: Value, expected: &str| check(json!({ "binary": value }), &[expected]);
    octets(
        json!("0aff"),
        "binary: `binary` wants an object, not a text (write `{hex: …}`, `{base64: …}`, `{prefix: …}` or `{contains: …}`)",
    );
    octets(
        json!({}),
        "binary: an empty `binary` says nothing (`{type: binary}` matches every binary message)",
    );
    octets(json!({ "hex": "0g" }), "binary.hex 1..2: `g` is no hexadecimal digit");
    octets(json!({ "base64": "A!" }), "binary.base64 1..2: `!` is no base64 here");
    octets(
        json!({ "prefix": "" }),
        "binary.prefix: an empty `prefix` fits all bytes (`{type: binary}` matches every binary message)",
    );
    octets(
        json!({ "prefix": { "hx": "00" } }),
        "binary.prefix.hx: there is no `hx` in a pattern (did you mean `hex`?)",
    );
    octets(json!({ "contains": {} }), "binary.contains: `contains` has one of `hex` and `base64`");
    octets(
        json!({ "hex": "00", "base64": "AA" }),
        "binary.hex: `base64` and `hex` can't stand in one `binary` (write `all: [{binary: {base64: …}}, {binary: {hex: …}}]`)",
    );
    octets(
        json!({ "bytes": "00" }),
        "binary.bytes: there is no `bytes` in a pattern (known are base64, hex, prefix, contains)",
    );
}

#[test]
fn command_lines() {
    let problems = Pattern::parse_arg(r#"{"exact":"a""#, Dialect::default()).unwrap_err();
    assert_eq!(
        problems.iter().map(shown).collect::<Vec<_>>(),
        [
            r" 11..12: a pattern that begins with `{` is JSON, which is broken in column 12 (write `\{` for a regex)"
        ]
    );
    let problems = Pattern::parse_arg(r#"{"exakt":"a"}"#, Dialect::default()).unwrap_err();
    assert_eq!(problems[0].hint.as_deref(), Some("did you mean `exact`?"));
    assert!(Pattern::parse_arg("^a$", Dialect::default()).is_ok());
}
