//! Compiled rules, shared by all connections.

use std::sync::Arc;

use mockforge_ws_core::diagnostic::Problem;
use mockforge_ws_core::{Hello, Mode, Opening};
use mockforge_ws_match::PatternSet;
use mockforge_ws_template::Options;
use serde_json::Value;

use crate::reply::Reply;
use crate::{Conversation, compile};

/// Compiled rules. A clone is a reference.
#[derive(Debug, Clone)]
pub struct Rules(pub(crate) Arc<Compiled>);

#[derive(Debug)]
pub(crate) struct Compiled {
    /// The patterns of the rules for data messages, in order.
    pub(crate) patterns: PatternSet,
    /// What each of them answers.
    pub(crate) replies: Vec<Vec<Reply>>,
    /// What is sent when the connection opens.
    pub(crate) on_connect: Vec<Reply>,
    /// What is sent when a ping comes, beside the pong.
    pub(crate) on_ping: Vec<Reply>,
    /// What answers a message that no rule takes.
    pub(crate) default: Option<Vec<Reply>>,
}

impl Rules {
    /// Compiles an `interactive:` section: an object with `rules` and `default`.
    ///
    /// # Errors
    /// All mistakes, each with the way to it.
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
}

impl Mode for Rules {
    fn open(&self, _: &Hello) -> Opening {
        Opening::accept(self.session())
    }
}
