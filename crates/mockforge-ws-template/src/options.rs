//! What a template is compiled with.

use std::collections::BTreeMap;
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
}

impl Default for Options {
    fn default() -> Self {
        Self { expand: true, env: BTreeMap::new(), vars: Arc::default(), dialect: Dialect::default() }
    }
}
