//! One rule, and what does not fit together in it.

use std::time::Duration;

use mockforge_ws_diagnostic::{At, Problem};
use mockforge_ws_match::Pattern;

use super::super::{Fate, Rule};
use super::Compiler;
use super::values::SIDES;
use crate::Side;

/// The keys of a rule.
pub const RULE_KEYS: &[&str] = &[
    "from",
    "on",
    "answer",
    "drop",
    "replace",
    "delay",
    "inject",
    "close",
    "forward",
    "stop",
    "times",
    "probability",
    "name",
];

/// The keys that do something.
const ACTIONS: &[&str] = &["answer", "drop", "replace", "delay", "inject", "close", "forward"];

/// Actions that do not go together, with what is wrong and what to write instead.
const CONTRADICTIONS: &[(&str, &str, &str, &str)] = &[
    ("drop", "answer", "what is answered is not passed on either", "leave `drop` away"),
    ("drop", "replace", "a message that ends here is not replaced", "keep one of the two"),
    ("drop", "forward", "it can't be both", "keep one of the two"),
    ("drop", "delay", "nothing is left to wait", "leave `delay` away"),
    (
        "drop",
        "inject",
        "nothing is left for it to stand beside",
        "use `replace` for the same direction, `answer` for the other",
    ),
    ("drop", "close", "a message that closes the connection is not passed on", "leave `drop` away"),
    (
        "answer",
        "replace",
        "what is answered is not passed on",
        "to send something back beside it, use `inject`",
    ),
    (
        "answer",
        "forward",
        "what is answered is not passed on",
        "to send something back beside it, use `inject`",
    ),
    ("forward", "replace", "`forward` passes the message as it is", "leave `forward` away"),
];

/// A rule with what it is asked about.
pub(super) struct Draft {
    from: Option<Side>,
    pub(super) on: Option<Pattern>,
    pub(super) rule: Rule,
}

impl Draft {
    pub(super) fn is_asked(&self, side: Side) -> bool {
        self.from.is_none_or(|from| from == side)
    }

    /// Whether no message that matches it gets past it.
    pub(super) fn always_decides(&self) -> bool {
        self.rule.stops && self.rule.times.is_none() && self.rule.probability.is_none()
    }
}

impl Compiler<'_> {
    pub(super) fn rule(&mut self, at: &At<'_>) -> Option<Draft> {
        let before = self.problems.len();
        if !self.object(at, RULE_KEYS, "an object with `on` and an action such as `answer`") {
            return None;
        }
        let name = at.get("name").and_then(|at| self.text(&at, "`name`"));
        let from = at.get("from").and_then(|at| self.word(&at, "from", SIDES));
        let on = at.get("on").and_then(|at| {
            let pattern = Pattern::parse(at.value, self.options.dialect);
            self.take(pattern, &at)
        });
        let stops = at.get("stop").and_then(|at| self.boolean(&at, "stop")).unwrap_or(true);
        let times = at.get("times").and_then(|at| self.count(&at, "times"));
        let probability = at.get("probability").and_then(|at| self.probability(&at, "probability"));
        let delay = at.get("delay").and_then(|at| self.delay(&at));
        let inject = at.get("inject").and_then(|at| self.injections(&at)).unwrap_or_default();
        let close = at.get("close").and_then(|at| self.close(&at));
        let fate = self.fate(at);
        self.contradictions(at, stops, &fate);
        let rule = Rule {
            name: name.map_or_else(|| at.place().into(), Into::into),
            times,
            probability,
            stops,
            fate,
            delay,
            inject,
            close,
        };
        (self.problems.len() == before).then_some(Draft { from, on, rule })
    }

    /// What becomes of the message; where there are several only one is taken, and that is reported elsewhere.
    fn fate(&mut self, at: &At<'_>) -> Fate {
        let forward = at
            .get("forward")
            .is_some_and(|at| self.yes(&at, "forward", "to pass nothing on, write `drop: true`"));
        let drop = at.get("drop").is_some_and(|at| self.yes(&at, "drop", "otherwise leave it away"));
        let answer = at.get("answer").and_then(|at| self.answers(&at));
        let replace = at.get("replace").and_then(|at| self.replacement(&at));
        let closes = at.value.get("close").is_some();
        match (answer, replace) {
            (Some(answers), _) => Fate::Answer(answers),
            (None, Some(rewrite)) => Fate::Replace(rewrite),
            (None, None) if drop || (closes && !forward) => Fate::Drop,
            (None, None) => Fate::Forward,
        }
    }

    fn contradictions(&mut self, at: &At<'_>, stops: bool, fate: &Fate) {
        let has = |key: &str| at.value.get(key).is_some();
        if !ACTIONS.iter().any(|key| has(key)) {
            let actions: Vec<_> = ACTIONS.iter().map(|key| format!("`{key}`")).collect();
            let problem = Problem::new(format!("a rule does something: {}", actions.join(", ")));
            self.problem(at, problem.hint("to pass a message as it is, write `forward: true`"));
        }
        for (one, other, why, instead) in CONTRADICTIONS {
            if has(one) && has(other) {
                let problem = Problem::new(format!("there is both `{one}` and `{other}`, and {why}"));
                self.problem(at, problem.hint(*instead));
            }
        }
        let ends = ["drop", "answer"].into_iter().find(|key| has(key));
        let ends = ends.or_else(|| (has("close") && matches!(fate, Fate::Drop)).then_some("close"));
        if let (false, Some(key)) = (stops, ends) {
            let problem = Problem::new(format!("`stop: false` has no effect beside `{key}`"));
            self.problem(at, problem.hint("the message ends here, so nothing is left for the rules behind"));
        }
        if !stops && has("forward") {
            let problem = Problem::new("there is both `forward` and `stop: false`, and `forward` decides");
            self.problem(at, problem.hint("leave one of them away"));
        }
        let is_late =
            |answers: &Vec<super::super::Answer>| answers.iter().any(|answer| answer.after > Duration::ZERO);
        if has("close") && matches!(fate, Fate::Answer(answers) if is_late(answers)) {
            let problem = Problem::new("the connection is closed before an answer with `after` is sent");
            self.problem(at, problem.hint("`delay` holds up the answers and the close together"));
        }
    }
}
