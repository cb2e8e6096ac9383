//! Names that other mock servers and earlier templates use, and what they are here.

/// Another tool's name, ours, and arguments to show where none were written.
const NAMES: &[(&str, &str, &str)] = &[
    ("arrayJoin", "join", "$.list \", \""),
    ("body", "message", ""),
    ("bodyRaw", "message", ""),
    ("client.id", "connection.id", ""),
    ("clientId", "connection.id", ""),
    ("connectionId", "connection.id", ""),
    ("count", "size", "$.list"),
    ("counter", "seq", ""),
    ("date", "now", "\"%Y-%m-%d\""),
    ("divide", "div", "6 2"),
    ("float", "randFloat", "0 1"),
    ("guid", "uuid", ""),
    ("length", "size", "$.list"),
    ("lowercase", "lower", "$.name"),
    ("message.body", "message", ""),
    ("minus", "sub", "2 1"),
    ("multiply", "mul", "2 3"),
    ("now.iso", "now", ""),
    ("number", "randInt", "1 100"),
    ("parseInt", "int", "$.n"),
    ("pickRandom", "oneOf", "\"a\" \"b\""),
    ("plus", "add", "1 2"),
    ("rand.float", "randFloat", "0 1"),
    ("rand.hex", "randHex", "8"),
    ("rand.int", "randInt", "1 100"),
    ("rand.string", "randString", "8"),
    ("random", "randInt", "1 100"),
    ("random.float", "randFloat", "0 1"),
    ("random.int", "randInt", "1 100"),
    ("random.string", "randString", "8"),
    ("randomDecimal", "randFloat", "0 1"),
    ("randomFloat", "randFloat", "0 1"),
    ("randomHex", "randHex", "8"),
    ("randomInt", "randInt", "1 100"),
    ("randomString", "randString", "8"),
    ("randomValue", "randString", "8"),
    ("replaceAll", "replace", "$.text \"a+\" \"b\""),
    ("request.body", "message", ""),
    ("request.ws.lastMessage", "message", ""),
    ("request.ws.message", "message", ""),
    ("sequence", "seq", ""),
    ("session.id", "connection.id", ""),
    ("sessionId", "connection.id", ""),
    ("stringify", "json", "$"),
    ("subtract", "sub", "2 1"),
    ("times", "mul", "2 3"),
    ("timestamp", "now.unix", ""),
    ("timestamp.iso", "now", ""),
    ("timestamp.unix", "now.unix", ""),
    ("timestamp.unix_ms", "now.unixMs", ""),
    ("toJson", "json", "$"),
    ("toLowerCase", "lower", "$.name"),
    ("toUpperCase", "upper", "$.name"),
    ("uppercase", "upper", "$.name"),
    ("uuid.short", "randString", "8"),
    ("uuidv4", "uuid", ""),
];

/// Another tool's prefix, and ours.
const PREFIXES: &[(&str, &str)] = &[
    ("body.", "$."),
    ("captures.", "capture."),
    ("data.", "$."),
    ("groups.", "capture."),
    ("headers.", "header."),
    ("message.body.", "$."),
    ("message.", "$."),
    ("params.", "path."),
    ("queryParam.", "query."),
    ("request.body.", "$."),
    ("request.header.", "header."),
    ("request.headers.", "header."),
    ("request.params.", "path."),
    ("request.path.", "path."),
    ("request.pathParams.", "path."),
    ("request.query.", "query."),
    ("request.ws.state.", "state."),
    ("urlParam.", "path."),
    ("variables.", "var."),
    ("vars.", "var."),
];

/// What an expression of another tool is here, with the arguments that were written.
pub(crate) fn rewrite(name: &str, args: &str) -> Option<String> {
    let same = |other: &str| other.eq_ignore_ascii_case(name);
    if let Some((_, ours, example)) = NAMES.iter().find(|(other, ..)| same(other)) {
        let args = if args.is_empty() || example.is_empty() { example } else { &args };
        return Some(format!("{ours} {args}").trim_end().to_string());
    }
    let found = PREFIXES.iter().find_map(|(other, ours)| Some((name.strip_prefix(other)?, ours)));
    found.filter(|(rest, _)| !rest.is_empty()).map(|(rest, ours)| format!("{ours}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_tools() {
        let check = |name: &str, args: &str, expect: Option<&str>| {
            assert_eq!(rewrite(name, args).as_deref(), expect, "{name} {args}");
        };
        check("request.path.id", "", Some("path.id"));
        check("request.body.user.name", "", Some("$.user.name"));
        check("request.body", "", Some("message"));
        check("rand.int", "1 2", Some("randInt 1 2"));
        check("rand.int", "", Some("randInt 1 100"));
        check("RandomInt", "5 6", Some("randInt 5 6"));
        check("timestamp.unix_ms", "", Some("now.unixMs"));
        check("message.", "", None);
        check("frobnicate", "", None);
    }
}
