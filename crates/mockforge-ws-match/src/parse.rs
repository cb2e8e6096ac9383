//! From what users write to a compiled pattern, with all mistakes at once.

use mockforge_ws_diagnostic::{Key, Problem, did_you_mean};
use mockforge_ws_jsonpath::{Dialect, Path};
use serde_json::{Map, Value};

use crate::expression::Expression;
use crate::json::kind;
use crate::node::{Kind, Negated, Node};
use crate::octets::{Octets, Part};
use crate::schema::Schema;
use crate::selection::{Selection, Sign, Test, Wanted};
use crate::show;
use mockforge_ws_diagnostic::encoding;

/// The keys of which an object has one.
pub(crate) const FORMS: [&str; 12] = [
    "regex", "jsonpath", "exact", "contains", "prefix", "json", "schema", "binary", "type", "all", "any",
    "not",
];
/// The keys that stand beside `jsonpath`.
pub(crate) const TESTS: [&str; 8] = ["equals", "in", "matches", "gt", "gte", "lt", "lte", "exists"];
/// The keys of which `binary` has one.
const OCTETS: [&str; 4] = ["base64", "hex", "prefix", "contains"];
/// What other tools call things.
const SYNONYMS: [(&str, &str); 16] = [
    ("and", "all"),
    ("or", "any"),
    ("text", "exact"),
    ("is", "equals"),
    ("eq", "equals"),
    ("value", "equals"),
    ("min", "gte"),
    ("max", "lte"),
    ("ge", "gte"),
    ("le", "lte"),
    ("oneOf", "in"),
    ("path", "jsonpath"),
    ("pattern", "regex"),
    ("startsWith", "prefix"),
    ("subset", "json"),
    ("jsonSchema", "schema"),
];

/// How deep patterns may nest.
const MAX_NESTING: usize = 32;

/// Whether a text means a JSONPath rather than a regex.
pub(crate) fn is_jsonpath(text: &str) -> bool {
    text == "$" || text.starts_with("$.") || text.starts_with("$[")
}

pub(crate) fn parse(spec: &Value, dialect: Dialect) -> Result<Node, Vec<Problem>> {
    let mut parser = Parser { dialect, path: Vec::new(), nesting: 0, problems: Vec::new() };
    let node = parser.pattern(spec);
    match node {
        Some(node) if parser.problems.is_empty() => Ok(node),
        _ => Err(parser.problems),
    }
}

struct Parser {
    dialect: Dialect,
    path: Vec<Key>,
    nesting: usize,
    problems: Vec<Problem>,
}

impl Parser {
    /// Notes a mistake of the value that is being read.
    fn wrong<T>(&mut self, mut problem: Problem) -> Option<T> {
        let mut path = self.path.clone();
        path.append(&mut problem.path);
        self.problems.push(Problem { path, ..problem });
        None
    }

    fn wrong_all<T>(&mut self, problems: Vec<Problem>) -> Option<T> {
        problems.into_iter().for_each(|problem| {
            self.wrong::<()>(problem);
        });
        None
    }

