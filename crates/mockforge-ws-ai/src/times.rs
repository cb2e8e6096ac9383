//! Times as users write them, both ways.

use std::time::Duration;

use mockforge_ws_diagnostic::duration;
use serde::{Deserialize, Deserializer, Serializer};

/// A time with its unit, such that [`duration`] reads it back to the microsecond.
pub(crate) fn written(time: Duration) -> String {
    if time.subsec_nanos() == 0 {
        format!("{}s", time.as_secs())
    } else {
        format!("{}ms", time.as_micros() as f64 / 1000.0)
    }
}

pub(crate) fn serialize<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.serialize_some(&written(*time)),
        None => serializer.serialize_none(),
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let problem = || serde::de::Error::custom(format!("`{text}` is no time with its unit, such as `5m`"));
    duration(&text).map(Some).ok_or_else(problem)
}
