//! From a `handshake:` section to what answers handshakes.

mod checks;
mod responses;

use mockforge_ws_diagnostic::{Problem, closest};
use serde_json::Value;

use super::{At, Compiler, Known};
use crate::Options;
use crate::handshake::{Compiled, Origin, Selection};

pub(crate) use checks::CHECK_KEYS;
pub(crate) use responses::{REFUSE_KEYS, RESPONSE_KEYS};

/// The keys of a `handshake:` section.
pub const HANDSHAKE_KEYS: &[&str] =
    &["delay", "headers", "subprotocol", "origins", "origin", "require", "refuse"];

/// The keys that have an effect where every handshake is refused.
const BESIDE_REFUSAL: &[&str] = &["delay", "refuse"];

pub(crate) fn handshake(
    section: &Value,
    subprotocols: &[String],
    options: &Options,
) -> Result<Compiled, Vec<Problem>> {
    // There are no variables, rooms or streams yet.
    let mut compiler = Compiler::new(Known::default(), options);
    let compiled = compiler.handshake(&At::root(section), subprotocols);
    match compiled {
        Some(compiled) if compiler.problems.is_empty() => Ok(compiled),
        _ => Err(compiler.problems),
    }
}

impl Compiler<'_> {
    fn handshake(&mut self, at: &At<'_>, subprotocols: &[String]) -> Option<Compiled> {
        let wanted = "an object with `headers`, `require`, `refuse` or other keys";
        let fields = self.object(at, HANDSHAKE_KEYS, wanted)?;
        if at.value.as_object().is_some_and(serde_json::Map::is_empty) {
            let problem = Problem::new("`handshake` says nothing, so it has no effect");
            self.problem(at, problem.hint("take it away, or give it `headers: {…}`, say"));
        }
        let mut compiled = Compiled::default();
        for (key, at) in &fields {
            match *key {
                "delay" => compiled.delay = self.delay(at),
                "headers" => compiled.headers = self.upgrade_headers(at),
                "subprotocol" => compiled.subprotocol = self.selection(at, subprotocols),
                "origins" => compiled.origins.allowed = self.origins(at),
                "origin" => compiled.origins.is_required = self.origin(at),
                "require" => compiled.checks = self.checks(at),
                _ => compiled.refuse = self.refuse(at),
            }
        }
        if at.get("refuse").is_some_and(|refuse| refuse.get("times").is_none()) {
            for (key, at) in fields.iter().filter(|(key, _)| !BESIDE_REFUSAL.contains(key)) {
                let problem = Problem::new(format!("`{key}` has no effect: every handshake is refused"));
                self.problem(at, problem.hint("give `refuse` a number of `times`"));
            }
        }
        Some(compiled)
    }

    fn delay(&mut self, at: &At<'_>) -> Option<std::time::Duration> {
        let delay = self.duration(at, "delay")?;
        if delay.is_zero() {
            self.problem(at, Problem::new("a `delay` of nothing has no effect").hint("take it away"));
        }
        Some(delay)
    }

    fn selection(&mut self, at: &At<'_>, subprotocols: &[String]) -> Option<Selection> {
        let name = self.text(at, "`subprotocol`")?;
        match name {
            "any" => return Some(Selection::Any),
            "required" if subprotocols.is_empty() => {
                let problem = Problem::new("`subprotocol: required` has no effect: the route speaks none");
                self.problem(at, problem.hint("give the route `subprotocols: [NAME]`"));
                return None;
            }
            "required" => return Some(Selection::Required(subprotocols.into())),
            _ => {}
        }
        if closest(name, ["required"]).is_some() {
            let problem =
                Problem::new(format!("`subprotocol` is `required`, `any` or a name, found `{name}`"));
            self.problem(at, problem.hint("did you mean `required`?"));
        } else if !is_token(name) {
            let problem =
                Problem::new(format!("`{}` can't be the name of a subprotocol", name.escape_debug()));
            self.problem(at, problem.hint("`subprotocol` is `required`, `any` or one name"));
        }
        Some(Selection::Forced(name.to_string()))
    }

    fn origins(&mut self, at: &At<'_>) -> Vec<Origin> {
        let elements = Self::list(at);
        if elements.is_empty() {
            let problem = Problem::new("an empty list of `origins` has no effect: all may connect");
            self.problem(at, problem.hint("`origins: [\"https://app.example.com\"]`"));
        }
        let mut origins = Vec::new();
        for at in &elements {
            let Some(text) = self.text(at, "an origin") else { continue };
            let parsed = Origin::parse(text).map_err(|problem| vec![problem]);
            origins.extend(self.take(parsed, at));
        }
        origins
    }

    fn origin(&mut self, at: &At<'_>) -> bool {
        let is_required = at.value.as_str() == Some("required");
        if !is_required {
            let problem = Problem::new("`origin` is `required`, or left away");
            self.problem(at, problem.hint("the origins that may connect are `origins: […]`"));
        }
        is_required
    }
}

/// Whether a text is a token (RFC 9110, section 5.6.2), which names of headers and subprotocols are.
fn is_token(text: &str) -> bool {
    http::HeaderName::from_bytes(text.as_bytes()).is_ok()
}
