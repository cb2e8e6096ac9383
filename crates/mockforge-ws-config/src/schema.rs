//! JSON Schema of the config file, for editors.

use serde_json::{Value, json};

/// JSON Schema (draft 2020-12) of a config file: the section `websocket:`, other sections unconstrained.
///
/// ```
/// let schema = mockforge_ws_config::schema();
/// assert!(schema["properties"]["websocket"].is_object());
/// ```
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": { "websocket": { "type": "object" } }
    })
}