    /// Reads what stands under `key`.
    fn under<T>(&mut self, key: impl Into<Key>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.into());
        let value = read(self);
        self.path.pop();
        value
    }

    fn pattern(&mut self, spec: &Value) -> Option<Node> {
        match spec {
            Value::String(text) => self.text(text),
            Value::Object(members) => {
                if self.nesting == MAX_NESTING {
                    return self.wrong(Problem::new(format!("patterns nest at most {MAX_NESTING} deep")));
                }
                self.nesting += 1;
                let node = self.object(members);
                self.nesting -= 1;
                node
            }
            Value::Array(_) => {
                let problem = Problem::new("a pattern is a text or an object, not a list");
                self.wrong(
                    problem
                        .hint("`any: […]` matches when one of several patterns does, `all: […]` when all do"),
                )
            }
            other => {
                let problem = Problem::new(format!("a pattern is a text or an object, not {}", kind(other)));
                self.wrong(problem.hint("put it in quotes for a regex, or write `{json: …}`"))
            }
        }
    }

    fn text(&mut self, text: &str) -> Option<Node> {
        if is_jsonpath(text) {
            let path = self.path_of(text)?;
            return Some(Node::Path(Selection { path, wanted: Wanted::Something }));
        }
        if text.starts_with('$') && text[1..].starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            let problem = Problem::new("`$` is the end of the text, so this regex never matches").at(0..1);
            return self.wrong(
                problem.hint(format!("a JSONPath begins with `$.`: `$.{}`", show::clipped(&text[1..]))),
            );
        }
        if text.starts_with("{\"") {
            let problem = Problem::new("this looks like JSON, but a text is a regex").at(0..1);
            return self.wrong(
                problem.hint("write `{json: {…}}` to compare JSON, `{exact: …}` to compare the text"),
            );
        }
        self.expression(text).map(Node::Regex)
    }

    fn expression(&mut self, text: &str) -> Option<Expression> {
        Expression::parse(text).map_or_else(|problems| self.wrong_all(problems), Some)
    }

    fn path_of(&mut self, text: &str) -> Option<Path> {
        Path::parse(text, self.dialect).map_or_else(
            |error| {
                let problem = Problem::new(format!("JSONPath: {}", error.message)).maybe_hint(error.hint);
                self.wrong(match error.offset {
                    Some(at) => problem.at(at..at + text[at..].chars().next().map_or(0, char::len_utf8)),
                    None => problem,
                })
            },
            Some,
        )
    }

    fn object(&mut self, members: &Map<String, Value>) -> Option<Node> {
        let before = self.problems.len();
        let forms: Vec<&str> = FORMS.into_iter().filter(|form| members.contains_key(*form)).collect();
        let tests: Vec<&str> = TESTS.into_iter().filter(|test| members.contains_key(*test)).collect();
        for key in
            members.keys().filter(|key| !FORMS.contains(&key.as_str()) && !TESTS.contains(&key.as_str()))
        {
            self.unknown(key, &FORMS.into_iter().chain(TESTS).collect::<Vec<_>>());
        }
        if !forms.contains(&"jsonpath") {
            for test in &tests {
                let problem =
                    Problem::new(format!("`{test}` stands beside `jsonpath`, which is missing here"));
                let hint = format!("{{jsonpath: $.name, {test}: …}}");
                self.under(*test, |this| this.wrong::<()>(problem.hint(hint)));
            }
        }
        match forms.as_slice() {
            [] if self.problems.len() == before => self.wrong(
                Problem::new("an empty pattern says nothing")
                    .hint(format!("a pattern has one of {}", FORMS.join(", "))),
            ),
            [] => None,
            ["jsonpath"] => self.selection(members, &tests),
            [form] => self.under(*form, |this| this.form(form, &members[*form])),
            [one, other, ..] => {
                let problem = Problem::new(format!("`{one}` and `{other}` can't stand in one pattern"));
                let problem = problem.hint(format!("write `all: [{{{one}: …}}, {{{other}: …}}]`"));
                self.under(*other, |this| this.wrong::<()>(problem));
                // What each of them says may be wrong as well.
                for form in forms.iter().filter(|form| **form != "jsonpath") {
                    self.under(*form, |this| this.form(form, &members[*form]));
                }
                None
            }
        }
    }

    fn unknown(&mut self, key: &str, known: &[&str]) {
        let synonym =
            SYNONYMS.iter().find(|(other, ours)| other.eq_ignore_ascii_case(key) && known.contains(ours));
        let hint = match synonym {
            Some((_, ours)) => format!("did you mean `{ours}`?"),
            None => did_you_mean(key, known.iter().copied())
                .unwrap_or_else(|| format!("known are {}", known.join(", "))),
        };
        let problem = Problem::new(format!("there is no `{}` in a pattern", show::clipped(key))).hint(hint);
        self.under(key, |this| this.wrong::<()>(problem));
    }

    fn form(&mut self, form: &str, value: &Value) -> Option<Node> {
        match form {
            "regex" => {
                let text = self.string(form, value)?;
                self.expression(text).map(Node::Regex)
            }
            "exact" => self.string(form, value).map(|text| Node::Exact(text.to_string())),
            "contains" | "prefix" => {
                let text = self.string(form, value)?;
                if text.is_empty() {
                    let problem = Problem::new(format!("an empty `{form}` fits every text"));
                    return self.wrong(problem.hint("`{type: text}` matches every text message"));
                }
                let text = text.to_string();
                Some(if form == "prefix" { Node::Prefix(text) } else { Node::Contains(text) })
            }
            "json" => Some(Node::Json(value.clone())),
            "schema" => {
                if !value.is_object() && !value.is_boolean() {
                    return self
                        .wrong(Problem::new(format!("a JSON Schema is an object, not {}", kind(value))));
                }
                Schema::parse(value)
                    .map_or_else(|problems| self.wrong_all(problems), |schema| Some(Node::Schema(schema)))
            }
            "binary" => self.binary(value),
            "type" => match self.string(form, value)? {
                "text" => Some(Node::Type(Kind::Text)),
                "binary" => Some(Node::Type(Kind::Binary)),
                other => {
                    let problem = Problem::new(format!(
                        "a message is `text` or `binary`, not `{}`",
                        show::clipped(other)
                    ));
                    self.wrong(problem.maybe_hint(did_you_mean(other, ["text", "binary"])))
                }
            },
            "not" => {
                let node = self.pattern(value)?;
                let spec = spec_text(value);
                Some(Node::Not(Box::new(Negated { node, spec })))
            }
            _ => {
                let Value::Array(specs) = value else {
                    return self.wrong(Problem::new(format!(
                        "`{form}` wants a list of patterns, not {}",
                        kind(value)
                    )));
                };
                if specs.is_empty() {
                    return self.wrong(Problem::new(format!("`{form}` wants at least one pattern")));
                }
                let nodes: Vec<_> = specs
                    .iter()
                    .enumerate()
                    .map(|(index, spec)| self.under(index, |this| this.pattern(spec)))
                    .collect();
                let nodes = nodes.into_iter().collect::<Option<Vec<_>>>()?;
                Some(if form == "all" { Node::All(nodes) } else { Node::Any(nodes) })
            }
        }
    }

    fn string<'v>(&mut self, key: &str, value: &'v Value) -> Option<&'v str> {
        match value {
            Value::String(text) => Some(text),
            other => {
                let problem = Problem::new(format!("`{key}` wants a text, not {}", kind(other)));
                let scalar = matches!(other, Value::Number(_) | Value::Bool(_));
                self.wrong(problem.maybe_hint(scalar.then(|| format!("write `\"{other}\"`"))))
            }
        }
    }

    fn selection(&mut self, members: &Map<String, Value>, keys: &[&str]) -> Option<Node> {
        let path = self.under("jsonpath", |this| {
            let text = this.string("jsonpath", &members["jsonpath"])?;
            this.path_of(text)
        });
        if let Some(exists) = members.get("exists") {
            let others: Vec<_> = keys.iter().filter(|key| **key != "exists").collect();
            for key in &others {
                let problem = Problem::new(format!("`{key}` and `exists` can't stand together"));
                let problem = problem.hint(format!("`{key}` already wants the value to exist"));
                self.under("exists", |this| this.wrong::<()>(problem));
            }
            let Value::Bool(exists) = exists else {
                let problem = Problem::new(format!("`exists` is true or false, not {}", kind(exists)));
                return self.under("exists", |this| this.wrong(problem));
            };
            let wanted = if *exists { Wanted::Something } else { Wanted::Nothing };
            return others.is_empty().then_some(Node::Path(Selection { path: path?, wanted }));
        }
        let tests: Vec<_> =
            keys.iter().map(|key| self.under(*key, |this| this.test(key, &members[*key]))).collect();
        let tests = tests.into_iter().collect::<Option<Vec<_>>>()?;
        let wanted = if tests.is_empty() { Wanted::Something } else { Wanted::Tests(tests) };
        Some(Node::Path(Selection { path: path?, wanted }))
    }

    fn test(&mut self, key: &str, value: &Value) -> Option<Test> {
        let sign = match key {
            "equals" => return Some(Test::Equals(value.clone())),
            "in" => {
                return match value {
                    Value::Array(values) if !values.is_empty() => Some(Test::In(values.clone())),
                    Value::Array(_) => self.wrong(Problem::new("`in` wants at least one value")),
                    other => {
                        self.wrong(Problem::new(format!("`in` wants a list of values, not {}", kind(other))))
                    }
                };
            }
            "matches" => {
                let text = self.string(key, value)?;
                return self.expression(text).map(Test::Matches);
            }
            "gt" => Sign::Greater,
            "gte" => Sign::GreaterOrEqual,
            "lt" => Sign::Less,
            _ => Sign::LessOrEqual,
        };
        match value {
            Value::Number(_) | Value::String(_) => Some(Test::Order(sign, value.clone())),
            other => {
                self.wrong(Problem::new(format!("`{key}` wants a number or a text, not {}", kind(other))))
            }
        }
    }

    fn binary(&mut self, value: &Value) -> Option<Node> {
        let Value::Object(members) = value else {
            let problem = Problem::new(format!("`binary` wants an object, not {}", kind(value)));
            return self
                .wrong(problem.hint("write `{hex: …}`, `{base64: …}`, `{prefix: …}` or `{contains: …}`"));
        };
        for key in members.keys().filter(|key| !OCTETS.contains(&key.as_str())) {
            self.unknown(key, &OCTETS);
        }
        let known: Vec<_> = OCTETS.into_iter().filter(|key| members.contains_key(*key)).collect();
        match known.as_slice() {
            [] if members.is_empty() => {
                let problem = Problem::new("an empty `binary` says nothing");
                self.wrong(problem.hint("`{type: binary}` matches every binary message"))
            }
            [] => None,
            [key] => {
                let part = match *key {
                    "prefix" => Part::Prefix,
                    "contains" => Part::Anywhere,
                    _ => Part::Whole,
                };
                let bytes = self.under(*key, |this| this.bytes(key, &members[*key], part))?;
                (members.len() == 1).then_some(Node::Binary(Octets { part, bytes }))
            }
            [one, other, ..] => {
                let problem = Problem::new(format!("`{one}` and `{other}` can't stand in one `binary`"));
                let problem = problem
                    .hint(format!("write `all: [{{binary: {{{one}: …}}}}, {{binary: {{{other}: …}}}}]`"));
                self.under(*other, |this| this.wrong(problem))
            }
        }
    }

    /// Bytes: in the encoding that the key names, for `prefix` and `contains` in hex or as `{base64: …}`.
    fn bytes(&mut self, key: &str, value: &Value, part: Part) -> Option<Vec<u8>> {
        let (encoding, text) = match (part, value) {
            (Part::Prefix | Part::Anywhere, Value::Object(members)) => {
                let (Some((encoding, value)), 1) = (members.iter().next(), members.len()) else {
                    return self.wrong(Problem::new(format!("`{key}` has one of `hex` and `base64`")));
                };
                if encoding != "hex" && encoding != "base64" {
                    self.unknown(encoding, &["hex", "base64"]);
                    return None;
                }
                (encoding.as_str(), value)
            }
            (Part::Whole, value) => (key, value),
            (_, value) => ("hex", value),
        };
        let text = self.string(key, text)?;
        let decoded = if encoding == "base64" { encoding::base64(text) } else { encoding::hex(text) };
        match decoded {
            Ok(bytes) if bytes.is_empty() && part != Part::Whole => {
                let problem = Problem::new(format!("an empty `{key}` fits all bytes"));
                self.wrong(problem.hint("`{type: binary}` matches every binary message"))
            }
            Ok(bytes) => Some(bytes),
            Err(problem) => self.wrong(problem),
        }
    }
}

/// A pattern as its author wrote it: a text bare, an object as JSON.
pub(crate) fn spec_text(spec: &Value) -> String {
    match spec {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
