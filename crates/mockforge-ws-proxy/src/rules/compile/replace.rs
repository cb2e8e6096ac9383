//! `replace:`: another message, edits of one in JSON, or a regex.

use mockforge_ws_diagnostic::{At, Problem};
use mockforge_ws_jsonpath::{Dialect, Path};
use mockforge_ws_template::{JsonTemplate, MessageTemplate, Substitution};
use serde_json::Value;

use super::super::rewrite::{Edits, Rewrite};
use super::{Compiler, list};

/// The keys of a `replace` that is an object.
pub(in crate::rules) const REPLACE_KEYS: &[&str] =
    &["text", "json", "base64", "hex", "set", "remove", "merge", "regex", "with"];

/// The three kinds, each with its keys.
const KINDS: [&[&str]; 3] = [MessageTemplate::MEMBERS, &["set", "remove", "merge"], &["regex", "with"]];

impl Compiler<'_> {
    pub(super) fn replacement(&mut self, at: &At<'_>) -> Option<Rewrite> {
        if at.value.is_string() {
            return self.text_payload(at).map(Rewrite::Whole);
        }
        let wanted = "a text, or an object with a message, `set`, `remove`, `merge` or `regex`";
        if !self.object(at, REPLACE_KEYS, wanted) {
            return None;
        }
        let given = |keys: &&&[&str]| keys.iter().any(|key| at.value.get(key).is_some());
        let given: Vec<_> = KINDS.iter().filter(given).collect();
        match given[..] {
            [keys] if keys.contains(&"text") => self.payload(at, "`replace`").map(Rewrite::Whole),
            [keys] if keys.contains(&"set") => self.edits(at).map(Rewrite::Json),
            [_] => self.substitution(at).map(Rewrite::Matches),
            [] => {
                let problem = Problem::new("`replace` has a message, `set`, `remove`, `merge` or `regex`");
                self.problem(at, problem);
                None
            }
            _ => {
                let what = "`replace` is another message (`text`, `json`, `base64`, `hex`), or edits of it \
                            (`set`, `remove`, `merge`), or a `regex` `with` a text";
                let problem = Problem::new(what);
                self.problem(at, problem.hint("make two rules of it, the first with `stop: false`"));
                None
            }
        }
    }

    fn edits(&mut self, at: &At<'_>) -> Option<Edits> {
        let before = self.problems.len();
        let mut edits = Edits::default();
        if let Some(at) = at.get("set") {
            match at.value {
                Value::Object(map) if !map.is_empty() => {
                    for (path, value) in map {
                        let at = at.under(path.as_str(), value);
                        let path = self.path(&at, path, true);
                        let template = JsonTemplate::parse(value, self.options);
                        let template = self.take(template, &at);
                        edits.set.extend(path.zip(template));
                    }
                }
                _ => {
                    let problem = Problem::new("`set` is a mapping of JSONPaths to values");
                    self.problem(&at, problem.hint("for example `set: { $.price: 100 }`"));
                }
            }
        }
        if let Some(at) = at.get("remove") {
            let paths = list(&at);
            if paths.is_empty() {
                self.problem(&at, Problem::new("`remove` is a JSONPath, or a list of some"));
            }
            for at in &paths {
                let text = self.text(at, "`remove`, a JSONPath,");
                let path = text.and_then(|text| self.path(at, text, false));
                if path.as_ref().is_some_and(|path| path.is_plain() && path.segments().is_empty()) {
                    let problem = Problem::new("`$` is the whole message");
                    self.problem(at, problem.hint("to pass nothing on, write `drop: true`"));
                }
                edits.remove.extend(path);
            }
        }
        if let Some(at) = at.get("merge") {
            let template = JsonTemplate::parse(at.value, self.options);
            edits.merge = self.take(template, &at);
        }
        (self.problems.len() == before).then_some(edits)
    }

    /// A path, which is one of RFC 9535 whatever the dialect of patterns: the other has no names for places.
    fn path(&mut self, at: &At<'_>, text: &str, is_key: bool) -> Option<Path> {
        let path = Path::parse(text, Dialect::Rfc9535).map_err(|error| {
            let problem = Problem::new(format!("no JSONPath: {}", error.message)).maybe_hint(error.hint);
            vec![match error.offset {
                Some(at) if at < text.len() && !is_key => {
                    let next = text[at..].chars().next().map_or(1, char::len_utf8);
                    problem.at(at..at + next)
                }
                _ => problem,
            }]
        });
        self.take(path, at)
    }

    fn substitution(&mut self, at: &At<'_>) -> Option<Substitution> {
        let (Some(regex), Some(with)) = (at.get("regex"), at.get("with")) else {
            let problem = Problem::new("`regex` says what is replaced, and `with` by what: one is missing");
            self.problem(at, problem);
            return None;
        };
        let (regex, with) = (self.text(&regex, "`regex`"), self.text(&with, "`with`"));
        let substitution = Substitution::parse(regex?, with?, self.options);
        self.take(substitution, at)
    }
}
