//! What a config file says, whatever notation it is written in: one tree whose nodes know their places.
//!
//! The three readers below make it; everything above reads nothing else. It holds no more than JSON can say.

mod json;
mod raw;
mod toml;
mod yaml;

use std::ops::Range;
use std::path::Path;

use mockforge_ws_diagnostic::{Key, Problem};
use serde_json::{Map, Number, Value};

use crate::source::{Source, Span};

/// Deeper than this nothing is nested; so everything that walks a tree may recurse.
const DEEPEST: usize = 64;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) data: Data,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Node>),
    Mapping(Vec<Member>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

/// A notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    Yaml,
    Toml,
    Json,
}

impl Notation {
    /// The notation that a file's name tells.
    pub(crate) fn of(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Reads a text; the errors are those of the notation, and so usually one.
    pub(crate) fn read(self, source: &Source) -> Result<Node, Vec<(Span, Problem)>> {
        match self {
            Self::Yaml => yaml::read(&source.text).map_err(|error| vec![error]),
            Self::Toml => toml::read(&source.text),
            Self::Json => json::read(&source.text).map_err(|error| vec![error]),
        }
    }
}

impl Node {
    /// The same without places.
    pub(crate) fn to_value(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(truth) => Value::Bool(*truth),
            Data::Number(number) => Value::Number(number.clone()),
            Data::String(text) => Value::String(text.clone()),
            Data::List(elements) => elements.iter().map(Self::to_value).collect(),
            Data::Mapping(members) => Value::Object(to_object(members)),
        }
    }

    /// The value of a member, if it is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Data::Mapping(members) = &self.data else { return None };
        members.iter().find(|member| member.key == key).map(|member| &member.value)
    }

    /// What it is, for people.
    pub(crate) fn kind(&self) -> String {
        match &self.data {
            Data::Null => "nothing".into(),
            Data::Bool(truth) => format!("`{truth}`"),
            Data::Number(number) => format!("the number {number}"),
            Data::String(text) if text.chars().count() <= 40 && !text.contains('\n') => {
                format!("the text `{text}`")
            }
            Data::String(_) => "a text".into(),
            Data::List(_) => "a list".into(),
            Data::Mapping(_) => "a mapping".into(),
        }
    }

    /// Where a problem stands that was found in [`to_value`](Self::to_value)'s result.
    pub(crate) fn locate(&self, source: &Source, problem: &Problem) -> Span {
        // What compiled the value tells by its words whether it means the key or what stands there.
        let message = &problem.message;
        let about_key = problem.span.is_none()
            && (message.starts_with("unknown key")
                || message.starts_with("there is no `")
                || message.contains("is not there yet"));
        let mut node = self;
        for (step, key) in problem.path.iter().enumerate() {
            let next = match (key, &node.data) {
                (Key::Name(name), Data::Mapping(members)) => {
                    let member = members.iter().find(|member| member.key == *name);
                    if let Some(member) = member
                        && about_key
                        && step + 1 == problem.path.len()
                    {
                        return member.key_span;
                    }
                    member.map(|member| &member.value)
                }
                (Key::Index(index), Data::List(elements)) => elements.get(*index),
                _ => None,
            };
            // A way that leads further than the tree stops where the tree does.
            let Some(next) = next else { return node.span };
            node = next;
        }
        match &problem.span {
            Some(bytes) => node.part(source, bytes.clone()),
            None => node.span,
        }
    }

    /// Where these bytes of a string stand.
    pub(crate) fn part(&self, source: &Source, bytes: Range<usize>) -> Span {
        match (&self.data, source.text.get(self.span.range())) {
            (Data::String(text), Some(written)) => {
                let found = raw::find(written, text, &bytes);
                Span { start: self.span.start + found.start, end: self.span.start + found.end }
            }
            _ => self.span,
        }
    }
}

/// The members without their places.
pub(crate) fn to_object(members: &[Member]) -> Map<String, Value> {
    members.iter().map(|member| (member.key.clone(), member.value.to_value())).collect()
}

/// What is said about a key that stands twice.
fn repeated(key: &str, first_line: usize) -> Problem {
    Problem::new(format!("the key `{key}` stands here a second time"))
        .hint(format!("it stands in line {first_line} already; keep one of them"))
}

fn too_deep() -> Problem {
    Problem::new(format!("this is nested more than {DEEPEST} levels deep"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(notation: Notation, text: &str) -> (Source, Node) {
        let source = Source::new("f", text);
        let node = notation.read(&source).unwrap();
        (source, node)
    }

    /// The three notations say the same, and each part is found where it is written.
    #[test]
    fn three_notations_one_tree() {
        let wanted = json!({"a": {"b": [1, 2.5, "x\ty", true]}, "c": {"d": "e"}});
        let texts = [
            (Notation::Json, r#"{"a": {"b": [1, 2.5, "x\ty", true]}, "c": {"d": "e"}}"#),
            (Notation::Yaml, "a:\n  b:\n  - 1\n  - 2.5\n  - \"x\\ty\"\n  - true\nc: {d: e}\n"),
            (Notation::Toml, "[a]\nb = [1, 2.5, \"x\\ty\", true]\n[c]\nd = 'e'\n"),
        ];
        for (notation, text) in texts {
            let (source, node) = read(notation, text);
            assert_eq!(node.to_value(), wanted, "{notation:?}");
            let find = |problem: Problem| &source.text[node.locate(&source, &problem).range()];
            let at = |path: &[Key]| Problem { path: path.to_vec(), ..Problem::new("no") };
            assert_eq!(find(at(&["a".into(), "b".into(), 1.into()])), "2.5", "{notation:?}");
            let tab = at(&["a".into(), "b".into(), 2.into()]);
            assert_eq!(find(tab.clone().at(1..2)), "\\t", "{notation:?}");
            assert_eq!(find(tab.at(2..3)), "y", "{notation:?}");
            let key = Problem { message: "unknown key `d`".into(), ..at(&["c".into(), "d".into()]) };
            assert_eq!(find(key), "d", "{notation:?}");
            assert!(find(at(&["c".into(), "d".into()])).contains('e'), "{notation:?}");
        }
    }

    #[test]
    fn names_tell_notations() {
        let check = |name: &str, wanted| assert_eq!(Notation::of(Path::new(name)), wanted, "{name}");
        check("a.yaml", Some(Notation::Yaml));
        check("a.YML", Some(Notation::Yaml));
        check("a.b.toml", Some(Notation::Toml));
        check("a.json", Some(Notation::Json));
        check("a.jsonl", None);
        check("yaml", None);
    }
}
