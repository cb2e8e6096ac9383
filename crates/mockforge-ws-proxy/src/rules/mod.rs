//! Rules of a config file: what becomes of which message between client and server.

mod compile;
mod judge;
mod kept;
mod rewrite;
mod schema;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::PatternSet;
use mockforge_ws_template::{MessageTemplate, Options, Template};
use serde_json::Value;

use crate::Side;

pub use compile::RULE_KEYS;
pub(crate) use judge::{Ruled, Ruling};
pub(crate) use kept::Kept;
use rewrite::Rewrite;
pub use schema::schema;

/// Rules for what goes by, compiled once; clones share them.
///
/// The first rule that takes a message decides; one with `stop: false` hands it, as it has made it, to those
/// behind. What no rule takes goes on, or with `otherwise: drop` does not.
///
/// ```
/// use mockforge_ws_proxy::{Proxy, Rules, Target};
/// use mockforge_ws_testkit::{Setup, Sim};
/// use serde_json::json;
///
/// let section = json!({ "rules": [
///     { "from": "client", "on": "^ping$", "answer": "pong" },
///     { "from": "upstream", "on": "$.price", "replace": { "set": { "$.price": "{{mul $.price 2}}" } } },
/// ]});
/// let rules = Rules::compile(&section, &Default::default()).unwrap();
/// let proxy = Proxy::new(Target::new("ws://localhost:9000").unwrap()).rules(rules);
/// let mut sim = Sim::open(&proxy, Setup::default());
/// sim.receive("ping").upstream(r#"{"price":21,"venue":"X"}"#);
/// assert_eq!(sim.texts(), ["pong", r#"{"price":42,"venue":"X"}"#]);
/// assert_eq!(sim.sent_upstream(), []);
/// ```
#[derive(Clone)]
pub struct Rules {
    compiled: Arc<Compiled>,
}

impl Rules {
    /// Compiles `rules` and `otherwise` of a route's `proxy:` section; its other keys are not looked at.
    ///
    /// # Errors
    /// All mistakes, each with the way to the value that it is about and, in a text, the bytes.
    ///
    /// ```
    /// use mockforge_ws_proxy::Rules;
    /// use serde_json::json;
    ///
    /// let section = json!({ "rules": [{ "from": "server", "drop": true, "delay": "5ms" }] });
    /// let problems = Rules::compile(&section, &Default::default()).unwrap_err();
    /// assert_eq!(problems[0].hint.as_deref(), Some("did you mean `upstream`?"));
    /// assert_eq!(problems[1].message, "there is both `drop` and `delay`, and nothing is left to wait");
    /// ```
    pub fn compile(section: &Value, options: &Options) -> Result<Self, Vec<Problem>> {
        compile::compile(section, options).map(|compiled| Self { compiled: Arc::new(compiled) })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.compiled.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.compiled.rules.is_empty()
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Compiled {
    rules: Vec<Rule>,
    /// Which are asked about the client's messages, and which about the server's.
    asked: [Asked; 2],
    /// Whether what no rule takes is dropped.
    drops_others: bool,
}

/// The rules for one direction.
#[derive(Debug, Default)]
struct Asked {
    patterns: PatternSet,
    /// The rule of each pattern.
    rules: Vec<usize>,
}

#[derive(Debug)]
struct Rule {
    name: Arc<str>,
    /// How often it takes a message on one connection.
    times: Option<u64>,
    probability: Option<f64>,
    stops: bool,
    fate: Fate,
    delay: Option<Delay>,
    inject: Vec<Inject>,
    close: Option<Close>,
}

/// What becomes of the message itself.
#[derive(Debug)]
enum Fate {
    Forward,
    Replace(Rewrite),
    Answer(Vec<Answer>),
    /// It ends here; with a `close` that is no news.
    Drop,
}

#[derive(Debug)]
struct Answer {
    /// Since the one before it.
    after: Duration,
    payload: MessageTemplate,
}

#[derive(Debug)]
struct Inject {
    /// To the client or to the server.
    to: Side,
    is_before: bool,
    payload: MessageTemplate,
}

/// A time between two bounds, both possible.
#[derive(Debug, Clone, Copy)]
struct Delay {
    least: Duration,
    most: Duration,
}

#[derive(Debug)]
struct Close {
    code: u16,
    reason: Template,
}
