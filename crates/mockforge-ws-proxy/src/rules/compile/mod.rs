//! From `rules:` and `otherwise:` to rules, with all mistakes at once.

mod messages;
mod replace;
mod rule;
mod values;

use mockforge_ws_diagnostic::{At, Problem, meant_key};
use mockforge_ws_match::{Pattern, PatternSet};
use mockforge_ws_template::Options;
use serde_json::Value;

use super::{Asked, Compiled};
use crate::Side;

pub(super) use messages::{ANSWER_KEYS, INJECT_KEYS};
pub(super) use replace::REPLACE_KEYS;
use rule::Draft;
pub use rule::RULE_KEYS;

pub(super) fn compile(section: &Value, options: &Options) -> Result<Compiled, Vec<Problem>> {
    let mut compiler = Compiler { options, problems: Vec::new() };
    let compiled = compiler.section(&At::root(section));
    match compiled {
        Some(compiled) if compiler.problems.is_empty() => Ok(compiled),
        _ => Err(compiler.problems),
    }
}

struct Compiler<'o> {
    options: &'o Options,
    problems: Vec<Problem>,
}

impl Compiler<'_> {
    fn section(&mut self, at: &At<'_>) -> Option<Compiled> {
        let drops_others = at.get("otherwise").is_some_and(|otherwise| self.otherwise(&otherwise));
        let Some(rules) = at.get("rules") else {
            let problem = Problem::new(
                "`otherwise` says what becomes of messages that no rule takes: `rules` is missing",
            );
            self.problem(at, problem);
            return None;
        };
        if !rules.value.is_array() {
            let problem = Problem::new(format!("`rules` is a list of rules, found {}", rules.kind()));
            self.problem(&rules, problem);
            return None;
        }
        // All are compiled before the first that failed ends it.
        let drafts: Vec<_> = rules.elements().iter().map(|rule| self.rule(rule)).collect();
        let drafts: Vec<Draft> = drafts.into_iter().collect::<Option<_>>()?;
        let everything = Pattern::parse(
            &serde_json::json!({ "any": [{ "type": "text" }, { "type": "binary" }] }),
            self.options.dialect,
        );
        let everything = self.take(everything, at)?;
        self.shadows(&rules, &drafts);
        let asked = [Side::Client, Side::Upstream].map(|side| {
            let drafts = drafts.iter().enumerate().filter(|(_, draft)| draft.is_asked(side));
            let (ids, patterns): (Vec<usize>, Vec<Pattern>) = drafts
                .map(|(id, draft)| (id, draft.on.clone().unwrap_or_else(|| everything.clone())))
                .unzip();
            Asked { patterns: PatternSet::new(patterns), rules: ids }
        });
        let rules = drafts.into_iter().map(|draft| draft.rule).collect();
        Some(Compiled { rules, asked, drops_others })
    }

    /// Whether messages that no rule takes are dropped.
    fn otherwise(&mut self, at: &At<'_>) -> bool {
        self.word(at, "otherwise", &[("forward", false), ("drop", true)]).unwrap_or_default()
    }

    /// Rules behind those that take every message that they would take.
    fn shadows(&mut self, at: &At<'_>, drafts: &[Draft]) {
        for (index, (later, at)) in drafts.iter().zip(at.elements()).enumerate() {
            let by = |side: Side| {
                let shadows = |earlier: &&Draft| {
                    let covers = match (&earlier.on, &later.on) {
                        (None, _) => true,
                        (Some(_), None) => false,
                        (Some(earlier), Some(later)) => earlier.shadows(later),
                    };
                    earlier.is_asked(side) && earlier.always_decides() && covers
                };
                drafts[..index].iter().find(shadows)
            };
            let sides = [Side::Client, Side::Upstream].into_iter().filter(|side| later.is_asked(*side));
            let shadows: Option<Vec<&Draft>> = sides.map(by).collect();
            if let Some(earlier) = shadows.and_then(|shadows| shadows.last().copied()) {
                let by = &earlier.rule.name;
                let problem =
                    Problem::new(format!("this rule can never fire: `{by}` takes all that it would take"));
                let hint =
                    "put the narrower one first, or give the other `stop: false`, `times` or `probability`";
                self.problem(&at, problem.hint(hint));
            }
        }
    }

    fn problem(&mut self, at: &At<'_>, problem: Problem) {
        self.problems.push(at.placed(problem));
    }

    /// What compiled, or nothing and its problems reported.
    fn take<T>(&mut self, compiled: Result<T, Vec<Problem>>, at: &At<'_>) -> Option<T> {
        compiled.map_err(|problems| problems.into_iter().for_each(|problem| self.problem(at, problem))).ok()
    }

    /// Whether it is an object; each key that is none of these is reported. `wanted` says what it is.
    fn object(&mut self, at: &At<'_>, keys: &[&str], wanted: &str) -> bool {
        let Value::Object(map) = at.value else {
            self.problem(at, Problem::new(format!("this is {wanted}, found {}", at.kind())));
            return false;
        };
        for key in map.keys().filter(|key| !keys.contains(&key.as_str())) {
            let problem = Problem::new(format!("unknown key `{key}`")).hint(meant(key, keys));
            self.problem(&at.under(key.as_str(), at.value), problem);
        }
        true
    }

    fn text<'v>(&mut self, at: &At<'v>, what: &str) -> Option<&'v str> {
        let text = at.value.as_str();
        if text.is_none() {
            self.problem(at, Problem::new(format!("{what} is a text, found {}", at.kind())));
        }
        text
    }
}

/// The elements of a list; anything else is a list of itself.
fn list<'v>(at: &At<'v>) -> Vec<At<'v>> {
    match at.value {
        Value::Array(_) => at.elements(),
        _ => vec![at.clone()],
    }
}

/// What a key that is unknown here was probably meant to be.
fn meant(key: &str, keys: &[&str]) -> String {
    /// Words that other tools, or a guess, use for a key of ours.
    const ALIASES: &[(&str, &str)] = &[
        ("reply", "answer"),
        ("respond", "answer"),
        ("mock", "answer"),
        ("block", "drop"),
        ("discard", "drop"),
        ("rewrite", "replace"),
        ("transform", "replace"),
        ("modify", "replace"),
        ("latency", "delay"),
        ("wait", "delay"),
        ("send", "inject"),
        ("pass", "forward"),
        ("match", "on"),
        ("pattern", "on"),
        ("when", "on"),
        ("direction", "from"),
        ("side", "from"),
        ("limit", "times"),
        ("chance", "probability"),
        ("delete", "remove"),
        ("unset", "remove"),
        ("patch", "merge"),
        ("replacement", "with"),
        ("delay", "after"),
        ("body", "text"),
        ("binary", "base64"),
        ("data", "json"),
    ];
    meant_key(key, keys, ALIASES)
}
