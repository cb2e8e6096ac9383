//! What is not printed: values whose names look like those of secrets, and what clients show to be let in.

use serde_json::{Map, Value, json};

/// What stands for a secret.
const MASK: &str = "***";
/// The same as a regex.
const MASK_REGEX: &str = r"\*\*\*";
/// Parts of names whose values are secrets.
const SECRETS: [&str; 9] =
    ["password", "passwd", "secret", "token", "apikey", "credential", "authorization", "private", "cookie"];

/// The same with what looks like secrets hidden.
pub(super) fn masked(members: &Map<String, Value>) -> Value {
    let hide = |(name, value): (&String, &Value)| {
        let value = match value {
            _ if is_secret(name) => json!(MASK),
            Value::Object(members) => masked(members),
            Value::Array(elements) => elements.iter().map(masked_element).collect(),
            value => value.clone(),
        };
        (name.clone(), value)
    };
    Value::Object(members.iter().map(hide).collect())
}

fn masked_element(value: &Value) -> Value {
    value.as_object().map_or_else(|| value.clone(), masked)
}

fn is_secret(name: &str) -> bool {
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    SECRETS.iter().any(|part| plain.contains(part)) || plain.ends_with("key")
}

/// A URL without the password that may stand in it.
pub(super) fn url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_string() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://***{}", &rest[at..]),
        None => url.to_string(),
    }
}

/// A `handshake:` section. Names of cookies and places of tokens are no secrets, and what `equals` one is.
pub(super) fn handshake(section: &Value) -> Value {
    change(section, |key, value| match key {
        "headers" => value.as_object().map_or_else(|| value.clone(), masked),
        "require" => match value {
            Value::Array(checks) => checks.iter().map(check).collect(),
            one => check(one),
        },
        "refuse" => response(value),
        _ => value.clone(),
    })
}

/// A `proxy:` section, with the URL as it may be shown.
pub(super) fn proxy(section: &Value, shown: &str) -> Value {
    let Value::Object(_) = section else { return json!({ "upstream_url": shown }) };
    change(section, |key, value| match (key, value) {
        ("upstream_url", _) => json!(shown),
        ("headers", Value::Object(headers)) => masked(headers),
        _ => value.clone(),
    })
}

fn check(check: &Value) -> Value {
    let name = |key: &str| check.get(key).and_then(Value::as_str);
    let names_secret =
        name("cookie").is_some() || ["header", "query"].iter().filter_map(|key| name(key)).any(is_secret);
    // Beside a token `in` is where it is looked for.
    change(check, |key, value| match key {
        "token" => json!(MASK),
        "equals" | "in" if names_secret => json!(MASK),
        "matches" if names_secret => json!(MASK_REGEX),
        "otherwise" => response(value),
        _ => value.clone(),
    })
}

fn response(response: &Value) -> Value {
    change(response, |key, value| match (key, value) {
        ("headers", Value::Object(headers)) => masked(headers),
        _ => value.clone(),
    })
}

/// An object with other values; anything else as it is.
fn change(value: &Value, change: impl Fn(&str, &Value) -> Value) -> Value {
    let Value::Object(members) = value else { return value.clone() };
    members.iter().map(|(key, value)| (key.clone(), change(key, value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_clients_in_is_hidden() {
        let section = json!({
            "headers": { "set-cookie": "sid=1", "x-served": "mock" },
            "require": [
                { "header": "authorization", "matches": "^Bearer s3cret$", "otherwise": 401 },
                { "token": ["t1", "t2"], "in": ["cookie:sid"] },
                { "cookie": "sid", "in": ["a", "b"] },
                { "header": "x-api-key", "equals": "k" },
                { "query": "v", "equals": 2, "otherwise": { "status": 400, "headers": { "x-secret": "s" } } },
            ],
            "refuse": { "status": 503, "headers": { "x-token": "s" } },
        });
        let printed = json!({
            "headers": { "set-cookie": "***", "x-served": "mock" },
            "require": [
                { "header": "authorization", "matches": r"\*\*\*", "otherwise": 401 },
                { "token": "***", "in": ["cookie:sid"] },
                { "cookie": "sid", "in": "***" },
                { "header": "x-api-key", "equals": "***" },
                { "query": "v", "equals": 2, "otherwise": { "status": 400, "headers": { "x-secret": "***" } } },
            ],
            "refuse": { "status": 503, "headers": { "x-token": "***" } },
        });
        assert_eq!(handshake(&section), printed);
    }
}
