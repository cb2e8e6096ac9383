//! The schema for editors agrees with the compiler.

use mockforge_ws_proxy::{RULE_KEYS, schema};
use serde_json::Value;

/// Every `#/$defs/NAME` in it.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| match value.as_str() {
            Some(reference) if key == "$ref" => found.push(reference.replace("#/$defs/", "")),
            _ => references(value, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn definitions_are_whole() {
    let definitions = schema();
    let mut found = Vec::new();
    references(&Value::Object(definitions.clone()), &mut found);
    assert!(found.iter().any(|name| name == "Pattern"));
    for name in found {
        assert!(name == "Pattern" || definitions.contains_key(&name), "{name}");
    }
    let rule = definitions["ProxyRule"]["properties"].as_object().unwrap();
    assert_eq!(rule.keys().map(String::as_str).collect::<Vec<_>>(), RULE_KEYS);
    assert!(rule.values().all(|key| key.get("description").is_some()));
}
