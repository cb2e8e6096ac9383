//! What rules are compiled with.

use std::fmt;
use std::sync::Arc;

use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

/// Finds the rows of a stream by the name that `rows:` gives: a file's name, for whoever may open files.
pub type Rows = Arc<dyn Fn(&str) -> Result<Vec<Value>, Problem> + Send + Sync>;

/// How rules are compiled.
///
/// ```
/// use std::sync::Arc;
/// use mockforge_ws_interactive::Options;
/// use serde_json::json;
///
/// let mut options = Options::default();
/// options.rows = Some(Arc::new(|_name: &str| Ok(vec![json!({ "price": 101.5 })])));
/// ```
#[derive(Clone, Default)]
pub struct Options {
    /// How the templates in them are compiled.
    pub template: mockforge_ws_template::Options,
    /// Where the rows of streams come from; without it only rows that stand in the rules themselves can be
    /// used.
    pub rows: Option<Rows>,
}

impl From<mockforge_ws_template::Options> for Options {
    fn from(template: mockforge_ws_template::Options) -> Self {
        Self { template, rows: None }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("template", &self.template).finish_non_exhaustive()
    }
}
