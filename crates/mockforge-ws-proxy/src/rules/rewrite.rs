//! `replace`: the message that goes on in place of the one that came.

use mockforge_ws_core::{Cx, Fact, Inbound, Message};
use mockforge_ws_jsonpath::Path;
use mockforge_ws_template::{JsonTemplate, MessageTemplate, Scope, Substitution};
use serde_json::Value;

#[derive(Debug)]
pub(super) enum Rewrite {
    /// Another message altogether.
    Whole(MessageTemplate),
    /// What a regex matches in a text.
    Matches(Substitution),
    Json(Edits),
}

/// Changes to a message in JSON: what is removed, then what is set, then what is merged. All values are
/// rendered from the message as it came.
#[derive(Debug, Default)]
pub(super) struct Edits {
    pub(super) remove: Vec<Path>,
    pub(super) set: Vec<(Path, JsonTemplate)>,
    /// A JSON Merge Patch (RFC 7396).
    pub(super) merge: Option<JsonTemplate>,
}

/// Why a message goes on as it came.
pub(super) enum Unchanged {
    /// There is nothing to change in it.
    Same,
    /// It could not be changed, which is a fact.
    Fact(Fact),
    /// What it would become can't be sent.
    Unsendable(String),
}

impl Rewrite {
    pub(super) fn message(&self, scope: &Scope<'_>, cx: &mut Cx<'_>) -> Result<Message, Unchanged> {
        let Some(inbound) = scope.message else { return Err(Unchanged::Same) };
        match self {
            Self::Whole(payload) => payload.render(scope, cx).map_err(Unchanged::Unsendable),
            Self::Matches(substitution) => match inbound.text() {
                Some(text) => substitution.apply(text, scope, cx).map(Message::text).ok_or(Unchanged::Same),
                None => Err(Unchanged::Unsendable("a binary message has no text for a regex".into())),
            },
            Self::Json(edits) => edits.message(inbound, scope, cx),
        }
    }
}

impl Edits {
    fn message(&self, inbound: &Inbound, scope: &Scope<'_>, cx: &mut Cx<'_>) -> Result<Message, Unchanged> {
        let Some(before) = inbound.json() else {
            return Err(Unchanged::Fact(Fact::InvalidJson { reason: why_no_json(inbound) }));
        };
        let mut value = before.clone();
        for path in &self.remove {
            path.remove(&mut value);
        }
        let limit = cx.limits().max_message_size;
        for (path, template) in &self.set {
            let new = template.value(scope, cx);
            // Many copies of a long value are more than a message holds, and are not made.
            let copies = path.query(&value).len();
            if copies > 1 && copies.saturating_mul(new.to_string().len()) > limit {
                return Err(too_large(limit));
            }
            if path.set(&mut value, &new) == 0 && leads_to_one(path) {
                cx.note(Fact::MissingValue { expression: path.to_string() });
            }
        }
        if let Some(patch) = &self.merge {
            merge(&mut value, patch.value(scope, cx));
        }
        if value == *before {
            return Err(Unchanged::Same);
        }
        let text = value.to_string();
        if text.len() > limit { Err(too_large(limit)) } else { Ok(Message::text(text)) }
    }
}

fn too_large(limit: usize) -> Unchanged {
    Unchanged::Unsendable(format!("it would be larger than {limit} bytes"))
}

/// Whether a path names one place; one that searches may find nothing.
fn leads_to_one(path: &Path) -> bool {
    use mockforge_ws_jsonpath::Segment::Child;
    path.is_plain() && path.segments().iter().all(|segment| matches!(segment, Child(_)))
}

fn why_no_json(inbound: &Inbound) -> String {
    let Some(text) = inbound.text() else { return "a binary message".into() };
    let parsed = serde_json::from_str::<Value>(text);
    parsed.err().map_or_else(|| "it can't be read".into(), |error| error.to_string())
}

/// RFC 7396, section 2. It calls itself no deeper than the patch nests.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, change) in patch {
        if change.is_null() {
            // The members behind it stay in their order.
            members.shift_remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The table of RFC 7396, appendix A.
    #[test]
    fn merge_patches() {
        let check = |mut target: Value, patch: Value, expect: Value| {
            merge(&mut target, patch.clone());
            assert_eq!(target, expect, "{patch}");
        };
        check(json!({ "a": "b" }), json!({ "a": "c" }), json!({ "a": "c" }));
        check(json!({ "a": "b" }), json!({ "b": "c" }), json!({ "a": "b", "b": "c" }));
        check(json!({ "a": "b" }), json!({ "a": null }), json!({}));
        check(json!({ "a": "b", "b": "c" }), json!({ "a": null }), json!({ "b": "c" }));
        check(json!({ "a": ["b"] }), json!({ "a": "c" }), json!({ "a": "c" }));
        check(json!({ "a": "c" }), json!({ "a": ["b"] }), json!({ "a": ["b"] }));
        check(
            json!({ "a": { "b": "c" } }),
            json!({ "a": { "b": "d", "c": null } }),
            json!({ "a": { "b": "d" } }),
        );
        check(json!({ "a": [{ "b": "c" }] }), json!({ "a": [1] }), json!({ "a": [1] }));
        check(json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"]));
        check(json!({ "a": "b" }), json!(["c"]), json!(["c"]));
        check(json!({ "a": "foo" }), json!(null), json!(null));
        check(json!({ "a": "foo" }), json!("bar"), json!("bar"));
        check(json!({ "e": null }), json!({ "a": 1 }), json!({ "e": null, "a": 1 }));
        check(json!([1, 2]), json!({ "a": "b", "c": null }), json!({ "a": "b" }));
        check(json!({}), json!({ "a": { "bb": { "ccc": null } } }), json!({ "a": { "bb": {} } }));
    }
}
