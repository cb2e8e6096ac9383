//! What a template is compiled with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mockforge_ws_jsonpath::Dialect;
use serde_json::{Map, Value};

/// How templates are compiled.
///
/// ```
/// use mockforge_ws_template::{Options, Template};
///
/// let mut options = Options::default();
/// options.env.insert("REGION".into(), "eu-1".into());
/// let template = Template::parse("from {{env.REGION}}", &options).unwrap();
/// assert_eq!(template.literal(), Some("from eu-1"));
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether anything is expanded; where not, every text is a literal, braces and backslashes included.
    /// On by default.
    pub expand: bool,
    /// The environment variables that templates may read (`{{env.NAME}}`), and their values. None by default.
    pub env: BTreeMap<String, String>,
    /// The constants of `{{var.x}}`.
    pub vars: Arc<Map<String, Value>>,
    /// The dialect of `{{$.path}}`.
    pub dialect: Dialect,
    /// The names of `{{state.x}}`, where they are known: any other is a mistake then. By default they are
    /// not, and all pass.
    ///
    /// ```
    /// use mockforge_ws_template::{Options, Template};
    ///
    /// let names = ["user".to_string()];
    /// let options = Options { state: Some(std::sync::Arc::new(names.into())), ..Options::default() };
    /// assert!(Template::parse("{{state.user.name}}", &options).is_ok());
    /// let problems = Template::parse("{{state.usr}}", &options).unwrap_err();
    /// assert_eq!(problems[0].message, "nothing sets `state.usr`");
    /// assert_eq!(problems[0].hint.as_deref(), Some("did you mean `state.user`?"));
    /// ```
    pub state: Option<Arc<BTreeSet<String>>>,
    /// The names of `{{shared.x}}`, likewise.
    pub shared: Option<Arc<BTreeSet<String>>>,
    /// The names of `{{streams.x}}`, likewise.
    pub streams: Option<Arc<BTreeSet<String>>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            expand: true,
            env: BTreeMap::new(),
            vars: Arc::default(),
            dialect: Dialect::default(),
            state: None,
            shared: None,
            streams: None,
        }
    }
}
