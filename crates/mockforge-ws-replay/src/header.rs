//! The optional first line of a script.

use std::fmt;

use mockforge_ws_jsonpath::Dialect;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::words::{Early, OnEnd, SyncLevel};

/// What a script says of itself in its first line.
///
/// It displays, and serializes, as that line.
///
/// ```
/// use mockforge_ws_replay::Header;
///
/// let header = Header { name: Some("login".into()), seed: Some(7), ..Header::default() };
/// assert_eq!(header.to_string(), r#"{"mockforge":1,"name":"login","seed":7}"#);
/// assert_eq!(serde_json::from_str::<Header>(&header.to_string()).unwrap(), header);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// The version of the format.
    #[serde(rename = "mockforge")]
    pub version: u64,
    /// What the script is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The subprotocols of the server. The first that the client offers is selected; where it offers none
    /// of them the connection is accepted without one (RFC 6455, section 4.2.2), and the client decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub subprotocol: Vec<String>,
    /// The seed of the runs, where nothing else says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The constants of `{{var.x}}`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub variables: Map<String, Value>,
    /// How `in` lines are taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sync: SyncLevel,
    /// What becomes of messages that no wait has taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub early: Early,
    /// What follows the last line, where that does not say itself.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_end: OnEnd,
    /// The dialect of JSONPaths in the script, where it is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "dialect")]
    pub jsonpath_dialect: Option<Dialect>,
    /// Where a recording comes from: for people, and passed through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Value>,
}

impl Header {
    /// The version of the format that this release reads and writes.
    pub const VERSION: u64 = 1;
}

impl Default for Header {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            name: None,
            subprotocol: Vec::new(),
            seed: None,
            variables: Map::new(),
            sync: SyncLevel::default(),
            early: Early::default(),
            on_end: OnEnd::default(),
            jsonpath_dialect: None,
            recorded: None,
        }
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

mod one_or_many {
    use super::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }

    pub(super) fn serialize<S: Serializer>(names: &[String], serializer: S) -> Result<S::Ok, S::Error> {
        match names {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        Ok(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        })
    }
}

mod dialect {
    use super::{Deserialize, Deserializer, Dialect, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands the field over like this")]
    pub(super) fn serialize<S: Serializer>(
        dialect: &Option<Dialect>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match dialect {
            Some(dialect) => serializer.collect_str(dialect),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Dialect>, D::Error> {
        let text = Option::<String>::deserialize(json)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::HeaderKey;
    use serde_json::json;

    /// The fields and the compiler's keys are one list.
    #[test]
    fn every_key_has_a_field_and_is_written_in_order() {
        let full = json!({
            "mockforge": 1, "name": "n", "subprotocol": ["a", "b"], "seed": 3, "variables": {"x": 1},
            "sync": "off", "early": "drop", "onEnd": "loop", "jsonpathDialect": "goessner", "recorded": "today"
        });
        let header: Header = serde_json::from_value(full.clone()).unwrap();
        let written = serde_json::to_value(&header).unwrap();
        assert_eq!(written, full);
        let keys: Vec<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, HeaderKey::ALL);
    }

    #[test]
    fn the_default_is_short() {
        assert_eq!(Header::default().to_string(), r#"{"mockforge":1}"#);
        let one: Header = serde_json::from_str(r#"{"mockforge":1,"subprotocol":"v1"}"#).unwrap();
        assert_eq!(one.subprotocol, ["v1"]);
        assert!(serde_json::from_str::<Header>("{}").is_err());
        assert!(serde_json::from_str::<Header>(r#"{"mockforge":1,"jsonpathDialect":"xpath"}"#).is_err());
    }
}
