//! From the `interactive:` section to rules, with all mistakes at once.

mod actions;
mod analyse;
mod handshake;
mod known;
mod replies;
mod rule;
mod section;
mod states;
mod streams;
mod trigger;
mod values;

use mockforge_ws_diagnostic::{At, Problem, meant_key};
use mockforge_ws_match::Pattern;
use mockforge_ws_template as template;
use mockforge_ws_template::Template;
use serde_json::Value;

use crate::Options;
use crate::guard::{Expression, Guard, Vocabulary};
use crate::rules::Compiled;

use known::Known;

pub use actions::ACTION_KEYS;
pub use handshake::HANDSHAKE_KEYS;
pub(crate) use handshake::{CHECK_KEYS, REFUSE_KEYS, RESPONSE_KEYS, handshake};
#[cfg(test)]
pub(crate) use replies::PART_KEYS;
pub use rule::RULE_KEYS;
pub use section::KEYS;
pub(crate) use states::STATE_KEYS;
pub(crate) use streams::STREAM_KEYS;

pub(crate) fn compile(section: &Value, options: &Options) -> Result<Compiled, Vec<Problem>> {
    let mut compiler = Compiler::new(Known::of(section), options);
    let compiled = compiler.section(&At::root(section));
    match compiled {
        Some(compiled) if compiler.problems.is_empty() => Ok(compiled),
        _ => Err(compiler.problems),
    }
}

/// What the parts of a section are compiled with.
struct Compiler<'o> {
    options: &'o Options,
    /// The options of the templates, which know the variables.
    template: template::Options,
    known: Known,
    /// The counters that were given out.
    counters: usize,
    problems: Vec<Problem>,
}

impl<'o> Compiler<'o> {
    fn new(known: Known, options: &'o Options) -> Self {
        let template = known.template_options(&options.template);
        Self { options, template, known, counters: 0, problems: Vec::new() }
    }
}

impl Compiler<'_> {
    fn problem(&mut self, at: &At<'_>, problem: Problem) {
        self.problems.push(at.placed(problem));
    }

    fn counter(&mut self) -> usize {
        self.counters += 1;
        self.counters - 1
    }

    /// What compiled, or nothing and its problems reported.
    fn take<T>(&mut self, compiled: Result<T, Vec<Problem>>, at: &At<'_>) -> Option<T> {
        compiled.map_err(|problems| problems.into_iter().for_each(|problem| self.problem(at, problem))).ok()
    }

    /// An object with these keys and no others; `wanted` says what it is.
    fn object<'v>(&mut self, at: &At<'v>, keys: &[&str], wanted: &str) -> Option<Vec<(&'v str, At<'v>)>> {
        let Value::Object(map) = at.value else {
            self.problem(at, Problem::new(format!("this is {wanted}")));
            return None;
        };
        for key in map.keys().filter(|key| !keys.contains(&key.as_str())) {
            let problem = Problem::new(format!("unknown key `{key}`")).hint(meant(key, keys));
            self.problem(&at.under(key.as_str(), at.value), problem);
        }
        let members = map.iter().filter(|(key, _)| keys.contains(&key.as_str()));
        Some(members.map(|(key, value)| (key.as_str(), at.under(key.as_str(), value))).collect())
    }

    /// The elements of a list; anything else is a list of itself.
    fn list<'v>(at: &At<'v>) -> Vec<At<'v>> {
        match at.value {
            Value::Array(_) => at.elements(),
            _ => vec![at.clone()],
        }
    }

    fn text<'v>(&mut self, at: &At<'v>, what: &str) -> Option<&'v str> {
        let text = at.value.as_str();
        if text.is_none() {
            self.problem(at, Problem::new(format!("{what} is a text, found {}", at.kind())));
        }
        text
    }

    fn template(&mut self, at: &At<'_>, what: &str) -> Option<Template> {
        // A number is as good as its text: keys and names often are numbers.
        let text = match at.value {
            Value::Number(number) => number.to_string(),
            _ => self.text(at, what)?.to_string(),
        };
        let template = Template::parse(&text, &self.template);
        self.take(template, at)
    }

    fn pattern(&mut self, at: &At<'_>) -> Option<Pattern> {
        let pattern = Pattern::parse(at.value, self.template.dialect);
        self.take(pattern, at)
    }

    fn guard(&mut self, at: &At<'_>) -> Option<Guard> {
        let text = match at.value {
            Value::Bool(value) => {
                if *value {
                    "true"
                } else {
                    "false"
                }
            }
            _ => self.text(at, "a guard")?,
        };
        let guard = self.known.with_vocabulary(&self.template, |vocabulary| Guard::parse(text, vocabulary));
        self.take(guard, at)
    }

    fn expression(&mut self, at: &At<'_>) -> Option<Expression> {
        let text = match at.value {
            Value::Number(number) => number.to_string(),
            _ => self.text(at, "an expression")?.to_string(),
        };
        let parse = |vocabulary: &Vocabulary<'_>| Expression::parse(&text, vocabulary);
        let expression = self.known.with_vocabulary(&self.template, parse);
        self.take(expression, at)
    }
}

/// What a key that is unknown here was probably meant to be.
fn meant(key: &str, keys: &[&str]) -> String {
    /// Words that other tools, or a guess, use for a key of ours.
    const ALIASES: &[(&str, &str)] = &[
        ("send", "reply"),
        ("respond", "reply"),
        ("response", "reply"),
        ("answer", "reply"),
        ("goto", "to"),
        ("next", "to"),
        ("transition", "to"),
        ("target", "to"),
        ("if", "when"),
        ("guard", "when"),
        ("cond", "when"),
        ("state", "in"),
        ("from", "in"),
        ("emit", "broadcast"),
        ("publish", "broadcast"),
        ("match", "on"),
        ("pattern", "on"),
        ("event", "on"),
        ("limit", "times"),
        ("delay", "after"),
        ("interval", "every"),
        ("entry", "enter"),
        ("on_enter", "enter"),
        ("on_exit", "exit"),
        ("variables", "vars"),
        ("initial", "state"),
        ("body", "text"),
        ("binary", "base64"),
        ("data", "json"),
        ("regex", "matches"),
        ("pattern", "matches"),
        ("exists", "present"),
        ("else", "otherwise"),
        ("param", "query"),
        ("cors", "origins"),
        ("auth", "require"),
        ("reject", "refuse"),
        ("code", "status"),
    ];
    meant_key(key, keys, ALIASES)
}
