//! Compiled rules, shared by all connections.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Hello, Mode, Opening};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::{Pattern, PatternSet};
use mockforge_ws_template::Template;
use serde_json::{Map, Value};

use crate::actions::Actions;
use crate::correlate::Tracker;
use crate::guard::Guard;
use crate::stream::Stream;
use crate::{Conversation, Options, compile};

/// Compiled rules. A clone is a reference.
#[derive(Debug, Clone)]
pub struct Rules(pub(crate) Arc<Compiled>);

/// A state by its place in [`Compiled::states`].
pub(crate) type StateId = usize;
/// A rule by its place in [`Compiled::rules`].
pub(crate) type RuleId = usize;

#[derive(Debug, Default)]
pub(crate) struct Compiled {
    /// The variables of a connection when it opens.
    pub(crate) vars: Map<String, Value>,
    /// The shared variables when they are first used.
    pub(crate) shared: Map<String, Value>,
    /// Whether anything is shared.
    pub(crate) shares: bool,
    pub(crate) scope: Scope,
    /// The room that a connection joins when it opens.
    pub(crate) room: Option<Template>,
    /// Where a text message is taken apart.
    pub(crate) split: Option<Box<str>>,
    /// The machine's start.
    pub(crate) start: Option<StateId>,
    pub(crate) states: Vec<State>,
    /// In the order in which they are asked.
    pub(crate) rules: Vec<Rule>,
    /// The patterns of the rules for data messages, and the rule of each.
    pub(crate) patterns: PatternSet,
    pub(crate) pattern_rules: Vec<RuleId>,
    pub(crate) trackers: Vec<Tracker>,
    pub(crate) occasions: Occasions,
    pub(crate) default: Option<Rule>,
    pub(crate) invalid_json: Option<Rule>,
    /// Whether a message that is no JSON is worth a fact.
    pub(crate) expects_json: bool,
    pub(crate) streams: Vec<Stream>,
    /// Whether something is sent to everybody on the route.
    pub(crate) uses_route: bool,
    /// Whether something is sent to a connection by its id.
    pub(crate) uses_connection: bool,
    /// How many counters a connection needs, for `times` and `sequence`.
    pub(crate) counters: usize,
}

/// The rules that are asked on other occasions than a data message.
#[derive(Debug, Default)]
pub(crate) struct Occasions {
    pub(crate) connect: Vec<RuleId>,
    pub(crate) disconnect: Vec<RuleId>,
    pub(crate) ping: Vec<RuleId>,
    pub(crate) pong: Vec<RuleId>,
    pub(crate) room: Vec<RuleId>,
    pub(crate) timed: Vec<RuleId>,
    pub(crate) becomes: Vec<RuleId>,
}

/// Whose the machine is, and the shared variables; where the machine is each connection's own, they are the
/// route's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Scope {
    #[default]
    Connection,
    Room,
    Route,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) name: Arc<str>,
    pub(crate) enter: Option<Actions>,
    pub(crate) exit: Option<Actions>,
    pub(crate) timeout: Option<(Duration, Rule)>,
    pub(crate) is_final: bool,
}

#[derive(Debug)]
pub(crate) struct Rule {
    /// The name, or the place.
    pub(crate) name: Arc<str>,
    pub(crate) trigger: Trigger,
    /// Whether it is a state's own, whose times count from its entry.
    pub(crate) is_own: bool,
    /// The states in which it is asked; `None` for all.
    pub(crate) states: Option<Box<[StateId]>>,
    pub(crate) when: Option<Guard>,
    /// How often at most, and the counter.
    pub(crate) times: Option<(u64, usize)>,
    /// Whether no later rule is asked.
    pub(crate) stops: bool,
    pub(crate) actions: Actions,
}

/// What a rule answers.
#[derive(Debug)]
pub(crate) enum Trigger {
    /// Whatever it is asked about: the default, a state's timeout.
    Any,
    /// A data message that the pattern with this index matches.
    Message(usize),
    Connect,
    Disconnect,
    Ping,
    Pong,
    /// No data message for so long.
    Idle(Duration),
    /// By the clock; in a state by the time since it was entered.
    Every(Duration),
    /// Once, so long after the opening or the entry.
    After(Duration),
    /// Several messages.
    Tracker,
    /// An expression that has become true.
    Becomes(Guard),
    /// What is published in a room.
    Room {
        name: Glob,
        pattern: Option<Pattern>,
    },
}

/// The name of a room, or its beginning.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    pub(crate) name: Box<str>,
    pub(crate) is_prefix: bool,
}

impl Glob {
    pub(crate) fn matches(&self, name: &str) -> bool {
        if self.is_prefix { name.starts_with(&*self.name) } else { *name == *self.name }
    }
}

impl Rule {
    /// A rule that is asked whenever somebody comes to it.
    pub(crate) fn plain(name: impl Into<Arc<str>>, actions: Actions) -> Self {
        Self {
            name: name.into(),
            trigger: Trigger::Any,
            is_own: false,
            states: None,
            when: None,
            times: None,
            stops: true,
            actions,
        }
    }
}

impl Rules {
    /// Compiles an `interactive:` section.
    ///
    /// # Errors
    /// All mistakes, each with the way to it. A rule that could never fire is one.
    ///
    /// ```
    /// use mockforge_ws_interactive::Rules;
    /// use serde_json::json;
    ///
    /// let section = json!({ "rules": [{ "on": "(", "replay": "x" }] });
    /// let problems = Rules::compile(&section, &Default::default()).unwrap_err();
    /// assert_eq!(problems.len(), 3);
    /// ```
    pub fn compile(section: &Value, options: &Options) -> Result<Self, Vec<Problem>> {
        compile::compile(section, options).map(|compiled| Self(Arc::new(compiled)))
    }

    /// The session of one connection.
    pub fn session(&self) -> Conversation {
        Conversation::new(Arc::clone(&self.0))
    }

    /// How many rules there are, those of states included.
    pub fn len(&self) -> usize {
        self.0.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.0.rules.is_empty()
    }
}

impl Mode for Rules {
    fn open(&self, _: &Hello) -> Opening {
        Opening::accept(self.session())
    }
}
