//! `require:`

use http::HeaderName;
use mockforge_ws_diagnostic::{Problem, did_you_mean};
use mockforge_ws_match::Pattern;
use mockforge_ws_template::Template;
use serde_json::{Value, json};

use super::is_token;
use crate::compile::{At, Compiler};
use crate::handshake::{Check, Credential, Place, Response, Wanted};

/// The keys of an element of `require:`.
pub(crate) const CHECK_KEYS: &[&str] =
    &["header", "query", "cookie", "token", "equals", "matches", "in", "present", "otherwise"];

const PLACES: &[&str] = &["header", "query", "cookie"];
const OPERATORS: &[&str] = &["equals", "matches", "in", "present"];

impl Compiler<'_> {
    pub(super) fn checks(&mut self, at: &At<'_>) -> Vec<Check> {
        let elements = Self::list(at);
        if elements.is_empty() {
            let problem = Problem::new("an empty list has no effect");
            self.problem(at, problem.hint("`require: [{ token: t1 }]`"));
        }
        elements.iter().filter_map(|at| self.check(at)).collect()
    }

    fn check(&mut self, at: &At<'_>) -> Option<Check> {
        let wanted = "an object with `header`, `query`, `cookie` or `token`";
        let before = self.problems.len();
        let fields = self.object(at, CHECK_KEYS, wanted)?;
        let is_subject = |key: &str| PLACES.contains(&key) || key == "token";
        let subjects: Vec<_> = fields.iter().filter(|(key, _)| is_subject(key)).collect();
        let (subject, subject_at) = match &subjects[..] {
            [(subject, at)] => (*subject, at),
            // An unknown key may be the subject; that has been said.
            [] if self.problems.len() > before => return None,
            _ => {
                let problem =
                    Problem::new("an element of `require` has one of `header`, `query`, `cookie`, `token`");
                self.problem(at, problem.hint("`{ header: x-api-key, equals: secret }`"));
                return None;
            }
        };
        let otherwise = match at.get("otherwise") {
            Some(otherwise) => self.response(&otherwise),
            None => Some(Response::default()),
        };
        let (wanted, places) = if subject == "token" {
            for key in OPERATORS.iter().filter(|key| **key != "in") {
                if let Some(at) = at.get(key) {
                    let problem = Problem::new(format!("`{key}` has no effect beside `token`"));
                    self.problem(&at, problem.hint("the tokens are `token: [t1, t2]`"));
                }
            }
            let places = match at.get("in") {
                Some(at) => self.credentials(&at),
                None => vec![Credential::Bearer],
            };
            (self.texts(subject_at, "token").map(Wanted::Token), places)
        } else {
            let place = self.place(subject, subject_at);
            (self.operator(at), place.map(Credential::At).into_iter().collect())
        };
        Some(Check { wanted: wanted?, places, otherwise: otherwise? })
    }

    fn place(&mut self, kind: &str, at: &At<'_>) -> Option<Place> {
        let name = self.text(at, &format!("`{kind}`, a name,"))?;
        self.named(kind, name, at)
    }

    fn named(&mut self, kind: &str, name: &str, at: &At<'_>) -> Option<Place> {
        match kind {
            "query" if !name.is_empty() => Some(Place::Query(name.to_string())),
            "cookie" if is_token(name) => Some(Place::Cookie(name.to_string())),
            "header" => self.header_name(at, name).map(Place::Header),
            _ => {
                let kind = if kind == "query" { "query parameter" } else { kind };
                let problem = Problem::new(format!("`{}` is no name of a {kind}", name.escape_debug()));
                self.problem(at, problem);
                None
            }
        }
    }

    pub(super) fn header_name(&mut self, at: &At<'_>, name: &str) -> Option<HeaderName> {
        let parsed = HeaderName::from_bytes(name.as_bytes()).ok();
        if parsed.is_none() {
            let problem = Problem::new(format!("`{}` is no name of a header", name.escape_debug()));
            self.problem(at, problem.hint("letters, digits and `-`, as in `x-request-id`"));
        }
        parsed
    }

    /// Where a token is looked for.
    fn credentials(&mut self, at: &At<'_>) -> Vec<Credential> {
        let elements = Self::list(at);
        if elements.is_empty() {
            self.problem(
                at,
                Problem::new("a token is looked for nowhere").hint("`in: [bearer]` is the usual"),
            );
        }
        elements.iter().filter_map(|at| self.credential(at)).collect()
    }

    fn credential(&mut self, at: &At<'_>) -> Option<Credential> {
        let text = self.text(at, "a place of tokens")?;
        if text == "bearer" {
            return Some(Credential::Bearer);
        }
        if let Some((kind, name)) = text.split_once(':')
            && PLACES.contains(&kind)
        {
            return self.named(kind, name, at).map(Credential::At);
        }
        let kind = text.split(':').next().unwrap_or_default();
        let hint = did_you_mean(kind, ["bearer", "query", "cookie", "header"]);
        let known = "known are `bearer`, `query:NAME`, `cookie:NAME`, `header:NAME`";
        let problem = Problem::new(format!("`{}` is no place of tokens", text.escape_debug()));
        self.problem(at, problem.hint(hint.unwrap_or_else(|| known.into())));
        None
    }

    /// What a value has to be.
    fn operator(&mut self, at: &At<'_>) -> Option<Wanted> {
        let given: Vec<_> = OPERATORS.iter().filter_map(|key| Some((*key, at.get(key)?))).collect();
        let (operator, at) = match &given[..] {
            [] => return Some(Wanted::Present),
            [(operator, at)] => (*operator, at),
            [_, (second, at), ..] => {
                let problem = Problem::new(format!("`{second}` stands beside `{}`", given[0].0));
                self.problem(at, problem.hint("write an element of `require` for each of them"));
                return None;
            }
        };
        match operator {
            "equals" => Some(Wanted::Equals(vec![self.value(at, operator)?])),
            "in" => self.texts(at, operator).map(Wanted::Equals),
            "matches" => {
                let regex = self.text(at, "`matches`, a regex,")?;
                let pattern = Pattern::parse(&json!({ "regex": regex }), self.template.dialect);
                // The way leads to the regex, which stands here by itself.
                let bare = |problem| Problem { path: Vec::new(), ..problem };
                let pattern = pattern.map_err(|problems| problems.into_iter().map(bare).collect());
                self.take(pattern, at).map(|pattern| Wanted::Matches(Box::new(pattern)))
            }
            _ => match self.boolean(at, "present")? {
                true => Some(Wanted::Present),
                false => Some(Wanted::Absent),
            },
        }
    }

    /// Texts of which one has to be there.
    fn texts(&mut self, at: &At<'_>, key: &str) -> Option<Vec<Template>> {
        let elements = Self::list(at);
        if elements.is_empty() {
            let problem = Problem::new(format!("`{key}` is an empty list, so nobody passes"));
            self.problem(at, problem.hint("`refuse` refuses everybody"));
        }
        let texts: Vec<_> = elements.iter().map(|at| self.value(at, key)).collect();
        texts.into_iter().collect()
    }

    fn value(&mut self, at: &At<'_>, key: &str) -> Option<Template> {
        let template = match at.value {
            Value::Bool(value) => Template::parse(&value.to_string(), &self.template).ok(),
            _ => self.template(at, &format!("`{key}`")),
        }?;
        if key == "token" && template.literal().is_some_and(|token| token.trim().is_empty()) {
            self.problem(at, Problem::new("the token is empty, which lets nobody in"));
        }
        Some(template)
    }
}
